package circe

import (
	"slices"
	"strings"
)

// set is the text of an event set in parts.
type set struct {
	head    string // condition in t2d, or a union in parentheses
	wheres  []string
	phrases []string
	ends    ending
	members []*set // of a union
}

// ending tells what ends the events of a source have.
type ending int

const (
	always ending = iota // the CDM requires an end
	often                // an end may be missing; Circe takes the day after the start then, this language the start
	never                // Circe takes the day after the start
)

func (s *set) where(conds ...string) {
	for _, c := range conds {
		if c != "" && !slices.Contains(s.wheres, c) {
			s.wheres = append(s.wheres, c)
		}
	}
}

func (s *set) phrase(phrases ...string) {
	for _, p := range phrases {
		if p != "" && !slices.Contains(s.phrases, p) {
			s.phrases = append(s.phrases, p)
		}
	}
}

func (s *set) copy() *set {
	c := *s
	c.wheres, c.phrases = slices.Clone(s.wheres), slices.Clone(s.phrases)
	return &c
}

func (s *set) text() string {
	var b strings.Builder
	b.WriteString(s.head)
	if conds := s.conditions(); len(conds) > 0 {
		b.WriteString(" where (\n" + and(conds) + ")")
	}
	for _, p := range s.phrases {
		b.WriteString(" " + p)
	}
	return b.String()
}

// conditions leaves out that the event is observed where more is asked of its observation.
func (s *set) conditions() []string {
	if !slices.ContainsFunc(s.wheres, func(c string) bool { return strings.HasPrefix(c, "observed from event") }) {
		return s.wheres
	}
	return slices.DeleteFunc(slices.Clone(s.wheres), func(c string) bool { return c == "registered at event" })
}

// and joins conditions.
func and(conds []string) string { return strings.Join(conds, " and\n") }

// union is one set of all members.
func union(members []*set) *set {
	if len(members) == 1 {
		return members[0].copy()
	}
	out := &set{members: members, ends: members[0].ends}
	var texts []string
	for _, m := range members {
		texts = append(texts, m.text())
		if m.ends != out.ends {
			out.ends = never
		}
	}
	out.head = "(\n" + strings.Join(texts, ",\n") + ")"
	return out
}

// within reports whether every event of s is an event of outer, as far as their texts tell: the same head, and all
// the conditions of outer.
func (s *set) within(outer *set) bool {
	if len(s.members) > 0 {
		return !slices.ContainsFunc(s.members, func(m *set) bool {
			c := m.copy()
			c.where(s.wheres...)
			c.phrase(s.phrases...)
			return !c.within(outer)
		})
	}
	return s.head == outer.head && subset(outer.wheres, s.wheres) && subset(outer.phrases, s.phrases)
}

func subset(small, big []string) bool {
	return !slices.ContainsFunc(small, func(x string) bool { return !slices.Contains(big, x) })
}

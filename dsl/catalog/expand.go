package catalog

import (
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Expand returns the CURIEs that the terms stand for, without those of except, ascending and each once.
// A term "with descendants" gives the code itself, known or not, and what the vocabulary has below it
// by the rule of its code system; a code of a system that is not among systems has nothing below it.
// A range gives what [Term.To] says; of one whose ends are not in order the ends and what is below them.
//
// The list is shared with everybody who asks the same, so nobody may change it; appending to it copies it.
func (v *Vocabulary) Expand(systems []CodeSystem, terms, except []Term) []string {
	key := question(systems, terms, except)
	if known, ok := v.memo.get(key); ok {
		return known
	}
	s := &set{Vocabulary: v, known: newBitSet(v.Len()), others: map[string]bool{}, systems: systems}
	for _, t := range terms {
		s.each(t, s.known.add, func(curie string) { s.others[curie] = true })
	}
	for _, t := range except {
		s.each(t, s.known.remove, func(curie string) { delete(s.others, curie) })
	}
	out := s.list()
	v.memo.put(key, out)
	return out
}

// set is an expansion that is being made.
type set struct {
	*Vocabulary
	known   bitSet          // by place
	others  map[string]bool // codes that the vocabulary does not know
	systems []CodeSystem
}

// list writes all codes, ascending.
func (s *set) list() []string {
	n := len(s.others)
	for _, word := range s.known {
		n += bits.OnesCount64(word)
	}
	out := make([]string, 0, n)
	for i := range s.known.all() {
		out = append(out, s.codes.at(i))
	}
	if len(s.others) > 0 {
		out = slices.AppendSeq(out, maps.Keys(s.others))
		slices.Sort(out)
	}
	return out
}

// each calls known with the place of every code of the term, and other with those that the vocabulary does not know.
func (s *set) each(t Term, known func(uint32), other func(string)) {
	name, code, ok := SplitCurie(t.Curie)
	system, _ := find(s.systems, name, systemName)
	var tops []uint32
	top := func(curie, code string) {
		i, isKnown := s.codes.find(curie)
		if !isKnown {
			other(curie)
		} else {
			known(i)
			tops = append(tops, i)
		}
		if ok && (t.Descendants || t.To != "") {
			s.eachBelow(system, curie, code, known)
		}
	}
	top(t.Curie, code)
	if ok && t.To != "" {
		to := name + ":" + t.To
		top(to, t.To)
		tops = append(tops, s.eachBetween(system, t.Curie, to, known)...)
	}
	if byTable := system.Hierarchy == "table" || system.Hierarchy == "obo"; byTable && (t.Descendants || t.To != "") {
		s.walk(tops, known)
	}
}

// eachBetween yields the codes between two by their text, and what their text has below them. It returns the former.
func (s *set) eachBetween(system CodeSystem, from, to string, yield func(uint32)) (between []uint32) {
	for i, end := s.codes.search(from), s.codes.search(to); i < end; i++ {
		yield(i)
		between = append(between, i)
		// What is below a code that to does not begin with lies before to.
		if curie := s.codes.at(i); strings.HasPrefix(to, curie) {
			s.eachBelow(system, curie, curie[len(system.Name)+1:], yield)
		}
	}
	return between
}

// eachBelow yields what the text of a code has below it, in a system that builds its codes so.
func (s *set) eachBelow(system CodeSystem, curie, code string, yield func(uint32)) {
	switch system.Hierarchy {
	case "dotted":
		s.eachDotted(curie, code, yield)
	case "prefix":
		s.eachPrefixed(system, curie, code, yield)
	}
}

// eachDotted yields the codes below a dotted code: E11.2 is below E11, and E11.21 is below E11.2.
func (v *Vocabulary) eachDotted(curie, code string, yield func(uint32)) {
	if !strings.Contains(code, ".") {
		curie += "."
	}
	for i, end := v.below(curie); i < end; i++ {
		yield(i)
	}
}

// eachPrefixed yields the longer codes that begin with code, when all have a length that the system knows.
func (v *Vocabulary) eachPrefixed(system CodeSystem, curie, code string, yield func(uint32)) {
	level := func(n int) bool { return len(system.Levels) == 0 || slices.Contains(system.Levels, n) }
	if !level(len(code)) {
		return
	}
	for i, end := v.below(curie); i < end; i++ {
		if level(len(v.codes.at(i)) - len(system.Name) - 1) {
			yield(i)
		}
	}
}

// walk yields what the parents column puts below the tops, level by level. What was seen is passed over, so a cycle
// ends. A large level is put in order first: memory is then read from one end to the other.
func (v *Vocabulary) walk(tops []uint32, yield func(uint32)) {
	seen, order := newBitSet(v.Len()), newBitSet(v.Len())
	for _, i := range tops {
		seen.add(i)
	}
	level, next := slices.Clone(tops), []uint32(nil)
	for len(level) > 0 {
		next = next[:0]
		for _, i := range level {
			for _, c := range v.children[v.from[i]:v.from[i+1]] {
				if !seen.has(c) {
					seen.add(c)
					yield(c)
					next = append(next, c)
				}
			}
		}
		if len(next) > len(order) {
			order.sort(next)
		}
		level, next = next, level
	}
}

// maxRemembered bounds the codes of all expansions that a vocabulary remembers: 16 bytes each.
const maxRemembered = 2 << 20

// memo remembers expansions by what was asked. Its zero value is empty.
type memo struct {
	mu    sync.Mutex
	lists map[string][]string
	codes int
}

func (m *memo) get(key string) ([]string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out, ok := m.lists[key]
	return out, ok
}

// put forgets everything when there would be too much: a study asks for far less, over and over.
func (m *memo) put(key string, codes []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	cost := len(codes) + 64 // of the key and the map
	if m.lists == nil || m.codes+cost > maxRemembered {
		m.lists, m.codes = map[string][]string{}, 0
	}
	m.lists[key] = codes
	m.codes += cost
}

// question writes all that an expansion depends on: the terms, and the rules of their code systems.
func question(systems []CodeSystem, terms, except []Term) string {
	var b strings.Builder
	write := func(terms []Term) {
		for _, t := range terms {
			name, _, _ := strings.Cut(t.Curie, ":")
			system, _ := find(systems, name, systemName)
			b.WriteString(strconv.Quote(t.Curie))
			b.WriteString(strconv.Quote(t.To))
			b.WriteString(strconv.FormatBool(t.Descendants))
			b.WriteString(system.Hierarchy)
			for _, n := range system.Levels {
				b.WriteByte(' ')
				b.WriteString(strconv.Itoa(n))
			}
			b.WriteByte('\n')
		}
	}
	write(terms)
	b.WriteString("except\n")
	write(except)
	return b.String()
}

package plan

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Union is the set of the events of all members, over the columns that all have: the start, the end, the code, the
// value where its type is one, and further columns of the same name and type. Where only some members have minutes,
// it has days. That the values mean the same is the caller's to see to.
func Union(members []*EventSet) *EventSet {
	first := members[0].Source
	out := catalog.Source{Name: "(union)", Timed: true, Minutes: true, End: true, Sensitivity: first.Sensitivity}
	coded := true
	for _, m := range members {
		out.Timed = out.Timed && m.Source.Timed
		out.Minutes = out.Minutes && m.Source.Minutes
		out.End = out.End && m.Source.End
		coded = coded && len(m.Source.Systems) > 0
		out.Systems = append(out.Systems, m.Source.Systems...)
	}
	slices.Sort(out.Systems)
	if out.Systems = slices.Compact(out.Systems); !coded {
		out.Systems = nil
	}
	if v := first.Value; v != nil && inAll(members, *v) {
		out.Value = v
	}
	for _, c := range first.Columns {
		if inAll(members, c) {
			out.Columns = append(out.Columns, c)
		}
	}
	return &EventSet{Source: &out, Union: members}
}

func inAll(members []*EventSet, c catalog.Column) bool {
	return !slices.ContainsFunc(members, func(m *EventSet) bool {
		other, ok := m.Source.Column(c.Name)
		return !ok || other.Type != c.Type
	})
}

// Episodes is the set of the episodes of the events of s; see [EventSet].
func Episodes(s *EventSet, gap Span) *EventSet {
	source := &catalog.Source{Name: "(episodes)", Timed: true, Minutes: s.Source.Minutes, End: true, Sensitivity: s.Source.Sensitivity}
	return &EventSet{Source: source, Episodes: s, Gap: gap}
}

package reference

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// union are the rows of the members of set, with its columns. A row of a source is there once, however many members
// that are sets of the source have it; the rows of members that are made of other sets are all there.
func (s scene) union(set *plan.EventSet) []Row {
	var out []Row
	var done []string // sources
	for _, m := range set.Union {
		if m.Apart != (plan.Span{}) {
			fail("a member of a union is kept apart")
		}
		switch source := m.Source.Name; {
		case m.Derived():
			out = append(out, s.events(m)...)
		case !slices.Contains(done, source):
			done = append(done, source)
			for _, e := range s.person.Events[source] {
				if s.inOne(set.Union, source, e) {
					out = append(out, e)
				}
			}
		}
	}
	for i, e := range out {
		out[i] = columnsOf(set.Source, e)
	}
	return out
}

// inOne tells whether an event of a source is in one of the sets of that source.
func (s scene) inOne(sets []*plan.EventSet, source string, e Row) bool {
	return slices.ContainsFunc(sets, func(m *plan.EventSet) bool {
		return !m.Derived() && m.Source.Name == source && s.has(m, e)
	})
}

// columnsOf is e with the columns of source only. Where source has days, so has it.
func columnsOf(source *catalog.Source, e Row) Row {
	out := Row{}
	for _, name := range source.ColumnNames() {
		out[name] = e[name]
		if !source.Minutes && (name == catalog.Start || name == catalog.End) {
			out[name] = dayOf(e[name])
		}
	}
	return out
}

// episodes joins events: in the order of their starts, one belongs to the episode before it when it starts at most gap
// after the latest end so far.
func episodes(events []Row, gap plan.Span) []Row {
	sorted := slices.SortedFunc(slices.Values(events), func(a, b Row) int { return order(a[catalog.Start], b[catalog.Start]) })
	var out []Row
	for _, e := range sorted {
		start, end := e[catalog.Start], ending(e, false)
		if len(out) == 0 || order(start, addDate(out[len(out)-1][catalog.End], gap.N, gap.Unit)) > 0 {
			out = append(out, Row{catalog.Start: start, catalog.End: end})
			continue
		}
		if latest := out[len(out)-1]; order(end, latest[catalog.End]) > 0 {
			latest[catalog.End] = end
		}
	}
	return out
}

// apart keeps, in order, the events that start at least the span of set after the one kept before.
func apart(events []Row, set *plan.EventSet) []Row {
	var out []Row
	for _, e := range sorted(events, set.Source, plan.First) {
		if len(out) > 0 && order(e[catalog.Start], addDate(out[len(out)-1][catalog.Start], set.Apart.N, set.Apart.Unit)) < 0 {
			continue
		}
		out = append(out, e)
	}
	return out
}

package reference

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// events are the person's events that are in set.
func (s scene) events(set *plan.EventSet) []Row {
	var out []Row
	for _, e := range s.person.Events[set.Source.Name] {
		if s.has(set, e) {
			out = append(out, e)
		}
	}
	return out
}

// has tells whether event e is in set: it has one of the codes, none of those withheld, is within each bound, and the
// condition is true of it.
func (s scene) has(set *plan.EventSet, e Row) bool {
	code, coded := e[catalog.CodeOf].(string)
	if set.Codes != nil && !(coded && slices.Contains(set.Codes.Codes, code)) {
		return false
	}
	if set.Without != nil && coded && slices.Contains(set.Without.Codes, code) {
		return false
	}
	about := scene{person: s.person, index: s.index, indexed: s.indexed}
	for _, b := range set.Bounds {
		if !within(set.Source, e, b, about.value(b.At)) {
			return false
		}
	}
	about.event = e
	return set.Where == nil || about.truth(set.Where) == yes
}

// within tells whether an event is on the right side of a date; it is not when the date is missing. An end that is
// missing is the start, or open, which is after every date.
func within(source *catalog.Source, e Row, b plan.Bound, at any) bool {
	if at == nil {
		return false
	}
	day := e[catalog.Start]
	if end := e[catalog.End]; source.End && b.Column != "start" {
		open := end == nil && b.Column == "open-end"
		if open {
			return b.Op == ">" || b.Op == ">="
		}
		if end != nil {
			day = end
		}
	}
	return compare(b.Op, day, at) == yes
}

// count is the number of events, or of different values of a column of theirs.
func count(events []Row, distinct string) any {
	if distinct == "" {
		return int64(len(events))
	}
	seen := map[any]bool{}
	for _, e := range events {
		if v := e[distinct]; v != nil {
			seen[v] = true
		}
	}
	return int64(len(seen))
}

// pick sorts events, which it changes, and takes a column of the first of them. Ties are broken by the columns in
// plan.TieOrder, ascending, the missing last, for the last event too: only the start then counts backwards.
func pick(events []Row, x *plan.Pick) any {
	if len(events) == 0 {
		return nil
	}
	slices.SortFunc(events, func(a, b Row) int {
		for _, c := range plan.TieOrder(x.Set.Source) {
			n := missingLast(a[c.Name], b[c.Name])
			if c.Name == catalog.Start && x.Which == plan.Last {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
	return events[0][x.Column.Name]
}

// numbers are the values that a numeric column of the events has.
func numbers(events []Row, column string) []float64 {
	var out []float64
	for _, e := range events {
		if v, ok := double(e[column]); ok {
			out = append(out, v)
		}
	}
	return out
}

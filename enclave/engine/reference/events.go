package reference

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// events are the person's events that are in set.
func (s scene) events(set *plan.EventSet) []Row {
	var out []Row
	for _, e := range s.rows(set) {
		if s.has(set, e) {
			out = append(out, e)
		}
	}
	if set.Apart != (plan.Span{}) {
		out = apart(out, set)
	}
	return out
}

// rows are the rows that set chooses among: those of a source, or those made of other sets.
func (s scene) rows(set *plan.EventSet) []Row {
	switch {
	case len(set.Union) > 0:
		return s.union(set)
	case set.Episodes != nil:
		return episodes(s.events(set.Episodes), set.Gap)
	}
	return s.person.Events[set.Source.Name]
}

// has tells whether event e is in set, but for Apart: it has one of the codes, none of those withheld, is within each
// bound, and the condition is true of it. A bound sees the event around the set, the condition sees e.
func (s scene) has(set *plan.EventSet, e Row) bool {
	code, coded := e[catalog.CodeOf].(string)
	if set.Codes != nil && !(coded && slices.Contains(set.Codes.Codes, code)) {
		return false
	}
	if set.Without != nil && coded && slices.Contains(set.Without.Codes, code) {
		return false
	}
	for _, b := range set.Bounds {
		if !within(set.Source, e, b, s.value(b.At)) {
			return false
		}
	}
	about := s
	about.event = e
	return set.Where == nil || about.truth(set.Where) == yes
}

// within tells whether an event is on the right side of a date; it is not when the date is missing. Beside a day, an
// event's day counts. The end of events that cannot have one is their start.
func within(source *catalog.Source, e Row, b plan.Bound, at any) bool {
	when := e[catalog.Start]
	if source.End && b.Column != "start" {
		when = ending(e, b.Column == "open-end")
	}
	if _, day := at.(catalog.Date); day {
		when = dayOf(when)
	}
	return compare(b.Op, when, at) == yes
}

// ending is the end of an event. One that is missing is the start, or open.
func ending(e Row, open bool) any {
	switch end := e[catalog.End]; {
	case end != nil:
		return end
	case open:
		return never{}
	}
	return e[catalog.Start]
}

// count is the number of events, or of different days or codes of theirs.
func count(events []Row, distinct string) any {
	if distinct == "" {
		return int64(len(events))
	}
	seen := map[any]bool{}
	for _, e := range events {
		if v := dayOf(e[distinct]); v != nil {
			seen[v] = true
		}
	}
	return int64(len(seen))
}

// covered is the number of days from one to another on which an event is under way.
func covered(events []Row, from, to any) any {
	first, okFirst := from.(catalog.Date)
	last, okLast := to.(catalog.Date)
	if !okFirst || !okLast {
		return nil
	}
	days := map[catalog.Date]bool{}
	for _, e := range events {
		begin, end := dayOf(e[catalog.Start]).(catalog.Date), dayOf(ending(e, false)).(catalog.Date)
		for d := max(begin, first); d <= min(end, last); d++ {
			days[d] = true
		}
	}
	return int64(len(days))
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

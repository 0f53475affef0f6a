package reference

import (
	"cmp"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// pick takes a column of one of the events of a set.
func (s scene) pick(x *plan.Pick) any {
	events := sorted(s.events(x.Set), x.Set.Source, x.Which)
	position := 0
	switch x.Which {
	case plan.First, plan.Last:
	case plan.Nth:
		position = x.N - 1
	case plan.Nearest:
		to := s.value(x.To)
		if to == nil {
			return nil
		}
		slices.SortStableFunc(events, func(a, b Row) int {
			return cmp.Compare(distance(a[catalog.Start], to), distance(b[catalog.Start], to))
		})
	case plan.Highest, plan.Lowest:
		events = slices.DeleteFunc(events, func(e Row) bool { return e[catalog.Value] == nil })
		slices.SortStableFunc(events, func(a, b Row) int {
			n := order(a[catalog.Value], b[catalog.Value])
			return map[plan.Which]int{plan.Lowest: n, plan.Highest: -n}[x.Which]
		})
	default:
		fail("there is no pick %s", x.Which)
	}
	if position >= len(events) {
		return nil
	}
	return events[position][x.Column.Name]
}

// sorted are the events by start, then by the other columns of plan.TieOrder, ascending, the missing last. For the last
// event the start counts backwards, and only that.
func sorted(events []Row, source *catalog.Source, which plan.Which) []Row {
	return slices.SortedFunc(slices.Values(events), func(a, b Row) int {
		for _, c := range plan.TieOrder(source) {
			n := missingLast(a[c.Name], b[c.Name])
			if c.Name == catalog.Start && which == plan.Last {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
}

// distance is that of a start to a date: in days, or in minutes when both have a time of day.
func distance(start, to any) int {
	if day, ok := to.(catalog.Date); ok {
		return magnitude(int(dayOf(start).(catalog.Date) - day))
	}
	return magnitude(int(start.(catalog.Moment) - to.(catalog.Moment)))
}

func magnitude(n int) int { return max(n, -n) }

package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// pick returns a name for a column of one event and its aggregate.
func (c *scope) pick(s *eventSet, f *plan.Pick, filter []sql) (string, sql) {
	x := c.column(s.EventSet, f.Column.Name)
	order := c.pickOrder(s, f)
	label := fmt.Sprintf("%s_%s", f.Which, f.Column.Name)
	switch f.Which {
	case plan.Nth:
		label = fmt.Sprintf("nth%d_%s", f.N, f.Column.Name)
		return label, atom("%s[%d]", inBrackets(filtered(atom("list(%s ORDER BY %s)", x.text, strings.Join(order, ", ")), filter)), f.N)
	case plan.Nearest:
		label = fmt.Sprintf("%s%d", label, len(c.columns)) // one for each date
	case plan.Highest, plan.Lowest:
		filter = append(filter[:len(filter):len(filter)], sql{c.column(s.EventSet, catalog.Value).text + " IS NOT NULL", isLevel})
	}
	if len(order) == 1 && (f.Which == plan.First || f.Which == plan.Last || f.Column.Name == catalog.Value) {
		fn := map[plan.Which]string{plan.First: "min", plan.Last: "max", plan.Lowest: "min", plan.Highest: "max"}[f.Which]
		if f.Column.Name != catalog.Start && fn == "max" && f.Which == plan.Last {
			fn = "min" // of events that have no start the last is the first
		}
		return label, filtered(call(fn, x), filter)
	}
	return label, filtered(atom("first(%s ORDER BY %s)", x.text, strings.Join(order, ", ")), filter)
}

// inBrackets puts an aggregate with a filter in brackets, so that an element can be taken of it.
func inBrackets(x sql) string {
	if strings.Contains(x.text, ") FILTER (") {
		return "(" + x.text + ")"
	}
	return x.text
}

// pickOrder is the order in which the event that f takes is the first, or the N-th: what its kind says, then the columns that
// break ties.
func (c *scope) pickOrder(s *eventSet, f *plan.Pick) []string {
	var order []string
	switch f.Which {
	case plan.Nearest:
		order = append(order, c.distance(s, f).text)
	case plan.Highest, plan.Lowest:
		direction := map[plan.Which]string{plan.Highest: " DESC", plan.Lowest: ""}[f.Which]
		order = append(order, c.column(s.EventSet, catalog.Value).text+direction)
	}
	for _, key := range plan.Columns(f) {
		direction := " NULLS LAST"
		switch {
		case key.Name == catalog.Value && len(order) > 0 && (f.Which == plan.Highest || f.Which == plan.Lowest):
			continue // alike
		case key.Name == catalog.Start && f.Which == plan.Last:
			direction = " DESC NULLS LAST"
		}
		order = append(order, c.column(s.EventSet, key.Name).text+direction)
	}
	return order
}

// distance is that of a start from a date in days, or from a date-time in minutes.
func (c *scope) distance(s *eventSet, f *plan.Pick) sql {
	start, to := c.column(s.EventSet, catalog.Start), c.expr(f.To)
	switch day := f.To.Type().Kind == catalog.DateKind; {
	case !day:
		return call("abs", call("date_diff", atom("'minute'"), start, to))
	case s.Source.Minutes:
		start = cast(start, "DATE")
	}
	return call("abs", binary(start, "-", to, sumLevel))
}

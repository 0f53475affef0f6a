package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// pick returns a name for a column of one event and its aggregate.
func (c *scope) pick(s *eventSet, f *plan.Pick, filter []sql) (string, sql) {
	x := c.column(s.EventSet, f.Column.Name)
	label := fmt.Sprintf("%s_%s", f.Which, f.Column.Name)
	switch f.Which {
	case plan.Nth:
		return fmt.Sprintf("nth%d_%s", f.N, f.Column.Name), c.nth(s, f, filter)
	case plan.Nearest:
		label = fmt.Sprintf("%s%d", label, len(c.columns)) // one for each date
	case plan.Highest, plan.Lowest:
		filter = append(filter[:len(filter):len(filter)], sql{c.column(s.EventSet, catalog.Value).text + " IS NOT NULL", isLevel})
	}
	order := c.pickOrder(s, f)
	switch descending := strings.Contains(order[0], " DESC"); {
	case len(order) > 1 || f.Which == plan.Nearest:
		return label, filtered(atom("first(%s ORDER BY %s)", x.text, strings.Join(order, ", ")), filter)
	case descending:
		return label, filtered(call("max", x), filter)
	}
	return label, filtered(call("min", x), filter)
}

// most is what DuckDB takes as the number of least values.
const most = 1_000_000

// nth takes the last of the N least events. Within a struct a missing value is the greatest.
func (c *scope) nth(s *eventSet, f *plan.Pick, filter []sql) sql {
	if f.N >= most {
		c.fail("an event is counted from the first by %d", f.N)
	}
	of, part := c.column(s.EventSet, f.Column.Name), ""
	if columns := c.telling(f); len(columns) > 1 {
		of, part = c.packed(s.EventSet, columns), "."+name(f.Column.Name)
	}
	least := filtered(call("min", of, whole(int64(f.N))), filter).text
	if len(filter) > 0 {
		least = "(" + least + ")"
	}
	return atom("%s[%d]%s", least, f.N, part)
}

// packed is a struct of columns of s.
func (c *scope) packed(s *plan.EventSet, columns []catalog.Column) sql {
	fields := make([]string, len(columns))
	for i, col := range columns {
		fields[i] = name(col.Name) + " := " + c.column(s, col.Name).text
	}
	return atom("struct_pack(%s)", strings.Join(fields, ", "))
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
	for _, key := range c.telling(f) {
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

// telling are the columns of a set that f reads, but for the code where all events have the same and f does not ask for it: it
// settles nothing.
func (c *scope) telling(f plan.Expr) []catalog.Column {
	columns := plan.Columns(f)
	pick, ok := f.(*plan.Pick)
	if !ok || pick.Column.Name == catalog.CodeOf || pick.Set.Codes == nil || len(c.seen(pick.Set)) != 1 {
		return columns
	}
	return slices.DeleteFunc(slices.Clone(columns), func(col catalog.Column) bool { return col.Name == catalog.CodeOf })
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

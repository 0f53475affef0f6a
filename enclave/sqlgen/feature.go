package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Numbers enter sums as decimals, whose sums are exact and so the same in any order. 38 digits hold the sum of
// 10^10 values, and of 10^9 squares.
const (
	summand = "DECIMAL(18, 8)"
	square  = "DECIMAL(29, 8)"
	limit   = "1e10" // no summand reaches it
)

// key tells features apart: two of one key are one column.
func (c *cohort) key(f plan.Expr) string {
	switch f := f.(type) {
	case *plan.Count:
		return fmt.Sprintf("count %s of %s", f.Distinct, c.setKey(f.Set))
	case *plan.Pick:
		return fmt.Sprintf("pick %s %s of %s", f.Which, f.Column.Name, c.setKey(f.Set))
	case *plan.Agg:
		return fmt.Sprintf("%s %s of %s", f.Fn, f.Column.Name, c.setKey(f.Set))
	}
	c.fail("%T is no feature", f)
	return ""
}

// setKey tells event sets apart by what can occur: codes that no event has make no difference.
func (c *cohort) setKey(s *plan.EventSet) string {
	if key, ok := c.keys[s]; ok {
		return key
	}
	ids := c.withheld(s)
	if s.Codes != nil {
		ids = c.seen(s)
	}
	bare := *s
	bare.Codes, bare.Without = nil, nil
	long := fmt.Sprintf("%t %v %s", s.Codes != nil, ids, bare.String())
	if c.short[long] == "" {
		c.short[long] = fmt.Sprint("set ", len(c.short))
	}
	c.keys[s] = c.short[long]
	return c.keys[s]
}

// feature returns a name for one feature and its aggregate over the events for which filter is true.
func (c *cohort) feature(f plan.Expr, filter []sql) (string, sql) {
	switch f := f.(type) {
	case *plan.Count:
		if f.Distinct == "" {
			return "count", filtered(atom("count(*)"), filter)
		}
		return "count_" + f.Distinct, filtered(atom("count(DISTINCT %s)", c.column(f.Set, f.Distinct).text), filter)
	case *plan.Pick:
		return string(f.Which) + "_" + f.Column.Name, filtered(c.pick(f), filter)
	case *plan.Agg:
		return f.Fn + "_" + f.Column.Name, c.statistic(f, filter)
	}
	c.fail("%T is no feature", f)
	return "", sql{}
}

func filtered(aggregate sql, filter []sql) sql {
	if len(filter) == 0 {
		return aggregate
	}
	return atom("%s FILTER (WHERE %s)", aggregate.text, join("AND", andLevel, filter).text)
}

// pick takes a column of the first or last event, ties broken by the columns that the plan says.
func (c *cohort) pick(f *plan.Pick) sql {
	x := c.column(f.Set, f.Column.Name)
	var order []string
	for _, key := range plan.Columns(f) {
		direction := " NULLS LAST"
		if key.Name == catalog.Start && f.Which == plan.Last {
			direction = " DESC NULLS LAST"
		}
		order = append(order, c.column(f.Set, key.Name).text+direction)
	}
	switch {
	case len(order) > 1:
		return atom("first(%s ORDER BY %s)", x.text, strings.Join(order, ", "))
	case f.Which == plan.Last && f.Column.Name == catalog.Start:
		return call("max", x)
	}
	return call("min", x)
}

// statistic writes a statistic that does not depend on the order of events.
func (c *cohort) statistic(f *plan.Agg, filter []sql) sql {
	x := c.column(f.Set, f.Column.Name)
	if f.Column.Type.Kind != catalog.Number {
		x = cast(x, "DOUBLE")
	}
	switch f.Fn {
	case "sum":
		return cast(filtered(call("sum", tryCast(x, summand)), filter), "DOUBLE")
	case "mean":
		return filtered(call("avg", tryCast(x, summand)), filter)
	case "median", "min", "max":
		return filtered(call(f.Fn, x), filter)
	case "sd": // of the sorted values: a running variance depends on their order in its last digits
		small := binary(call("abs", x), "<", atom(limit), compareLevel)
		return atom("list_stddev_samp(list_sort(%s))", filtered(call("list", x), append(filter, small)).text)
	}
	c.fail("no statistic %s", f.Fn)
	return sql{}
}

package sqlgen

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Numbers enter sums as decimals, whose sums are exact and so the same in any order. A square has 16 places; 38 digits do
// not hold the sum of many, so it is added in two parts: rounded to 8 places, and what that leaves or takes away. 38
// digits hold the sum of 10^10 of each.
const (
	summand = "DECIMAL(18, 8)"
	square  = "DECIMAL(28, 8)"
	squared = "CAST(v AS " + square + ") * v" // DECIMAL(38, 16): of two of 18 digits DuckDB would keep 18
	limit   = "1e10"                          // no summand reaches it
)

// featureKey tells features apart: two of one key are one column.
func (c *scope) featureKey(f plan.Expr) string {
	switch f := f.(type) {
	case *plan.Count:
		return fmt.Sprintf("count %s of %s", f.Distinct, c.setKey(f.Set))
	case *plan.Pick:
		to := ""
		if f.To != nil {
			to = plan.String(f.To)
		}
		return fmt.Sprintf("pick %s %d %s %s of %s", f.Which, f.N, to, f.Column.Name, c.setKey(f.Set))
	case *plan.Covered:
		return fmt.Sprintf("covered %s %s of %s", plan.String(f.From), plan.String(f.To), c.setKey(f.Set))
	case *plan.Agg:
		return fmt.Sprintf("%s %s of %s", f.Fn, f.Column.Name, c.setKey(f.Set))
	}
	c.fail("%T is no feature", f)
	return ""
}

// setKey tells event sets apart by what can occur: codes that no event has make no difference.
func (c *scope) setKey(s *plan.EventSet) string {
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

// feature returns a name for one feature of s and its aggregate over the events for which filter is true.
func (c *scope) feature(s *eventSet, f plan.Expr, filter []sql) (string, sql) {
	switch f := f.(type) {
	case *plan.Count:
		if f.Distinct == "" {
			return "count", filtered(atom("count(*)"), filter)
		}
		x := c.column(s.EventSet, f.Distinct)
		if f.Distinct == catalog.Start && s.Source.Minutes {
			x = cast(x, "DATE")
		}
		return "count_" + f.Distinct, filtered(atom("count(DISTINCT %s)", x.text), filter)
	case *plan.Pick:
		return c.pick(s, f, filter)
	case *plan.Agg:
		return f.Fn + "_" + f.Column.Name, c.statistic(c.column(s.EventSet, f.Column.Name), f, filter)
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

// statistic writes a statistic that does not depend on the order of events.
func (c *scope) statistic(x sql, f *plan.Agg, filter []sql) sql {
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

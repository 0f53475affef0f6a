package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Numbers enter sums as decimals, whose sums are exact and so the same in any order. 38 digits hold the sum of
// 10^10 values, and of 10^9 squares.
const (
	summand = "DECIMAL(18, 8)"
	square  = "DECIMAL(29, 9)"
	limit   = "1e10" // no summand reaches it
)

// events writes the clause that aggregates the events of features, which share one event set, per person. It
// returns the clause, such as c0_e1_drug, its short name, such as e1, and the column of each feature.
func (c *cohort) events(features []plan.Expr) (clause, short string, columns []string) {
	set := plan.Sets(features[0])[0]
	c.sets++
	short = fmt.Sprintf("e%d", c.sets)
	clause = word(c.name, short, set.Source.Name)
	c.use(set.Source.Name).column("person")

	from := fmt.Sprintf("FROM %s p\nJOIN %s e ON e.person = p.person", c.stage, table(set.Source.Name))
	group := "p.person"
	if !c.indexed && alike(set) {
		from, group = fmt.Sprintf("FROM %s e", table(set.Source.Name)), "e.person"
	}
	text := "SELECT " + group
	for _, f := range features {
		column, x := c.feature(f)
		columns = append(columns, column)
		text += ",\n  " + x + " AS " + column
	}
	text += "\n" + from
	if conditions := c.conditions(set); len(conditions) > 0 {
		text += "\nWHERE " + strings.Join(conditions, "\n  AND ")
	}
	c.with(clause, "", text+"\nGROUP BY "+group)
	return clause, short, columns
}

// alike reports whether set is told by the same words for every person: it uses no person value.
func alike(set *plan.EventSet) bool {
	same := true
	visit := func(x plan.Expr) bool {
		switch x.(type) {
		case *plan.Attr, *plan.Index, *plan.Count, *plan.Pick, *plan.Agg:
			same = false
		}
		return same
	}
	plan.Walk(set.Where, visit)
	for _, b := range set.Bounds {
		plan.Walk(b.At, visit)
	}
	return same
}

// conditions says which events are in set.
func (c *cohort) conditions(set *plan.EventSet) []string {
	var out []string
	add := func(x sql) { out = append(out, x.in(notLevel)) }
	c.codes(set, add)
	for _, b := range set.Bounds {
		add(binary(c.boundColumn(set, b.Column), b.Op, c.expr(b.At), compareLevel))
	}
	if set.Where != nil {
		c.within = set
		add(c.expr(set.Where))
		c.within = nil
	}
	return out
}

// codes adds the conditions on the code of an event. Codes withheld from the study are taken out of the set
// before anything is read; where any code will do, an event whose code is missing stays.
func (c *cohort) codes(set *plan.EventSet, add func(sql)) {
	u := c.use(set.Source.Name)
	var without []uint32
	if set.Without != nil {
		without = c.known(set.Without.Codes)
	}
	if set.Codes == nil {
		u.all = true
		if len(without) > 0 {
			add(sql{inIDs(c.column(set, catalog.CodeOf), without).in(atomLevel) + " IS NOT TRUE", isLevel})
		}
		return
	}
	ids := slices.DeleteFunc(c.known(set.Codes.Codes), func(id uint32) bool { return slices.Contains(without, id) })
	for _, id := range ids {
		u.codes[id] = true
	}
	add(inIDs(c.column(set, catalog.CodeOf), ids))
}

// known returns the ids of those codes that occur, sorted.
func (g *generator) known(codes []string) []uint32 {
	var ids []uint32
	for _, code := range codes {
		if id, ok := g.ids(code); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// inIDs tests whether x is one of ids, which are sorted. Ids follow the order of code texts, so a branch of a
// hierarchy is a few runs.
func inIDs(x sql, ids []uint32) sql {
	var tests []sql
	var single []string
	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if j-i >= 2 {
			tests = append(tests, sql{fmt.Sprintf("%s BETWEEN %d AND %d", x.in(atomLevel), ids[i], ids[j]), compareLevel})
		} else {
			for _, id := range ids[i : j+1] {
				single = append(single, fmt.Sprint(id))
			}
		}
		i = j + 1
	}
	switch len(single) {
	case 0:
	case 1:
		tests = append(tests, binary(x, "=", atom("%s", single[0]), compareLevel))
	default:
		tests = append(tests, sql{fmt.Sprintf("%s IN (%s)", x.in(atomLevel), strings.Join(single, ", ")), compareLevel})
	}
	if len(tests) == 0 {
		return atom("false")
	}
	return join("OR", orLevel, tests)
}

func (c *cohort) column(set *plan.EventSet, column string) sql {
	if _, ok := set.Source.Column(column); !ok {
		c.fail("source %s has no column %s", set.Source.Name, column)
	}
	c.use(set.Source.Name).column(column)
	return atom("e.%s", name(column))
}

func (c *cohort) boundColumn(set *plan.EventSet, bound string) sql {
	start := c.column(set, catalog.Start)
	if bound == "start" || !set.Source.End {
		return start
	}
	open := start
	if bound == "open-end" {
		open = atom("DATE 'infinity'")
	}
	return call("coalesce", c.column(set, catalog.End), open)
}

// feature returns a name for one feature and its aggregate.
func (c *cohort) feature(f plan.Expr) (column, text string) {
	switch f := f.(type) {
	case *plan.Count:
		if f.Distinct == "" {
			return "count", "count(*)"
		}
		return "count_" + f.Distinct, fmt.Sprintf("count(DISTINCT %s)", c.column(f.Set, f.Distinct).text)
	case *plan.Pick:
		return c.pick(f)
	case *plan.Agg:
		x := c.column(f.Set, f.Column.Name)
		if f.Column.Type.Kind != catalog.Number {
			x = cast(x, "DOUBLE")
		}
		return word(f.Fn, f.Column.Name), c.aggregate(f.Fn, x)
	}
	c.fail("%T is no feature", f)
	return "", "NULL"
}

// pick takes a column of the first or last event. Only the columns up to the picked one can break a tie that
// matters: events alike in these are alike in it.
func (c *cohort) pick(f *plan.Pick) (column, text string) {
	x := c.column(f.Set, f.Column.Name)
	var order []string
	for _, key := range tieOrder(f.Set.Source) {
		direction := " NULLS LAST"
		if key == catalog.Start && f.Last {
			direction = " DESC NULLS LAST"
		}
		order = append(order, c.column(f.Set, key).text+direction)
		if key == f.Column.Name {
			break
		}
	}
	column = word(map[bool]string{false: "first", true: "last"}[f.Last], f.Column.Name)
	switch {
	case len(order) > 1:
		return column, fmt.Sprintf("first(%s ORDER BY %s)", x.text, strings.Join(order, ", "))
	case f.Last && f.Column.Name == catalog.Start:
		return column, call("max", x).text
	}
	return column, call("min", x).text
}

// tieOrder is the order that breaks ties: start, code, value, end, then the source's own columns
// (LANGUAGE, Meaning 7). Dictionary ids are in the order of code texts.
func tieOrder(s *catalog.Source) []string {
	var out []string
	for _, k := range []string{catalog.Start, catalog.CodeOf, catalog.Value, catalog.End} {
		if _, ok := s.Column(k); ok {
			out = append(out, k)
		}
	}
	for _, k := range s.Columns {
		out = append(out, k.Name)
	}
	return out
}

// aggregate writes a statistic of x that does not depend on the order of events.
func (c *cohort) aggregate(fn string, x sql) string {
	switch fn {
	case "sum":
		return cast(call("sum", tryCast(x, summand)), "DOUBLE").text
	case "mean":
		return call("avg", tryCast(x, summand)).text
	case "median", "min", "max":
		return call(fn, x).text
	case "sd": // of the sorted values: a running variance depends on their order in its last digits
		return fmt.Sprintf("list_stddev_samp(list_sort(list(%s) FILTER (WHERE abs(%s) < %s)))", x.text, x.text, limit)
	}
	c.fail("no statistic %s", fn)
	return "NULL"
}

package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// derived returns a SELECT of the rows that are made of other sets, before the conditions of s.
func (c *scope) derived(clause string, s *plan.EventSet, columns []string) string {
	if s.Episodes != nil {
		return c.episodes(clause, s, columns)
	}
	return c.union(clause, s, columns)
}

// union returns a SELECT of the rows of all members. The members of one source are one SELECT, so that a row is there once.
func (c *scope) union(clause string, s *plan.EventSet, columns []string) string {
	var parts []string
	for i, members := range bySource(s.Union) {
		part := fmt.Sprintf("%s%d", clause, i+1)
		if m := members[0]; m.Derived() {
			c.rows(part, m, columns)
			from := &plan.EventSet{Source: m.Source}
			c.clauses[from] = part
			parts = append(parts, c.selects(c.keysOf(from, false), columns, s.Source, m.Source, c.of(from))+"\nFROM "+part+" e")
			continue
		}
		parts = append(parts, c.rowsIn(part, members, false, s.Source, columns))
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// bySource puts members that are sets of one source together.
func bySource(members []*plan.EventSet) [][]*plan.EventSet {
	var out [][]*plan.EventSet
	for _, m := range members {
		i := slices.IndexFunc(out, func(o []*plan.EventSet) bool {
			return !m.Derived() && !o[0].Derived() && o[0].Source.Name == m.Source.Name
		})
		if i < 0 {
			i = len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], m)
	}
	return out
}

// episodes returns a SELECT of episodes. Sorted by start, an event begins one if it starts after the latest end before it
// and the gap. That end is the end of the episode before, since no event of an earlier one ends later.
func (c *scope) episodes(clause string, s *plan.EventSet, columns []string) string {
	of := &plan.EventSet{Source: s.Episodes.Source}
	c.rows(clause+"_parts", s.Episodes, []string{catalog.Start, catalog.End})
	c.clauses[of] = clause + "_parts"
	end := boundColumn(of.Source, "end", c.of(of))
	over := fmt.Sprintf("OVER (PARTITION BY e.%s ORDER BY e.\"start\" ROWS BETWEEN UNBOUNDED PRECEDING AND", c.key)
	keys := strings.Join(c.keysOf(of, false), ", ")
	sorted := fmt.Sprintf("SELECT %s, e.\"start\",\n  max(%s) %s 1 PRECEDING) AS before", keys, end.text, over)
	out := "SELECT " + keys + `, e."start"`
	if slices.Contains(columns, catalog.End) {
		sorted += fmt.Sprintf(",\n  max(%s) %s UNBOUNDED FOLLOWING) AS latest", end.text, over)
		out += fmt.Sprintf(",\n  coalesce(lead(before) OVER (PARTITION BY e.%s ORDER BY e.\"start\"), latest) AS \"end\"", c.key)
	}
	c.with(clause+"_sorted", "", sorted+"\nFROM "+clause+"_parts e")
	until := atom("before")
	if s.Gap.N > 0 {
		until = c.moved(until, s.Gap.N, s.Gap.Unit, of.Source.Minutes)
	}
	begins := binary(atom(`e."start"`), ">", until, compareLevel)
	return out + "\nFROM " + clause + "_sorted e\nWHERE before IS NULL\n  OR " + begins.text
}

// keepApart returns a SELECT of the events in a clause that start far enough after the one kept before. Sorted, they are
// folded into the list of those kept: one pass over the events of a person. To sort the list is several times faster
// than to gather it in order.
func (c *scope) keepApart(clause string, s *plan.EventSet, order, columns []string) string {
	rows := &plan.EventSet{Source: s.Source}
	c.clauses[rows] = clause + "_all"
	keys := strings.Join(c.keysOf(rows, false), ", ")
	item, part := c.column(rows, order[0]), func(x, _ string) sql { return atom("%s", x) }
	if len(order) > 1 {
		item, part = c.packed(rows, columnsIn(s.Source, order)), func(x, column string) sql { return atom("%s.%s", x, name(column)) }
	}
	c.with(clause+"_lists", "", fmt.Sprintf("SELECT %s,\n  list_sort(list([%s])) AS events\nFROM %s_all e\nGROUP BY %s", keys, item.text, clause, keys))
	far := binary(part("x[1]", catalog.Start), ">=", c.moved(part("kept[-1]", catalog.Start), s.Apart.N, s.Apart.Unit, s.Source.Minutes), compareLevel)
	c.with(clause+"_kept", "", fmt.Sprintf("SELECT %s,\n  unnest(list_reduce(events, lambda kept, x: CASE WHEN %s THEN kept || x ELSE kept END)) AS kept\nFROM %s_lists e",
		keys, far.text, clause))
	out := c.keysOf(rows, false)
	for _, n := range columns {
		out = append(out, part("e.kept", n).text+" AS "+name(n))
	}
	return "SELECT " + strings.Join(out, ", ") + "\nFROM " + clause + "_kept e"
}

// columnsIn are columns of a source by their names.
func columnsIn(source *catalog.Source, names []string) []catalog.Column {
	out := make([]catalog.Column, len(names))
	for i, n := range names {
		out[i], _ = source.Column(n)
	}
	return out
}

// covered writes the clause that counts the days on which an event of s is under way: of each, sorted by its first day,
// those after the last day of all before it.
func (c *scope) covered(clause string, s *eventSet, f *plan.Covered) {
	key, from := c.from([]*eventSet{s})
	of := c.of(s.EventSet)
	first, last := of(catalog.Start), of(catalog.Start)
	if s.Source.End {
		last = ending(false, false, first, of(catalog.End))
	}
	if s.Source.Minutes {
		first, last = cast(first, "DATE"), cast(last, "DATE")
	}
	days := fmt.Sprintf("SELECT %s,\n  greatest(%s, %s) AS first_day,\n  least(%s, %s) AS last_day\nFROM %s%s",
		key, first.text, c.expr(f.From).text, last.text, c.expr(f.To).text, from, all(c.conditions(s.EventSet)))
	c.with(clause+"_days", "", days)
	before := fmt.Sprintf("max(last_day) OVER (PARTITION BY %s ORDER BY first_day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)", c.key)
	c.with(clause+"_new", "", fmt.Sprintf("SELECT *,\n  %s AS before\nFROM %s_days\nWHERE first_day <= last_day", before, clause))
	column := word(s.short, "covered")
	c.columns[c.featureKey(f)] = column
	c.with(clause, "", fmt.Sprintf("SELECT %s,\n  CAST(sum(greatest(last_day - greatest(first_day, before + 1) + 1, 0)) AS BIGINT) AS %s\nFROM %s_new\nGROUP BY %s",
		c.key, column, clause, c.key))
}

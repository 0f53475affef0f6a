package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// lookup is the next event after, or the last one before, a moment that each event gives: found by a sorted join (ASOF),
// which costs no more where a person has very many events. The instance must not choose a loop for it (enclave/duck).
type lookup struct {
	set  *plan.EventSet // without the bounds about the event around it
	by   plan.Bound     // what the join sorts by
	also []plan.Bound   // what the event found must fulfil besides: no other one can, if it does not
}

// nearby reads the bounds of s about the event around it as those of a lookup; forward if it is the next event that is
// looked for. Of an existence either will do.
func nearby(s *plan.EventSet, forward bool) (lookup, bool) {
	base := *s
	out := lookup{set: &base}
	person, around := split(s.Bounds)
	base.Bounds = person
	found := 0
	for _, b := range around {
		sargable := b.Column == "start" || !s.Source.End
		if !sargable || factsOfEvents(b.At) || s.Source.Minutes && b.At.Type().Kind == catalog.DateKind {
			return out, false
		}
		if strings.HasPrefix(b.Op, ">") == forward {
			out.by = b
			found++
		} else {
			out.also = append(out.also, b)
		}
	}
	return out, found == 1 && separable(s)
}

// nearbyOf reads a feature as a lookup: the pick of the first or the last event, or the number of events of a series, of
// which only matters whether there is one.
func nearbyOf(f plan.Expr, existence bool) (lookup, bool) {
	switch f := f.(type) {
	case *plan.Pick:
		if f.Which == plan.First || f.Which == plan.Last {
			return nearby(f.Set, f.Which == plan.First)
		}
	case *plan.Count:
		l, ok := nearby(f.Set, true)
		if !ok {
			l, ok = nearby(f.Set, false)
		}
		return l, ok && existence
	}
	return lookup{}, false
}

// lookups returns the joins that find what x, a condition on events, asks of other events, and x over what they find; ok
// is false if that cannot be found so. number is that of the first join.
func (c *scope) lookups(about *scope, person string, x plan.Expr, number int) (joins []string, test sql, ok bool) {
	count, _ := existence(x)
	features := factsIn(x)
	if slices.ContainsFunc(features, func(f plan.Expr) bool { _, ok := nearbyOf(f, count != nil); return !ok }) {
		return nil, sql{}, false
	}
	finding := *about
	finding.found = map[string]sql{}
	for _, f := range features {
		if _, done := finding.found[c.featureKey(f)]; done {
			continue
		}
		l, _ := nearbyOf(f, count != nil)
		alias := fmt.Sprintf("n%d", number+len(joins))
		joins = append(joins, about.lookupJoin(c.onePerStart(l.set, f), alias, person, l.by))
		finding.found[c.featureKey(f)] = about.foundAs(f, l, func(column string) sql { return atom("%s.%s", alias, name(column)) })
	}
	return joins, finding.expr(x), true
}

// factsIn are the features of x, a condition on events, as of the event.
func factsIn(x plan.Expr) []plan.Expr {
	var out []plan.Expr
	plan.Walk(x, func(x plan.Expr) bool {
		feature := len(plan.Sets(x)) > 0
		if feature && plan.OfEvent(x) {
			out = append(out, x)
		}
		return !feature
	})
	return out
}

// foundAs writes a feature over the columns of what was found for it.
func (c *scope) foundAs(f plan.Expr, l lookup, of func(string) sql) sql {
	conditions := c.bounds(l.set.Source, l.also, of)
	pick, ok := f.(*plan.Pick)
	switch {
	case !ok:
		there := append([]sql{{of(catalog.Start).text + " IS NOT NULL", isLevel}}, conditions...)
		return atom("CASE WHEN %s THEN 1 ELSE 0 END", join("AND", andLevel, there).text)
	case len(conditions) > 0:
		return atom("CASE WHEN %s THEN %s END", join("AND", andLevel, conditions).text, of(pick.Column.Name).text)
	}
	return of(pick.Column.Name)
}

// lookupJoin joins the rows of a clause by one bound.
func (c *scope) lookupJoin(clause, alias, person string, by plan.Bound) string {
	start := atom(`%s."start"`, alias)
	return fmt.Sprintf("\nASOF LEFT JOIN %s %s ON %s.person = %s AND %s", clause, alias, alias, person, binary(start, by.Op, c.expr(by.At), compareLevel).text)
}

// onePerStart writes clauses of the events of s with what f takes of them, one for each start: that which a pick would
// take. It returns the name of the last.
func (c *scope) onePerStart(s *plan.EventSet, f plan.Expr) string {
	p := c.persons
	p.sets++
	clause := word(p.name, fmt.Sprintf("e%d", p.sets))
	var columns, order []string
	for _, t := range c.telling(f) {
		if t.Name != catalog.Start {
			columns = append(columns, t.Name)
			order = append(order, "e."+name(t.Name)+" NULLS LAST")
		}
	}
	if len(columns) == 0 { // alike
		p.rows(clause, s, []string{catalog.Start})
		return clause
	}
	p.rows(clause+"_rows", s, append(columns, catalog.Start))
	last := name(columns[len(columns)-1])
	found := fmt.Sprintf("first(e.%s ORDER BY %s)", last, strings.Join(order, ", "))
	if len(columns) == 1 {
		found = fmt.Sprintf("min(e.%s)", last)
	}
	c.with(clause, "", fmt.Sprintf("SELECT e.person, e.\"start\",\n  %s AS %s\nFROM %s_rows e\nGROUP BY e.person, e.\"start\"", found, last, clause))
	return clause
}

package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// make writes the clauses that make the rows of s, whose conditions become those that are left. What does not depend on
// the event around s is made once a person.
func (c *scope) make(s *eventSet) {
	of := s.EventSet
	rest := &plan.EventSet{Source: of.Source}
	base := *of
	maker := c
	if c.key != "person" && separable(of) {
		base.Bounds, rest.Bounds = split(of.Bounds)
		maker = c.persons
	}
	if !made(&base) { // only its features need a clause
		rest = of
	} else {
		columns := boundColumns(rest)
		for _, f := range s.features {
			columns = append(columns, columnsOf(f)...)
		}
		clause := word(c.name, s.short+"_rows")
		maker.rows(clause, &base, columns)
		c.clauses[rest] = clause
		s.keyed = maker == c
	}
	s.EventSet = rest
}

// separable reports whether only bounds of s itself depend on the event around it, and its rows on nothing of that.
func separable(s *plan.EventSet) bool {
	_, around := split(s.Bounds)
	return (len(around) == 0 || s.Apart == (plan.Span{})) && !slices.ContainsFunc(s.All()[1:], func(m *plan.EventSet) bool {
		_, around := split(m.Bounds)
		return len(around) > 0
	})
}

// split parts bounds into those about the person and those about the event around the set.
func split(bounds []plan.Bound) (person, event []plan.Bound) {
	for _, b := range bounds {
		if plan.OfEvent(b.At) {
			event = append(event, b)
		} else {
			person = append(person, b)
		}
	}
	return person, event
}

// rows writes the clause of the events of s, one row each, with what tells the rows of the stage apart and columns.
func (c *scope) rows(clause string, s *plan.EventSet, columns []string) {
	order := inOrder(s.Source, columns)
	chosen := *s
	chosen.Union, chosen.Episodes, chosen.Apart = nil, nil, plan.Span{}
	apart := s.Apart != (plan.Span{})
	if apart {
		order = tieColumns(s.Source, columns)
	}
	if s.Derived() {
		own := ownColumns(s)
		if unconditional(&chosen) && !apart {
			c.with(clause, "", c.derived(clause, s, order))
			return
		}
		made := clause + "_made"
		c.with(made, "", c.derived(made, s, inOrder(s.Source, append(own, order...))))
		c.clauses[&chosen] = made
	}
	text := c.rowsIn(clause, []*plan.EventSet{&chosen}, s.Derived(), s.Source, order)
	if apart {
		c.with(clause+"_all", "", text)
		text = c.keepApart(clause, s, order, inOrder(s.Source, columns))
	}
	c.with(clause, "", text)
}

// unconditional reports whether every row is in s.
func unconditional(s *plan.EventSet) bool {
	return s.Codes == nil && s.Without == nil && s.Where == nil && len(s.Bounds) == 0
}

// inOrder are the names of columns in the order of the source, each once.
func inOrder(source *catalog.Source, columns []string) []string {
	return slices.DeleteFunc(source.ColumnNames(), func(c string) bool { return !slices.Contains(columns, c) })
}

// tieColumns are the columns that order events, as far as that decides on one of columns.
func tieColumns(source *catalog.Source, columns []string) []string {
	order := []string{}
	last := 0
	for i, c := range plan.TieOrder(source) {
		order = append(order, c.Name)
		if slices.Contains(columns, c.Name) {
			last = i
		}
	}
	return order[:last+1]
}

// columnsOf are the columns of a set that a feature of it reads.
func columnsOf(f plan.Expr) []string {
	var out []string
	switch f := f.(type) {
	case *plan.Count:
		if f.Distinct != "" {
			out = append(out, f.Distinct)
		}
	case *plan.Covered:
		out = append(out, catalog.Start, catalog.End)
	case *plan.Pick:
		out = append(out, catalog.Start)
	}
	for _, c := range plan.Columns(f) {
		out = append(out, c.Name)
	}
	return out
}

// ownColumns are the columns of s that its own conditions read.
func ownColumns(s *plan.EventSet) []string {
	out := append(boundColumns(s), fields(s.Where)...)
	if s.Codes != nil || s.Without != nil {
		out = append(out, catalog.CodeOf)
	}
	return out
}

func boundColumns(s *plan.EventSet) []string {
	var out []string
	for _, b := range s.Bounds {
		out = append(out, catalog.Start)
		if b.Column != "start" && s.Source.End {
			out = append(out, catalog.End)
		}
	}
	return out
}

// fields are the columns of the current event that x reads; an end needs the start.
func fields(x plan.Expr) []string {
	var out []string
	for _, c := range plan.Fields(x) {
		out = append(out, c.Name)
		if c.Name == catalog.End {
			out = append(out, catalog.Start)
		}
	}
	return out
}

// rowsIn returns a SELECT of the events that are in one of sets, which share their rows, as rows of target. Facts as of
// an event are made by clauses before.
func (c *scope) rowsIn(clause string, sets []*plan.EventSet, keyed bool, target *catalog.Source, columns []string) string {
	parts := make([]conditions, len(sets))
	needs := c.joins(sets[0], keyed)
	for i, s := range sets {
		parts[i] = c.parted(s, len(sets) == 1)
		needs = needs || needsStage(s)
	}
	from := c.read(sets[0], keyed, needs) + strings.Join(parts[0].joins, "")
	keys := c.keysOf(sets[0], needs)
	if !slices.ContainsFunc(parts, func(p conditions) bool { return len(p.later) > 0 }) {
		return c.selects(keys, columns, target, sets[0].Source, c.of(sets[0])) + "\nFROM " + from + all(anyOf(parts))
	}
	return c.rowsInLater(clause, sets, parts, from, keys, target, columns)
}

// selects writes a SELECT of keys and columns of a set as columns of target.
func (c *scope) selects(keys, columns []string, target, source *catalog.Source, of func(string) sql) string {
	out := slices.Clone(keys)
	for _, n := range columns {
		x := of(n)
		switch {
		case !target.Minutes && source.Minutes && (n == catalog.Start || n == catalog.End):
			out = append(out, cast(x, "DATE").text+" AS "+name(n))
		case strings.HasSuffix(x.text, "."+name(n)):
			out = append(out, x.text)
		default:
			out = append(out, x.text+" AS "+name(n))
		}
	}
	return "SELECT " + strings.Join(out, ", ")
}

// conditions are those of one event set: tests on a row, joins that keep rows, and tests that need facts as of the event.
type conditions struct {
	now   []sql
	joins []string
	later []plan.Expr
}

// anyOf are the conditions of a WHERE that one of parts is fulfilled.
func anyOf(parts []conditions) []sql {
	if len(parts) == 1 {
		return parts[0].now
	}
	var out []sql
	for _, p := range parts {
		if len(p.now) == 0 {
			p.now = []sql{atom("true")} // beside the others, whose arguments are there
		}
		out = append(out, join("AND", andLevel, p.now))
	}
	return []sql{join("OR", orLevel, out)}
}

// parted parts the conditions of s by what they need. Where alone, other events are asked for by joins where they can be.
func (c *scope) parted(s *plan.EventSet, alone bool) conditions {
	out := conditions{now: append(c.codes(s), c.bounds(s.Source, s.Bounds, c.of(s))...)}
	about, person := c.about(s), c.personOf(s)
	var lookups []string
	for _, x := range conjuncts(s.Where) {
		count, there := existence(x)
		if !factsOfEvents(x) {
			out.now = append(out.now, about.expr(x))
			continue
		}
		if alone && count != nil && count.Set.Source.Kind != catalog.Series {
			out.joins = append(out.joins, c.semiJoin(about, person, count.Set, there))
			continue
		}
		var joins []string
		var test sql
		ok := false
		if alone {
			joins, test, ok = c.lookups(about, person, x, len(lookups)+1)
		}
		if !ok {
			out.later = append(out.later, x)
			continue
		}
		lookups, out.now = append(lookups, joins...), append(out.now, test)
	}
	out.joins = append(out.joins, lookups...)
	return out
}

func conjuncts(x plan.Expr) []plan.Expr {
	switch x := x.(type) {
	case nil:
		return nil
	case *plan.And:
		return x.Xs
	}
	return []plan.Expr{x}
}

// existence reads x as the question whether there is an event in a set, whose own bounds alone tell what it has to do
// with the current event; there is false if there must be none.
func existence(x plan.Expr) (of *plan.Count, there bool) {
	compare, ok := x.(*plan.Compare)
	if !ok {
		return nil, false
	}
	of, ok = compare.L.(*plan.Count)
	one, constant := compare.R.(*plan.Const)
	if !ok || of.Distinct != "" || !constant || one.Value != int64(1) || compare.Op != ">=" && compare.Op != "<" {
		return nil, false
	}
	_, around := split(of.Set.Bounds)
	if !separable(of.Set) || slices.ContainsFunc(around, func(b plan.Bound) bool { return factsOfEvents(b.At) }) {
		return nil, false
	}
	return of, compare.Op == ">="
}

// semiJoin writes the events of s in a clause, and a join that keeps the events for which there is one, or none.
func (c *scope) semiJoin(about *scope, person string, s *plan.EventSet, there bool) string {
	base := *s
	var around []plan.Bound
	base.Bounds, around = split(s.Bounds)
	p := c.persons
	p.sets++
	clause := word(p.name, fmt.Sprintf("e%d", p.sets))
	p.rows(clause, &base, boundColumns(&plan.EventSet{Source: s.Source, Bounds: around}))
	on := []sql{atom("n.person = %s", person)}
	of := func(column string) sql { return atom("n.%s", name(column)) }
	on = append(on, about.bounds(s.Source, around, of)...)
	kind := map[bool]string{true: "SEMI", false: "ANTI"}[there]
	return fmt.Sprintf("\n%s JOIN %s n ON %s", kind, clause, join("AND", andLevel, on).text)
}

// rowsInLater puts the events that may be in one of sets into a clause, joins the facts as of each, and returns a SELECT
// of those that are.
func (c *scope) rowsInLater(clause string, sets []*plan.EventSet, parts []conditions, from string, keys []string, target *catalog.Source, columns []string) string {
	inner := c.ofEvents(clause)
	source := sets[0].Source
	read := slices.Clone(columns)
	rows := []string{"row_number() OVER () AS " + inner.key}
	rows = append(append(rows, keys...), c.carried(sets)...)
	for _, s := range sets {
		read = append(read, fields(s.Where)...)
	}
	for _, n := range inOrder(source, read) {
		rows = append(rows, c.column(sets[0], n).text+" AS "+name("event."+n))
	}
	var later []plan.Expr
	for i, p := range parts {
		later = append(later, p.later...)
		if len(parts) > 1 && len(p.now) > 0 {
			rows = append(rows, fmt.Sprintf("%s AS in%d", join("AND", andLevel, p.now).text, i))
		}
	}
	inner.next("events", "MATERIALIZED ", "SELECT "+strings.Join(rows, ",\n  ")+"\nFROM "+from+all(anyOf(parts)))
	inner.provide(later)
	last := make([]conditions, len(parts))
	for i, p := range parts {
		if len(parts) > 1 && len(p.now) > 0 {
			last[i].now = append(last[i].now, atom("p.in%d", i))
		}
		last[i].now = append(last[i].now, inner.exprs(p.later)...)
	}
	return inner.selects(c.keysOf(sets[0], true), columns, target, source, inner.event) + "\nFROM " + inner.stage + " p" + all(anyOf(last))
}

// ofEvents is the scope of the events in a clause.
func (c *scope) ofEvents(clause string) *scope {
	out := *c
	out.name, out.everybody, out.stages, out.wanted = clause, false, 0, nil
	out.sets = max(c.sets, c.persons.sets) // a column of the persons has another name
	out.depth++
	out.key = "event"
	if out.depth > 1 {
		out.key = fmt.Sprintf("event%d", out.depth)
	}
	out.columns = map[string]string{}
	for key, column := range c.columns {
		out.columns[key] = column
	}
	out.event = func(column string) sql { return atom("p.%s", name("event."+column)) }
	return &out
}

// carried are the columns of the stage about persons that conditions of sets read, at any depth.
func (c *scope) carried(sets []*plan.EventSet) []string {
	var out []string
	note := func(column string) {
		if column = "p." + column; !slices.Contains(out, column) {
			out = append(out, column)
		}
	}
	for _, s := range sets {
		plan.Walk(s.Where, func(x plan.Expr) bool {
			switch x := x.(type) {
			case *plan.Attr:
				note(name("person." + x.Column.Name))
			case *plan.Index:
				note("index_date")
			case *plan.InCohort:
				note(indexOf(x.Cohort))
			case *plan.IndexOf:
				note(indexOf(x.Cohort))
			}
			known := len(plan.Sets(x)) > 0 && !plan.OfEvent(x)
			if known {
				note(c.columns[c.featureKey(x)])
			}
			return !known
		})
	}
	return out
}

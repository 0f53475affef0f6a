package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// fieldOf checks COLUMN of a picked event, or of the current event of a where condition.
func (c *checker) fieldOf(e *syntax.FieldOf, s scope) typed {
	switch {
	case e.Pick != nil:
		return c.pick(e.Pick, e.Column, s)
	case e.Name.Name != "":
		return c.fieldOfName(e, s)
	}
	if s.source == nil {
		c.say(noEventHere(e.Span()))
		return typed{}
	}
	col, ok := c.columnOf(s.source, e.Column)
	if !ok {
		return typed{}
	}
	return c.eventField(e.Column, col, s)
}

// fieldOfName checks COLUMN of a name: the definition that it means at this place must be a pick, or a name of one. It is
// read as if the pick were written out.
func (c *checker) fieldOfName(e *syntax.FieldOf, s scope) typed {
	d, top := c.defined(e.Name, s)
	if d == nil {
		c.say(c.noEvent(e, s))
		return typed{}
	}
	field := &syntax.FieldOf{Place: e.Place, Column: e.Column}
	switch x := d.X.(type) {
	case *syntax.Pick:
		field.Pick = x
	case *syntax.Ident:
		field.Name = *x
	default:
		c.say(c.noEvent(e, s))
		return typed{}
	}
	return c.definition(d.Name, field, s.named(top))
}

// defined is the definition that a name means at a place; nil where it means something else. See resolve.
func (c *checker) defined(name syntax.Ident, s scope) (d *syntax.Define, top bool) {
	if s.source != nil {
		if _, ok := s.source.Column(eventColumn(name.Name)); ok {
			return nil, false
		}
	}
	if s.cohort != nil && !s.top {
		if d, ok := s.cohort.defines[name.Name]; ok {
			return d, false
		}
	}
	return c.defines[name.Name], true
}

// eventNames lists the definitions that a place can name and that choose one event.
func (c *checker) eventNames(s scope) []string {
	return slices.DeleteFunc(c.visible(s), func(name string) bool {
		d, _ := c.defined(syntax.Ident{Name: name}, s)
		if d == nil {
			return true
		}
		_, pick := d.X.(*syntax.Pick)
		return !pick
	})
}

// columnOf is a column of events that queries may name.
func (c *checker) columnOf(source *catalog.Source, name syntax.Ident) (catalog.Column, bool) {
	col, ok := source.Column(eventColumn(name.Name))
	switch {
	case ok && queryable(col):
		return col, true
	case c.mixed[source] && name.Name == catalog.Value:
		c.say(mixedUnion(name.Span()))
	default:
		c.say(unknownName(name, "unknown-column", "column of "+source.Name, columnNames(source, queryable)))
	}
	return col, false
}

// pick checks a column of one event of a set.
func (c *checker) pick(e *syntax.Pick, column syntax.Ident, s scope) typed {
	set, rule := c.events(e.Set, s)
	if set == nil {
		return typed{}
	}
	if !set.Source.Timed {
		c.say(untimed(e.Span(), set.Source.Name))
		return typed{}
	}
	if e.Ever && len(e.Set.Phrases) > 0 {
		c.say(everInTime(e.Span()))
	}
	x := &plan.Pick{Set: set, Which: plan.Which(e.Which)}
	if !c.chosen(e, x, rule, s) {
		return typed{}
	}
	col, ok := c.columnOf(set.Source, column)
	if !ok {
		return typed{}
	}
	if rule, ok = c.measure(&col, set.Source, rule, e.Set.Span()); !ok {
		return typed{}
	}
	x.Column = &col
	if temporal(col.Type) {
		return typed{x: x}
	}
	return c.column(col, x, rule)
}

// chosen checks what decides which event a pick takes.
func (c *checker) chosen(e *syntax.Pick, x *plan.Pick, rule *catalog.UnitRule, s scope) bool {
	source := x.Set.Source
	switch e.Which {
	case syntax.Nth:
		if x.N = e.N; e.N < 1 {
			c.say(noZeroth(e.Span()))
			return false
		}
		if e.N == 1 {
			x.Which, x.N = plan.First, 0
		}
	case syntax.Nearest:
		x.To = c.beside(e.To.Span(), source, c.moment(e.To, s))
		if ls := c.leaves(x.To); c.birthIn(x.To) || slices.ContainsFunc(ls, func(l leaf) bool { return l.fixed }) {
			c.say(noGrid(e.To.Span(), "the event nearest to a fixed date, or to a birth date, could tell a single person's exact date",
				"take the nearest to a recorded date, or write `last … before` or `first … after` the fixed one"))
			return false
		}
	case syntax.Highest, syntax.Lowest:
		col, ok := source.Column(catalog.Value)
		switch {
		case !ok && c.mixed[source]:
			c.say(mixedUnion(e.Set.Span()))
			return false
		case !ok || !numeric(col) || !queryable(col):
			c.say(noValue(e.Span(), source.Name))
			return false
		}
		_, ok = c.measure(&col, source, rule, e.Set.Span())
		return ok
	}
	return true
}

// aggregate checks count of, and sum, mean, median, min, max, sd of a numeric column.
func (c *checker) aggregate(e *syntax.Agg, s scope) typed {
	set, rule := c.events(e.Set, s)
	if set == nil {
		return typed{}
	}
	if e.Fn == "count" {
		return c.count(e, set)
	}
	col, ok := set.Source.Column(e.Column.Name)
	if !ok && c.mixed[set.Source] && e.Column.Name == catalog.Value {
		c.say(mixedUnion(e.Set.Span()))
		return typed{}
	}
	if !ok || !queryable(col) || !numeric(col) {
		c.say(unknownName(e.Column, "unknown-column", "numeric column of "+set.Source.Name, columnNames(set.Source, numeric)))
		return typed{}
	}
	if rule, ok = c.measure(&col, set.Source, rule, e.Set.Span()); !ok {
		return typed{}
	}
	t := typed{x: &plan.Agg{Fn: e.Fn, Set: set, Column: &col}, rule: rule}
	if e.Fn == "sum" && t.affine() {
		c.say(levelArithmetic(e.Span(), "sum", col.Type))
		return typed{}
	}
	t.form = statistic(t.x, e.Fn, col)
	return t
}

// count checks count of, count days of and count codes of.
func (c *checker) count(e *syntax.Agg, set *plan.EventSet) typed {
	distinct := map[string]string{"days": catalog.Start, "codes": catalog.CodeOf}[e.Column.Name]
	switch {
	case distinct == catalog.Start && !set.Source.Timed:
		c.say(untimed(e.Span(), set.Source.Name))
	case distinct == catalog.CodeOf && len(set.Source.Systems) == 0:
		c.say(noCodes(e.Span(), set.Source.Name))
	}
	return typed{x: &plan.Count{Set: set, Distinct: distinct}}
}

// statistic is the form of a statistic of a column. Of one event it is the value itself, so it has the column's grid. A
// standard deviation is no value of the column, and of two events it tells how far they are apart.
func statistic(x plan.Expr, fn string, col catalog.Column) grid.Form {
	if fn == "sum" {
		col.Bounds = nil // of many events
	}
	whole := col.Type.Kind == catalog.Int && (fn == "min" || fn == "max" || fn == "sum")
	f := grid.Column(plan.String(x), col.Grid, col.Bounds, whole)
	if fn == "sd" && f.Gridded() {
		return grid.Opaque()
	}
	switch exact := col.Type.Kind == catalog.Int; {
	case fn == "sum" && !exact:
		return f.Summed()
	case fn == "mean" && !exact: // also that of equal values is rounded
		return f.Averaged()
	}
	return f
}

// share is the number of events that satisfy a condition divided by that of all of them; of none it is missing.
func (c *checker) share(e *syntax.Share, s scope) typed {
	set, rule := c.events(e.Set, s)
	if set == nil {
		return typed{}
	}
	if set.Apart != (plan.Span{}) {
		c.say(noApart(e.Set.Span(), "what `share of` divides"))
		return typed{}
	}
	some := *set
	some.Where = both(set.Where, c.cond(e.Cond, scope{cohort: s.cohort, top: s.top, source: set.Source, rule: rule, depth: s.depth + 1}))
	number := catalog.Type{Kind: catalog.Number}
	return typed{x: &plan.Arith{Op: "/", L: &plan.Count{Set: &some}, R: &plan.Count{Set: set}, Of: number}}
}

// covered counts the days of a window on which an event is under way. With a fixed end of the window the number tells a
// recorded date by its distance from a fixed one: then it can be summed, not compared.
func (c *checker) covered(e *syntax.Covered, s scope) typed {
	set, _ := c.events(e.Set, s)
	w := c.coveredWindow(&e.Window, s)
	switch {
	case set == nil || w == nil:
		return typed{}
	case !set.Source.Timed:
		c.say(untimed(e.Set.Span(), set.Source.Name))
		return typed{}
	}
	out := typed{x: &plan.Covered{Set: set, From: w.from, To: w.to}, elapsed: "days"}
	at := e.Window.Span()
	c.boundOnGrid(at, "<=", w.to)
	c.boundOnGrid(at, ">=", w.from)
	if fixed, _ := c.mixes(w.from, w.to); fixed {
		c.datesOnGrid("<=", at, w.from, w.to)
	}
	if slices.ContainsFunc(append(c.leaves(w.from), c.leaves(w.to)...), func(l leaf) bool { return l.fixed }) {
		out.form = grid.Opaque()
	}
	if !e.Proportion {
		return out
	}
	days := &plan.Arith{Op: "+", L: &plan.Elapsed{Unit: "days", From: w.from, To: w.to}, R: plan.IntConst(1), Of: intType}
	length := &plan.Call{Fn: "greatest", Args: []plan.Expr{plan.IntConst(0), days}, Of: intType} // of an empty window 0, so that the ratio is missing
	return typed{x: &plan.Arith{Op: "/", L: out.x, R: length, Of: catalog.Type{Kind: catalog.Number}}, form: out.form}
}

var intType = catalog.Type{Kind: catalog.Int}

// coveredWindow is the window of days of "covered by … during" and "covered by … from … to".
func (c *checker) coveredWindow(p *syntax.Phrase, s scope) *window {
	if p.Kind == syntax.FromTo {
		return &window{from: c.date(p.A, s), to: c.date(p.B, s)}
	}
	w := c.window(p.Window, s)
	if w == nil {
		return nil
	}
	return &window{from: day(w.from), to: day(w.to)}
}

// percentChange is 100 (To - From) / From.
func (c *checker) percentChange(e *syntax.PercentChange, s scope) typed {
	from, to := c.expr(e.From, s), c.expr(e.To, s)
	switch {
	case !from.ok() || !to.ok():
		return typed{}
	case !from.numeric() || !to.numeric():
		bad := from
		if from.numeric() {
			bad = to
		}
		c.say(wrongType(e.Span(), "a change between two numbers", bad.x.Type()))
		return typed{}
	case from.affine() || to.affine():
		c.say(percentOfLevel(e.Span(), from, to))
		return typed{}
	}
	to = to.settled()
	from, ok := c.sameUnit(e.From, to, from.settled())
	if !ok {
		return typed{}
	}
	difference := c.sum(&syntax.Binary{Place: e.Place, Op: syntax.Sub, L: e.To, R: e.From}, to, from)
	if !difference.ok() {
		return typed{}
	}
	ratio := c.product(&syntax.Binary{Place: e.Place, Op: syntax.Div, L: e.To, R: e.From}, difference, from)
	if !ratio.ok() {
		return typed{}
	}
	hundred := typed{lit: &literal{value: 100, at: e.Span()}}
	return c.product(&syntax.Binary{Place: e.Place, Op: syntax.Mul, L: e.From, R: e.To}, ratio, hundred)
}

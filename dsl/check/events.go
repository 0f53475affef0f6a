package check

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// events checks an event set and returns it with the rule that measures its values, if there is one.
func (c *checker) events(e *syntax.EventSet, s scope) (*plan.EventSet, *catalog.UnitRule) {
	source, ok := c.source(e.Source)
	if !ok {
		return nil, nil
	}
	set := &plan.EventSet{Source: source}
	if e.Codes != nil {
		set.Codes = c.codesOf(source, e.Codes, e.Span())
	}
	rule := ruleOf(source, set.Codes)
	if e.Where != nil {
		set.Where = c.cond(e.Where, scope{cohort: s.cohort, top: s.top, source: source, rule: rule})
	}
	for _, p := range e.Phrases {
		if !source.Timed {
			c.say(untimed(p.Span(), source.Name))
			continue
		}
		set.Bounds = append(set.Bounds, c.phrase(&p, s)...)
	}
	return set, rule
}

// ruleOf is the one rule that all codes of a set share.
func ruleOf(source *catalog.Source, codes *plan.CodeSet) *catalog.UnitRule {
	if source.Value == nil {
		return nil
	}
	var list []string
	if codes != nil {
		list = codes.Codes
	}
	if rule, match := source.UnitRuleFor(list); match == catalog.MatchOne {
		return &rule
	}
	return nil
}

// phrase turns a temporal phrase into bounds (LANGUAGE, Event sets).
func (c *checker) phrase(p *syntax.Phrase, s scope) []plan.Bound {
	column := "start"
	if p.Ending {
		column = "end"
	}
	if p.Kind == syntax.During {
		return c.during(p, s)
	}
	at := c.date(p.A, scope{cohort: s.cohort, top: s.top})
	bound := func(op string, at plan.Expr) plan.Bound {
		c.boundOnGrid(p.Span(), op, at)
		return plan.Bound{Column: column, Op: op, At: at}
	}
	switch p.Kind {
	case syntax.Before:
		return []plan.Bound{bound("<", at)}
	case syntax.After:
		return []plan.Bound{bound(">", at)}
	case syntax.On:
		return []plan.Bound{bound(">=", at), bound("<=", at)}
	case syntax.OnOrBefore, syntax.Until:
		return []plan.Bound{bound("<=", at)}
	case syntax.OnOrAfter, syntax.Since:
		return []plan.Bound{bound(">=", at)}
	case syntax.FromTo:
		return []plan.Bound{bound(">=", at), bound("<=", c.date(p.B, scope{cohort: s.cohort, top: s.top}))}
	}
	return c.relative(p, at, bound)
}

// relative turns the phrases with durations into bounds.
func (c *checker) relative(p *syntax.Phrase, at plan.Expr, bound func(string, plan.Expr) plan.Bound) []plan.Bound {
	if p.D != nil {
		d, ok := c.duration(p.D, scope{})
		switch {
		case !ok:
			return nil
		case p.Kind == syntax.WithinBefore:
			return []plan.Bound{bound(">=", d.before(at)), bound("<", at)}
		case p.Kind == syntax.WithinAfter:
			return []plan.Bound{bound(">", at), bound("<=", d.after(at))}
		}
		return []plan.Bound{bound(">=", d.before(at)), bound("<=", d.after(at))}
	}
	n, ok := c.duration(p.N, scope{})
	m, okM := c.duration(p.M, scope{})
	if !ok || !okM {
		return nil
	}
	if p.Kind == syntax.BetweenBefore {
		return []plan.Bound{bound(">=", n.before(at)), bound("<=", m.before(at))}
	}
	return []plan.Bound{bound(">=", m.after(at)), bound("<=", n.after(at))}
}

// during keeps the events that overlap the window.
func (c *checker) during(p *syntax.Phrase, s scope) []plan.Bound {
	if p.Window.Name != "followup" {
		c.say(notYet(p.Window.Span(), "named windows are"))
		return nil
	}
	if s.cohort == nil || s.cohort.followup == nil {
		c.say(noFollowup(p.Window))
		return nil
	}
	w := s.cohort.followup
	c.boundOnGrid(p.Span(), "<=", w.to)
	c.boundOnGrid(p.Span(), ">=", w.from)
	return []plan.Bound{{Column: "start", Op: "<=", At: w.to}, {Column: "open-end", Op: ">=", At: w.from}}
}

// exists checks any, no, at least N, at most N, exactly N.
func (c *checker) exists(e *syntax.Exists, s scope) typed {
	set, _ := c.events(e.Set, s)
	if set == nil {
		return typed{}
	}
	count := &plan.Count{Set: set}
	if e.DistinctDays {
		if !set.Source.Timed {
			c.say(untimed(e.Span(), set.Source.Name))
		}
		count.Distinct = "start"
	}
	op, n := ">=", e.N
	switch e.Quant {
	case syntax.Any:
		n = 1
	case syntax.No:
		op, n = "<", 1
	case syntax.AtMost:
		op = "<="
	case syntax.Exactly:
		op = "="
	}
	return boolean(&plan.Compare{Op: op, L: count, R: plan.IntConst(int64(n))})
}

// pick checks a column of the first or last event.
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
	col, ok := set.Source.Column(eventColumn(column.Name))
	if !ok || !queryable(col) {
		c.say(unknownName(column, "unknown-column", "column of "+set.Source.Name, columnNames(set.Source, queryable)))
		return typed{}
	}
	if rule, ok = c.measure(&col, set.Source, rule, e.Set.Span()); !ok {
		return typed{}
	}
	x := &plan.Pick{Set: set, Which: plan.Which(e.Which), Column: &col}
	if col.Type.Kind == catalog.DateKind {
		return typed{x: x}
	}
	return c.column(col, x, rule)
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
	return f
}

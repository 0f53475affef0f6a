package check

import (
	"math"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// typed is an expression while it is checked: the plan's expression and what else is known of it. The zero
// typed stands for an expression that had an error; it is accepted everywhere, so that one mistake is told once.
type typed struct {
	x       plan.Expr
	lit     *literal          // a number whose unit is not settled; x is nil
	rule    *catalog.UnitRule // how the number is measured, of a measured one
	elapsed string            // the unit that a whole number counts, such as years of an age
	keys    []string          // all the values, when they are known
	form    grid.Form
	from    *typed // of a converted number, the one before
}

// literal is a number as written.
type literal struct {
	value float64
	unit  string
	at    diag.Span
}

func (t typed) ok() bool { return t.x != nil || t.lit != nil }

func (t typed) is(k catalog.Kind) bool { return t.x != nil && t.x.Type().Kind == k }

func (t typed) numeric() bool {
	return t.lit != nil || t.is(catalog.Int) || t.is(catalog.Number)
}

// settled gives a literal the unit it was written with.
func (t typed) settled() typed {
	if t.lit == nil {
		return t
	}
	return typed{x: numberConst(t.lit.value, catalog.Type{Kind: catalog.Number, Unit: t.lit.unit}), form: grid.Const(t.lit.value)}
}

// numberConst is a whole number where it can be, and never one that is not whole.
func numberConst(v float64, of catalog.Type) *plan.Const {
	if of.Kind == catalog.Int && v != math.Trunc(v) {
		of.Kind = catalog.Number
	}
	if of.Unit == "" && v == float64(int64(v)) && v < 1e15 && v > -1e15 {
		return plan.IntConst(int64(v))
	}
	return &plan.Const{Of: of, Value: v}
}

// boolean wraps a condition.
func boolean(x plan.Expr) typed { return typed{x: x, keys: []string{"true", "false"}} }

// column is the value of a catalog column: of a person, or of an event in a where condition.
func (c *checker) column(col catalog.Column, x plan.Expr, rule *catalog.UnitRule) typed {
	t := typed{x: x, keys: c.Catalog.Keys(col, c.Vocabulary)}
	c.nodes += c.size(x) / 10 // its text is written out below
	if col.Type.Kind == catalog.Bool {
		t.keys = []string{"true", "false"}
	}
	if rule != nil {
		t.rule = rule
		col.Grid, col.Bounds = rule.Grid, rule.Bounds
	}
	t.form = grid.Column(plan.String(x), col.Grid, col.Bounds, col.Type.Kind == catalog.Int)
	return t
}

// duration reads a length of time.
type duration struct {
	n    int
	unit string // days | months | minutes
}

func (d duration) after(x plan.Expr) plan.Expr  { return &plan.AddDate{X: x, N: d.n, Unit: d.unit} }
func (d duration) before(x plan.Expr) plan.Expr { return &plan.AddDate{X: x, N: -d.n, Unit: d.unit} }

// calendar says how the units of time are counted.
var calendar = map[string]struct {
	unit string
	n    int
	name string
}{
	"day": {"days", 1, "days"}, "days": {"days", 1, "days"}, "week": {"days", 7, "weeks"}, "weeks": {"days", 7, "weeks"},
	"month": {"months", 1, "months"}, "months": {"months", 1, "months"},
	"year": {"months", 12, "years"}, "years": {"months", 12, "years"},
	"hour": {"minutes", 60, "hours"}, "hours": {"minutes", 60, "hours"}, "minute": {"minutes", 1, "minutes"}, "minutes": {"minutes", 1, "minutes"},
}

func (l *literal) duration() (duration, bool) {
	u, ok := calendar[l.unit]
	if !ok || l.value != float64(int(l.value)) || l.value < 0 || l.value > 1e5 {
		return duration{}, false
	}
	return duration{int(l.value) * u.n, u.unit}, true
}

// duration checks an expression that must be a length of time, such as 365 days or a parameter.
func (c *checker) duration(e syntax.Expr, s scope) (duration, bool) {
	t := c.expr(e, s)
	if t.lit != nil {
		if d, ok := t.lit.duration(); ok {
			return d, true
		}
	}
	if t.ok() {
		c.say(notDuration(e.Span()))
	}
	return duration{}, false
}

// date checks an expression that must be a day; of a date-time it is the day. A picked event is used as its start.
func (c *checker) date(e syntax.Expr, s scope) plan.Expr { return c.dayOf(e.Span(), c.moment(e, s)) }

// moment checks an expression that must be a day or a date-time.
func (c *checker) moment(e syntax.Expr, s scope) plan.Expr {
	t := c.expr(e, s)
	if t.temporal() {
		return t.x
	}
	if t.ok() {
		c.say(wrongType(e.Span(), "a date", t.settled().x.Type()))
	}
	return &plan.Const{Of: catalog.Type{Kind: catalog.DateKind}}
}

func (t typed) temporal() bool { return t.x != nil && temporal(t.x.Type()) }

func temporal(t catalog.Type) bool { return t.Kind == catalog.DateKind || t.Kind == catalog.TimeKind }

// cond checks an expression that must be a condition.
func (c *checker) cond(e syntax.Expr, s scope) plan.Expr {
	t := c.expr(e, s)
	if t.is(catalog.Bool) {
		return t.x
	}
	if t.ok() {
		c.say(wrongType(e.Span(), "a condition", t.settled().x.Type()))
	}
	return plan.True()
}

// convertLiteral gives the value of a literal in the unit of t. For a change it is read as a difference of two levels.
func (c *checker) convertLiteral(t typed, l *literal) (float64, bool) {
	of := catalog.Type{}
	if t.x != nil {
		of = t.x.Type()
	}
	switch {
	case t.elapsed != "":
		if u, ok := calendar[l.unit]; l.unit != "" && (!ok || u.name != t.elapsed) {
			c.say(otherElapsed(l, t.elapsed))
			return 0, false
		}
		return l.value, true
	case of.Unit == "" && l.unit == "":
		return l.value, true
	case of.Unit == "":
		c.say(noUnitExpected(l))
		return 0, false
	case l.unit == "":
		c.say(needsUnit(l, t))
		return 0, false
	}
	conv, ok := t.convert(l.unit, of.Unit)
	if !ok {
		c.say(otherUnit(l, t))
		return 0, false
	}
	if of.Change {
		return conv.Change(l.value), true
	}
	return conv.Level(l.value), true
}

// convert finds the conversion between two units of what t measures.
func (t typed) convert(from, to string) (catalog.Conversion, bool) {
	if t.rule != nil {
		return t.rule.Convert(from, to)
	}
	return catalog.Convert(from, to)
}

// affine reports whether levels and changes of t convert differently.
func (t typed) affine() bool { return t.rule != nil && t.rule.Affine() }

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func contains(list []string, word string) bool { return slices.Contains(list, word) }

package check

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// A comparison of a gridded column with a literal is a question about a person's exact value, unless the
// literal lies on the catalog's grid. The checker solves each comparison for the column and refuses what
// is off the grid, or what it cannot solve (LANGUAGE, Meaning 6). It never moves a literal in silence.

// form is what is known of a number as a sum of gridded columns: base + coefficient * column + … .
// The zero form depends on no gridded column, and on something else than literals.
type form struct {
	linear  bool // base and terms are all there is
	base    float64
	terms   map[string]term
	gridded bool
}

type term struct {
	coefficient float64
	grid        catalog.Grid
}

func columnForm(key string, grid catalog.Grid) form {
	if grid.Step == 0 && len(grid.Cuts) == 0 {
		return form{}
	}
	return form{linear: true, gridded: true, terms: map[string]term{key: {1, grid}}}
}

func (f form) scaled(k float64) form {
	out := form{linear: f.linear, gridded: f.gridded, base: f.base * k, terms: map[string]term{}}
	for key, t := range f.terms {
		out.terms[key] = term{t.coefficient * k, t.grid}
	}
	return out
}

func (f form) plus(k float64) form {
	f.base += k
	return f
}

// add adds two forms; what is not linear makes the sum so.
func (f form) add(g form) form {
	out := form{linear: f.linear && g.linear, gridded: f.gridded || g.gridded, base: f.base + g.base, terms: maps.Clone(f.terms)}
	if out.terms == nil {
		out.terms = map[string]term{}
	}
	for key, t := range g.terms {
		t.coefficient += out.terms[key].coefficient
		if out.terms[key] = t; t.coefficient == 0 {
			delete(out.terms, key)
		}
	}
	return out
}

// or is the form of a choice between f and g.
func (f form) or(g form) form {
	if f.linear && g.linear && f.base == g.base && len(f.terms) == 0 && len(g.terms) == 0 {
		return f
	}
	return opaque(f, g)
}

// opaque is the form of a function of others that cannot be solved.
func opaque(forms ...form) form {
	return form{gridded: slices.ContainsFunc(forms, func(f form) bool { return f.gridded })}
}

// grid returns the one grid that all terms share and their common coefficient.
func (f form) grid() (catalog.Grid, float64, bool) {
	var grid catalog.Grid
	size := 0.0
	for _, t := range f.terms {
		k := math.Abs(t.coefficient)
		if size != 0 && (math.Abs(k-size) > 1e-9*size || t.grid.Step != grid.Step || !slices.Equal(t.grid.Cuts, grid.Cuts)) {
			return grid, 0, false
		}
		grid, size = t.grid, k
	}
	return grid, size, f.linear && size > 0
}

// conversionSlack is the share of a grid step by which a literal in another unit may miss the grid:
// 7 % of HbA1c is 53.003 mmol/mol, and means 53.
const conversionSlack = 0.01

// onGridAt checks the literal v, in the unit of t, of a comparison "t op v", and returns the grid's own value.
func (c *checker) onGridAt(t typed, at syntax.Expr, op string, v float64, unit string) float64 {
	f := t.form
	if !f.gridded {
		return v
	}
	grid, k, ok := f.grid()
	if !ok {
		c.say(noGrid(at.Span(), "this value", "compare a recorded value itself with a number of its grid"))
		return v
	}
	if len(grid.Cuts) > 0 {
		c.onCuts(t, at, op, v, grid)
		return v
	}
	x := (v - f.base) / k
	slack := 1e-9 * max(1, math.Abs(x)/grid.Step)
	if unit != "" && unit != t.x.Type().Unit {
		slack = conversionSlack
	}
	near := math.Round(x / grid.Step)
	if math.Abs(x/grid.Step-near) > slack {
		low, high := math.Floor(x/grid.Step), math.Ceil(x/grid.Step)
		c.say(offGrid(at.Span(), c.gridValue(t, low*grid.Step*k+f.base, unit), c.gridValue(t, high*grid.Step*k+f.base, unit)))
		return v
	}
	return tidy(near*grid.Step)*k + f.base
}

// onGrid is onGridAt for a number of the text.
func (c *checker) onGrid(t typed, n *syntax.Number, op string, v float64) float64 {
	return c.onGridAt(t, n, op, v, n.Unit)
}

// tidy removes the binary dust of a multiple of a decimal step, such as 0.1 * 3.
func tidy(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	return y
}

// onCuts checks a whole number against a list of cut points: a comparison splits at v, "=" at v and v+1.
func (c *checker) onCuts(t typed, at syntax.Expr, op string, v float64, grid catalog.Grid) {
	points := []float64{v - t.form.base}
	switch op {
	case ">", "<=":
		points[0]++
	case "=", "!=":
		points = append(points, points[0]+1)
	}
	if len(t.form.terms) != 1 {
		c.say(noGrid(at.Span(), "this value", "compare one recorded value with a number of its grid"))
		return
	}
	for _, p := range points {
		if i, ok := slices.BinarySearch(grid.Cuts, p); !ok {
			low, high := grid.Cuts[max(i-1, 0)], grid.Cuts[min(i, len(grid.Cuts)-1)]
			c.say(offGrid(at.Span(), number(low), number(high)))
			return
		}
	}
}

// gridValue writes a value of the grid in the column's unit, and in the unit that was asked where it differs.
func (c *checker) gridValue(t typed, v float64, unit string) string {
	own := t.x.Type().Unit
	text := number(tidy(v))
	if own != "" {
		text += " " + own
	}
	if conv, ok := t.convert(own, unit); ok && unit != own && unit != "" && !t.x.Type().Change {
		text += fmt.Sprintf(" (%s %s)", strconv.FormatFloat(conv.Level(v), 'f', 2, 64), unit)
	}
	return text
}

// differenceOnGrid checks a comparison of two expressions: a literal hidden in one of them is on the grid too.
func (c *checker) differenceOnGrid(op string, at syntax.Expr, l, r typed) {
	d := l.form.add(r.form.scaled(-1))
	if !d.gridded || d.linear && len(d.terms) > 1 && d.base == 0 {
		return
	}
	c.onGridAt(typed{x: l.x, rule: l.rule, form: form{linear: d.linear, terms: d.terms, gridded: true}}, at, op, -d.base, "")
}

// datesOnGrid checks the comparison of two dates.
func (c *checker) datesOnGrid(op string, le, re syntax.Expr, l, r typed) {
	if birthIn(l.x) || birthIn(r.x) {
		c.say(noGrid(le.Span().Join(re.Span()), "a birth date", "compare `age at …` instead"))
		return
	}
	d, fixed := constDate(r.x)
	recorded, at := l.x, re
	if !fixed {
		if d, fixed = constDate(l.x); !fixed {
			return
		}
		recorded, at, op = r.x, le, mirrored[op]
	}
	if moved(recorded) {
		c.say(noGrid(le.Span().Join(re.Span()), "a moved date", "move the fixed date instead"))
		return
	}
	c.onDateGrid(at, inclusive(op, d), dateGrid(recorded, c.Catalog.Period.Grid))
}

// dateGrid is the grid of a recorded date: its own, or that of the period.
func dateGrid(x plan.Expr, period catalog.Grid) catalog.Grid {
	if a, ok := x.(*plan.Attr); ok && a.Column.Grid.Months > 0 {
		return a.Column.Grid
	}
	return period
}

// moved reports whether an expression adds a duration to a date.
func moved(x plan.Expr) bool {
	found := false
	plan.Walk(x, func(x plan.Expr) bool {
		_, ok := x.(*plan.AddDate)
		found = found || ok
		return len(plan.Sets(x)) == 0
	})
	return found
}

// inclusive is the first day beyond the boundary that op draws.
func inclusive(op string, d catalog.Date) catalog.Date {
	if op == ">" || op == "<=" {
		return d + 1
	}
	return d
}

// boundOnGrid checks the date of a temporal phrase. A date that moves a literal hidden in a choice cannot be solved.
func (c *checker) boundOnGrid(p *syntax.Phrase, op string, at plan.Expr) {
	if d, ok := constDate(at); ok {
		c.onDateGrid(p, inclusive(op, d), c.Catalog.Period.Grid)
		return
	}
	plan.Walk(at, func(x plan.Expr) bool {
		if a, ok := x.(*plan.AddDate); ok && holdsLiteral(a.X) {
			c.say(noGrid(p.Span(), "a date moved from a choice with a fixed date", "move the fixed date itself"))
		}
		return len(plan.Sets(x)) == 0
	})
}

func holdsLiteral(x plan.Expr) bool {
	found := false
	plan.Walk(x, func(x plan.Expr) bool {
		_, ok := constDate(x)
		found = found || ok
		return len(plan.Sets(x)) == 0
	})
	return found
}

// onDateGrid checks that a day is the first of a month of the grid, or an end of the dataset's period.
func (c *checker) onDateGrid(at syntax.Node, d catalog.Date, grid catalog.Grid) {
	p := c.Catalog.Period
	if onMonths(d, grid) || d == p.Start || d == p.End || d == p.End+1 {
		return
	}
	low := d.AddMonths(0) - catalog.Date(d.Time().Day()-1)
	for !onMonths(low, grid) {
		low = low.AddMonths(-1)
	}
	high := low.AddMonths(1)
	for !onMonths(high, grid) {
		high = high.AddMonths(1)
	}
	c.say(offGrid(at.Span(), low.String(), high.String()))
}

func onMonths(d catalog.Date, grid catalog.Grid) bool {
	t := d.Time()
	return grid.Months == 0 || t.Day() == 1 && (int(t.Month())-1+12*t.Year())%grid.Months == 0
}

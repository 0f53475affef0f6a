package check

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

func (c *checker) unary(e *syntax.Unary, s scope) typed {
	if e.Op == syntax.Not {
		return boolean(&plan.Not{X: c.cond(e.X, s)})
	}
	t := c.expr(e.X, s)
	if t.lit != nil {
		return typed{lit: &literal{-t.lit.value, t.lit.unit, e.Span()}}
	}
	if !t.ok() {
		return typed{}
	}
	if !t.numeric() {
		c.say(wrongType(e.X.Span(), "a number", t.x.Type()))
		return typed{}
	}
	if t.affine() && !t.x.Type().Change {
		c.say(levelArithmetic(e.Span(), "-", t.x.Type()))
		return typed{}
	}
	return typed{x: &plan.Arith{Op: "-", L: plan.IntConst(0), R: t.x, Of: t.x.Type()}, rule: t.rule, form: t.form.Scaled(-1)}
}

func (c *checker) binary(e *syntax.Binary, s scope) typed {
	switch e.Op {
	case syntax.And:
		return boolean(&plan.And{Xs: []plan.Expr{c.cond(e.L, s), c.cond(e.R, s)}})
	case syntax.Or:
		return boolean(&plan.Or{Xs: []plan.Expr{c.cond(e.L, s), c.cond(e.R, s)}})
	}
	l, r := c.expr(e.L, s), c.expr(e.R, s)
	switch {
	case !l.ok() || !r.ok():
		return typed{}
	case l.temporal():
		return c.moveDate(e, l, r)
	case !l.numeric() || !r.numeric():
		c.say(cannotCompute(e.Span(), string(e.Op), l.settled().x.Type(), r.settled().x.Type()))
		return typed{}
	case e.Op == syntax.Add || e.Op == syntax.Sub:
		return c.sum(e, l, r)
	}
	return c.product(e, l, r)
}

// moveDate checks a date plus or minus a duration.
func (c *checker) moveDate(e *syntax.Binary, l, r typed) typed {
	if r.temporal() && e.Op == syntax.Sub {
		c.say(dateMinusDate(e.Span()))
		return typed{}
	}
	if r.lit != nil && (e.Op == syntax.Add || e.Op == syntax.Sub) {
		d, ok := r.lit.duration()
		switch {
		case ok && d.unit == "minutes" && !l.is(catalog.TimeKind):
			c.say(needsTime(e.R.Span(), calendar[r.lit.unit].name))
			return typed{}
		case ok && !c.movable(e.Span(), l.x, d.unit):
			return typed{}
		case ok && e.Op == syntax.Add:
			return typed{x: d.after(l.x)}
		case ok:
			return typed{x: d.before(l.x)}
		}
	}
	c.say(notDuration(e.R.Span()))
	return typed{}
}

// sum checks + and -: a level minus a level is a change, and two levels cannot be added.
func (c *checker) sum(e *syntax.Binary, l, r typed) typed {
	if l.lit != nil && r.lit != nil {
		l, r = l.settled(), r.settled()
	}
	if l.lit != nil {
		l = c.literalAs(r, l)
	} else if r.lit != nil {
		r = c.literalAs(l, r)
	}
	if !l.ok() || !r.ok() {
		return typed{}
	}
	of := l.x.Type()
	lc, rc := of.Change, r.x.Type().Change
	rule := l.rule
	if rule == nil {
		rule = r.rule
	}
	if affine := l.affine() || r.affine(); affine {
		switch {
		case !lc && !rc && e.Op == syntax.Sub:
			of.Change = true
		case !lc && rc, lc && rc:
			of.Change = lc
		case lc && !rc && e.Op == syntax.Add:
			of.Change = false
		default:
			level := of
			if lc || !l.affine() {
				level = r.x.Type()
			}
			c.say(levelArithmetic(e.Span(), string(e.Op), level))
			return typed{}
		}
	}
	aligned := l.x.Type()
	aligned.Change = rc
	r, ok := c.sameUnit(e.R, typed{x: typeOnly(aligned), rule: l.rule}, r)
	if !ok {
		return typed{}
	}
	sign := 1.0
	if e.Op == syntax.Sub {
		sign = -1
	}
	if r.x.Type().Kind == catalog.Number {
		of.Kind = catalog.Number
	}
	out := typed{x: &plan.Arith{Op: string(e.Op), L: l.x, R: r.x, Of: of}, rule: rule, elapsed: cmp.Or(l.elapsed, r.elapsed),
		form: l.form.Add(r.form.Scaled(sign))}
	return c.sound(out, e.Span(), true, l.form, r.form)
}

// typeOnly stands for an expression of a type.
func typeOnly(of catalog.Type) plan.Expr { return &plan.Const{Of: of} }

// literalAs gives a literal the unit of t. In sums a literal of an affine unit is a change:
// hba1c - 11 mmol/mol moves a level.
func (c *checker) literalAs(t, l typed) typed {
	of := t.x.Type()
	of.Change = of.Change || t.affine()
	v, ok := c.convertLiteral(typed{x: typeOnly(of), rule: t.rule, elapsed: t.elapsed}, l.lit)
	if !ok {
		return typed{}
	}
	return typed{x: numberConst(v, of), rule: t.rule, form: grid.Const(v)}
}

// product checks * and /: at most one side has a unit, but for a ratio of equal units.
func (c *checker) product(e *syntax.Binary, l, r typed) typed {
	l, r = l.settled(), r.settled()
	lt, rt := l.x.Type(), r.x.Type()
	of := catalog.Type{Kind: catalog.Number}
	out := typed{form: l.form.Times(r.form)}
	if e.Op == syntax.Div {
		out.form = l.form.Over(r.form)
	}
	switch {
	case l.affine() && !lt.Change:
		c.say(levelArithmetic(e.Span(), string(e.Op), lt))
		return typed{}
	case r.affine() && !rt.Change:
		c.say(levelArithmetic(e.Span(), string(e.Op), rt))
		return typed{}
	case lt.Unit == "" && rt.Unit == "":
		if e.Op == syntax.Mul && lt.Kind == catalog.Int && rt.Kind == catalog.Int {
			of.Kind = catalog.Int
		}
	case rt.Unit == "":
		of.Unit, of.Change, out.rule = lt.Unit, lt.Change, l.rule
	case lt.Unit == "" && e.Op == syntax.Mul:
		of.Unit, of.Change, out.rule = rt.Unit, rt.Change, r.rule
	case lt.Unit == rt.Unit && e.Op == syntax.Div:
	default:
		c.say(unitProduct(e.Span(), lt, rt))
		return typed{}
	}
	if _, literal := r.form.Literal(); e.Op == syntax.Div && !literal && !c.bend(e.R.Span(), "=", r.form, grid.Const(0)) {
		return typed{}
	}
	out.x = &plan.Arith{Op: string(e.Op), L: l.x, R: r.x, Of: of}
	return c.sound(out, e.Span(), e.Op == syntax.Div, l.form, r.form)
}

// functions are the calls of the language: how many arguments, and whether the result is whole.
var functions = map[string]struct{ least, most int }{
	"abs": {1, 1}, "round": {1, 1}, "floor": {1, 1}, "least": {2, 20}, "greatest": {2, 20},
}

func (c *checker) call(e *syntax.Call, s scope) typed {
	f, ok := functions[e.Name.Name]
	if !ok {
		c.say(unknownName(e.Name, "unknown-function", "function", keys(functions)))
		return typed{}
	}
	if len(e.Args) < f.least || len(e.Args) > f.most {
		c.say(argumentCount(e, f.least, f.most))
		return typed{}
	}
	out := &plan.Call{Fn: e.Name.Name}
	var first typed
	var forms []grid.Form
	for i, arg := range e.Args {
		t := c.expr(arg, s).settled()
		if !t.ok() {
			return typed{}
		}
		if !t.numeric() {
			c.say(wrongType(arg.Span(), "a number", t.x.Type()))
			return typed{}
		}
		if i == 0 {
			first, out.Of = t, t.x.Type()
		} else if t, ok = c.sameUnit(arg, first, t); !ok {
			return typed{}
		}
		if t.x.Type().Kind == catalog.Number {
			out.Of.Kind = catalog.Number
		}
		out.Args, forms = append(out.Args, t.x), append(forms, t.form)
	}
	if !c.bends(e, forms) {
		return typed{}
	}
	return c.sound(typed{x: out, rule: first.rule, form: grid.Bent(forms...)}, e.Span(), true, forms...)
}

// bends checks where a function of gridded numbers bends: `floor` and `round` at every whole number, `abs` at 0,
// `least` and `greatest` where two of them are equal.
func (c *checker) bends(e *syntax.Call, forms []grid.Form) bool {
	switch fn := e.Name.Name; {
	case fn == "abs":
		return c.bend(e.Span(), "<", forms[0], grid.Const(0))
	case fn == "floor" || fn == "round":
		if forms[0].Gridded() {
			c.say(noGrid(e.Span(), fmt.Sprintf("`%s` of a recorded value could tell a single person's exact value", fn), "use the value itself, or bands of it"))
			return false
		}
		return true
	}
	for i, f := range forms {
		for _, g := range forms[:i] {
			if !c.bend(e.Span(), "<", f, g) {
				return false
			}
		}
	}
	return true
}

// age counts completed years since birth. At a date that is moved by whole years it is solved for the age before.
func (c *checker) age(e *syntax.AgeAt, s scope) typed {
	birth, ok := c.birth(e.Span())
	if !ok {
		return typed{}
	}
	at := c.date(e.X, s)
	c.fixedOnGrid(e.X.Span(), at)
	years, ok := movedYears(c.leaves(at))
	if !ok {
		c.say(noGrid(e.Span(), "the age at a date that is moved could tell a single person's birth date", "ask the age at the date itself, or move it by whole years"))
		return typed{}
	}
	return aged(&plan.Elapsed{Unit: "years", From: birth, To: at}, birth, years)
}

// ageInYear counts calendar years since that of birth. For a fixed year its lines are those of the age at the last day
// of that year, so the grid of dates must have the ends of years.
func (c *checker) ageInYear(e *syntax.AgeInYear, s scope) typed {
	birth, ok := c.birth(e.Span())
	if !ok {
		return typed{}
	}
	at := c.date(e.X, s)
	c.fixedOnGrid(e.X.Span(), at)
	ls := c.leaves(at)
	years, ok := movedYears(ls)
	if !ok || slices.ContainsFunc(ls, c.finerThanYears) {
		c.say(noGrid(e.Span(), "the age in the year of this date could tell a single person's date", "use the date unmoved, or move it by whole years"))
		return typed{}
	}
	yearOf := func(x plan.Expr) plan.Expr { return &plan.Part{Which: "year", X: x} }
	return aged(&plan.Arith{Op: "-", L: yearOf(at), R: yearOf(birth), Of: intType}, birth, years)
}

// finerThanYears reports whether the grid of a date has no line at the end of some year.
func (c *checker) finerThanYears(l leaf) bool {
	g := l.grid
	if l.fixed {
		g = c.Catalog.Period.Grid
	}
	return g.Months > 0 && parts["year"]%g.Months != 0
}

// birth is the birth date, without which there is no age.
func (c *checker) birth(at diag.Span) (*plan.Attr, bool) {
	col, ok := c.Catalog.Attribute(birthDate)
	if !ok || col.Type.Kind != catalog.DateKind || !queryable(col) {
		c.say(noBirthDate(at))
		return nil, false
	}
	return &plan.Attr{Column: &col}, true
}

// aged gives an age the grid of ages; years is by how many its date is moved.
func aged(x plan.Expr, birth *plan.Attr, years int) typed {
	f := grid.Column(plan.String(x), birth.Column.AgeGrid, &catalog.Bounds{Low: -200, High: 200}, true)
	return typed{x: x, elapsed: "years", form: f.Add(grid.Const(float64(years)))}
}

// elapsed counts completed units between two dates. Between a person's own events they are exact; where a fixed date
// or the birth date takes part, the number can be summed but not compared.
func (c *checker) elapsed(e *syntax.SpanBetween, s scope) typed {
	u, ok := calendar[e.Unit]
	if !ok {
		c.say(notDuration(e.Span()))
		return typed{}
	}
	x := &plan.Elapsed{Unit: u.name, From: c.moment(e.A, s), To: c.moment(e.B, s)}
	if u.unit != "minutes" {
		x.From, x.To = c.dayOf(e.A.Span(), x.From), c.dayOf(e.B.Span(), x.To)
	} else if x.From.Type().Kind != catalog.TimeKind || x.To.Type().Kind != catalog.TimeKind {
		if !c.large {
			c.say(needsTime(e.Span(), e.Unit))
		}
		return typed{}
	}
	if !c.movable(e.A.Span(), x.From, u.unit) || !c.movable(e.B.Span(), x.To, u.unit) {
		return typed{}
	}
	out := typed{x: x, elapsed: u.name}
	fixed, moved := c.mixes(x.From, x.To)
	birth := c.birthIn(x.From, x.To)
	if !fixed && !birth {
		return out
	}
	out.form = grid.Opaque()
	moved = moved || birth && slices.ContainsFunc(append(c.leaves(x.From), c.leaves(x.To)...), leaf.moved)
	if moved || u.name == "weeks" || u.unit == "minutes" {
		c.say(noGrid(e.Span(), fmt.Sprintf("%s from a fixed date, or since birth, could tell a single person's exact date", u.name),
			"count days, months or years, and do not move the dates"))
		return typed{}
	}
	if !birth {
		c.fixedOnGrid(e.A.Span(), x.From)
		c.fixedOnGrid(e.B.Span(), x.To)
	}
	return out
}

// parts are the months of a part of a date.
var parts = map[string]int{"year": 12, "quarter": 3, "month": 1}

func (c *checker) datePart(e *syntax.YearOf, s scope) typed {
	x := c.date(e.X, s)
	out := typed{x: &plan.Part{Which: e.Part, X: x}}
	for _, l := range c.leaves(x) {
		if l.birth || !l.fixed && (l.days != 0 || l.minutes != 0 || l.grid.Months > 0 && (l.months%l.grid.Months != 0 || parts[e.Part]%l.grid.Months != 0)) {
			c.say(noGrid(e.Span(), fmt.Sprintf("the %s of this date is finer than the catalog's grid", e.Part), "use the date unmoved and a coarser part; of a birth date, use `age at …`"))
			return typed{}
		}
	}
	from, to := 1, 12/parts[e.Part]
	if e.Part == "year" {
		from, to = c.Catalog.Period.Start.Time().Year(), c.Catalog.Period.End.Time().Year()
	}
	for n := from; n <= to; n++ {
		out.keys = append(out.keys, strconv.Itoa(n))
	}
	return out
}

func (c *checker) registered(e *syntax.Registered, s scope) typed {
	at := c.date(e.X, s)
	return boolean(c.observed(e.Span(), at, at))
}

// extreme checks first of (…) and last of (…): missing dates are ignored. Where one is a day, all are.
func (c *checker) extreme(e *syntax.ExtremeOf, s scope) typed {
	out := &plan.Extreme{Last: e.Which == syntax.Last}
	days := false
	for _, d := range e.Dates {
		x := c.moment(d, s)
		days = days || x.Type().Kind == catalog.DateKind
		out.Dates = append(out.Dates, x)
	}
	if days {
		for i, x := range out.Dates {
			out.Dates[i] = c.dayOf(e.Dates[i].Span(), x)
		}
	}
	return typed{x: out}
}

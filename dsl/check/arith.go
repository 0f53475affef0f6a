package check

import (
	"fmt"
	"strconv"

	"github.com/officina-enclave/officina/dsl/catalog"
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
	return typed{x: &plan.Arith{Op: "-", L: plan.IntConst(0), R: t.x, Of: t.x.Type()}, rule: t.rule, form: t.form.scaled(-1)}
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
	case l.is(catalog.DateKind):
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
	if r.is(catalog.DateKind) && e.Op == syntax.Sub {
		c.say(dateMinusDate(e.Span()))
		return typed{}
	}
	if r.lit != nil && (e.Op == syntax.Add || e.Op == syntax.Sub) {
		if d, ok := r.lit.duration(); ok && e.Op == syntax.Add {
			return typed{x: d.after(l.x)}
		} else if ok {
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
			c.say(levelArithmetic(e.Span(), string(e.Op), of))
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
	return typed{x: &plan.Arith{Op: string(e.Op), L: l.x, R: r.x, Of: of}, rule: rule, elapsed: l.elapsed, form: l.form.add(r.form.scaled(sign))}
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
	return typed{x: numberConst(v, of), rule: t.rule, form: form{base: v, linear: true}}
}

// product checks * and /: at most one side has a unit, but for a ratio of equal units.
func (c *checker) product(e *syntax.Binary, l, r typed) typed {
	l, r = l.settled(), r.settled()
	lt, rt := l.x.Type(), r.x.Type()
	of := catalog.Type{Kind: catalog.Number}
	out := typed{form: opaque(l.form, r.form)}
	switch {
	case l.affine() && !lt.Change || r.affine() && !rt.Change:
		c.say(levelArithmetic(e.Span(), string(e.Op), lt))
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
	if k, ok := constNumber(r.x); ok && k != 0 {
		if e.Op == syntax.Div {
			k = 1 / k
		}
		out.form = l.form.scaled(k)
	} else if k, ok := constNumber(l.x); ok && e.Op == syntax.Mul && k != 0 {
		out.form = r.form.scaled(k)
	}
	out.x = &plan.Arith{Op: string(e.Op), L: l.x, R: r.x, Of: of}
	return out
}

func constNumber(x plan.Expr) (float64, bool) {
	k, ok := x.(*plan.Const)
	if !ok {
		return 0, false
	}
	switch v := k.Value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
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
	var forms []form
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
	return typed{x: out, rule: first.rule, form: opaque(forms...)}
}

// age counts completed years since birth.
func (c *checker) age(e *syntax.AgeAt, s scope) typed {
	birth, ok := c.Catalog.Attribute("birth_date")
	if !ok || birth.Type.Kind != catalog.DateKind {
		c.say(noBirthDate(e.Span()))
		return typed{}
	}
	at := c.date(e.X, s)
	if d, ok := constDate(at); ok {
		c.onDateGrid(e.X, d, c.Catalog.Period.Grid)
	}
	x := &plan.Elapsed{Unit: "years", From: &plan.Attr{Column: &birth}, To: at}
	return typed{x: x, elapsed: "years", form: columnForm(plan.String(x), birth.AgeGrid)}
}

func (c *checker) elapsed(e *syntax.SpanBetween, s scope) typed {
	u, ok := calendar[e.Unit]
	if !ok {
		c.say(needsTime(e.Span(), e.Unit))
		return typed{}
	}
	x := &plan.Elapsed{Unit: u.name, From: c.date(e.A, s), To: c.date(e.B, s)}
	out := typed{x: x, elapsed: u.name}
	_, from := constDate(x.From)
	_, to := constDate(x.To)
	if from != to || birthIn(x.From) || birthIn(x.To) {
		out.form = form{gridded: true} // a fixed date against a recorded one: its days would be counted out
	}
	return out
}

// birthIn reports whether an expression reads the birth date, whose days are never counted out.
func birthIn(x plan.Expr) bool {
	found := false
	plan.Walk(x, func(x plan.Expr) bool {
		a, ok := x.(*plan.Attr)
		found = found || ok && a.Column.Name == "birth_date"
		return true
	})
	return found
}

func (c *checker) datePart(e *syntax.YearOf, s scope) typed {
	x := c.date(e.X, s)
	out := typed{x: &plan.Part{Which: e.Part, X: x}}
	from, to := 1, 12
	switch e.Part {
	case "quarter":
		to = 4
	case "year":
		from, to = c.Catalog.Period.Start.Time().Year(), c.Catalog.Period.End.Time().Year()
	}
	if birthIn(x) {
		c.say(noGrid(e.Span(), fmt.Sprintf("the %s of birth", e.Part), "group by `age at index in bands (…)`"))
		return typed{}
	}
	for n := from; n <= to; n++ {
		out.keys = append(out.keys, strconv.Itoa(n))
	}
	return out
}

func (c *checker) registered(e *syntax.Registered, s scope) typed {
	at := c.date(e.X, s)
	if s.cohort != nil && s.cohort.index != nil && plan.String(at) == plan.String(s.cohort.index) {
		s.cohort.registered = true
	}
	return boolean(c.observed(at, at))
}

// extreme checks first of (…) and last of (…): missing dates are ignored.
func (c *checker) extreme(e *syntax.ExtremeOf, s scope) typed {
	out := &plan.Extreme{Last: e.Which == syntax.Last}
	for _, d := range e.Dates {
		out.Dates = append(out.Dates, c.date(d, s))
	}
	return typed{x: out}
}

package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// compare checks l op r. A literal takes the unit of the other side.
func (c *checker) compare(op string, le, re syntax.Expr, s scope) typed {
	l, r := c.expr(le, s), c.expr(re, s)
	if !l.ok() || !r.ok() {
		return typed{}
	}
	if l.lit != nil && r.lit == nil {
		return c.compareTyped(mirrored[op], re, le, r, l)
	}
	return c.compareTyped(op, le, re, l, r)
}

var mirrored = map[string]string{"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

func (c *checker) compareTyped(op string, le, re syntax.Expr, l, r typed) typed {
	l = l.settled()
	ordered := op != "=" && op != "!="
	switch {
	case l.numeric() && r.numeric():
		return c.compareNumbers(op, re, l, r)
	case l.temporal() && r.temporal():
		if l.x.Type() != r.x.Type() {
			l.x, r.x = c.dayOf(le.Span(), l.x), c.dayOf(re.Span(), r.x)
		}
		c.datesOnGrid(op, le.Span().Join(re.Span()), l.x, r.x)
	case ordered && (textual(l) && textual(r) || l.is(catalog.Bool) && r.is(catalog.Bool)):
		c.say(noOrder(le.Span().Join(re.Span()), l.x.Type()))
		return typed{}
	case textual(l) && textual(r):
		c.oneOf(l, r, re)
		c.oneOf(r, l, le)
	case l.is(catalog.Bool) && r.is(catalog.Bool):
	default:
		c.say(cannotCompare(le.Span().Join(re.Span()), l.x.Type(), r.settled().x.Type()))
		return typed{}
	}
	return boolean(&plan.Compare{Op: op, L: l.x, R: r.x})
}

func textual(t typed) bool { return t.is(catalog.Code) || t.is(catalog.String) }

// oneOf says when a word is compared with a column that never holds it.
func (c *checker) oneOf(column, word typed, at syntax.Expr) {
	k, ok := word.x.(*plan.Const)
	if !ok || !column.is(catalog.Code) || len(column.keys) == 0 {
		return
	}
	if v, ok := k.Value.(string); ok && !contains(column.keys, v) {
		c.say(unknownWord(at.Span(), v, column.keys))
	}
}

func (c *checker) compareNumbers(op string, re syntax.Expr, l, r typed) typed {
	if r.lit != nil {
		v, ok := c.convertLiteral(l, r.lit)
		if !ok {
			return typed{}
		}
		v = c.onGrid(l, re.Span(), op, v, r.lit.unit)
		return boolean(&plan.Compare{Op: op, L: l.x, R: numberConst(v, l.x.Type())})
	}
	r, ok := c.sameUnit(re, l, r)
	if !ok {
		return typed{}
	}
	c.numbersOnGrid(op, re.Span(), l, r)
	return boolean(&plan.Compare{Op: op, L: l.x, R: r.x})
}

// sameUnit converts r into the unit of l.
func (c *checker) sameUnit(at syntax.Expr, l, r typed) (typed, bool) {
	lt, rt := l.x.Type(), r.x.Type()
	if lt.Unit == rt.Unit && lt.Change == rt.Change {
		return r, true
	}
	conv, ok := l.convert(rt.Unit, lt.Unit)
	if !ok || lt.Unit == "" || rt.Unit == "" || lt.Change != rt.Change {
		c.say(unitsDiffer(at.Span(), lt, rt))
		return typed{}, false
	}
	return r.converted(conv, lt), true
}

// converted applies a conversion; a change takes the slope only. The conversion back is the number as it was.
func (t typed) converted(conv catalog.Conversion, of catalog.Type) typed {
	if t.from != nil && t.from.x.Type() == of {
		return *t.from
	}
	from := t
	t.from = &from
	offset := conv.Offset
	if of.Change {
		offset = 0
	}
	t.x = &plan.Convert{X: t.x, Factor: conv.Factor, Offset: offset, Of: of}
	t.form = t.form.Converted(conv.Factor, offset)
	return t
}

// convertTo checks "x as UNIT".
func (c *checker) convertTo(e *syntax.Convert, s scope) typed {
	t := c.expr(e.X, s).settled()
	if !t.ok() {
		return typed{}
	}
	of := t.x.Type()
	if of.Unit == e.Unit {
		return t
	}
	conv, ok := t.convert(of.Unit, e.Unit)
	if of.Unit == "" || !ok {
		c.say(cannotConvert(e, t))
		return typed{}
	}
	of.Unit = e.Unit
	return t.converted(conv, of)
}

func (c *checker) isKnown(e *syntax.IsKnown, s scope) typed {
	t := c.expr(e.X, s).settled()
	if !t.ok() {
		return typed{}
	}
	x := plan.Expr(&plan.IsMissing{X: t.x})
	if !e.Missing {
		x = &plan.Not{X: x}
	}
	return boolean(x)
}

// inList checks membership of a list: each item as in a comparison. Names of code sets make it a list of codes.
func (c *checker) inList(e *syntax.InList, s scope) typed {
	if terms := c.codeNames(e.Items); len(terms) > 0 {
		return c.inCodes(&syntax.InCodes{Place: e.Place, X: e.X, Terms: terms}, s)
	}
	out := &plan.In{}
	x := c.expr(e.X, s)
	if !x.ok() {
		return typed{}
	}
	for _, item := range e.Items {
		t := c.expr(item, s)
		if !t.ok() {
			return typed{}
		}
		if _, literal := t.settled().x.(*plan.Const); !literal {
			c.say(notLiteral(item.Span()))
			return typed{}
		}
		found := c.compareTyped("=", e.X, item, x, t)
		if !found.ok() {
			return typed{}
		}
		is := found.x.(*plan.Compare)
		out.X, out.Values = is.L, append(out.Values, is.R.(*plan.Const))
	}
	if out.X == nil {
		return boolean(plan.False())
	}
	return boolean(out)
}

// codeNames makes terms of items that are all names of code sets.
func (c *checker) codeNames(items []syntax.Expr) []syntax.CodeTerm {
	var out []syntax.CodeTerm
	for _, item := range items {
		name, ok := item.(*syntax.Ident)
		if !ok || c.codes[name.Name] == nil && !c.codeParam(name.Name) {
			return nil
		}
		out = append(out, syntax.CodeTerm{Place: name.Place, Name: name.Name})
	}
	return out
}

func (c *checker) inCodes(e *syntax.InCodes, s scope) typed {
	t := c.eventCode(e.X, s)
	if !t.ok() {
		return typed{}
	}
	return boolean(&plan.InCodes{X: t.x, Codes: c.codesOf(s.source, e.Terms, e.Span())})
}

// eventCode checks an expression that must be the code of the current event.
func (c *checker) eventCode(e syntax.Expr, s scope) typed {
	t := c.expr(e, s)
	if !t.ok() {
		return typed{}
	}
	if f, ok := t.x.(*plan.Field); !ok || f.Column.Name != catalog.CodeOf {
		c.say(notACode(e.Span()))
		return typed{}
	}
	return t
}

// contains checks that the published label of the event's code has a text in it: it is a set of codes.
func (c *checker) contains(e *syntax.Contains, s scope) typed {
	t := c.eventCode(e.X, s)
	if !t.ok() {
		return typed{}
	}
	set := &plan.CodeSet{Codes: c.Vocabulary.Containing(s.source.Systems, e.Text.Value)}
	if len(set.Codes) == 0 {
		c.say(noLabel(e.Text))
	}
	if c.coded += len(set.Codes); c.coded > MaxCodes {
		c.say(tooMany(e.Span(), "codes", c.coded, MaxCodes))
		return typed{}
	}
	return boolean(&plan.InCodes{X: t.x, Codes: set})
}

// quantified checks all of, any of, none of, at least N of.
func (c *checker) quantified(e *syntax.Quantified, s scope) typed {
	var xs []plan.Expr
	for _, cond := range e.Conds {
		xs = append(xs, c.cond(cond, s))
	}
	switch e.Op {
	case syntax.All:
		return boolean(&plan.And{Xs: xs})
	case syntax.Any:
		return boolean(&plan.Or{Xs: xs})
	case syntax.None:
		return boolean(&plan.Not{X: &plan.Or{Xs: xs}})
	}
	if e.N > len(xs) {
		c.say(moreThanListed(e.Span(), e.N, len(xs)))
	}
	return boolean(&plan.AtLeast{N: e.N, Xs: xs})
}

// caseOf checks when … then … otherwise: all branches have one type.
func (c *checker) caseOf(e *syntax.Case, s scope) typed {
	out := &plan.Case{CatchUnknown: e.OrUnknown}
	otherwise := c.expr(e.Otherwise, s).settled()
	result := typed{x: out, rule: otherwise.rule, elapsed: otherwise.elapsed, form: otherwise.form}
	same, listed := true, true
	branch := func(t typed, at syntax.Expr) plan.Expr {
		t = t.settled()
		if !t.ok() || !otherwise.ok() {
			same = false
			return plan.False()
		}
		if !sameKind(t.x.Type(), otherwise.x.Type()) {
			c.say(branchesDiffer(at.Span(), t.x.Type(), otherwise.x.Type()))
			same = false
		}
		for _, k := range t.keys {
			if !contains(result.keys, k) {
				result.keys = append(result.keys, k)
			}
		}
		listed = listed && len(t.keys) > 0
		result.form = result.form.Or(t.form)
		return t.x
	}
	for _, w := range e.Whens {
		cond := c.cond(w.Cond, s)
		out.Whens = append(out.Whens, plan.When{If: cond, Then: branch(c.expr(w.Then, s), w.Then)})
	}
	out.Else = branch(otherwise, e.Otherwise)
	if !same {
		return typed{}
	}
	if !listed {
		result.keys = nil // one branch can give anything
	}
	out.Of = otherwise.x.Type()
	if slices.ContainsFunc(out.Whens, func(w plan.When) bool { return w.Then.Type().Kind == catalog.Number }) {
		out.Of.Kind = catalog.Number
	}
	return result
}

func sameKind(a, b catalog.Type) bool {
	number := func(t catalog.Type) bool { return t.Kind == catalog.Int || t.Kind == catalog.Number }
	text := func(t catalog.Type) bool { return t.Kind == catalog.Code || t.Kind == catalog.String }
	return a == b || number(a) && number(b) && a.Unit == b.Unit && a.Change == b.Change || text(a) && text(b)
}

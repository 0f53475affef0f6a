package syntax

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

func (c *converter) expr(g *gExpr) Expr {
	var x Expr
	if g.Case != nil {
		x = c.cases(g.Case)
	} else {
		x = c.logic(g.X)
	}
	if g.Unit != "" {
		x = &Convert{place(g.Tokens), x, g.Unit}
	}
	return x
}

func (c *converter) exprs(gs []*gExpr) []Expr {
	out := make([]Expr, len(gs))
	for i, g := range gs {
		out[i] = c.expr(g)
	}
	return out
}

func (c *converter) cases(g *gCase) Expr {
	x := &Case{Place: place(g.Tokens), Otherwise: c.logic(g.Otherwise), OrUnknown: g.OrUnknown}
	for _, w := range g.Whens {
		x.Whens = append(x.Whens, When{place(w.Tokens), c.logic(w.Cond), c.logic(w.Then)})
	}
	return x
}

// part is an expression with the tokens it was written as, its parentheses included.
type part struct {
	x      Expr
	tokens []lexer.Token
}

// link is an operator of a chain and the part on its right.
type link struct {
	op Op
	part
}

// chain makes a tree of a chain of operators, which all bind to the left, the tight ones before the others.
func chain(first part, rest []link, tight ...Op) Expr {
	all, term := part{}, first // what is complete, and what a tight operator would continue
	var op Op                  // between the two
	for _, l := range rest {
		if slices.Contains(tight, l.op) {
			term = join(l.op, term, l.part)
			continue
		}
		all, op, term = join(op, all, term), l.op, l.part
	}
	return join(op, all, term).x
}

// join makes a Binary of two parts; without a left one it is the right one.
func join(op Op, l, r part) part {
	if l.x == nil {
		return r
	}
	at := Place{place(l.tokens).Range.Join(place(r.tokens).Range)}
	return part{&Binary{at, op, l.x, r.x}, []lexer.Token{l.tokens[0], r.tokens[len(r.tokens)-1]}}
}

func (c *converter) logic(g *gLogic) Expr {
	rest := make([]link, len(g.Rest))
	first := part{c.not(g.L), g.L.Tokens}
	for i, l := range g.Rest {
		rest[i] = link{Op(l.Op), part{c.not(l.R), l.R.Tokens}}
	}
	return chain(first, rest, And)
}

func (c *converter) not(g *gCompare) Expr {
	if len(g.Nots) > MaxNesting {
		c.list.Add(tooDeep(place(g.Tokens).Range))
		return &BoolLit{Place: place(g.Tokens)}
	}
	x := c.compare(place(g.Tokens[len(g.Nots):]), g)
	for i := len(g.Nots) - 1; i >= 0; i-- {
		x = &Unary{place(g.Tokens[i:]), Not, x}
	}
	return x
}

func (c *converter) compare(at Place, g *gCompare) Expr {
	x := c.sum(g.L)
	switch {
	case g.Op != "":
		return &Compare{at, Op(g.Op), x, c.sum(g.R)}
	case g.Between != nil:
		return &BetweenExpr{at, x, c.sum(g.Between.Low), c.sum(g.Between.High)}
	case g.In != nil:
		return c.in(at, x, g.In)
	case g.Is != "":
		return &IsKnown{at, x, g.Is == "missing"}
	case g.Text != nil:
		return &Contains{at, x, c.text(g.Text)}
	}
	return x
}

// in makes an InCodes of a single name or code, and of a list with a code in it.
func (c *converter) in(at Place, x Expr, g *gMembers) Expr {
	if g.Term != nil {
		return &InCodes{at, x, c.terms([]*gCodeTerm{g.Term})}
	}
	hasCode := false
	for _, m := range g.Items {
		hasCode = hasCode || m.Term != nil && (m.Term.Curie != "" || m.Term.Descendants)
	}
	if hasCode {
		return &InCodes{at, x, c.codeItems(g.Items)}
	}
	list := &InList{Place: at, X: x}
	for _, m := range g.Items {
		list.Items = append(list.Items, c.item(m))
	}
	return list
}

func (c *converter) codeItems(items []*gMember) []CodeTerm {
	var out []CodeTerm
	for _, m := range items {
		if m.Term == nil {
			c.list.Add(notACode(place(m.Tokens).Range))
			continue
		}
		out = append(out, c.terms([]*gCodeTerm{m.Term})...)
	}
	return out
}

func (c *converter) item(m *gMember) Expr {
	if m.Term != nil {
		return &Ident{place(m.Tokens), m.Term.Name}
	}
	if m.Text != nil {
		s := c.text(m.Text)
		return &s
	}
	return c.expr(m.X)
}

func (c *converter) sum(g *gSum) Expr {
	rest := make([]link, len(g.Rest))
	first := part{c.operand(g.L), g.L.Tokens}
	for i, s := range g.Rest {
		rest[i] = link{Op(s.Op), part{c.operand(s.R), s.R.Tokens}}
	}
	return chain(first, rest, Mul, Div)
}

// optionalSum is sum where the grammar may have read nothing.
func (c *converter) optionalSum(g *gSum) Expr {
	if g == nil {
		return nil
	}
	return c.sum(g)
}

func (c *converter) operand(g *gOperand) Expr {
	x := c.primary(g.X)
	if g.Neg {
		x = &Unary{place(g.Tokens), Neg, x}
	}
	return x
}

// primary counts the nesting; every expression within another passes here.
func (c *converter) primary(g *gPrimary) Expr {
	at := place(g.Tokens)
	if c.depth > MaxNesting {
		c.list.Add(tooDeep(at.Range))
		return &BoolLit{Place: at}
	}
	c.depth++
	defer func() { c.depth-- }()
	switch {
	case g.Paren != nil:
		return c.expr(g.Paren)
	case g.Number != nil:
		return c.number(g.Number)
	case g.Date != nil:
		return &DateLit{at, g.Date.Value}
	case g.String != nil:
		s := c.text(g.String)
		return &s
	case g.Curie != nil:
		return &Curie{at, g.Curie.Value}
	case g.Fixed != nil:
		return c.fixed(at, g.Fixed)
	case g.Form != nil:
		return c.form(at, g.Form)
	}
	return c.named(at, g.Named)
}

func (c *converter) fixed(at Place, g *gFixed) Expr {
	switch {
	case g.Bool != nil:
		return &BoolLit{at, g.Bool.Value == "true"}
	case g.Pick != nil:
		return c.pick(g.Pick)
	case g.AllOf != nil:
		return &Quantified{at, All, 0, c.exprs(g.AllOf.Items)}
	case g.NoneOf != nil:
		return &Quantified{at, None, 0, c.exprs(g.NoneOf.Items)}
	case g.Index != nil:
		return &IndexOf{at, c.ident(*g.Index)}
	case g.Member != nil:
		in := &InCohort{Place: at, Name: c.ident(g.Member.Name)}
		for _, p := range g.Member.Phrases {
			in.Phrases = append(in.Phrases, c.phrase(p))
		}
		return in
	}
	return c.exists(at, g.Exists)
}

func (c *converter) form(at Place, g *gForm) Expr {
	switch {
	case g.AgeAt != nil:
		return &AgeAt{at, c.anchor(g.AgeAt)}
	case g.AgeIn != nil:
		return &AgeInYear{at, c.anchor(g.AgeIn)}
	case g.Count != nil:
		return c.countOf(at, g.Count)
	case g.Agg != nil:
		return &Agg{at, g.Agg.Fn, c.ident(g.Agg.Column), c.set(g.Agg.Set)}
	case g.Registered != nil:
		return &Registered{at, c.anchor(g.Registered)}
	case g.Between != nil:
		return &SpanBetween{at, g.Between.Unit, c.anchor(g.Between.A), c.anchor(g.Between.B)}
	}
	return c.moreForms(at, g)
}

func (c *converter) moreForms(at Place, g *gForm) Expr {
	switch {
	case g.YearOf != nil:
		return &YearOf{at, g.YearOf.Part, c.anchor(g.YearOf.X)}
	case g.Pick != nil:
		return c.pickEvent(g.Pick)
	case g.Share != nil:
		return &Share{at, c.set(g.Share.Set), c.expr(g.Share.Cond)}
	case g.Covered != nil:
		return c.covered(at, g.Covered)
	case g.Change != nil:
		return &PercentChange{at, c.primary(g.Change.From), c.primary(g.Change.To)}
	}
	return &Observed{at, c.anchor(g.Observed.From), c.anchor(g.Observed.To)}
}

// covered takes the last phrase of the set for the window.
func (c *converter) covered(at Place, g *gCovered) Expr {
	last := len(g.Set.Phrases) - 1
	if last < 0 {
		c.list.Add(noWindow(at.Range, g.What))
		return &BoolLit{Place: at}
	}
	window := c.phrase(g.Set.Phrases[last])
	if window.Kind != FromTo && (window.Kind != During || window.Set != nil) {
		c.list.Add(noWindow(window.Range, g.What))
	}
	set := *g.Set
	set.Phrases = set.Phrases[:last]
	return &Covered{at, g.What == "proportion", c.set(&set), window}
}

func (c *converter) named(at Place, g *gNamed) Expr {
	name := dotted(g.Name)
	switch {
	case g.Call:
		return &Call{at, name, c.exprs(g.Args)}
	case g.Pick != nil:
		return &FieldOf{Place: at, Column: name, Pick: c.pickEvent(g.Pick)}
	case g.Of != nil:
		return &FieldOf{Place: at, Column: name, Name: dotted([]lexer.Token{*g.Of})}
	case g.Event:
		return &FieldOf{Place: at, Column: name}
	}
	return &name
}

// dotted joins the parts of a name and the dots between them.
func dotted(parts []lexer.Token) Ident {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Value)
	}
	return Ident{place(parts), b.String()}
}

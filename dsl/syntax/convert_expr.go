package syntax

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

func (c *converter) expr(g *gExpr) Expr {
	var x Expr
	if g.Case != nil {
		x = c.cases(g.Case)
	} else {
		x = c.or(g.X)
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
	x := &Case{Place: place(g.Tokens), Otherwise: c.or(g.Otherwise), OrUnknown: g.OrUnknown}
	for _, w := range g.Whens {
		x.Whens = append(x.Whens, When{place(w.Tokens), c.or(w.Cond), c.or(w.Then)})
	}
	return x
}

// from is the place from the first token of a chain to the end of one of its links.
func from(chain, link []lexer.Token) Place {
	return Place{spanOf(chain[0]).Join(place(link).Range)}
}

func (c *converter) or(g *gOr) Expr {
	x := c.and(g.Terms[0])
	for _, t := range g.Terms[1:] {
		x = &Binary{from(g.Tokens, t.Tokens), Or, x, c.and(t)}
	}
	return x
}

func (c *converter) and(g *gAnd) Expr {
	x := c.not(g.Terms[0])
	for _, t := range g.Terms[1:] {
		x = &Binary{from(g.Tokens, t.Tokens), And, x, c.not(t)}
	}
	return x
}

func (c *converter) not(g *gNot) Expr {
	if len(g.Nots) > MaxNesting {
		c.list.Add(tooDeep(place(g.Tokens).Range))
		return &BoolLit{Place: place(g.Tokens)}
	}
	x := c.compare(g.X)
	for i := len(g.Nots) - 1; i >= 0; i-- {
		x = &Unary{place(g.Tokens[i:]), Not, x}
	}
	return x
}

func (c *converter) compare(g *gCompare) Expr {
	x, at := c.sum(g.L), place(g.Tokens)
	switch {
	case g.Op != "":
		return &Compare{at, Op(g.Op), x, c.sum(g.R)}
	case g.Between != nil:
		return &BetweenExpr{at, x, c.sum(g.Between.Low), c.sum(g.Between.High)}
	case g.In != nil:
		return c.in(at, x, g.In)
	case g.Is != nil:
		return &IsKnown{at, x, g.Is.Word == "missing"}
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
	return c.expr(m.X)
}

func (c *converter) sum(g *gSum) Expr {
	x := c.product(g.L)
	for _, r := range g.Rest {
		x = &Binary{from(g.Tokens, r.R.Tokens), Op(r.Op), x, c.product(r.R)}
	}
	return x
}

// optionalSum is sum where the grammar may have read nothing.
func (c *converter) optionalSum(g *gSum) Expr {
	if g == nil {
		return nil
	}
	return c.sum(g)
}

func (c *converter) product(g *gProduct) Expr {
	x := c.unary(g.L)
	for _, r := range g.Rest {
		x = &Binary{from(g.Tokens, r.R.Tokens), Op(r.Op), x, c.unary(r.R)}
	}
	return x
}

func (c *converter) unary(g *gUnary) Expr {
	x := c.primary(g.X)
	if g.Neg != nil {
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
	}
	return c.exists(at, g.Exists)
}

func (c *converter) form(at Place, g *gForm) Expr {
	switch {
	case g.AgeAt != nil:
		return &AgeAt{at, c.anchor(g.AgeAt)}
	case g.Count != nil:
		return c.countOf(at, g.Count)
	case g.Agg != nil:
		return &Agg{at, g.Agg.Fn, c.ident(g.Agg.Column), c.set(g.Agg.Set)}
	case g.Registered != nil:
		return &Registered{at, c.anchor(g.Registered)}
	case g.Between != nil:
		return &SpanBetween{at, g.Between.Unit, c.anchor(g.Between.A), c.anchor(g.Between.B)}
	}
	return &YearOf{at, g.YearOf.Part, c.anchor(g.YearOf.X)}
}

func (c *converter) named(at Place, g *gNamed) Expr {
	name := dotted(g.Name)
	switch {
	case g.Call:
		return &Call{at, name, c.exprs(g.Args)}
	case g.Pick != nil:
		return &FieldOf{at, name, c.pickEvent(g.Pick)}
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

package syntax

import (
	"regexp"
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
)

// maxCount is the largest number of events or conditions that a query can ask for.
const maxCount = 1_000_000

// converter makes the tree from what the grammar read. It keeps count of the nesting of expressions, which
// brackets alone do not bound ("age at age at …").
type converter struct {
	list  *diag.List
	depth int
}

func (c *converter) decl(g *gDecl) Decl {
	switch {
	case g.Param != nil:
		return c.param(g.Param)
	case g.Codes != nil:
		return &Codes{place(g.Codes.Tokens), c.ident(g.Codes.Name), c.terms(g.Codes.Terms), c.terms(g.Codes.Except)}
	case g.Define != nil:
		return c.define(g.Define)
	case g.Report != nil:
		return c.report(g.Report)
	}
	return &Cohort{Place: place(g.Cohort.Tokens), Name: c.ident(g.Cohort.Name)}
}

func (c *converter) stmt(g *gStmt) Stmt {
	switch {
	case g.Index != nil:
		return &Index{place(g.Index.Tokens), c.expr(g.Index.X)}
	case g.Lookback != nil:
		return &Lookback{place(g.Lookback.Tokens), c.duration(g.Lookback.D)}
	case g.Rule != nil:
		r := g.Rule
		return &Rule{place(r.Tokens), r.Kind == "exclude", c.text(r.Label), c.expr(r.Cond)}
	case g.Followup != nil:
		f := g.Followup
		return &Followup{place(f.Tokens), f.Including, c.optionalSum(f.From), c.sum(f.Until)}
	}
	return c.define(g.Define)
}

func (c *converter) study(g *gStudy) *Study {
	s := &Study{Place: place(g.Tokens), Title: c.text(&g.Title)}
	seen := map[string]diag.Span{}
	for _, o := range g.Options {
		word := o.Tokens[0].Value
		if first, ok := seen[word]; ok {
			c.list.Add(twice(spanOf(o.Tokens[0]), "`"+word+"`", first))
			continue
		}
		seen[word] = spanOf(o.Tokens[0])
		switch {
		case o.Version != nil:
			s.Version = c.text(o.Version)
		case o.Approval != nil:
			s.Approval = c.text(o.Approval)
		case o.Dataset != nil:
			s.Dataset = Ident{place(o.Tokens[1:]), unquote(o.Dataset.Value)}
		}
		for _, t := range o.Purpose {
			if t.Value != "," {
				s.Purpose = append(s.Purpose, Curie{Place{spanOf(t)}, t.Value})
			}
		}
	}
	return s
}

func (c *converter) param(g *gParam) *Param {
	p := &Param{Place: place(g.Tokens), Name: c.ident(g.Name), Type: c.ident(g.Type)}
	if g.Default != nil {
		p.Default = c.expr(g.Default)
	}
	return p
}

func (c *converter) define(g *gDefine) *Define {
	return &Define{place(g.Tokens), c.ident(g.Name), c.expr(g.X)}
}

func (c *converter) report(g *gReport) *Report {
	r := &Report{Place: place(g.Tokens), Kind: c.ident(g.Kind), Title: c.text(g.Title), Cohort: c.ident(g.Cohort)}
	for _, d := range g.By {
		r.By = append(r.By, c.dimension(d))
	}
	for _, cl := range g.Clauses {
		values := make([]ClauseValue, len(cl.Values))
		for i, v := range cl.Values {
			values[i] = ClauseValue{place(v.Tokens), c.expr(v.X), c.text(v.Label)}
		}
		r.Clauses = append(r.Clauses, Clause{place(cl.Tokens), c.ident(cl.Key), values})
	}
	return r
}

func (c *converter) dimension(g *gDimension) Dimension {
	d := Dimension{Place: place(g.Tokens), X: c.expr(g.X), Label: c.text(g.Label)}
	for _, b := range g.Bands {
		band := Band{Place: place(b.Tokens)}
		for _, low := range []*gNumber{b.From, b.Low} {
			if low != nil {
				band.Low = c.number(low)
			}
		}
		for _, high := range []*gNumber{b.Below, b.High} {
			if high != nil {
				band.High = c.number(high)
			}
		}
		d.Bands = append(d.Bands, band)
	}
	return d
}

func (c *converter) terms(gs []*gCodeTerm) []CodeTerm {
	var out []CodeTerm
	for _, g := range gs {
		if g.Descendants && g.Name != "" {
			c.list.Add(noDescendants(place(g.Tokens).Range))
		}
		out = append(out, CodeTerm{Place: place(g.Tokens), Curie: g.Curie, Name: g.Name, Descendants: g.Descendants})
	}
	return out
}

func (c *converter) ident(t lexer.Token) Ident { return Ident{Place{spanOf(t)}, t.Value} }

// text converts a token with quotes; nil gives the zero StringLit.
func (c *converter) text(t *lexer.Token) StringLit {
	if t == nil {
		return StringLit{}
	}
	return StringLit{Place{spanOf(*t)}, unquote(t.Value)}
}

var escape = regexp.MustCompile(`\\(.)`)

// unquote takes the quotes from a text, if it has some; a backslash makes the next character stand for itself.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	return escape.ReplaceAllString(s[1:len(s)-1], "$1")
}

func (c *converter) number(g *gNumber) *Number {
	value, err := strconv.ParseFloat(g.Text, 64)
	if err != nil {
		c.list.Add(badNumber(place(g.Tokens).Range))
	}
	return &Number{place(g.Tokens), g.Text, value, g.Unit}
}

// count reads how many events or conditions there must be; span is where to point.
func (c *converter) count(text string, span diag.Span) int {
	n, err := strconv.Atoi(text)
	if err != nil || n > maxCount {
		c.list.Add(notWhole(span))
	}
	return n
}

func (c *converter) duration(g *gDuration) Expr {
	if g.Number != nil {
		return c.number(g.Number)
	}
	id := c.ident(*g.Name)
	return &id
}

func (c *converter) exists(at Place, g *gExists) Expr {
	of := g.AnyOf
	if of == nil {
		of = g.LeastOf
	}
	q, text, set := Any, "", g.AnySet
	switch {
	case g.No != nil:
		q, set = No, g.No
	case g.AtLeast != "":
		q, text, set = AtLeast, g.AtLeast, g.LeastSet
	case g.AtMost != "":
		q, text, set = AtMost, g.AtMost, g.MostSet
	case g.Exactly != "":
		q, text, set = Exactly, g.Exactly, g.ExactSet
	}
	n := 0
	if text != "" {
		n = c.count(text, at.Range)
	}
	if of != nil {
		if g.Distinct {
			c.list.Add(distinctConditions(at.Range))
		}
		return &Quantified{at, q, n, c.exprs(of.Items)}
	}
	return &Exists{at, q, n, c.set(set), g.Distinct}
}

// pick makes an ExtremeOf of a list of dates, else a Pick.
func (c *converter) pick(g *gPick) Expr {
	if g.Set == nil {
		return &ExtremeOf{place(g.Tokens), Which(g.Which), c.exprs(g.Dates)}
	}
	return c.pickEvent(g)
}

func (c *converter) pickEvent(g *gPick) *Pick {
	return &Pick{Place: place(g.Tokens), Which: Which(g.Which), Ever: g.Ever, Set: c.set(g.Set)}
}

func (c *converter) countOf(at Place, g *gCount) Expr {
	a := &Agg{Place: at, Fn: "count", Set: c.set(g.Set)}
	if g.What != nil {
		a.Column = c.ident(*g.What)
	}
	return a
}

// anchor adds the written durations to a date.
func (c *converter) anchor(g *gAnchor) Expr {
	rest := make([]link, len(g.Offsets))
	first := part{c.primary(g.X), g.X.Tokens}
	for i, o := range g.Offsets {
		rest[i] = link{Op(o.Op), part{c.number(o.D), o.D.Tokens}}
	}
	return chain(first, rest)
}

// set adds the phrases after a parenthesised set to those inside.
func (c *converter) set(g *gSet) *EventSet {
	var s *EventSet
	switch {
	case g.Inner == nil:
		s = &EventSet{Source: dotted(g.Source), Codes: c.terms(g.Codes)}
		if g.Where != nil {
			s.Where = c.expr(g.Where)
		}
	default:
		s = c.set(g.Inner)
	}
	s.Place = place(g.Tokens)
	for _, p := range g.Phrases {
		s.Phrases = append(s.Phrases, c.phrase(p))
	}
	return s
}

func (c *converter) phrase(g *gPhrase) Phrase {
	p := Phrase{Place: place(g.Tokens)}
	switch {
	case g.EndX != nil:
		p.Kind, p.Ending, p.A = PhraseKind(g.Ending), true, c.anchor(g.EndX)
	case g.X != nil:
		p.Kind, p.A = simplePhrase(g), c.anchor(g.X)
	case g.Within != nil:
		w := g.Within
		p.Kind, p.D, p.A = PhraseKind("within "+w.Direction), c.duration(w.D), c.anchor(w.X)
	case g.Range != nil:
		r := g.Range
		p.Kind, p.M, p.N, p.A = PhraseKind("between "+r.Direction), c.duration(r.M), c.duration(r.N), c.anchor(r.X)
		shareUnit(p.M, p.N)
	case g.FromTo != nil:
		p.Kind, p.A, p.B = FromTo, c.anchor(g.FromTo.From), c.anchor(g.FromTo.To)
	default:
		p.Kind, p.Window = During, c.ident(*g.During)
	}
	return p
}

func simplePhrase(g *gPhrase) PhraseKind {
	switch {
	case g.OnOr != "":
		return PhraseKind("on or " + g.OnOr)
	case g.On:
		return On
	}
	return PhraseKind(g.Word)
}

// shareUnit gives m the unit of n where it has none: "between 90 and 270 days".
func shareUnit(m, n Expr) {
	low, ok1 := m.(*Number)
	high, ok2 := n.(*Number)
	if ok1 && ok2 && low.Unit == "" {
		low.Unit = high.Unit
	}
}

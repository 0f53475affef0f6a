package syntax

import (
	"strconv"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
)

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
	if g.Dates != nil {
		return &ExtremeOf{place(g.Tokens), Which(g.Which), c.exprs(g.Dates)}
	}
	return c.pickEvent(g)
}

func (c *converter) pickEvent(g *gPick) *Pick {
	p := &Pick{Place: place(g.Tokens), Which: Which(g.Which), Ever: g.Ever}
	switch {
	case g.Nth != nil:
		p.Which, p.N, p.Set = Nth, c.ordinal(*g.Nth), c.set(g.NthSet)
	case g.To != nil:
		p.Which, p.To, p.Set = Nearest, c.target(g.To), c.set(g.NearSet)
	case g.Extreme != "":
		p.Which, p.Set = Which(g.Extreme), c.set(g.ExtrSet)
	default:
		p.Set = c.set(g.Set)
	}
	return p
}

// ordinal reads 1st, 2nd, 3rd, 4th, 11th and so on.
func (c *converter) ordinal(t lexer.Token) int {
	n, err := strconv.Atoi(t.Value[:len(t.Value)-2])
	switch {
	case err != nil || n < 1 || n > maxCount:
		c.list.Add(notAPlace(spanOf(t)))
	case ordinal(n) != t.Value:
		c.list.Add(wrongOrdinal(spanOf(t), ordinal(n)))
	}
	return n
}

// ordinal writes a place in an order.
func ordinal(n int) string {
	end := "th"
	if n/10%10 != 1 && n%10 >= 1 && n%10 <= 3 {
		end = [...]string{"st", "nd", "rd"}[n%10-1]
	}
	return strconv.Itoa(n) + end
}

// target adds the written durations to the date of "nearest to".
func (c *converter) target(g *gTarget) Expr {
	var x Expr
	switch {
	case g.Paren != nil:
		x = c.expr(g.Paren)
	case g.Date != nil:
		x = &DateLit{Place{spanOf(*g.Date)}, g.Date.Value}
	case g.Pick != nil:
		x = c.pick(g.Pick)
	default:
		name := dotted(g.Name)
		x = &name
	}
	first := len(g.Tokens)
	for _, o := range g.Offsets {
		first -= 1 + len(o.D.Tokens)
	}
	return c.offset(part{x, g.Tokens[:first]}, g.Offsets)
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
	return c.offset(part{c.primary(g.X), g.X.Tokens}, g.Offsets)
}

func (c *converter) offset(first part, offsets []*gOffset) Expr {
	rest := make([]link, len(offsets))
	for i, o := range offsets {
		rest[i] = link{Op(o.Op), part{c.number(o.D), o.D.Tokens}}
	}
	return chain(first, rest)
}

// set adds the phrases after a set to those in its parentheses.
func (c *converter) set(g *gSet) *EventSet {
	var s *EventSet
	if e := g.Episodes; e != nil {
		s = &EventSet{Episodes: c.bareSet(e.Of), Gap: c.duration(e.Gap)}
		c.where(s, e.Where)
	} else {
		s = c.bareSet(g.Bare)
	}
	s.Place = place(g.Tokens)
	for _, p := range g.Phrases {
		s.Phrases = append(s.Phrases, c.phrase(p))
	}
	return s
}

func (c *converter) bareSet(g *gBareSet) *EventSet {
	s := &EventSet{}
	if g.Union != nil {
		s = c.union(g.Union)
	} else {
		s.Source, s.Codes = dotted(g.Source), c.terms(g.Codes)
	}
	s.Place = place(g.Tokens)
	c.where(s, g.Where)
	return s
}

// union is the set in parentheses, or the union of several.
func (c *converter) union(gs []*gSet) *EventSet {
	if len(gs) == 1 {
		return c.set(gs[0])
	}
	s := &EventSet{}
	for _, g := range gs {
		s.Union = append(s.Union, c.set(g))
	}
	return s
}

// where adds a condition, which may be absent, to the one that the set may have.
func (c *converter) where(s *EventSet, g *gExpr) {
	switch {
	case g == nil:
	case s.Where == nil:
		s.Where = c.expr(g)
	default:
		x := c.expr(g)
		s.Where = &Binary{Place{s.Where.Span().Join(x.Span())}, And, s.Where, x}
	}
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
		c.relation(&p, g)
	}
	return p
}

// relation fills in a phrase about other events, or about intervals.
func (c *converter) relation(p *Phrase, g *gPhrase) {
	switch {
	case g.Going != nil:
		p.Kind, p.A = OngoingAt, c.anchor(g.Going)
	case g.Apart != nil:
		p.Kind, p.D = Apart, c.duration(g.Apart)
	case g.Order != nil:
		p.Kind, p.Set = PhraseKind(g.Order.Word+" by"), c.bareSet(g.Order.Set)
		if g.Order.Within != nil {
			p.D = c.duration(g.Order.Within)
		}
	case g.During.Name != nil:
		p.Kind, p.Window = PhraseKind(g.During.Word), c.ident(*g.During.Name)
	default:
		p.Kind, p.Set = PhraseKind(g.During.Word), c.union(g.During.Set.Sets)
		p.Set.Place = place(g.During.Set.Tokens)
	}
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

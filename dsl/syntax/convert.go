package syntax

import (
	"regexp"
	"strconv"
	"strings"

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
	case g.Import != nil:
		i := g.Import
		return &Import{place(i.Tokens), c.idents(i.Names), c.text(&i.Library), c.text(i.Version)}
	case g.Param != nil:
		return c.param(g.Param)
	case g.Codes != nil:
		return &Codes{place(g.Codes.Tokens), c.ident(g.Codes.Name), c.terms(g.Codes.Terms), c.terms(g.Codes.Except)}
	case g.Define != nil:
		return c.define(g.Define)
	case g.Report != nil:
		return c.report(g.Report)
	case g.Test != nil:
		return c.test(g.Test)
	}
	return c.head(g.Cohort)
}

// head is a cohort without its statements.
func (c *converter) head(g *gCohort) *Cohort {
	out := &Cohort{Place: place(g.Tokens), Name: c.ident(g.Name)}
	if g.Extends != nil {
		out.Extends = c.ident(*g.Extends)
	}
	return out
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
	case g.Window != nil:
		w := g.Window
		return &Window{place(w.Tokens), c.ident(w.Name), c.sum(w.From), c.sum(w.To)}
	case g.Outcome != nil:
		return &Outcome{place(g.Outcome.Tokens), c.ident(g.Outcome.Name), c.expr(g.Outcome.X)}
	case g.Competing != nil:
		return &Competing{place(g.Competing.Tokens), c.expr(g.Competing.X)}
	case g.Censor != nil:
		return &Censor{place(g.Censor.Tokens), c.expr(g.Censor.X)}
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

func (c *converter) test(g *gTest) *Test {
	t := &Test{Place: place(g.Tokens), Title: c.text(&g.Title), Cohort: c.ident(g.Cohort)}
	for _, item := range g.Items {
		if p := item.Param; p != nil {
			t.Params = append(t.Params, TestParam{place(p.Tokens), c.ident(p.Name), c.cell(p.X)})
			continue
		}
		t.Tables = append(t.Tables, c.table(item.Table))
	}
	return t
}

func (c *converter) table(g *gTestTable) TestTable {
	t := TestTable{Place: place(g.Tokens), Name: dotted(g.Name), Columns: c.idents(g.Columns)}
	for _, r := range g.Rows {
		row := TestRow{Place: place(r.Tokens)}
		for _, cell := range r.Cells {
			row.Cells = append(row.Cells, c.cell(cell))
		}
		if len(row.Cells) != len(t.Columns) {
			c.list.Add(rowWidth(row.Range, len(row.Cells), len(t.Columns), place(g.Columns).Range))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (c *converter) cell(g *gCell) Expr {
	at := place(g.Tokens)
	switch {
	case g.Word != nil && (g.Word.Value == "true" || g.Word.Value == "false"):
		return &BoolLit{at, g.Word.Value == "true"}
	case g.Word != nil:
		return &Ident{at, g.Word.Value}
	case g.Date != nil:
		return &DateLit{at, g.Date.Value}
	case g.String != nil:
		s := c.text(g.String)
		return &s
	case g.Curie != nil:
		return &Curie{at, g.Curie.Value}
	case g.Neg:
		return &Unary{at, Neg, c.number(g.Number)}
	}
	return c.number(g.Number)
}

func (c *converter) terms(gs []*gCodeTerm) []CodeTerm {
	var out []CodeTerm
	for _, g := range gs {
		if g.Descendants && g.Name != "" {
			c.list.Add(noDescendants(place(g.Tokens).Range))
		}
		out = append(out, CodeTerm{place(g.Tokens), g.Curie, strings.TrimPrefix(g.To, ".."), g.Name, g.Descendants})
	}
	return out
}

func (c *converter) ident(t lexer.Token) Ident { return Ident{Place{spanOf(t)}, t.Value} }

// idents are the words of a list with commas.
func (c *converter) idents(ts []lexer.Token) []Ident {
	var out []Ident
	for _, t := range ts {
		if t.Value != "," {
			out = append(out, c.ident(t))
		}
	}
	return out
}

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

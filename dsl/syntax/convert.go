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

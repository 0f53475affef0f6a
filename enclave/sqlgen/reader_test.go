package sqlgen

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// The tests write plans as plan.Canonical prints them. form is such an S-expression: an atom, or a list.
type form struct {
	atom string
	list []form
}

func (f form) head() string { return f.list[0].atom }

// forms reads text that holds any number of S-expressions.
func forms(t testing.TB, text string) []form {
	t.Helper()
	var out []form
	for text = skip(text); text != ""; text = skip(text) {
		var f form
		f, text = readForm(t, text)
		out = append(out, f)
	}
	return out
}

func skip(text string) string { return strings.TrimLeft(text, " \n\t") }

func readForm(t testing.TB, text string) (form, string) {
	t.Helper()
	switch {
	case text == "":
		t.Fatal("a list is not closed")
	case text[0] == '"':
		quoted, err := strconv.QuotedPrefix(text)
		must(t, err)
		return form{atom: quoted}, text[len(quoted):]
	case text[0] != '(':
		end := strings.IndexAny(text+" ", " \n\t()")
		return form{atom: text[:end]}, text[end:]
	}
	f := form{list: []form{}}
	for text = skip(text[1:]); text == "" || text[0] != ')'; text = skip(text) {
		var part form
		part, text = readForm(t, text)
		f.list = append(f.list, part)
	}
	return f, text[1:]
}

// reader turns forms into plans over a catalog.
type reader struct {
	testing.TB
	catalog *catalog.Catalog
}

func newReader(t testing.TB) reader {
	t.Helper()
	text, err := os.ReadFile("testdata/catalog.yaml")
	must(t, err)
	c, remarks := catalog.Parse("catalog.yaml", text)
	if c == nil {
		t.Fatal(remarks)
	}
	return reader{t, c}
}

// plan reads (cohort …) and (report …) forms.
func (r reader) plan(text string) *plan.Plan {
	r.Helper()
	p := plan.Plan{Dataset: r.catalog.Dataset}
	for _, f := range forms(r, text) {
		switch f.head() {
		case "cohort":
			p.Cohorts = append(p.Cohorts, r.cohort(f))
		case "report":
			p.Reports = append(p.Reports, r.report(f))
		default:
			r.Fatalf("no part of a plan: %s", f.head())
		}
	}
	return plan.New(p)
}

func (r reader) cohort(f form) *plan.Cohort {
	c := &plan.Cohort{}
	for _, part := range f.list[2:] {
		switch x := r.expr(part.list[1]); part.head() {
		case "index":
			c.Index = x
		default:
			c.Rules = append(c.Rules, &plan.Rule{Exclude: part.head() == "exclude", Cond: x})
		}
	}
	return c
}

func (r reader) report(f form) *plan.Report {
	out := &plan.Report{Kind: f.list[1].atom, Cohort: r.int(f.list[2])}
	for _, part := range f.list[3:] {
		if part.head() == "value" {
			out.Value = r.expr(part.list[1])
			continue
		}
		d := &plan.Dimension{X: r.expr(part.list[1])}
		for _, k := range part.list[2:] {
			if k.list != nil {
				d.Bands = append(d.Bands, plan.Band{Low: r.limit(k.list[1]), High: r.limit(k.list[2])})
			} else {
				d.Keys = append(d.Keys, r.text(k))
			}
		}
		out.By = append(out.By, d)
	}
	return out
}

func (r reader) limit(f form) *float64 {
	if f.atom == "open" {
		return nil
	}
	x := r.float(f)
	return &x
}

func (r reader) int(f form) int {
	n, err := strconv.Atoi(f.atom)
	must(r, err)
	return n
}

func (r reader) float(f form) float64 {
	x, err := strconv.ParseFloat(f.atom, 64)
	must(r, err)
	return x
}

func (r reader) text(f form) string {
	s, err := strconv.Unquote(f.atom)
	must(r, err)
	return s
}

// set reads a set: of a source, a union or episodes. Bounds see the event around it.
func (r exprReader) set(f form) *plan.EventSet {
	s, parts := r.rows(f)
	for _, part := range parts {
		switch part.head() {
		case "codes":
			s.Codes = codeSet(part.list[1:])
		case "without":
			s.Without = codeSet(part.list[1:])
		case "where":
			s.Where = r.in(s.Source).expr(part.list[1])
		case "apart":
			s.Apart = r.span(part.list[1])
		default:
			s.Bounds = append(s.Bounds, plan.Bound{Column: part.list[1].atom, Op: part.head(), At: r.expr(part.list[2])})
		}
	}
	return s
}

// rows reads what the rows of a set are; the rest are conditions.
func (r exprReader) rows(f form) (*plan.EventSet, []form) {
	switch f.head() {
	case "union":
		var members []*plan.EventSet
		rest := f.list[1:]
		for len(rest) > 0 && slices.Contains([]string{"events", "union", "episodes"}, rest[0].head()) {
			members = append(members, r.set(rest[0]))
			rest = rest[1:]
		}
		return plan.Union(members), rest
	case "episodes":
		return plan.Episodes(r.set(f.list[2]), r.span(f.list[1])), f.list[3:]
	}
	source, ok := r.catalog.Source(f.list[1].atom)
	if !ok {
		r.Fatalf("no source %s", f.list[1].atom)
	}
	return &plan.EventSet{Source: &source}, f.list[2:]
}

func (r exprReader) span(f form) plan.Span {
	n, unit, _ := strings.Cut(f.atom, "-")
	return plan.Span{N: r.int(form{atom: n}), Unit: unit}
}

func codeSet(fs []form) *plan.CodeSet {
	out := &plan.CodeSet{Codes: []string{}}
	for _, f := range fs {
		out.Codes = append(out.Codes, f.atom)
	}
	return out
}

// in reads event.NAME as a column of source.
func (r reader) in(source *catalog.Source) exprReader { return exprReader{r, source} }

func (r reader) expr(f form) plan.Expr { return exprReader{r, nil}.expr(f) }

type exprReader struct {
	reader
	source *catalog.Source
}

func (r exprReader) exprs(fs []form) []plan.Expr {
	out := make([]plan.Expr, len(fs))
	for i, f := range fs {
		out[i] = r.expr(f)
	}
	return out
}

var datePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

func (r exprReader) atom(s string) plan.Expr {
	switch s {
	case "index":
		return &plan.Index{}
	case "true", "false":
		return &plan.Const{Of: catalog.Type{Kind: catalog.Bool}, Value: s == "true"}
	case "nothing":
		return &plan.Const{Of: catalog.Type{Kind: catalog.Number}}
	}
	if name, ok := strings.CutPrefix(s, "person."); ok {
		c, ok := r.catalog.Attribute(name)
		return r.column(name, c, ok, func(c *catalog.Column) plan.Expr { return &plan.Attr{Column: c} })
	}
	if s == "event.end-or-start" || s == "event.open-end" {
		c, ok := r.source.Column(catalog.End)
		return r.column(s, c, ok, func(c *catalog.Column) plan.Expr { return &plan.End{Column: c, Open: s == "event.open-end"} })
	}
	if name, ok := strings.CutPrefix(s, "event."); ok {
		c, ok := r.source.Column(name)
		return r.column(name, c, ok, func(c *catalog.Column) plan.Expr { return &plan.Field{Column: c} })
	}
	if s[0] == '"' {
		return plan.StringConst(r.text(form{atom: s}))
	}
	if m, err := catalog.ParseMoment(s); err == nil {
		return &plan.Const{Of: catalog.Type{Kind: catalog.TimeKind}, Value: m}
	}
	if datePattern.MatchString(s) {
		d, err := catalog.ParseDate(s)
		must(r, err)
		return plan.DateConst(d)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return plan.IntConst(n)
	}
	return &plan.Const{Of: catalog.Type{Kind: catalog.Number}, Value: r.float(form{atom: s})}
}

func (r exprReader) column(name string, c catalog.Column, ok bool, use func(*catalog.Column) plan.Expr) plan.Expr {
	if !ok {
		r.Fatalf("no column %s", name)
	}
	return use(&c)
}

func (r exprReader) expr(f form) plan.Expr {
	if f.list == nil {
		return r.atom(f.atom)
	}
	rest := f.list[1:]
	switch head := f.head(); head {
	case "count":
		return &plan.Count{Set: r.set(rest[0])}
	case "count-distinct":
		return &plan.Count{Distinct: rest[0].atom, Set: r.set(rest[1])}
	case "first", "last", "highest", "lowest", "nth", "nearest":
		return r.pick(plan.Which(head), rest)
	case "covered":
		return &plan.Covered{From: r.expr(rest[0]), To: r.expr(rest[1]), Set: r.set(rest[2])}
	case "in-cohort":
		return &plan.InCohort{Cohort: r.int(rest[0])}
	case "index-of":
		return &plan.IndexOf{Cohort: r.int(rest[0])}
	case "day":
		return &plan.Day{X: r.expr(rest[0])}
	case "sum", "mean", "median", "min", "max", "sd":
		s := r.set(rest[1])
		c, ok := s.Source.Column(rest[0].atom)
		return r.column(rest[0].atom, c, ok, func(c *catalog.Column) plan.Expr {
			return &plan.Agg{Fn: head, Set: s, Column: c}
		})
	case "=", "!=", "<", "<=", ">", ">=":
		return &plan.Compare{Op: head, L: r.expr(rest[0]), R: r.expr(rest[1])}
	case "and":
		return &plan.And{Xs: r.exprs(rest)}
	case "or":
		return &plan.Or{Xs: r.exprs(rest)}
	case "not":
		return &plan.Not{X: r.expr(rest[0])}
	case "at-least":
		return &plan.AtLeast{N: r.int(rest[0]), Xs: r.exprs(rest[1:])}
	case "in":
		in := &plan.In{X: r.expr(rest[0])}
		for _, v := range r.exprs(rest[1:]) {
			in.Values = append(in.Values, v.(*plan.Const))
		}
		return in
	case "in-codes":
		return &plan.InCodes{X: r.expr(rest[0]), Codes: codeSet(rest[1:])}
	case "missing":
		return &plan.IsMissing{X: r.expr(rest[0])}
	case "convert":
		return &plan.Convert{Factor: r.float(rest[0]), Offset: r.float(rest[1]), X: r.expr(rest[2]), Of: catalog.Type{Kind: catalog.Number}}
	case "case":
		return r.cases(rest)
	case "earliest", "latest":
		return &plan.Extreme{Last: head == "latest", Dates: r.exprs(rest)}
	case "year", "quarter", "month":
		return &plan.Part{Which: head, X: r.expr(rest[0])}
	case "add-days", "add-months", "add-minutes":
		return &plan.AddDate{Unit: strings.TrimPrefix(head, "add-"), N: r.int(rest[0]), X: r.expr(rest[1])}
	}
	return r.calculation(f.head(), r.exprs(rest))
}

func (r exprReader) cases(rest []form) plan.Expr {
	c := &plan.Case{}
	for _, f := range rest {
		if f.head() == "when" {
			c.Whens = append(c.Whens, plan.When{If: r.expr(f.list[1]), Then: r.expr(f.list[2])})
			continue
		}
		c.CatchUnknown = f.head() == "otherwise-or-unknown"
		c.Else = r.expr(f.list[1])
	}
	c.Of = widest([]plan.Expr{c.Whens[0].Then, c.Else})
	return c
}

// pick reads the column, what some picks have besides, and the set.
func (r exprReader) pick(which plan.Which, rest []form) plan.Expr {
	out := &plan.Pick{Which: which, Set: r.set(rest[len(rest)-1])}
	switch which {
	case plan.Nth:
		out.N = r.int(rest[1])
	case plan.Nearest:
		out.To = r.expr(rest[1])
	}
	c, ok := out.Set.Source.Column(rest[0].atom)
	return r.column(rest[0].atom, c, ok, func(c *catalog.Column) plan.Expr {
		out.Column = c
		return out
	})
}

func (r exprReader) calculation(head string, args []plan.Expr) plan.Expr {
	of := widest(args)
	switch head {
	case "+", "-", "*":
		return &plan.Arith{Op: head, L: args[0], R: args[1], Of: of}
	case "/":
		return &plan.Arith{Op: head, L: args[0], R: args[1], Of: catalog.Type{Kind: catalog.Number}}
	case "abs", "round", "floor", "least", "greatest":
		return &plan.Call{Fn: head, Args: args, Of: of}
	}
	if unit, ok := strings.CutSuffix(head, "-between"); ok {
		return &plan.Elapsed{Unit: unit, From: args[0], To: args[1]}
	}
	r.Fatalf("no expression %q", head)
	return nil
}

// widest is a number if one of xs is, else the type of the first.
func widest(xs []plan.Expr) catalog.Type {
	if slices.ContainsFunc(xs, func(x plan.Expr) bool { return x.Type().Kind == catalog.Number }) {
		return catalog.Type{Kind: catalog.Number}
	}
	return xs[0].Type()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if d, ok := err.(interface{ RestrictedDetail() string }); ok { // the data are ours
		t.Fatal(err, fmt.Sprintf("(%s)", d.RestrictedDetail()))
	}
	t.Fatal(err)
}

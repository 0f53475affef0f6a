package cohorttest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// change is one way to misread a query. The first of tries that the checker accepts is made.
type change struct {
	part  string // the rule or other statement that it is in
	span  diag.Span
	what  string
	tries []func()
}

// changes lists all changes of the declarations in reached, in the order of the text. Each changes the tree itself. The
// rules are numbered as in p, the plan of the file; cuts are the numbers that the catalog lists as thresholds.
func changes(file *syntax.File, reached map[syntax.Decl]bool, p *plan.Plan, cuts []float64) []change {
	l := lister{file: file, plan: p, cuts: cuts}
	for _, d := range file.Decls {
		if !reached[d] {
			continue
		}
		switch d := d.(type) {
		case *syntax.Cohort:
			l.cohort(d)
		case *syntax.Codes:
			l.part = "codes " + d.Name.Name
			l.codeTerms(d.Terms, func(terms []syntax.CodeTerm) { d.Terms = terms }, 1)
			l.codeTerms(d.Except, func(terms []syntax.CodeTerm) { d.Except = terms }, 0)
		case *syntax.Define:
			l.part = "define " + d.Name.Name
			visit(d.X, l.node)
		case *syntax.Param:
			l.part = "param " + d.Name.Name
			visit(d.Default, l.node)
		}
	}
	return l.out
}

type lister struct {
	file *syntax.File
	plan *plan.Plan
	cuts []float64
	part string
	out  []change
}

func (l *lister) add(at syntax.Node, what string, tries ...func()) {
	l.out = append(l.out, change{part: l.part, span: at.Span(), what: what, tries: tries})
}

// turn adds a change of one word.
func turn[T ~string](l *lister, at syntax.Node, place *T, to T) {
	l.add(at, fmt.Sprintf("`%s` read as `%s`", *place, to), func() { *place = to })
}

// drop adds a change that leaves a part out.
func (l *lister) drop(at syntax.Node, leave func()) {
	l.add(at, fmt.Sprintf("without `%s`", l.file.Text(at.Span())), leave)
}

func (l *lister) cohort(c *syntax.Cohort) {
	for i, s := range c.Stmts {
		switch s := s.(type) {
		case *syntax.Rule:
			l.part = l.rule(c, s)
			l.add(s, "the rule is dropped", func() { c.Stmts = without(c.Stmts, i) })
			l.add(s, map[bool]string{false: "`include` read as `exclude`", true: "`exclude` read as `include`"}[s.Exclude], func() { s.Exclude = !s.Exclude })
		case *syntax.Lookback:
			l.part = "lookback of " + c.Name.Name
			l.drop(s, func() { c.Stmts = without(c.Stmts, i) })
		case *syntax.Followup:
			l.part = "followup of " + c.Name.Name
			l.add(s, map[bool]string{false: "the index date included", true: "the index date left out"}[s.IncludingIndex], func() { s.IncludingIndex = !s.IncludingIndex })
		case *syntax.Index:
			l.part = "index of " + c.Name.Name
		case *syntax.Window:
			l.part = "window " + s.Name.Name + " of " + c.Name.Name
		case *syntax.Define:
			l.part = "define " + s.Name.Name + " of " + c.Name.Name
		default:
			continue // of no effect on members
		}
		visit(s, l.node)
	}
}

// rule names a rule as the attrition does: its number in the plan, where a lookback and the rules of the cohort that is
// extended come first, and its label.
func (l *lister) rule(c *syntax.Cohort, r *syntax.Rule) string {
	label := cmp.Or(r.Label.Value, l.file.Text(r.Cond.Span()))
	for _, planned := range l.plan.Cohorts {
		if i := slices.IndexFunc(planned.Rules, func(r *plan.Rule) bool { return r.Label == label }); planned.Name == c.Name.Name && i >= 0 {
			return fmt.Sprintf("rule %d of %s `%s`", i+1, c.Name.Name, label)
		}
	}
	return fmt.Sprintf("rule of %s `%s`", c.Name.Name, label)
}

// node lists the changes of one node.
func (l *lister) node(node any) {
	switch n := node.(type) {
	case *syntax.Number:
		l.number(n)
	case *syntax.DateLit:
		l.date(n)
	case *syntax.Unary:
		if n.Op == syntax.Not {
			l.add(n, "without `not`", func() { n.X = &syntax.Unary{Place: n.Place, Op: syntax.Not, X: n.X} })
		}
	case *syntax.Binary:
		l.binary(n)
	case *syntax.Compare:
		turn(l, n, &n.Op, map[syntax.Op]syntax.Op{syntax.Eq: syntax.Ne, syntax.Ne: syntax.Eq, syntax.Lt: syntax.Le,
			syntax.Le: syntax.Lt, syntax.Gt: syntax.Ge, syntax.Ge: syntax.Gt}[n.Op])
	case *syntax.InList:
		for i, item := range n.Items {
			if len(n.Items) > 1 {
				l.drop(item, func() { n.Items = without(n.Items, i) })
			}
		}
	case *syntax.InCodes:
		l.codeTerms(n.Terms, func(terms []syntax.CodeTerm) { n.Terms = terms }, 1)
	case *syntax.IsKnown:
		l.add(n, map[bool]string{false: "`known` read as `missing`", true: "`missing` read as `known`"}[n.Missing], func() { n.Missing = !n.Missing })
	case *syntax.Quantified:
		l.quantified(n)
	case *syntax.Case:
		l.choice(n)
	default:
		l.events(node)
	}
}

func (l *lister) binary(n *syntax.Binary) {
	other := map[syntax.Op]syntax.Op{syntax.And: syntax.Or, syntax.Or: syntax.And, syntax.Add: syntax.Sub, syntax.Sub: syntax.Add}
	to, ok := other[n.Op]
	if ok {
		turn(l, n, &n.Op, to)
	}
	if n.Op == syntax.And || n.Op == syntax.Or { // a and a is a
		l.drop(n.L, func() { n.L = n.R })
		l.drop(n.R, func() { n.R = n.L })
	}
}

func (l *lister) quantified(n *syntax.Quantified) {
	switch n.Op {
	case syntax.All:
		turn(l, n, &n.Op, syntax.Any)
	case syntax.Any, syntax.None:
		turn(l, n, &n.Op, syntax.All)
	case syntax.AtLeast:
		l.times(n, &n.N)
	}
	for i, x := range n.Conds {
		if len(n.Conds) > 1 {
			l.drop(x, func() { n.Conds = without(n.Conds, i) })
		}
	}
}

func (l *lister) choice(n *syntax.Case) {
	l.add(n, map[bool]string{false: "`otherwise` catches the unknown", true: "`or unknown` is dropped"}[n.OrUnknown], func() { n.OrUnknown = !n.OrUnknown })
	for i := range n.Whens {
		if len(n.Whens) > 1 {
			l.drop(&n.Whens[i], func() { n.Whens = without(n.Whens, i) })
		}
	}
}

// times shifts a number of times by one.
func (l *lister) times(at syntax.Node, n *int) {
	for _, to := range []int{*n + 1, *n - 1} {
		if to > 0 {
			l.add(at, fmt.Sprintf("%d read as %d", *n, to), func() { *n = to })
		}
	}
}

// steps are by how many units in the last place a number is shifted. Thresholds of whole numbers, such as ages, may lie far
// apart in the catalog, and one beside a listed number, so that all small steps are tried.
var steps = []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 25, 30, 40, 50, 100}

// number shifts a number by one in the last place that is written or, where the catalog forbids that, to the next that it
// allows. A fraction comes last: a whole number on its side of it is the same threshold.
func (l *lister) number(n *syntax.Number) {
	_, fraction, _ := strings.Cut(n.Text, ".")
	unit := 1.0
	for range fraction {
		unit /= 10
	}
	for _, sign := range []float64{1, -1} {
		var next []float64
		for _, times := range steps {
			next = append(next, times*unit)
		}
		for _, cut := range l.cuts {
			next = append(next, sign*(cut-n.Value))
		}
		slices.Sort(next)
		var tries []func()
		for _, step := range append(slices.Compact(next), 0.5*unit, 0.1*unit) {
			if to := n.Value + sign*step; step > 0 && to >= 0 {
				tries = append(tries, func() {
					n.Value = to
					n.Text = strconv.FormatFloat(to, 'f', -1, 64)
				})
			}
		}
		what := map[float64]string{1: "more", -1: "less"}[sign]
		l.add(n, fmt.Sprintf("`%s` a step %s", l.file.Text(n.Span()), what), tries...)
	}
}

// date shifts a date by a day or, where the grid of the catalog forbids that, by a month or a year.
func (l *lister) date(n *syntax.DateLit) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04"} {
		at, err := time.Parse(layout, n.Text)
		if err != nil {
			continue
		}
		for _, sign := range []int{1, -1} {
			var tries []func()
			for _, step := range [][3]int{{0, 0, 1}, {0, 1, 0}, {0, 3, 0}, {1, 0, 0}} {
				to := at.AddDate(sign*step[0], sign*step[1], sign*step[2]).Format(layout)
				tries = append(tries, func() { n.Text = to })
			}
			l.add(n, fmt.Sprintf("`%s` a step %s", n.Text, map[int]string{1: "later", -1: "earlier"}[sign]), tries...)
		}
	}
}

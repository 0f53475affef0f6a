package check

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Where is the place of an expression that [Fact] is asked about.
type Where struct {
	Cohort string            // the cohort around it; "" at the top level
	Source string            // inside where (…): the source of the events
	Codes  []syntax.CodeTerm // inside where (…): the codes of the events
}

// Fact is what the checker knows of the value of an expression.
type Fact struct {
	Type   catalog.Type
	Units  []string // that a number compared with it may have; the first is the one it is recorded in
	Keys   []string // all its values, where they are known
	Grid   catalog.Grid
	Bounds *catalog.Bounds
}

// Ask says what is known of an expression at a place of a file that may have faults elsewhere. It is for editors: the
// answer is false where the expression itself has a fault.
func Ask(f *syntax.File, ctx Context, at Where, x syntax.Expr) (Fact, bool) {
	c := newChecker(f, ctx)
	c.declare()
	s := scope{cohort: c.cohorts[at.Cohort]}
	if s.cohort != nil {
		c.prepare(s.cohort)
	}
	if source, ok := ctx.Catalog.Source(at.Source); ok && open(source.Sensitivity) {
		s.source = &source
		set := &plan.CodeSet{}
		if len(at.Codes) > 0 {
			set = c.codesOf(&source, at.Codes, x.Span())
		}
		s.rule = ruleOf(&source, set)
	}
	t := c.expr(x, s).settled()
	if t.x == nil {
		return Fact{}, false
	}
	return t.fact(), true
}

// prepare gives a cohort the names that its expressions may use, without checking its rules.
func (c *checker) prepare(co *cohort) {
	co.state = checking
	co.stmts = c.statements(co, nil)
	c.names(co)
	c.entry = plan.DateConst(c.Catalog.Period.Start)
	co.index, co.entry = &plan.Index{}, c.entry
	c.followup(co)
}

func (t typed) fact() Fact {
	f := Fact{Type: t.x.Type(), Keys: t.keys}
	switch {
	case t.elapsed != "":
		f.Units = []string{t.elapsed}
	case t.rule != nil:
		f.Units, f.Grid, f.Bounds = t.rule.UnitNames(), t.rule.Grid, t.rule.Bounds
	case f.Type.Unit != "":
		f.Units = []string{f.Type.Unit}
	}
	return f
}

// Expand lists the codes of a declared set, ascending, with the codes below them.
func Expand(f *syntax.File, ctx Context, d *syntax.Codes) []string {
	c := newChecker(f, ctx)
	c.declare()
	return c.codeSet(d).Codes
}

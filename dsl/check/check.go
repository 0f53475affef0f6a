// Package check gives a tree its meaning: names, types, units, dates and limits are checked against the
// catalog, and what passes becomes a plan.
//
// The checker reads the catalog and the published vocabulary only, never a snapshot: what it says cannot
// depend on a patient. It goes through a file once, in this order, and collects everything it finds:
//
//  1. declarations get their names, so that order does not matter
//  2. every definition is checked where it is used, with the cohort it is used in
//  3. cohorts become an index date and rules, each after those that it names; reports become kinds, dimensions and values
//  4. cohorts that persons without any record would join are refused
//
// Most of the language is comfort: it becomes a few nodes of the plan here. "E followed by F" is a condition on the
// events of E that counts those of F, "share of E that C" a ratio of two counts.
package check

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Limits of one query (LANGUAGE, Meaning 9). Text and nesting are limited by the parser.
const (
	MaxRules      = 200
	MaxReports    = 20
	MaxDimensions = 6
	MaxSets       = 8 // event sets inside each other
	MaxCells      = 1000
	MaxCodes      = 200_000 // of all event sets together, descendants included
)

// Context is what a query is checked against.
type Context struct {
	Catalog    *catalog.Catalog
	Vocabulary *catalog.Vocabulary
	Libraries  catalog.Libraries
	// Params are values given at submission, by name: literals; nil stands for what could not be read.
	Params map[string]syntax.Expr
}

// Check turns a tree into a plan. The plan is nil when a diagnostic is an error; warnings come with a plan.
func Check(f *syntax.File, ctx Context) (*plan.Plan, diag.List) {
	c := newChecker(f, ctx)
	p := c.plan()
	for _, d := range f.Decls {
		if t, ok := d.(*syntax.Test); ok {
			c.test(t)
		}
	}
	if c.diags.Failed() {
		return nil, c.diags.Sorted()
	}
	return plan.New(*p), c.diags.Sorted()
}

// plan checks everything but the test blocks; nil when there is an error.
func (c *checker) plan() *plan.Plan {
	c.declare()
	p := plan.Plan{
		Dataset: c.Catalog.Dataset, Catalog: c.Catalog.Digest(), Vocabulary: c.Vocabulary.Digest(),
		Labels: c.study(),
	}
	for _, co := range c.order {
		c.cohort(co)
	}
	p.Cohorts = c.planned
	for _, d := range c.file.Decls {
		if r, ok := d.(*syntax.Report); ok {
			p.Reports = append(p.Reports, c.report(r))
		}
	}
	c.rest()
	if c.diags.Failed() {
		return nil
	}
	if c.planFits(&p); c.diags.Failed() {
		return nil
	}
	return &p
}

func newChecker(f *syntax.File, ctx Context) *checker {
	return &checker{Context: ctx, file: f, defines: map[string]*syntax.Define{}, params: map[string]*syntax.Param{},
		codes: map[string]*syntax.Codes{}, cohorts: map[string]*cohort{}, expanded: map[*syntax.CodeTerm][]string{},
		written: map[syntax.Node]string{}, absent: map[string]bool{}, sizes: map[plan.Expr]int{}, mixed: map[*catalog.Source]bool{}}
}

type checker struct {
	Context
	file    *syntax.File
	diags   diag.List
	defines map[string]*syntax.Define // at the top level
	params  map[string]*syntax.Param
	codes   map[string]*syntax.Codes
	cohorts map[string]*cohort
	order   []*cohort      // as declared
	planned []*plan.Cohort // those checked, each after the cohorts that it names
	open    []string       // names being resolved, to find cycles
	// openCodes are the code sets being expanded, and expanded those that are.
	openCodes []string
	expanded  map[*syntax.CodeTerm][]string
	absent    map[string]bool          // names that could not be imported, which has been told
	sizes     map[plan.Expr]int        // see size
	written   map[syntax.Node]string   // the text of what is imported, for labels
	mixed     map[*catalog.Source]bool // unions without a value because their members do not measure alike
	entry     plan.Expr                // what gives the index date of the cohort being checked; nil while that is checked
	reports   int
	nodes     int  // expressions checked so far
	coded     int  // codes of event sets so far
	depth     int  // of the expression being checked
	large     bool // the query was found too large
}

// declare enters the names of all declarations.
func (c *checker) declare() {
	seen := map[string]diag.Span{}
	for _, d := range append(c.imported(), c.file.Decls...) {
		var name syntax.Ident
		switch d := d.(type) {
		case *syntax.Param:
			name, c.params[d.Name.Name] = d.Name, d
		case *syntax.Codes:
			name, c.codes[d.Name.Name] = d.Name, d
		case *syntax.Define:
			name, c.defines[d.Name.Name] = d.Name, d
		case *syntax.Cohort:
			co := newCohort(d)
			name, c.cohorts[d.Name.Name] = d.Name, co
			c.order = append(c.order, co)
		case *syntax.Report:
			c.reports++
			continue
		default:
			continue
		}
		if first, ok := seen[name.Name]; ok {
			c.say(duplicateName(name, first))
		}
		seen[name.Name] = name.Span()
	}
	for name := range c.Params {
		if _, ok := c.params[name]; !ok {
			c.say(unknownParam(c.file, name, keys(c.params)))
		}
	}
}

// study checks who asks and why. Whether they may is for policy.
func (c *checker) study() plan.Labels {
	s := c.file.Study
	if s == nil {
		c.say(noStudy(c.file))
		return plan.Labels{}
	}
	if s.Dataset.Name != "" && s.Dataset.Name != c.Catalog.Dataset {
		c.say(otherDataset(s.Dataset, c.Catalog.Dataset))
	}
	labels := plan.Labels{Study: s.Title.Value, Version: s.Version.Value, Approval: s.Approval.Value}
	for _, p := range s.Purpose {
		labels.Purpose = append(labels.Purpose, p.Text)
	}
	return labels
}

// rest checks what no report asked for, and what a file must have.
func (c *checker) rest() {
	if c.reports == 0 && !c.diags.Failed() {
		c.say(noReport(c.file))
	}
	if c.reports > MaxReports {
		c.say(tooMany(c.file.Decls[len(c.file.Decls)-1].Span(), "reports", c.reports, MaxReports))
	}
	for _, d := range c.file.Decls {
		switch d := d.(type) {
		case *syntax.Codes:
			c.codeSet(d)
		case *syntax.Param:
			c.param(d)
		}
	}
}

func (c *checker) say(d diag.Diagnostic) { c.diags.Add(d) }

package cohorttest

import (
	"context"
	"slices"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// MaxChanges is how many changes of a file are tried. Those beyond are only counted.
const MaxChanges = 2000

// Score is what the tests of a file notice.
type Score struct {
	Noticed   int         `json:"noticed"`
	Unnoticed []Unnoticed `json:"unnoticed"` // in the order of the text
	Untried   int         `json:"untried"`   // beyond MaxChanges
	Untested  []string    `json:"untested"`  // cohorts that no test is about
}

// Unnoticed is a change that no test notices.
type Unnoticed struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Part   string `json:"part"`   // the rule or other statement
	Change string `json:"change"` // how it was misread
}

// Tried is how many changes were made that mean something else.
func (s Score) Tried() int { return s.Noticed + len(s.Unnoticed) }

// Mutate makes every change of a query whose tests pass, one at a time, and runs its tests. A change that the checker
// refuses, or that leaves the plan as it is, does not count. The outcome depends on the text and the target alone.
//
// Tell, unless nil, is called before the first change, with 0, and after each, with how many there are. Errors are those
// of ctx and of the engine.
func Mutate(ctx context.Context, name, text string, to dsl.Target, tell func(done, all int)) (Score, error) {
	m := mutator{name: name, text: text, to: to}
	if m.tests, _ = dsl.Tests(name, text, to); len(m.tests) == 0 {
		return Score{Unnoticed: []Unnoticed{}, Untested: []string{}}, nil
	}
	file, list := m.parse()
	out := Score{Unnoticed: []Unnoticed{}, Untested: untested(file, named(file, testsOf(file))), Untried: max(0, len(list)-MaxChanges)}
	list = list[:min(len(list), MaxChanges)]
	for i, c := range list {
		if tell != nil {
			tell(i, len(list))
		}
		if err := ctx.Err(); err != nil {
			return Score{}, err
		}
		switch seen, counts, err := m.notices(i, len(c.tries)); {
		case err != nil:
			return Score{}, err
		case counts && seen:
			out.Noticed++
		case counts:
			out.Unnoticed = append(out.Unnoticed, Unnoticed{c.span.From.Line, c.span.From.Column, c.part, c.what})
		}
	}
	if tell != nil {
		tell(len(list), len(list))
	}
	return out, nil
}

type mutator struct {
	name, text string
	to         dsl.Target
	tests      []dsl.Test // of the query as it is
}

// parse reads the query anew, with the changes of that tree.
func (m mutator) parse() (*syntax.File, []change) {
	file, _ := syntax.Parse(m.name, m.text)
	return file, changes(file, named(file, testsOf(file)), m.tests[0].Plan, cuts(m.to))
}

// cuts are the thresholds that the catalog lists, of ages and other numbers.
func cuts(to dsl.Target) (out []float64) {
	for _, a := range to.Catalog.Attributes {
		out = append(append(out, a.Grid.Cuts...), a.AgeGrid.Cuts...)
	}
	for _, s := range to.Catalog.Sources {
		for _, c := range s.Columns {
			out = append(out, c.Grid.Cuts...)
		}
		for _, u := range s.Units {
			out = append(out, u.Grid.Cuts...)
		}
		if s.Value != nil {
			out = append(out, s.Value.Grid.Cuts...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// notices makes the i-th change, and tells whether a test then fails. It does not count when every way of making it is
// refused or means the same.
func (m mutator) notices(i, tries int) (noticed, counts bool, err error) {
	for try := range tries {
		file, list := m.parse()
		list[i].tries[try]()
		tests, found := dsl.TestsOf(file, m.to)
		if found.Failed() || m.same(tests) {
			continue
		}
		for _, t := range tests {
			result, err := Run(t)
			if err != nil || !result.Passed {
				return true, true, err
			}
		}
		return false, true, nil
	}
	return false, false, nil
}

// same tells whether tests have the plans, and ask for the values, of the query as it is.
func (m mutator) same(tests []dsl.Test) bool {
	return slices.EqualFunc(tests, m.tests, func(a, b dsl.Test) bool {
		return a.Plan.Digest() == b.Plan.Digest() && slices.EqualFunc(a.Columns, b.Columns, sameColumn)
	})
}

func sameColumn(a, b dsl.TestColumn) bool { return plan.String(a.Value) == plan.String(b.Value) }

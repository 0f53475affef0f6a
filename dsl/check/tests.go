package check

import (
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Test is a test block, checked: hand-made persons, and what is expected of them in one cohort. A value is a bool,
// int64, float64 (in the column's unit), string, catalog.Date or catalog.Moment; nil is missing.
type Test struct {
	Title    string
	Span     diag.Span  // of its title
	Plan     *plan.Plan // of the whole file, with the parameters of the test; nil where a diagnostic is an error
	Cohort   int        // position in Plan.Cohorts
	Persons  []TestPerson
	Columns  []TestColumn  // of the expect table, without id
	Expected []Expectation // the members of the cohort: no others are
}

// TestPerson is one hand-made person. Events are by the name of their source; the intervals of observation are those of
// the source "observation", with start and end. The rows of a place-day source are given to the person.
type TestPerson struct {
	ID         string
	Attributes map[string]any
	Events     map[string][]map[string]any
}

// TestColumn is a column of the expect table: "index", or a name that the cohort defines.
type TestColumn struct {
	Name  string
	Value plan.Expr
}

// Expectation is a member, and the expected value of each column.
type Expectation struct {
	ID     string
	Span   diag.Span
	Values []any
}

// Tests checks a file and its test blocks.
func Tests(f *syntax.File, ctx Context) ([]Test, diag.List) {
	return nil, nil
}

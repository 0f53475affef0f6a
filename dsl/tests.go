package dsl

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Test is a test block of a query, checked; see [check.Test].
type Test = check.Test

// TestPerson and TestColumn are parts of a [Test].
type (
	TestPerson = check.TestPerson
	TestColumn = check.TestColumn
)

// Tests returns the test blocks of a query in the order of the text, each with the plan that it is about. None is
// returned when a diagnostic is an error. Nothing is run here.
func Tests(name, text string, t Target) ([]Test, diag.List) {
	file, diags := syntax.Parse(name, text)
	if diags.Failed() {
		return nil, diags
	}
	tests, found := TestsOf(file, t)
	return tests, slices.Concat(diags, found).Sorted()
}

// TestsOf is [Tests] of a tree.
func TestsOf(file *syntax.File, t Target) ([]Test, diag.List) {
	return check.Tests(file, t.context())
}

// Package dsl is the cohort language: from the text of a query to a sealed plan.
//
// Text becomes a tree (dsl/syntax), the tree is checked against a catalog (dsl/check) and becomes a plan
// (dsl/plan). Everything here is pure Go, reads the catalog and the published vocabulary only, and never a
// snapshot: what the compiler says cannot depend on a patient.
package dsl

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Target is the dataset that a query is compiled for.
type Target struct {
	Catalog    *catalog.Catalog
	Vocabulary *catalog.Vocabulary
	Libraries  catalog.Libraries // those that the catalog pins; the zero one has none
}

func (t Target) context() check.Context {
	return check.Context{Catalog: t.Catalog, Vocabulary: t.Vocabulary, Libraries: t.Libraries}
}

// Compile turns the text of a query into a plan. Params are values for the query's parameters, written as
// in the language ("40 years"). The plan is nil when a diagnostic is an error.
//
// An error that one misspelt word explains has an edit that mends it.
func Compile(name, text string, params map[string]string, t Target) (*plan.Plan, diag.List) {
	p, a := compile(syntax.Parse, name, text, params, t)
	if p != nil {
		return p, a.list
	}
	return nil, suggest(a, t, func(text string) attempt {
		_, a := compile(syntax.Try, name, text, params, t)
		return a
	})
}

// attempt is a text that was compiled, with what was said about it; unread when that is about its syntax.
type attempt struct {
	file   *syntax.File
	list   diag.List
	unread bool
}

// compile compiles without looking for what was meant, or no further than parse does.
func compile(parse func(name, text string) (*syntax.File, diag.List), name, text string, params map[string]string, t Target) (*plan.Plan, attempt) {
	file, diags := parse(name, text)
	if diags.Failed() {
		return nil, attempt{file, diags, true}
	}
	values := map[string]syntax.Expr{}
	for param, text := range params {
		values[param] = value(text)
	}
	ctx := t.context()
	ctx.Params = values
	p, found := check.Check(file, ctx)
	return p, attempt{file, slices.Concat(diags, found).Sorted(), false}
}

// value parses the value of a parameter, such as 40 years; nil where that cannot be read.
func value(text string) syntax.Expr {
	file, diags := syntax.Parse("parameter", "param given: literal = "+text)
	if diags.Failed() || len(file.Decls) != 1 {
		return nil
	}
	p, ok := file.Decls[0].(*syntax.Param)
	if !ok {
		return nil
	}
	return p.Default
}

// Format lays out a query in the one way there is; comments stay. The meaning does not change.
func Format(text string) (string, diag.List) { return syntax.Format(text) }

package stagetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/explain"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/policy"
)

// run is what the compiler made of a trace.
type run struct {
	trace *Trace
	plan  *plan.Plan
	list  diag.List
}

func newRun(t *Trace) *run {
	p, list := t.Compile()
	return &run{t, p, list}
}

var errNoPlan = errors.New("the query has errors, so there is no plan; ask for the section errors")

// stage renders what one stage gives.
func (r *run) stage(name string) (string, error) {
	switch {
	case name == "errors":
		return r.errors(r.list)
	case name == "tree":
		file, _ := syntax.Parse("query.cohort", r.trace.Query)
		return syntax.Dump(file), nil
	case r.plan == nil:
		text, _ := r.errors(r.list)
		return "", fmt.Errorf("%w\n%s", errNoPlan, text)
	case name == "plan":
		return r.plan.Canonical(), nil
	case name == "outline":
		return plan.Tree(r.plan), nil
	case strings.HasPrefix(name, "explain-"):
		return explain.Prose(r.plan, r.trace.Target.Vocabulary, strings.TrimPrefix(name, "explain-"))
	case name == "policy-input":
		return r.facts()
	}
	return r.sql()
}

func (r *run) errors(list diag.List) (string, error) {
	var b strings.Builder
	err := diag.Render(&b, "query.cohort", r.trace.Query, list)
	return b.String(), err
}

func (r *run) facts() (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(policy.FactsOf(r.plan, r.trace.Target.Catalog, r.trace.Target.Vocabulary))
	return b.String(), err
}

// sql is the statement, and below it the arguments as remarks.
func (r *run) sql() (string, error) {
	q, err := sqlgen.Generate(r.plan, r.trace.Target.Vocabulary.Index)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(q.SQL)
	for i, arg := range q.Args {
		fmt.Fprintf(&b, "-- $%d = %q\n", i+1, arg)
	}
	return b.String(), nil
}

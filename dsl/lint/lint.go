// Package lint finds what is allowed in a query and is probably not meant: rules that contradict each other, names that
// nobody uses, labels that say something else than their rule, events after the index date that decide who enters.
//
// Every finding is a warning with a code word, a place, a sentence and what to do; docs/lint.md lists them with an example
// each. Findings are made from the text, the plan, the catalog and the published vocabulary, never from a snapshot. What
// needs persons, rules that remove nobody, is in enclave/lint, on persons that it makes up.
package lint

import (
	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Query is a query that compiles, as text, tree and plan.
type Query struct {
	File   *syntax.File
	Plan   *plan.Plan
	Target dsl.Target
}

// rules are the kinds of finding, in no order that matters: findings are sorted by place.
var rules = []func(*linter){
	(*linter).contradictions, (*linter).windows, (*linter).unused, (*linter).unknown, (*linter).thresholds,
	(*linter).findings, (*linter).washout, (*linter).outcomes, (*linter).organs, (*linter).labels,
	(*linter).openEnds, (*linter).lostEnds,
}

// Check lists the findings of a query, sorted by place.
func Check(q Query) diag.List {
	l := &linter{Query: q}
	l.cohorts = l.place()
	for _, rule := range rules {
		rule(l)
	}
	return l.found.Sorted()
}

type linter struct {
	Query
	cohorts []placed
	found   diag.List
}

func (l *linter) say(d diag.Diagnostic) { l.found.Add(d) }

// placed is a cohort of the plan with the statements that it was written as; those of a cohort that it extends as well.
type placed struct {
	cohort *plan.Cohort
	stmts  []syntax.Stmt
	rules  []syntax.Stmt // of each rule of the plan: a *syntax.Rule or *syntax.Lookback
}

// Rules are the places of the rules of the cohorts of a plan, by the position of the cohort. A cohort that the file does
// not hold, because it comes from a library, has none.
func (q Query) Rules() [][]diag.Span {
	l := &linter{Query: q}
	out := make([][]diag.Span, len(q.Plan.Cohorts))
	for i, p := range l.place() {
		for _, r := range p.rules {
			out[i] = append(out[i], r.Span())
		}
	}
	return out
}

func (l *linter) place() []placed {
	trees := map[string]*syntax.Cohort{}
	for _, d := range l.File.Decls {
		if c, ok := d.(*syntax.Cohort); ok {
			trees[c.Name.Name] = c
		}
	}
	out := make([]placed, len(l.Plan.Cohorts))
	for i, c := range l.Plan.Cohorts {
		out[i] = placed{cohort: c, stmts: statements(trees, c.Name, 0)}
		for _, s := range out[i].stmts {
			switch s.(type) {
			case *syntax.Lookback:
				out[i].rules = append([]syntax.Stmt{s}, out[i].rules...)
			case *syntax.Rule:
				out[i].rules = append(out[i].rules, s)
			}
		}
		if len(out[i].rules) != len(c.Rules) {
			out[i].rules = nil
		}
	}
	return out
}

// statements are those of a cohort behind those of the one that it extends, in the order of the plan's rules.
func statements(trees map[string]*syntax.Cohort, name string, depth int) []syntax.Stmt {
	c, ok := trees[name]
	if !ok || depth > len(trees) {
		return nil
	}
	return append(statements(trees, c.Extends.Name, depth+1), c.Stmts...)
}

// each calls visit for every expression of the plan that the file holds, with its place.
func (l *linter) each(visit func(x plan.Expr, at diag.Span)) {
	for _, p := range l.cohorts {
		for i, r := range p.rules {
			visit(p.cohort.Rules[i].Cond, r.Span())
		}
		if at := p.index(); at != nil {
			visit(p.cohort.Index, at.Span())
		}
	}
	at := 0
	for _, d := range l.File.Decls {
		r, ok := d.(*syntax.Report)
		if !ok || at >= len(l.Plan.Reports) {
			continue
		}
		report := l.Plan.Reports[at]
		at++
		for i, dim := range report.By {
			if i < len(r.By) {
				visit(dim.X, r.By[i].Span())
			}
		}
		if report.Value != nil {
			visit(report.Value, r.Span())
		}
	}
}

// index is the statement of the index date: the cohort's own goes before that of the one that it extends.
func (p placed) index() (last *syntax.Index) {
	for _, s := range p.stmts {
		if s, ok := s.(*syntax.Index); ok {
			last = s
		}
	}
	return last
}

// sets calls visit for every event set, nested ones as well.
func (l *linter) sets(visit func(s *plan.EventSet, at diag.Span)) {
	l.each(func(x plan.Expr, at diag.Span) {
		plan.Walk(x, func(x plan.Expr) bool {
			for _, s := range plan.Sets(x) {
				for _, s := range s.All() {
					visit(s, at)
				}
			}
			return true
		})
	})
}

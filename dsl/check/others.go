package check

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// another finds another cohort of the file, checked: cohorts that name each other in a circle are an error.
func (c *checker) another(name syntax.Ident) (*cohort, bool) {
	co, ok := c.cohorts[name.Name]
	if !ok {
		if !c.absent[name.Name] {
			c.say(unknownName(name, "unknown-cohort", "cohort", keys(c.cohorts)))
		}
		return nil, false
	}
	if co.state == checking {
		c.say(cohortCycle(name))
		return nil, false
	}
	c.cohort(co)
	return co, true
}

// indexOf checks "index of other": missing for those who are not its members.
func (c *checker) indexOf(e *syntax.IndexOf) typed {
	co, ok := c.another(e.Name)
	if !ok {
		return typed{}
	}
	return typed{x: &plan.IndexOf{Cohort: co.at}}
}

// indexDay stands for the index dates of another cohort, on which the phrases of "in cohort" are.
var indexDay = &catalog.Source{Name: "in cohort", Timed: true}

// inCohort checks "in cohort other", with phrases about its index date. As of events, none is before a date that is
// missing; so it is never unknown.
func (c *checker) inCohort(e *syntax.InCohort, s scope) typed {
	co, ok := c.another(e.Name)
	if !ok {
		return typed{}
	}
	xs := []plan.Expr{&plan.InCohort{Cohort: co.at}}
	index := &plan.IndexOf{Cohort: co.at}
	for _, p := range e.Phrases {
		if p.Ending || p.Set != nil || p.Kind == syntax.Apart || p.Kind == syntax.OngoingAt {
			c.say(notOfCohort(p.Span()))
			continue
		}
		for _, b := range c.bounds(&p, s, indexDay) {
			c.datesOnGrid(b.Op, p.Span(), index, b.At)
			xs = append(xs, &plan.Compare{Op: b.Op, L: index, R: b.At}, &plan.Not{X: &plan.IsMissing{X: b.At}})
		}
	}
	if len(xs) == 1 {
		return boolean(xs[0])
	}
	return boolean(&plan.And{Xs: xs})
}

package reference

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// scene is what an expression can see.
type scene struct {
	cohorts []*plan.Cohort // those of the plan
	depth   int            // of cohorts that name cohorts
	person  Person
	index   catalog.Date
	indexed bool
	event   Row // inside a where condition: the current event
}

// path is the way of a person through a cohort.
type path struct {
	scene
	rules []*plan.Rule
	step  int     // position of the rule that removed the person; the number of rules for a member
	said  []truth // what each rule's condition was, up to the one that removed the person
}

func (p path) member() bool { return p.step == len(p.rules) }

// start is the scene of a person before any cohort.
func start(p *plan.Plan, person Person) scene { return scene{cohorts: p.Cohorts, person: person} }

// follow takes the person through a cohort; in is false for a person without an index date.
func (s scene) follow(cohort int) (out path, in bool) {
	if s.depth > len(s.cohorts) {
		fail("a cohort is used to find itself")
	}
	c := s.cohorts[cohort]
	start := scene{cohorts: s.cohorts, depth: s.depth + 1, person: s.person}
	start.index, start.indexed = start.value(c.Index).(catalog.Date)
	if !start.indexed {
		return path{}, false
	}
	out = path{scene: start, rules: c.Rules}
	for _, rule := range c.Rules {
		cond := start.truth(rule.Cond)
		out.said = append(out.said, cond)
		if !keeps(rule, cond) {
			break
		}
		out.step++
	}
	return out, true
}

// indexIn is the person's index date in a cohort, if the person is a member of it.
func (s scene) indexIn(cohort int) any {
	if p, in := s.follow(cohort); in && p.member() {
		return p.index
	}
	return nil
}

// keeps tells whether a rule keeps a person: include keeps only for true, exclude removes only for true.
func keeps(r *plan.Rule, cond truth) bool {
	if r.Exclude {
		return cond != yes
	}
	return cond == yes
}

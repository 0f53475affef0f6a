package reference

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// scene is what an expression can see.
type scene struct {
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

// follow takes a person through a cohort; in is false for a person without an index date.
func follow(c *plan.Cohort, person Person) (out path, in bool) {
	start := scene{person: person}
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

// keeps tells whether a rule keeps a person: include keeps only for true, exclude removes only for true.
func keeps(r *plan.Rule, cond truth) bool {
	if r.Exclude {
		return cond != yes
	}
	return cond == yes
}

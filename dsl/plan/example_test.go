package plan_test

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// A plan is brought into canonical form when it is made: negations are pushed in, literals stand on the right.
func ExampleNew() {
	visits := &plan.Count{Set: &plan.EventSet{Source: &catalog.Source{Name: "visit"}}}
	none := &plan.Not{X: &plan.Compare{Op: "<=", L: plan.IntConst(1), R: visits}}
	p := plan.New(plan.Plan{Dataset: "example", Cohorts: []*plan.Cohort{{
		Index: plan.DateConst(0),
		Rules: []*plan.Rule{{Cond: none, Label: "No visit"}},
	}}})
	fmt.Println(plan.String(p.Cohorts[0].Rules[0].Cond))
	// Output: (< (count (events visit)) 1)
}

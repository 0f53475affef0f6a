package disclosure_test

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/policy"
)

func ExampleApply() {
	sex := &plan.Attr{Column: &catalog.Column{Name: "sex"}}
	p := plan.New(plan.Plan{
		Cohorts: []*plan.Cohort{{Name: "adults", Index: &plan.Index{}}},
		Reports: []*plan.Report{{Kind: "table", By: []*plan.Dimension{{X: sex, Keys: []string{"female", "male"}}}}},
	})
	raw := disclosure.NewRaw(p, []disclosure.Counts{{Cells: []disclosure.Cell{
		{Keys: []int{0}, Persons: 123},
		{Keys: []int{1}, Persons: 7},
	}}})
	fmt.Println(raw)

	terms := policy.Terms{MinCell: 10, RoundTo: 5, Kinds: []string{"table"}, Dimensions: 2}
	released, err := disclosure.Apply(p, raw, terms)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range released.Tables()[0].Rows {
		fmt.Println(row.Keys[0], row.Values["persons"])
	}
	_, err = disclosure.Apply(p, raw, terms)
	fmt.Println(err)
	// Output:
	// raw: withheld
	// female 125
	// male suppressed
	// not recorded suppressed
	// raw cells can be applied once; run the plan again
}

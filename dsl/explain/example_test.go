package explain_test

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/explain"
	"github.com/officina-enclave/officina/dsl/plan"
)

func ExampleProse() {
	source := &catalog.Source{Name: "condition", Timed: true, Systems: []string{"ICD10"}}
	start, _ := source.Column(catalog.Start)
	t2d := &plan.EventSet{Source: source, Codes: &plan.CodeSet{Name: "t2d", Codes: []string{"ICD10:E11"}}}
	p := plan.New(plan.Plan{
		Dataset: "clinic",
		Cohorts: []*plan.Cohort{{Name: "patients", Index: &plan.Pick{Which: plan.First, Set: t2d, Column: &start}}},
		Reports: []*plan.Report{{Kind: "count"}},
	})
	words, _ := catalog.ParseVocabulary([]byte("code,label,parents\nICD10:E11,Type 2 diabetes,\n"))
	for _, language := range explain.Languages() {
		text, _ := explain.Prose(p, words, language)
		fmt.Println(strings.Split(text, "\n")[3])
	}
	// Output:
	// A person's index date is the day of the first of the records of condition with a code of “t2d” (1 code: ICD10:E11 Type 2 diabetes). Persons without one are not in the cohort. Everybody with an index date is in the cohort.
	// La data indice di una persona è il giorno della prima tra le registrazioni di condition con un codice di “t2d” (1 codice: ICD10:E11 Type 2 diabetes). Chi non ne ha una non fa parte della coorte. Chiunque abbia una data indice fa parte della coorte.
}

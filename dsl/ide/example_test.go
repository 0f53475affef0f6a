package ide_test

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/ide"
)

func ExampleDesk_Complete() {
	c, _ := catalog.Parse("catalog.yaml", []byte(`
dataset: clinic
title: {en: Clinic}
duo: [DUO:0000006]
custodian: {name: Clinic, contact: data@example.org}
mark: test
mode: {release: exact}
period: {start: 2015-01-01, end: 2024-12-31, grid: 1 month}
person: {attributes: {sex: {type: code, values: [female, male], sensitivity: quasi}}}
sources: {condition: {kind: event, time: day, code: [ICD10]}}
codes: {ICD10: {hierarchy: dotted}}
`))
	v, _ := catalog.ParseVocabulary([]byte("code,label,parents\nICD10:E11,Type 2 diabetes,\nICD10:I10,Hypertension,\n"))
	desk := ide.New(dsl.Target{Catalog: c, Vocabulary: v})
	for _, text := range []string{"cohort c {\n  include any cond", "codes t2d = ICD10:diab", "cohort c {\n  include sex = \""} {
		for _, item := range desk.Complete(text, len(text)).Items {
			fmt.Printf("%s: %s (%s)\n", item.Label, item.Kind, item.Detail)
		}
	}
	// Output:
	// condition: source (ICD10)
	// ICD10:E11: code (Type 2 diabetes)
	// female: value ()
	// male: value ()
}

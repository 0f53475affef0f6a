package dsl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
)

const tested = `study "x"
codes hba1c = LOINC:4548-4, LOINC:59261-8
param least: duration = 18 years
cohort c {
  index first drug
  include age at index >= least
  define base = value of last measurement in hba1c before index
  define ill  = any condition before index
}
report count of c
test "A year" of c {
  param least = 25 years
  person      (id,   sex,    birth_date, children, smoker, province)
              (anna, female, 1960-01-01, 2,        true,   missing)
              (2,    male,   missing,    missing,  false,  missing)
  observation (id,   start,      end)
              (anna, 2015-01-01, missing)
  drug        (id,   code,        start)
              (anna, ATC:A10BA02, 2019-01-01)
  measurement (id,   code,         start,      value)
              (anna, LOINC:4548-4, 2018-12-01, 7 %)
              (anna, LOINC:2345-7, 2018-12-02, 90 mg/dL)
  expect      (id,   index,      base,       ill)
              (anna, 2019-01-01, 53 mmol/mol, false)
}
`

func TestTestBlocks(t *testing.T) {
	got, list := dsl.Tests("q.cohort", tested, clinic(t))
	if len(list) > 0 || len(got) != 1 {
		t.Fatal(got, list)
	}
	b := got[0]
	day := func(s string) catalog.Date {
		d, err := catalog.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	hba1c := 7*10.929 - 23.5
	want := map[string][]map[string]any{
		"observation": {{"start": day("2015-01-01"), "end": nil}},
		"drug":        {{"code": "ATC:A10BA02", "start": day("2019-01-01")}},
		"measurement": {
			{"code": "LOINC:4548-4", "start": day("2018-12-01"), "value": hba1c},
			{"code": "LOINC:2345-7", "start": day("2018-12-02"), "value": 90 / 18.016},
		},
	}
	near := cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })
	if d := cmp.Diff(want, b.Persons[0].Events, near); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	attributes := map[string]any{"sex": "female", "birth_date": day("1960-01-01"), "children": int64(2), "smoker": true, "province": nil}
	if d := cmp.Diff(attributes, b.Persons[0].Attributes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if b.Persons[1].ID != "2" || b.Title != "A year" || b.Cohort != 0 || len(b.Columns) != 3 || b.Columns[2].Name != "ill" {
		t.Errorf("got %+v", b)
	}
	if d := cmp.Diff([]any{day("2019-01-01"), 53.0, false}, b.Expected[0].Values); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	plain, _ := dsl.Compile("q.cohort", tested, nil, clinic(t))
	given, _ := dsl.Compile("q.cohort", tested, map[string]string{"least": "25 years"}, clinic(t))
	if b.Plan.Digest() != given.Digest() || b.Plan.Digest() == plain.Digest() {
		t.Error("the plan of the test is not that with its parameters")
	}
}

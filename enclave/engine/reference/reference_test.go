package reference_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

var (
	sex    = &catalog.Column{Name: "sex", Type: catalog.Type{Kind: catalog.Code}}
	value  = &catalog.Column{Name: "value", Type: catalog.Type{Kind: catalog.Number}}
	start  = &catalog.Column{Name: "start", Type: catalog.Type{Kind: catalog.DateKind}}
	lab    = &catalog.Source{Name: "lab", Timed: true, Systems: []string{"LOINC"}, Value: value}
	number = catalog.Type{Kind: catalog.Number}
)

func labs(code string) *plan.EventSet {
	return &plan.EventSet{Source: lab, Codes: &plan.CodeSet{Codes: []string{code}}}
}

func event(day catalog.Date, code string, value any) reference.Row {
	return reference.Row{"start": day, "code": code, "value": value}
}

func person(sex any, labs ...reference.Row) reference.Person {
	return reference.Person{Attributes: reference.Row{"sex": sex}, Events: map[string][]reference.Row{"lab": labs}}
}

// The same five persons as in the tests of enclave/engine/duckdb, with the same answer.
var five = reference.Data{
	person("female", event(0, "LOINC:A", 10.0), event(0, "LOINC:B", 1.0)),
	person("male", event(0, "LOINC:A", 20.0), event(150, "LOINC:A", 25.0)),
	person(nil, event(31, "LOINC:A", 30.0)),
	person("female", event(60, "LOINC:A", nil), event(60, "LOINC:B", 2.0)),
	person("male", event(0, "LOINC:B", 3.0)),
}

func TestEveryReport(t *testing.T) {
	c := &plan.Cohort{Index: &plan.Pick{Which: plan.First, Set: labs("LOINC:A"), Column: start}, Rules: []*plan.Rule{
		{Cond: &plan.Compare{Op: "=", L: &plan.Attr{Column: sex}, R: plan.StringConst("female")}},
		{Exclude: true, Cond: &plan.Compare{Op: ">", L: &plan.Pick{Which: plan.First, Set: labs("LOINC:A"), Column: value}, R: &plan.Const{Of: number, Value: 15.0}}},
	}}
	p := &plan.Plan{Cohorts: []*plan.Cohort{c}, Reports: []*plan.Report{
		{Kind: "count"},
		{Kind: "attrition"},
		{Kind: "table", By: []*plan.Dimension{{X: &plan.Attr{Column: sex}, Keys: []string{"female", "male"}}}},
		{Kind: "summary", Value: &plan.Agg{Fn: "sum", Set: labs("LOINC:B"), Column: value}},
	}}
	want := `0 [] 2 0 0 0 [0 0]
1 [0 0] 1 0 0 0 [0 0]
1 [0 1] 1 0 0 0 [0 0]
1 [1 2] 1 0 0 0 [0 0]
1 [2 0] 2 0 0 0 [0 0]
2 [0] 2 0 0 0 [0 0]
3 [] 2 2 3 5 [2 1]
`
	if diff := cmp.Diff(want, cells(t, p, five)); diff != "" {
		t.Error(diff)
	}
}

func cells(t *testing.T, p *plan.Plan, data reference.Data) string {
	t.Helper()
	raw, err := reference.Run(t.Context(), p, data)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, r := range rawtest.Read(t, raw) {
		for _, c := range r.Cells {
			fmt.Fprintln(&b, i, c.Keys, c.Persons, c.Recorded, c.Sum, c.SumSquares, c.Largest)
		}
	}
	return b.String()
}

// TestStatistics summarises one person's statistic: the sum of the cell is its value, and "-" is missing. The decimals
// are those that enclave/sqlgen promises; the deviations are sqrt(((1-4)² + (3-4)² + (8-4)²) / 2) and sqrt(0.5).
func TestStatistics(t *testing.T) {
	for _, c := range []struct {
		fn     string
		values []any
		want   string
	}{
		{"sum", []any{0.1, 0.2, nil}, "0.3"},
		{"sum", []any{0.001953125}, "0.00195313"}, // 1/512: a half goes away from zero
		{"sum", []any{-0.001953125}, "-0.00195313"},
		{"sum", []any{1e10, 1.0}, "1"},
		{"sum", []any{9999999999.999999, -1e10}, "9.999999999999998e+09"},
		{"sum", []any{nil}, "-"},
		{"mean", []any{1.0, 2.0, 2.0}, "1.66666667"}, // to the 8 places of the cell
		{"median", []any{3.0, 1.0, 1e12, 2.0}, "2.5"},
		{"min", []any{3.0, -1.0}, "-1"},
		{"max", []any{3.0, -1.0}, "3"},
		{"sd", []any{1.0, 3.0, 8.0}, "3.60555128"},
		{"sd", []any{0.0, 1.0, 1e10}, "0.70710678"},
		{"sd", []any{1.0}, "-"},
	} {
		var events []reference.Row
		for _, v := range c.values {
			events = append(events, event(0, "LOINC:A", v))
		}
		p := &plan.Plan{Cohorts: []*plan.Cohort{{Index: plan.DateConst(0)}}, Reports: []*plan.Report{
			{Kind: "summary", Value: &plan.Agg{Fn: c.fn, Set: labs("LOINC:A"), Column: value}}}}
		raw, err := reference.Run(t.Context(), p, reference.Data{person(nil, events...)})
		if err != nil {
			t.Fatal(err)
		}
		cell := rawtest.Read(t, raw)[0].Cells[0]
		got := "-"
		if cell.Recorded == 1 {
			got = fmt.Sprint(cell.Sum)
		}
		if got != c.want {
			t.Errorf("%s of %v is %s, want %s", c.fn, c.values, got, c.want)
		}
	}
}

func TestRefuses(t *testing.T) {
	field := &plan.Compare{Op: "=", L: &plan.Field{Column: value}, R: &plan.Const{Of: number, Value: 1.0}}
	for name, c := range map[string]struct {
		index plan.Expr
		kind  string
		by    plan.Expr
	}{
		"the index date used to find itself": {&plan.Index{}, "count", nil},
		"no report":                          {plan.DateConst(0), "survival", nil},
		"outside a condition on events":      {plan.DateConst(0), "table", field},
		"no statistic":                       {plan.DateConst(0), "table", &plan.Agg{Fn: "mode", Set: labs("LOINC:A"), Column: value}},
	} {
		p := &plan.Plan{Cohorts: []*plan.Cohort{{Index: c.index}}, Reports: []*plan.Report{{Kind: c.kind}}}
		if c.by != nil {
			p.Reports[0].By = []*plan.Dimension{{X: c.by, Keys: []string{"true", "false"}}}
		}
		raw, err := reference.Run(t.Context(), p, five)
		var refused *reference.Error
		if raw != nil || !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &plan.Plan{Cohorts: []*plan.Cohort{{Index: plan.DateConst(0)}}, Reports: []*plan.Report{{Kind: "count"}}}
	if _, err := reference.Run(ctx, p, five); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Package cohorttest runs the test blocks of a query on the reference engine: hand-made persons, and which of them are
// to be members of a cohort, with which values.
//
// [Run] says of one test what differs and why: for each person, what every rule said. [Mutate] changes one rule or one
// part of a rule at a time and tells which changes no test notices (DeMillo, Lipton and Sayward, Hints on test data
// selection, 1978): what can be changed without a test failing is not tested.
//
// Everything here is pure Go and sees the persons of the test blocks only.
package cohorttest

import (
	"fmt"
	"math"
	"strconv"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// Result is what became of one test.
type Result struct {
	Title       string       `json:"title"`
	Line        int          `json:"line"` // of the title in the file
	Cohort      string       `json:"cohort"`
	Passed      bool         `json:"passed"`
	Differences []Difference `json:"differences"`
	Persons     []Person     `json:"persons"`
}

// Difference is one thing that is not as the test expects.
type Difference struct {
	Person   string `json:"person"`
	What     string `json:"what"` // "member", or a column of the expect table
	Expected string `json:"expected"`
	Got      string `json:"got"`
	Why      string `json:"why,omitempty"` // of "member": which rule removed the person
}

// Person is what became of one hand-made person in the cohort.
type Person struct {
	ID     string `json:"id"`
	Member bool   `json:"member"`
	Index  string `json:"index"` // YYYY-MM-DD; missing without one
	Rules  []Said `json:"rules"` // up to the one that removed the person
}

// Said is what the condition of a rule was.
type Said struct {
	Rule      int    `json:"rule"` // from 1, in the order of the attrition
	Label     string `json:"label"`
	Exclude   bool   `json:"exclude"`
	Condition string `json:"condition"` // true, false or unknown
}

// Run runs one test. An error is the engine's: the plan has a part that it does not know.
func Run(t dsl.Test) (Result, error) {
	cohort := t.Plan.Cohorts[t.Cohort]
	out := Result{Title: t.Title, Line: t.Span.From.Line, Cohort: cohort.Name, Differences: []Difference{}, Persons: []Person{}}
	expected := map[string][]any{}
	for _, e := range t.Expected {
		expected[e.ID] = e.Values
	}
	for _, p := range t.Persons {
		way, err := reference.Follow(t.Plan, t.Cohort, personOf(p))
		if err != nil {
			return Result{}, err
		}
		out.Persons = append(out.Persons, told(p.ID, cohort, way))
		values, member := expected[p.ID]
		differences, err := compare(p.ID, t.Columns, values, member, way, cohort)
		if err != nil {
			return Result{}, err
		}
		out.Differences = append(out.Differences, differences...)
	}
	out.Passed = len(out.Differences) == 0
	return out, nil
}

func personOf(p dsl.TestPerson) reference.Person {
	out := reference.Person{Attributes: p.Attributes, Events: map[string][]reference.Row{}}
	for source, rows := range p.Events {
		for _, r := range rows {
			out.Events[source] = append(out.Events[source], r)
		}
	}
	return out
}

func told(id string, c *plan.Cohort, way reference.Way) Person {
	out := Person{ID: id, Member: way.Member(), Index: Text(way.Index()), Rules: []Said{}}
	for i, said := range way.Said() {
		out.Rules = append(out.Rules, Said{i + 1, c.Rules[i].Label, c.Rules[i].Exclude, truth(said)})
	}
	return out
}

func truth(said any) string {
	if said == nil {
		return "unknown"
	}
	return Text(said)
}

// compare tells what is not as expected of one person: that they are a member or not, or the values of a member.
func compare(id string, columns []dsl.TestColumn, values []any, expected bool, way reference.Way, c *plan.Cohort) ([]Difference, error) {
	if expected != way.Member() {
		return []Difference{{id, "member", yesNo(expected), yesNo(way.Member()), why(way, c)}}, nil
	}
	var out []Difference
	for i, want := range values {
		got, err := way.Value(columns[i].Value)
		if err != nil {
			return nil, err
		}
		if !Same(want, got) {
			unit := columns[i].Value.Type().Unit
			out = append(out, Difference{id, columns[i].Name, withUnit(want, unit), withUnit(got, unit), ""})
		}
	}
	return out, nil
}

func withUnit(v any, unit string) string {
	if v == nil || unit == "" {
		return Text(v)
	}
	return Text(v) + " " + unit
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// why says how a person came to be a member or not.
func why(way reference.Way, c *plan.Cohort) string {
	if way.Index() == nil {
		return "has no index date"
	}
	i, unknown := way.Removed()
	if i < 0 {
		return fmt.Sprintf("no rule removes them; index %s", Text(way.Index()))
	}
	verb, is := "include", "is false"
	if c.Rules[i].Exclude {
		verb, is = "exclude", "is true"
	}
	if unknown {
		is = "is unknown"
	}
	return fmt.Sprintf("rule %d, %s `%s`: %s", i+1, verb, c.Rules[i].Label, is)
}

// Same tells whether a value is the expected one. Numbers are when they agree to one part in a million, as an expected
// one is written by hand.
func Same(want, got any) bool {
	a, okA := number(want)
	b, okB := number(got)
	if okA && okB {
		return a == b || math.Abs(a-b) <= 1e-6*max(math.Abs(a), math.Abs(b))
	}
	return want == got
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Text is a value as a test block writes it.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return "missing"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

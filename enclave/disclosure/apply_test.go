package disclosure_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/policy"
)

// parse reads the raw section of a story.
func parse(text string) story {
	var s story
	d := yaml.NewDecoder(bytes.NewReader([]byte(strings.ReplaceAll(text, "\t", " "))))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		panic(err)
	}
	return s
}

func TestCellsThatDoNotFitThePlan(t *testing.T) {
	for name, text := range map[string]string{
		"key too large":              `{kind: table, by: [{name: s, keys: [f, m]}], cells: [{keys: [3], persons: 77}]}`,
		"key negative":               `{kind: table, by: [{name: s, keys: [f, m]}], cells: [{keys: [-1], persons: 77}]}`,
		"band too large":             `{kind: table, by: [{name: a, bands: [{high: 1}, {low: 1}]}], cells: [{keys: [3], persons: 77}]}`,
		"key missing":                `{kind: table, by: [{name: s, keys: [f, m]}], cells: [{keys: [], persons: 77}]}`,
		"key too many":               `{kind: count, cells: [{keys: [0], persons: 77}]}`,
		"keys twice":                 `{kind: table, by: [{name: s, keys: [f, m]}], cells: [{keys: [1], persons: 77}, {keys: [1], persons: 77}]}`,
		"count twice":                `{kind: count, cells: [{keys: [], persons: 77}, {keys: [], persons: 77}]}`,
		"persons negative":           `{kind: count, cells: [{keys: [], persons: -77}]}`,
		"persons beyond mankind":     `{kind: count, cells: [{keys: [], persons: 1099511627777}]}`,
		"more recorded than persons": `{kind: summary, value: x, cells: [{keys: [], persons: 1, values: [77, 77]}]}`,
		"not a number":               `{kind: summary, value: x, cells: [{keys: [], persons: 1, values: [.nan]}]}`,
		"infinite":                   `{kind: summary, value: x, cells: [{keys: [], persons: 1, values: [.inf]}]}`,
		"rule after the last":        `{kind: attrition, cells: [{keys: [3, 0], persons: 77}]}`,
		"left for two reasons":       `{kind: attrition, cells: [{keys: [2, 1], persons: 77}]}`,
		"include keeps unknown":      `{kind: attrition, cells: [{keys: [0, 2], persons: 77}]}`,
		"exclude removes unknown":    `{kind: attrition, cells: [{keys: [1, 1], persons: 77}]}`,
		"unknown reason":             `{kind: attrition, cells: [{keys: [0, 3], persons: 77}]}`,
		"attrition with one key":     `{kind: attrition, cells: [{keys: [0], persons: 77}]}`,
	} {
		s := parse(`{terms: {min_cell: 10, round_to: 5}, rules: [include a, exclude b], reports: [` + text + `]}`)
		_, err := s.apply()
		if !errors.Is(err, disclosure.ErrShape) {
			t.Errorf("%s: %v, want ErrShape", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "77") {
			t.Errorf("%s: the error tells a cell: %v", name, err)
		}
	}
}

func TestImpossibleMoments(t *testing.T) {
	s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: summary, value: x}]}`)
	for name, c := range map[string]disclosure.Cell{
		"squares negative":    {SumSquares: -1},
		"largest negative":    {Largest: [2]float64{1, -1}},
		"largest not ordered": {Largest: [2]float64{1, 2}},
		"sum infinite":        {Sum: math.Inf(-1)},
		"recorded negative":   {Recorded: -1},
	} {
		p := s.plan()
		_, err := disclosure.Apply(p, disclosure.NewRaw(p, []disclosure.Counts{{Cells: []disclosure.Cell{c}}}), s.terms())
		if !errors.Is(err, disclosure.ErrShape) {
			t.Errorf("%s: %v, want ErrShape", name, err)
		}
	}
}

func TestReportsMissing(t *testing.T) {
	s := secretStory()
	p := s.plan()
	for _, reports := range [][]disclosure.Counts{nil, {{}, {}}} {
		if _, err := disclosure.Apply(p, disclosure.NewRaw(p, reports), s.terms()); !errors.Is(err, disclosure.ErrShape) {
			t.Errorf("%d reports for 1: %v, want ErrShape", len(reports), err)
		}
	}
}

func TestCellsOfAnotherPlan(t *testing.T) {
	s := secretStory()
	other := parse(`{rules: [include adult], reports: [{kind: count}]}`).plan()
	if _, err := disclosure.Apply(other, secretRaw(), s.terms()); !errors.Is(err, disclosure.ErrPlan) {
		t.Errorf("cells of another plan: %v, want ErrPlan", err)
	}
}

func TestTermsThatDoNotAllow(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*policy.Terms)
		want   error
	}{
		"zero terms":      {func(t *policy.Terms) { *t = policy.Terms{} }, policy.ErrTerms},
		"no minimum":      {func(t *policy.Terms) { t.MinCell = 0 }, policy.ErrTerms},
		"no rounding":     {func(t *policy.Terms) { t.RoundTo = 0 }, policy.ErrTerms},
		"kind left out":   {func(t *policy.Terms) { t.Kinds = []string{"count"} }, disclosure.ErrNotAllowed},
		"no kind":         {func(t *policy.Terms) { t.Kinds = nil }, disclosure.ErrNotAllowed},
		"fewer dimension": {func(t *policy.Terms) { t.Dimensions = 1 }, disclosure.ErrNotAllowed},
	} {
		s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: table,
			by: [{name: a, keys: [x]}, {name: b, keys: [y]}], cells: [{keys: [0, 0], persons: 500}]}]}`)
		p, terms := s.plan(), s.terms()
		c.change(&terms)
		released, err := disclosure.Apply(p, disclosure.NewRaw(p, s.counts()), terms)
		if !errors.Is(err, c.want) || released != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestUnknownKind(t *testing.T) {
	s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: listing}]}`)
	p, terms := s.plan(), s.terms()
	terms.Kinds = append(terms.Kinds, "listing")
	if _, err := disclosure.Apply(p, disclosure.NewRaw(p, s.counts()), terms); !errors.Is(err, disclosure.ErrNotAllowed) {
		t.Errorf("kind that this version does not know: %v, want ErrNotAllowed", err)
	}
}

func TestTooManyRows(t *testing.T) {
	keys := "[" + strings.Repeat("k, ", 31) + "k]"
	s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: table, by: [{name: a, keys: ` + keys + `}, {name: b, keys: ` + keys + `}]}]}`)
	if _, err := s.apply(); !errors.Is(err, disclosure.ErrNotAllowed) {
		t.Errorf("33 × 33 rows: %v, want ErrNotAllowed", err)
	}
}

func TestTablesAreNotTheRelease(t *testing.T) {
	s := secretStory()
	released, err := s.apply()
	if err != nil {
		t.Fatal(err)
	}
	before := encode(t, released)
	released.Tables()[0].Title = "forged"
	clear(released.Tables()[0].Rows[0].Values)
	if after := encode(t, released); !bytes.Equal(before, after) {
		t.Error("a change of a table changed the release")
	}
}

package disclosure_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/policy"
)

// counts are the columns that hold numbers of persons.
var counts = []string{"persons", "not_recorded", "removed", "removed_not_recorded", "kept_not_recorded", "remaining"}

// drawStory makes a random table, count, summary or attrition with terms. Half of the cells are near the
// minimum, where the rules decide.
func drawStory(t *rapid.T) story {
	var s story
	s.Terms = policy.Terms{MinCell: rapid.IntRange(1, 25).Draw(t, "min_cell"), RoundTo: rapid.IntRange(1, 12).Draw(t, "round_to")}
	s.Rules = rapid.SliceOfN(rapid.SampledFrom([]string{"include a", "exclude b"}), 0, 4).Draw(t, "rules")
	kind := rapid.SampledFrom([]string{"count", "table", "summary", "attrition"}).Draw(t, "kind")
	s.Reports = slices.Grow(s.Reports, 1)[:1]
	r := &s.Reports[0]
	r.Kind = kind
	if kind == "summary" {
		r.Value = "x"
	}
	if kind == "table" || kind == "summary" {
		for i := range rapid.IntRange(1, 3).Draw(t, "dimensions") {
			keys := rapid.SliceOfN(rapid.StringMatching("[a-z]{1,3}"), 1, 4).Draw(t, "keys")
			r.By = append(r.By, dimension{Name: fmt.Sprint("d", i), Keys: keys})
		}
	}
	for _, keys := range combinations(s) {
		if rapid.Bool().Draw(t, "present") {
			r.Cells = append(r.Cells, drawCell(t, s.Terms.MinCell, keys, kind))
		}
	}
	return s
}

func drawCell(t *rapid.T, minCell int, keys []int, kind string) cell {
	near := rapid.Int64Range(0, int64(2*minCell))
	c := cell{Keys: keys, Persons: rapid.OneOf(near, rapid.Int64Range(0, 5000)).Draw(t, "persons")}
	if kind == "summary" {
		n := rapid.IntRange(0, int(min(c.Persons, 60))).Draw(t, "recorded")
		c.Values = rapid.SliceOfN(rapid.Float64Range(-1000, 1000), n, n).Draw(t, "values")
	}
	return c
}

// combinations lists the keys that cells of the story's report can have.
func combinations(s story) [][]int {
	if s.Reports[0].Kind == "attrition" {
		var all [][]int
		for i, r := range s.Rules {
			reason := 1
			if strings.HasPrefix(r, "exclude") {
				reason = 2
			}
			all = append(all, []int{i, 0}, []int{i, reason})
		}
		return append(all, []int{len(s.Rules), 0})
	}
	all := [][]int{{}}
	for _, d := range s.Reports[0].By {
		var longer [][]int
		for _, keys := range all {
			for k := range len(d.Keys) + 1 {
				longer = append(longer, append(slices.Clone(keys), k))
			}
		}
		all = longer
	}
	return all
}

func mustApply(t *rapid.T, s story) *disclosure.Released {
	released, err := s.apply()
	if err != nil {
		t.Fatal(err)
	}
	return released
}

func TestEveryCountIsLargeAndRounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		table := mustApply(t, s).Tables()[0]
		for _, row := range table.Rows {
			for _, name := range counts {
				v, ok := row.Values[name].Float()
				if ok && (v < float64(s.Terms.MinCell) || int64(v)%int64(s.Terms.RoundTo) != 0) {
					t.Fatalf("released %s %v with a minimum of %d and rounding to %d", name, v, s.Terms.MinCell, s.Terms.RoundTo)
				}
			}
		}
	})
}

// TestHiddenCellsSayNothing changes every cell below the minimum to another number below it, or leaves it
// out: no byte of the release may change.
func TestHiddenCellsSayNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		before := mustJSON(t, mustApply(t, s))
		r := &s.Reports[0]
		var given []string
		for i := range r.Cells {
			given = append(given, fmt.Sprint(r.Cells[i].Keys))
			if r.Cells[i].Persons < int64(s.Terms.MinCell) {
				r.Cells[i] = drawSmall(t, s, r.Cells[i].Keys)
			}
		}
		for _, keys := range combinations(s) {
			if !slices.Contains(given, fmt.Sprint(keys)) && rapid.Bool().Draw(t, "appears") {
				r.Cells = append(r.Cells, drawSmall(t, s, keys))
			}
		}
		if after := mustJSON(t, mustApply(t, s)); !bytes.Equal(before, after) {
			t.Fatalf("hidden cells show through:\n%s\n%s", before, after)
		}
	})
}

func drawSmall(t *rapid.T, s story, keys []int) cell {
	c := cell{Keys: keys, Persons: rapid.Int64Range(0, int64(s.Terms.MinCell-1)).Draw(t, "small")}
	if s.Reports[0].Kind == "summary" {
		c.Values = rapid.SliceOfN(rapid.Float64Range(-1000, 1000), 0, int(c.Persons)).Draw(t, "small values")
	}
	return c
}

// TestOrderOfCellsSaysNothing gives the same cells in reverse.
func TestOrderOfCellsSaysNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		before := mustJSON(t, mustApply(t, s))
		slices.Reverse(s.Reports[0].Cells)
		if after := mustJSON(t, mustApply(t, s)); !bytes.Equal(before, after) {
			t.Fatalf("the order of cells shows:\n%s\n%s", before, after)
		}
	})
}

func TestTotalIsTheSumOfTheShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := mustApply(t, drawStory(t)).Tables()[0]
		sum, any := 0.0, false
		for _, row := range table.Rows {
			for _, name := range []string{"persons", "removed", "removed_not_recorded"} {
				if v, ok := row.Values[name].Float(); ok {
					sum, any = sum+v, true
				}
			}
		}
		if table.Kind == "attrition" {
			if v, ok := table.Rows[len(table.Rows)-1].Values["remaining"].Float(); ok {
				sum, any = sum+v, true
			}
		}
		if table.Total == nil {
			return
		}
		if got, ok := table.Total.Persons.Float(); ok != any || got != sum {
			t.Fatalf("total %v (shown: %v), the shown cells sum to %v", got, ok, sum)
		}
	})
}

func TestEveryKeyIsListed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		table := mustApply(t, s).Tables()[0]
		if table.Kind == "attrition" {
			if len(table.Rows) != len(s.Rules)+2 {
				t.Fatalf("%d rows for %d rules", len(table.Rows), len(s.Rules))
			}
			return
		}
		want := combinations(s)
		if len(table.Rows) != len(want) {
			t.Fatalf("%d rows, want %d", len(table.Rows), len(want))
		}
		for i, keys := range want {
			for j, k := range keys {
				if got := table.Rows[i].Keys[j]; got != table.Dimensions[j].Keys[k] {
					t.Fatalf("row %d has the key %q, want %q", i, got, table.Dimensions[j].Keys[k])
				}
			}
		}
	})
}

// TestStricterTermsShowNoMore raises the minimum: what was hidden stays hidden.
func TestStricterTermsShowNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStory(t)
		loose := mustApply(t, s).Tables()[0]
		s.Terms.MinCell += rapid.IntRange(1, 10).Draw(t, "more")
		strict := mustApply(t, s).Tables()[0]
		for i, row := range strict.Rows {
			if row.Values["persons"].Shown() && !loose.Rows[i].Values["persons"].Shown() {
				t.Fatalf("row %d is shown only with the larger minimum", i)
			}
		}
		if strict.Hidden < loose.Hidden {
			t.Fatalf("%d hidden with the larger minimum, %d before", strict.Hidden, loose.Hidden)
		}
	})
}

func mustJSON(t *rapid.T, x any) []byte {
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

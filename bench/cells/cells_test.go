package cells

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

const released = `[
 {"kind": "count", "rows": [{"keys": [], "persons": {"status": "ok", "value": 12}}]},
 {"kind": "attrition", "rows": [
   {"keys": ["persons with an index date"], "remaining": {"status": "ok", "value": 20}},
   {"keys": ["include Adult"], "removed": {"status": "ok", "value": 8}, "remaining": {"status": "ok", "value": 12}},
   {"keys": ["left in the cohort"], "remaining": {"status": "ok", "value": 12}}]},
 {"kind": "summary", "rows": [
   {"keys": ["female", "<40"], "persons": {"status": "ok", "value": 7}, "mean": {"status": "ok", "value": 1.23}},
   {"keys": ["male", "<40"], "persons": {"status": "suppressed"}, "mean": {"status": "suppressed"}}]}
]`

func tables(t *testing.T) []Table {
	var r []disclosure.Table
	if err := json.Unmarshal([]byte(released), &r); err != nil {
		t.Fatal(err)
	}
	return Of(r)
}

func TestOf(t *testing.T) {
	none := map[string]float64{}
	want := []Table{
		{map[string]int64{"": 12}, none},
		{map[string]int64{"0": 20, "1": 12}, none},
		{map[string]int64{"female|<40": 7}, map[string]float64{"female|<40": 1.23}},
	}
	if d := cmp.Diff(want, tables(t)); d != "" {
		t.Error(d)
	}
	if n := Total(want); n != 51 {
		t.Errorf("%d persons in all", n)
	}
}

func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		change func(plain []Table) []Table
		same   bool
	}{
		"nothing":        {func(p []Table) []Table { return p }, true},
		"close mean":     {func(p []Table) []Table { p[2].Mean["female|<40"] = 1.2261; return p }, true},
		"mean":           {func(p []Table) []Table { p[2].Mean["female|<40"] = 1.22; return p }, false},
		"one person":     {func(p []Table) []Table { p[1].Persons["1"]++; return p }, false},
		"a further cell": {func(p []Table) []Table { p[2].Add(1, "male", "<40"); return p }, false},
		"a missing cell": {func(p []Table) []Table { delete(p[0].Persons, ""); return p }, false},
		"an empty cell":  {func(p []Table) []Table { p[2].Add(0, "male", "<40"); return p }, true},
		"reports":        {func(p []Table) []Table { return p[:2] }, false},
	} {
		if err := Compare(c.change(tables(t)), tables(t)); (err == nil) != c.same || err != nil && !errors.Is(err, ErrDiffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

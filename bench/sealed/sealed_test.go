package sealed

import (
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/bench/population"
	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/store"
)

// TestExact wants what the engine counted, with nothing hidden or rounded: the raw cells say so.
func TestExact(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	catalog, err := os.ReadFile("../catalog.yaml")
	must(t, err)
	text, err := os.ReadFile("../queries/three-dimensions.cohort")
	must(t, err)
	_, err = Create(ctx, dir, catalog, population.Source{Seed: 1, Persons: 1000}, func(float64) {})
	must(t, err)
	e, err := Open(ctx, dir)
	must(t, err)
	defer e.Close()
	tables, err := e.Exact(ctx, "query", string(text))
	must(t, err)

	p, remarks := dsl.Compile("query", string(text), nil, e.enclave.Target)
	if remarks.Failed() {
		t.Fatal(remarks)
	}
	engine := duckdb.New(duckdb.Limits{Limits: duck.Limits{Threads: 1}})
	defer engine.Close()
	must(t, e.withStore(ctx, func(s *store.Store) error {
		raw, err := engine.Run(ctx, p, s)
		must(t, err)
		var want []int64
		for _, c := range rawtest.Read(t, raw)[0].Cells {
			want = append(want, c.Persons)
		}
		slices.Sort(want)
		if len(want) < 10 || want[0] >= 10 {
			t.Errorf("no cell is small: %v", want)
		}
		if d := cmp.Diff(want, slices.Sorted(maps.Values(tables[0].Persons))); d != "" {
			t.Error(d)
		}
		return nil
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

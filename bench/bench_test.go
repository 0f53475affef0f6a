package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/plain"
	"github.com/officina-enclave/officina/bench/population"
	"github.com/officina-enclave/officina/bench/sealed"
)

// TestBothSidesCountTheSame asks every query of a few persons: the SQL by hand, that in the manner of ehrQL, and the
// enclave's engine count exactly the same, and another neutral number does not change it.
func TestBothSidesCountTheSame(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	folder, parquet := filepath.Join(dir, "sealed"), filepath.Join(dir, "plain")
	catalog, err := files.ReadFile("catalog.yaml")
	must(t, err)
	report, err := sealed.Create(ctx, folder, catalog, population.Source{Seed: 1, Persons: 5000}, func(float64) {})
	must(t, err)
	for _, table := range report.Tables {
		if len(table.Rejected) > 0 {
			t.Errorf("rows were rejected: %+v", table)
		}
	}
	must(t, sealed.Export(ctx, folder, parquet))
	db, err := plain.Open(ctx, parquet, 2)
	must(t, err)
	defer db.Close()
	queries, err := load("")
	must(t, err)
	for _, q := range queries {
		t.Run(q.name, func(t *testing.T) {
			want, err := sealed.Exact(ctx, folder, q.name, asked(q.cohort, 1))
			must(t, err)
			if cells.Total(want) == 0 {
				t.Error("nobody is counted")
			}
			for _, text := range []string{q.plain, q.ehrql} {
				if text == "" {
					continue
				}
				got, err := db.Run(ctx, asked(text, 1))
				must(t, err)
				if err := cells.Compare(got, want); err != nil {
					t.Error(err)
				}
			}
			other, err := sealed.Exact(ctx, folder, q.name, asked(q.cohort, 2))
			must(t, err)
			if cells.Total(other) != cells.Total(want) {
				t.Error("another neutral number changes the answer")
			}
			if !strings.Contains(q.plain, neutral) || !strings.Contains(q.cohort, neutral) {
				t.Errorf("holds no %s", neutral)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

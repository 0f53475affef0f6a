package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/child"
	"github.com/officina-enclave/officina/bench/plain"
	"github.com/officina-enclave/officina/bench/population"
	"github.com/officina-enclave/officina/bench/sealed"
)

// TestMain makes this program a child when it is started as one.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == child.Word {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

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
	e, err := sealed.Open(ctx, folder)
	must(t, err)
	defer e.Close()
	must(t, e.Export(ctx, parquet))
	db, err := plain.Open(ctx, parquet, 2)
	must(t, err)
	defer db.Close()
	queries, err := load("")
	must(t, err)
	constructs, err := from("constructs", "constructs", "")
	must(t, err)
	for i, q := range append(queries, constructs...) {
		t.Run(q.name, func(t *testing.T) {
			want, err := e.Exact(ctx, q.name, asked(q.cohort, 1))
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
			other, err := e.Exact(ctx, q.name, asked(q.cohort, 2))
			must(t, err)
			if cells.Total(other) != cells.Total(want) {
				t.Error("another neutral number changes the answer")
			}
			if i >= len(queries) {
				return // no question that is stored
			}
			if !strings.Contains(q.plain, neutral) || !strings.Contains(q.cohort, neutral) {
				t.Errorf("holds no %s", neutral)
			}
		})
	}
}

// TestBench runs all of it, small, and reads what it wrote; then it uses the same dataset again.
func TestBench(t *testing.T) {
	out, dir := t.TempDir(), t.TempDir()
	for _, folder := range []string{"docs", "bench"} {
		must(t, os.Mkdir(filepath.Join(out, folder), 0o700))
	}
	must(t, run(t.Context(), []string{"--scale", "0.001", "--runs", "1", "--dir", dir, "--out", out}))
	text, err := os.ReadFile(filepath.Join(out, "bench", "results.json"))
	must(t, err)
	schema(t, text)
	page, err := os.ReadFile(filepath.Join(out, "docs", "benchmarks.md"))
	must(t, err)
	for _, want := range []string{"1000 persons", "| hot ≤ 1.25 × plain, geometric mean |", "[needle](../bench/queries/needle.cohort)", "run: select"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	made, err := readDescription(filepath.Join(dir, "1000-persons"))
	must(t, err)
	again, err := prepare(t.Context(), options{scale: 0.001, dir: dir, threads: 1})
	must(t, err)
	if !again.Made.Equal(made.Made) {
		t.Error("the dataset was made again")
	}
}

// schema wants the members that issue 3 names, and positive numbers in them.
func schema(t *testing.T, text []byte) {
	t.Helper()
	var r map[string]any
	must(t, json.Unmarshal(text, &r))
	queries, _ := r["queries"].([]any)
	if len(queries) < 10 {
		t.Errorf("%d queries, want 10 at least", len(queries))
	}
	positive(t, r, "scale", "geomean_hot", "geomean_cold", "peak_mb", "ingest_seconds", "ingest_peak_mb")
	for _, q := range queries {
		one, _ := q.(map[string]any)
		if name, _ := one["name"].(string); name == "" || len(one) != 4 {
			t.Errorf("query %v", q)
		}
		positive(t, one, "plain_ms", "hot_ms", "cold_ms")
	}
}

func positive(t *testing.T, members map[string]any, names ...string) {
	t.Helper()
	for _, name := range names {
		if x, ok := members[name].(float64); !ok || x <= 0 {
			t.Errorf("%s is %v", name, members[name])
		}
	}
}

// TestRepeatsAreNoMeasurement asks the same question twice.
func TestRepeatsAreNoMeasurement(t *testing.T) {
	ctx, w, r := t.Context(), new(worker), request{Dir: t.TempDir(), Persons: 1000, Study: "bench-test", Name: "needle"}
	defer func() { must(t, w.close()) }()
	q, err := load("^all-drugs$")
	must(t, err)
	r.Text = q[0].cohort
	for _, task := range []string{"ingest", "register", "hot"} {
		_, err := tasks[task](w, ctx, r)
		must(t, err)
	}
	if _, err := w.hot(ctx, r); !errors.Is(err, sealed.ErrRepeat) {
		t.Errorf("asked again: %v", err)
	}
	r.Text = asked(r.Text, 1)
	if _, err := w.hot(ctx, r); err != nil {
		t.Errorf("asked as a new question: %v", err)
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"--scale", "0"}, {"--runs", "0"}, {"--threads", "0"}, {"more"}, {"--wrong"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	for _, only := range []string{"(", "no such query"} {
		if _, err := load(only); err == nil {
			t.Errorf("--only %q was taken", only)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

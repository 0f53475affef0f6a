package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/internal/stage"
)

var limits = duckdb.Limits{Limits: duck.Limits{Threads: 2, Memory: "1GiB"}, Runs: 2}

func engine(t testing.TB, l duckdb.Limits) *duckdb.Engine {
	e := duckdb.New(l)
	t.Cleanup(func() { e.Close() })
	return e
}

func labs(codes ...string) *plan.EventSet {
	s := &plan.EventSet{Source: lab}
	if len(codes) > 0 {
		s.Codes = &plan.CodeSet{Codes: codes}
	}
	return s
}

func anyOf(s *plan.EventSet) plan.Expr {
	return &plan.Compare{Op: ">=", L: &plan.Count{Set: s}, R: plan.IntConst(1)}
}

// firstA is a cohort from the first LOINC:A, with rules.
func firstA(rules ...*plan.Rule) *plan.Cohort {
	return &plan.Cohort{Index: &plan.Pick{Which: plan.First, Set: labs("LOINC:A"), Column: start}, Rules: rules}
}

func query(c *plan.Cohort, reports ...*plan.Report) *plan.Plan {
	return plan.New(plan.Plan{Dataset: "tiny", Cohorts: []*plan.Cohort{c}, Reports: reports})
}

func count() *plan.Report { return &plan.Report{Kind: "count"} }

func bySex() []*plan.Dimension {
	return []*plan.Dimension{{X: &plan.Attr{Column: sex}, Keys: []string{"female", "male"}}}
}

// run returns the cells of a run, a line each.
func run(t *testing.T, ctx context.Context, e *duckdb.Engine, p *plan.Plan, s *store.Store) string {
	t.Helper()
	raw, err := e.Run(ctx, p, s)
	must(t, err)
	var b strings.Builder
	for i, r := range rawtest.Read(t, raw) {
		for _, c := range r.Cells {
			fmt.Fprintln(&b, i, c.Keys, c.Persons, c.Recorded, c.Sum, c.SumSquares, c.Largest)
		}
	}
	return b.String()
}

// TestRun runs every kind of report over sealed tables of two parts; the table is beside dataset.
func TestRun(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	p := query(firstA(
		&plan.Rule{Cond: &plan.Compare{Op: "=", L: &plan.Attr{Column: sex}, R: plan.StringConst("female")}},
		&plan.Rule{Exclude: true, Cond: &plan.Compare{Op: ">", L: &plan.Pick{Which: plan.First, Set: labs("LOINC:A"), Column: value}, R: &plan.Const{Of: value.Type, Value: 15.0}}},
	),
		count(),
		&plan.Report{Kind: "attrition"},
		&plan.Report{Kind: "table", By: bySex()},
		&plan.Report{Kind: "summary", Value: &plan.Agg{Fn: "sum", Set: labs("LOINC:B"), Column: value}},
	)
	want := `0 [] 2 0 0 0 [0 0]
1 [0 0] 1 0 0 0 [0 0]
1 [0 1] 1 0 0 0 [0 0]
1 [1 2] 1 0 0 0 [0 0]
1 [2 0] 2 0 0 0 [0 0]
2 [0] 2 0 0 0 [0 0]
3 [] 2 2 3 5 [2 1]
`
	if diff := cmp.Diff(want, run(t, t.Context(), engine(t, limits), p, s)); diff != "" {
		t.Error(diff)
	}
}

func TestCodesThatNobodyHas(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	c := &plan.Cohort{Index: &plan.Pick{Which: plan.First, Set: labs("LOINC:X"), Column: start}}
	if got := run(t, t.Context(), engine(t, limits), query(c, count()), s); got != "0 [] 0 0 0 0 [0 0]\n" {
		t.Error(got)
	}
}

// TestImagesAreGivenBack runs, to the end and cut short after each stage. Closing the store then closes every image:
// one in use would stay open.
func TestImagesAreGivenBack(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	e := engine(t, limits)
	p := query(firstA(&plan.Rule{Cond: anyOf(labs("LOINC:B"))}), &plan.Report{Kind: "table", By: bySex()})
	run(t, t.Context(), e, p, s)
	for last := range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		_, err := e.Run(stage.Observe(ctx, func(stage.Stage) {
			if seen++; seen > last {
				cancel()
			}
		}), p, s)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cut short after %d stages: %v", last+1, err)
		}
	}
	if openImages(t) == 0 {
		t.Error("no image is open before Close: the test sees none")
	}
	must(t, errors.Join(e.Close(), s.Close()))
	if n := openImages(t); n != 0 {
		t.Errorf("%d images are still in use", n)
	}
}

// openImages counts the sealed memory files of this process.
func openImages(t *testing.T) int {
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	n := 0
	for _, f := range files {
		if target, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.Contains(target, "officina-image") {
			n++
		}
	}
	return n
}

func TestErrorsNameTheStageOnly(t *testing.T) {
	whole := dataset()
	without := func(table string) []part {
		return slices.DeleteFunc(slices.Clone(whole), func(p part) bool { return p.table == table })
	}
	text := &plan.Compare{Op: "=", L: &plan.Attr{Column: note}, R: plan.StringConst(marker)}
	for name, c := range map[string]struct {
		parts []part
		plan  *plan.Plan
		limit string
		stage duckdb.Stage
		is    func(error) bool
	}{
		"no dictionary":  {without("_codes"), query(firstA(), count()), "", duckdb.Dictionary, is(store.ErrTable)},
		"no table":       {without("lab"), query(firstA(), count()), "", duckdb.Images, is(store.ErrTable)},
		"unknown report": {whole, query(firstA(), &plan.Report{Kind: "survival"}), "", duckdb.Statement, as[*sqlgen.Error]},
		"bad limit":      {whole, query(firstA(&plan.Rule{Cond: text}), count()), marker, duckdb.Dictionary, as[*duck.Error]},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, duckdb.Limits{Limits: duck.Limits{Memory: c.limit}})
			raw, err := e.Run(t.Context(), c.plan, sealed(t, store.Options{}, c.parts...))
			var failed *duckdb.Error
			if raw != nil || !errors.As(err, &failed) || failed.Stage != c.stage || !c.is(err) {
				t.Fatalf("raw %v, stage of %#v; cause %v", raw, err, errors.Unwrap(err))
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
				if text := fmt.Sprintf(verb, err); !strings.Contains(text, "failed at "+string(c.stage)) || strings.Contains(text, marker) {
					t.Errorf("%s prints %s", verb, text)
				}
			}
		})
	}
}

func is(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }

func as[T error](err error) bool { var e T; return errors.As(err, &e) }

func TestCancel(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine(t, limits).Run(ctx, query(firstA(), count()), s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestTimings(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	var stages []string
	ctx := stage.Observe(t.Context(), func(s stage.Stage) { stages = append(stages, s.Name) })
	run(t, ctx, engine(t, limits), query(firstA(), count()), s)
	want := []string{"run: wait", "run: dictionary", "run: statement", "run: images", "run: open", "run: select"}
	if diff := cmp.Diff(want, stages); diff != "" {
		t.Error(diff)
	}
}

// TestDictionaryFollowsTheSnapshot asks two snapshots in turn, in which the same code has different ids.
func TestDictionaryFollowsTheSnapshot(t *testing.T) {
	first := sealed(t, store.Options{}, dataset()...)
	parts := dataset()
	for i, p := range parts {
		switch p.table {
		case "_codes":
			parts[i].rows = [][]any{{uint32(0), "HGNC:1"}, {uint32(1), "LOINC:0"}, {uint32(2), "LOINC:A"}}
		}
	}
	second := sealed(t, store.Options{}, parts...)
	e := engine(t, limits)
	for range 2 {
		for s, want := range map[*store.Store]string{first: "0 [] 4 0 0 0 [0 0]\n", second: "0 [] 3 0 0 0 [0 0]\n"} {
			if got := run(t, t.Context(), e, query(firstA(), count()), s); got != want {
				t.Errorf("got %s want %s", got, want)
			}
		}
	}
}

func TestConcurrentRuns(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	e := engine(t, limits)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			raw, err := e.Run(t.Context(), query(firstA(), &plan.Report{Kind: "table", By: bySex()}), s)
			if err != nil {
				t.Error(err)
				return
			}
			want := []disclosure.Counts{{Cells: []disclosure.Cell{{Keys: []int{0}, Persons: 2}, {Keys: []int{1}, Persons: 1}, {Keys: []int{2}, Persons: 1}}}}
			if diff := cmp.Diff(want, rawtest.Read(t, raw)); diff != "" {
				t.Error(diff)
			}
		})
	}
	wait.Wait()
}

// BenchmarkFixedCost is a count over tables of a few rows, images in the cache, with the mean time of each stage.
func BenchmarkFixedCost(b *testing.B) {
	s := sealed(b, store.Options{}, dataset()...)
	e := engine(b, limits)
	p := query(&plan.Cohort{Index: plan.DateConst(catalog.Date(18262))}, count())
	total := map[string]time.Duration{}
	ctx := stage.Observe(b.Context(), func(s stage.Stage) { total[s.Name] += s.Took })
	for b.Loop() {
		if _, err := e.Run(ctx, p, s); err != nil {
			b.Fatal(err)
		}
	}
	for name, d := range total {
		b.ReportMetric(float64(d.Microseconds())/float64(b.N)/1000, strings.TrimPrefix(name, "run: ")+"-ms/op")
	}
}

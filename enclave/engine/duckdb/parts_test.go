package duckdb_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/internal/stage"
)

// crowd is n persons in parts, each with events of LOINC:A and LOINC:B on each of days days. Values differ in the
// eighth place, so that a sum of rounded sums would differ from the sum.
func crowd(parts, n, days int) []part {
	tiny := dataset()
	person, labs, codes := tiny[0], tiny[2], tiny[4]
	var out []part
	for p := range parts {
		person.number, labs.number, person.rows, labs.rows = p, p, nil, nil
		for i := p * n / parts; i < (p+1)*n/parts; i++ {
			person.rows = append(person.rows, []any{uint32(i), []any{"female", "male", nil}[i%3], marker})
			for d := range days {
				for code := range 2 {
					labs.rows = append(labs.rows, []any{uint32(i), day(1, 1+d), uint32(1 + code), float64(i%90) + float64(d)*1.00000001e-8})
				}
			}
		}
		out = append(out, person, labs)
	}
	return append(out, codes)
}

// summary asks for every kind of figure.
func summary(sets ...*plan.EventSet) *plan.Plan {
	reports := []*plan.Report{count(), {Kind: "attrition"}, {Kind: "table", By: bySex()}}
	for _, s := range sets {
		reports = append(reports, &plan.Report{Kind: "summary", By: bySex(), Value: &plan.Agg{Fn: "sum", Set: s, Column: value}})
	}
	return query(firstA(&plan.Rule{Cond: anyOf(labs("LOINC:B"))}), reports...)
}

// A plan over more memory than the images may take runs over some parts at a time, and counts the same to the last digit.
func TestPartByPartCountsTheSame(t *testing.T) {
	parts := crowd(7, 5000, 3)
	p := summary(labs("LOINC:A"), labs("LOINC:B"))
	at := sealed(t, store.Options{}, parts...)
	want := run(t, t.Context(), engine(t, limits), p, at)
	if !strings.Contains(want, "3 [0] 1667 1667") {
		t.Fatalf("the answer lacks a group: %s", want)
	}
	for _, rows := range []int64{1, 3000, 20_000} { // a part at a time, some, several
		some := limits
		some.Statement = rows
		got := run(t, t.Context(), engine(t, some), p, at)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("at once (-) and %d rows a statement (+):\n%s", rows, d)
		}
	}
	tight := sealed(t, store.Options{ImageBudget: imageBytes(t) / 2}, parts...)
	stages := map[string]int{}
	got := run(t, counted(t.Context(), stages), engine(t, limits), p, tight)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("at once (-) and part by part (+):\n%s", d)
	}
	if stages["run: select"] < 2 || stages["run: select"] > 7 {
		t.Errorf("%d statements were run, want a few", stages["run: select"])
	}
	small := sealed(t, store.Options{ImageBudget: 4 << 10}, parts...)
	_, err := engine(t, limits).Run(t.Context(), p, small)
	var large *duckdb.TooLarge
	if !errors.As(err, &large) || !errors.Is(err, store.ErrBudget) || large.Bytes == 0 {
		t.Errorf("not even one part fits: error %v, %d bytes", err, large.Bytes)
	}
}

// An instance that runs out of memory leads to fewer parts at a time as well. The limit goes down until it does.
func TestAnInstanceOutOfMemoryRunsPartByPart(t *testing.T) {
	s := sealed(t, store.Options{}, crowd(8, 160_000, 1)...)
	p := query(firstA(), &plan.Report{Kind: "summary", Value: &plan.Agg{Fn: "median", Set: labs(), Column: value}})
	want := run(t, t.Context(), engine(t, limits), p, s)
	for mib := 48; mib > 8; mib -= 4 {
		stages := map[string]int{}
		e := engine(t, duckdb.Limits{Limits: duck.Limits{Threads: 2, Memory: fmt.Sprint(mib, "MiB")}})
		got := run(t, counted(t.Context(), stages), e, p, s)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("with and without memory:\n%s", d)
		}
		if stages["run: select"] > 1 {
			return
		}
	}
	t.Error("everything fitted: nothing was tested")
}

// TestImagesAreNeverPartial asks for disjoint codes over the same columns, in both orders, hot and cold.
func TestImagesAreNeverPartial(t *testing.T) {
	parts := crowd(1, 150_000, 1) // LOINC:A in the row groups 0 and 1, LOINC:B in 1 and 2
	first, second := summary(labs("LOINC:A")), query(&plan.Cohort{Index: &plan.Pick{Which: plan.First, Set: labs("LOINC:B"), Column: start}},
		&plan.Report{Kind: "summary", Value: &plan.Agg{Fn: "sum", Set: labs("LOINC:B"), Column: value}})
	var want []string
	for _, p := range []*plan.Plan{first, second} {
		want = append(want, run(t, t.Context(), engine(t, limits), p, sealed(t, store.Options{}, parts...)))
	}
	for _, order := range [][]int{{0, 1, 0, 1}, {1, 0, 1, 0}} {
		s, e := sealed(t, store.Options{}, parts...), engine(t, limits)
		for _, i := range order {
			if d := cmp.Diff(want[i], run(t, t.Context(), e, []*plan.Plan{first, second}[i], s)); d != "" {
				t.Errorf("order %v, plan %d:\n%s", order, i, d)
			}
		}
	}
}

// TestMemoryOfEightRuns runs eight queries at once, which together need more images than the budget holds, and looks at
// the process's memory all the while: the images and the instances stay within what they were given.
func TestMemoryOfEightRuns(t *testing.T) {
	const instance, runs = 96 << 20, 2
	parts := crowd(4, 400_000, 1)
	eight := func(i int) *plan.Plan {
		set := labs("LOINC:A", "LOINC:B")
		set.Bounds = []plan.Bound{{Column: "start", Op: ">=", At: plan.DateConst(18262)}}
		var x plan.Expr = &plan.Agg{Fn: []string{"sum", "median", "sd", "mean"}[i%4], Set: set, Column: value}
		if i >= 4 { // other columns, and so other images
			x = &plan.Count{Set: set, Distinct: []string{"start", "code"}[i%2]}
		}
		return query(firstA(), &plan.Report{Kind: "summary", Value: x})
	}
	free := sealed(t, store.Options{}, parts...)
	one := engine(t, limits)
	for _, i := range []int{0, 4} {
		run(t, t.Context(), one, eight(i), free)
	}
	images := imageBytes(t) * 2 / 3
	must(t, errors.Join(one.Close(), free.Close()))
	s := sealed(t, store.Options{ImageBudget: images}, parts...)
	e := engine(t, duckdb.Limits{Limits: duck.Limits{Threads: 1, Memory: "96MiB"}, Runs: runs})
	parts = nil
	run(t, t.Context(), e, eight(0), s)
	before := resident(t) + imageBytes(t)
	var peakImages, peak int64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			now := imageBytes(t)
			peakImages, peak = max(peakImages, now), max(peak, resident(t)+now)
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if _, err := e.Run(t.Context(), eight(i), s); err != nil {
				t.Error(err, errors.Unwrap(err))
			}
		})
	}
	wait.Wait()
	close(stop)
	<-stopped
	t.Logf("images %d MiB at most; the process %d MiB more than before", peakImages>>20, (peak-before)>>20)
	if peakImages > images || peakImages < images/2 {
		t.Errorf("images took %d bytes, the budget is %d", peakImages, images)
	}
	if grown := peak - before; grown > images+runs*instance+(64<<20) {
		t.Errorf("the process grew by %d MiB", grown>>20)
	}
}

// TestCancelFreesMemory stops queries in the middle of their SELECT: within a second each has returned and freed its
// instance, and no image is in use.
func TestCancelFreesMemory(t *testing.T) {
	s := sealed(t, store.Options{}, crowd(1, 150_000, 2)...)
	e := engine(t, limits)
	p := query(firstA(), &plan.Report{Kind: "summary", Value: &plan.Agg{Fn: "sd", Set: labs(), Column: value}})
	for _, into := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond} {
		ctx, cancel := context.WithCancel(t.Context())
		var canceled time.Time
		_, err := e.Run(observe(ctx, func(name string) {
			if name == "run: open" {
				time.AfterFunc(into, func() { canceled = time.Now(); cancel() })
			}
		}), p, s)
		e.Idle()
		took := time.Since(canceled)
		var failed *duckdb.Error
		if !errors.Is(err, context.Canceled) || !errors.As(err, &failed) || failed.Stage != duckdb.Select {
			t.Errorf("canceled %v into the SELECT: %v", into, err)
		}
		if took > time.Second {
			t.Errorf("canceled %v into the SELECT: the memory was freed %v later", into, took)
		}
	}
	must(t, errors.Join(e.Close(), s.Close())) // closes what is not in use
	if n := openImages(t); n != 0 {
		t.Errorf("%d images are still in use", n)
	}
}

// TestRunsWait holds the only slot: another run waits for it, and stops waiting when its context ends.
func TestRunsWait(t *testing.T) {
	s := sealed(t, store.Options{}, dataset()...)
	e := engine(t, duckdb.Limits{})
	entered, free := make(chan struct{}), make(chan struct{})
	go func() {
		var once sync.Once
		ctx := observe(t.Context(), func(name string) {
			once.Do(func() { close(entered); <-free })
		})
		if _, err := e.Run(ctx, query(firstA(), count()), s); err != nil {
			t.Error(err)
		}
	}()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := e.Run(ctx, query(firstA(), count()), s)
	var failed *duckdb.Error
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failed) || failed.Stage != duckdb.Wait {
		t.Errorf("error %v", err)
	}
	close(free)
	run(t, t.Context(), e, query(firstA(), count()), s)
}

// resident is the memory of this process in bytes, shared pages apart.
func resident(t *testing.T) int64 {
	text, err := os.ReadFile("/proc/self/status")
	must(t, err)
	for line := range strings.SplitSeq(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			must(t, err)
			return n << 10
		}
	}
	t.Fatal("no RssAnon")
	return 0
}

// imageBytes is the size of all images of this process, each once, however often DuckDB has it open.
func imageBytes(t *testing.T) (n int64) {
	files, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	seen := map[uint64]bool{}
	for _, f := range files {
		path := "/proc/self/fd/" + f.Name()
		target, err := os.Readlink(path)
		if err != nil || !strings.Contains(target, "officina-image") {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if inode := info.Sys().(*syscall.Stat_t).Ino; !seen[inode] {
			seen[inode] = true
			n += info.Size()
		}
	}
	return n
}

// counted counts the stages of a run by name.
func counted(ctx context.Context, into map[string]int) context.Context {
	return observe(ctx, func(name string) { into[name]++ })
}

// observe tells f the name of each stage when it ends.
func observe(ctx context.Context, f func(name string)) context.Context {
	return stage.Observe(ctx, func(s stage.Stage) { f(s.Name) })
}

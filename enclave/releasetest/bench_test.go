package releasetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/internal/stage"
)

// target is the most that a trivial query may take at the median, unpadded (issue 2, Shows 5).
const target = 60 * time.Millisecond

// BenchmarkTrivialQuery measures what every query pays, whatever it asks: a count of a tiny cohort, each time as a new
// question, with real keys, policy, log, store and DuckDB. It prints the median of each stage.
//
//	go test -run '^$' -bench TrivialQuery ./enclave/releasetest
func BenchmarkTrivialQuery(b *testing.B) {
	w := benchWorld(b)
	ask(b, w, 0) // the dictionary and the images are read once
	var whole []time.Duration
	stages := map[string][]time.Duration{}
	n := 1
	for b.Loop() {
		took, parts := ask(b, w, n)
		whole = append(whole, took)
		for name, took := range parts {
			stages[name] = append(stages[name], took)
		}
		n++
	}
	p50 := percentile(whole, 50)
	b.ReportMetric(float64(p50)/1e6, "p50-ms")
	b.ReportMetric(float64(percentile(whole, 90))/1e6, "p90-ms")
	b.ReportMetric(0, "ns/op")
	fmt.Print("\n" + breakdown(whole, stages)) // b.Log shows ten lines
	if p50 > target {
		fmt.Printf("MISSED: the target is %v at the median\n", target)
	}
}

func benchWorld(b *testing.B) *world {
	w := newWorld(b.TempDir(), Real)
	tables, err := parseTables("person group\np1..p200 a\n\ncondition start code\np1..p200 2020-03-10 ICD10:E11\n")
	if err == nil {
		err = w.load(b.Context(), tables)
	}
	if err == nil {
		err = w.register(b.Context(), defaultFile("study.yaml"))
	}
	if err == nil {
		err = w.ready(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.close() })
	return w
}

// ask submits the n-th question and returns how long it took and its stages.
func ask(b *testing.B, w *world, n int) (time.Duration, map[string]time.Duration) {
	text := fmt.Sprintf("cohort c { index first condition in ICD10:E11  include at most %d condition }\nreport count of c\n", 10+n)
	parts := map[string]time.Duration{}
	ctx, stages := stage.Record(context.Background())
	began := time.Now()
	r, err := w.enclave.Submit(ctx, enclave.Submission{Name: "trivial.cohort", Text: w.withHeader("story", text), Study: "story", Subject: anna})
	took := time.Since(began)
	if err != nil || r.Withheld || r.Envelope.Repeat {
		b.Fatal("no answer of its own", err)
	}
	for _, s := range stages() {
		parts[s.Name] += s.Took
	}
	return took, parts
}

// breakdown is a table: a line for the whole and one for each stage, in milliseconds.
func breakdown(whole []time.Duration, stages map[string][]time.Duration) string {
	var out strings.Builder
	line := func(name string, took []time.Duration) {
		fmt.Fprintf(&out, "%-22s %8.2f %8.2f\n", name, float64(percentile(took, 50))/1e6, float64(percentile(took, 90))/1e6)
	}
	fmt.Fprintf(&out, "%-22s %8s %8s\n", "stage", "p50 ms", "p90 ms")
	line("whole", whole)
	for _, name := range slices.Sorted(maps.Keys(stages)) {
		line(name, stages[name])
	}
	return out.String()
}

// percentile is the nearest-rank percentile.
func percentile(took []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

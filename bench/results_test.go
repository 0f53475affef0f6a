package main

import (
	"math"
	"strings"
	"testing"
)

// The quantiles are those of R: quantile(c(7, 1, 3, 10, 4), c(.25, .5, .75)) and quantile(c(1, 2, 3, 4), .25).
func TestQuantile(t *testing.T) {
	five := []float64{7, 1, 3, 10, 4}
	for p, want := range map[float64]float64{0: 1, 0.25: 3, 0.5: 4, 0.75: 7, 1: 10} {
		if got := quantile(five, p); got != want {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
	if got := quantile([]float64{1, 2, 3, 4}, 0.25); got != 1.75 {
		t.Errorf("between two values: %v", got)
	}
}

func TestGeometric(t *testing.T) {
	if got := geometric([]float64{1, 2, 4}); math.Abs(got-2) > 1e-12 {
		t.Errorf("got %v", got)
	}
}

// One query just meets every target, the other misses what it can.
func TestVerdicts(t *testing.T) {
	m := measurement{peakMB: 2001, data: dataset{Ingest: 599, IngestMB: 4000}, queries: []*timed{
		{query: query{name: "meets"}, plain: []float64{100}, hot: []float64{220}, cold: []float64{280}},
		{query: query{name: "misses"}, plain: []float64{100}, hot: []float64{221}, cold: []float64{281}},
	}}
	r := resultsOf(1, m)
	if q := r.Queries; !q[0].hotMet() || !q[0].coldMet() || q[1].hotMet() || q[1].coldMet() {
		t.Errorf("%+v", q)
	}
	var got []string
	for _, v := range r.verdicts() {
		got = append(got, met(v.met)+": "+v.measured)
	}
	want := "**missed**: 2.21 ×; **missed**: at most 100 % of that (misses); **missed**: at most 100 % of that (misses); " +
		"**missed**: 2001 MB; met: 599.0 s at scale 1; met: 4000 MB at scale 1"
	if strings.Join(got, "; ") != want {
		t.Errorf("got %s", strings.Join(got, "; "))
	}
}

package main

import (
	"encoding/json"
	"math"
)

// results is bench/results.json.
type results struct {
	Scale        float64  `json:"scale"`
	GeomeanHot   float64  `json:"geomean_hot"`  // of hot ÷ plain
	GeomeanCold  float64  `json:"geomean_cold"` // of cold ÷ plain
	PeakMB       float64  `json:"peak_mb"`
	Ingest       float64  `json:"ingest_seconds"`
	IngestPeakMB float64  `json:"ingest_peak_mb"`
	Queries      []result `json:"queries"`
}

// result are the medians of one query.
type result struct {
	Name    string  `json:"name"`
	PlainMs float64 `json:"plain_ms"`
	HotMs   float64 `json:"hot_ms"`
	ColdMs  float64 `json:"cold_ms"`
}

func (r result) hot() float64  { return r.HotMs / r.PlainMs }
func (r result) cold() float64 { return r.ColdMs / r.PlainMs }

func resultsOf(scale float64, m measurement) results {
	out := results{Scale: scale, PeakMB: round(m.peakMB, 0), Ingest: round(m.data.Ingest, 1), IngestPeakMB: round(m.data.IngestMB, 0)}
	var hot, cold []float64
	for _, q := range m.queries {
		r := result{q.query.name, round(median(q.plain), 2), round(median(q.hot), 2), round(median(q.cold), 2)}
		out.Queries = append(out.Queries, r)
		hot, cold = append(hot, r.hot()), append(cold, r.cold())
	}
	out.GeomeanHot, out.GeomeanCold = round(geometric(hot), 3), round(geometric(cold), 3)
	return out
}

func round(x float64, places int) float64 {
	p := math.Pow(10, float64(places))
	return math.Round(x*p) / p
}

func (r results) encode() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// The targets of issue 3, Shows 2. Those of ingest are for scale 1.
const (
	hotGeomean   = 1.25
	hotRatio     = 1.6
	hotMs        = 60
	coldRatio    = 2
	coldMs       = 80
	peakMB       = 2000
	ingestMB     = 4 * 1 << 30 / 1e6
	ingestTarget = 600 // seconds
)

func (r result) hotMet() bool  { return r.HotMs <= hotRatio*r.PlainMs+hotMs }
func (r result) coldMet() bool { return r.ColdMs <= coldRatio*r.PlainMs+coldMs }

// verdict is a target, what was measured, and whether that meets it.
type verdict struct {
	target, measured string
	met              bool
}

package main

import (
	"math"
	"slices"
)

// quantile is the value below which a share p of the times lies, between two of them by straight line (type 7 of
// Hyndman and Fan, Am Stat 1996;50:361). Of nothing it is 0.
func quantile(times []float64, p float64) float64 {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	at := p * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func median(times []float64) float64 { return quantile(times, 0.5) }

// geometric is the geometric mean.
func geometric(ratios []float64) float64 {
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

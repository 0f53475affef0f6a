package reference

import (
	"math"
	"math/big"
	"slices"
)

// places is the number of units of a decimal in 1; limit is what the magnitude of a decimal stays below.
const (
	places = 1e8
	limit  = 1e10
)

// decimal is x as a whole number of 10^-8, halves away from zero; ok is false for a magnitude of 10^10 or more. What is
// rounded is the product of doubles.
func decimal(x float64) (units *big.Int, ok bool) {
	u := math.Round(x * places)
	if !(math.Abs(u) < limit*places) {
		return nil, false
	}
	return big.NewInt(int64(u)), true
}

// decimals are those of xs that have one.
func decimals(xs []float64) []*big.Int {
	var out []*big.Int
	for _, x := range xs {
		if u, ok := decimal(x); ok {
			out = append(out, u)
		}
	}
	return out
}

func total(units []*big.Int) *big.Int {
	sum := new(big.Int)
	for _, u := range units {
		sum.Add(sum, u)
	}
	return sum
}

// quotient is a/b as the nearest double.
func quotient(a, b *big.Int) float64 {
	q, _ := new(big.Rat).SetFrac(a, b).Float64()
	return q
}

func product(xs ...*big.Int) *big.Int {
	out := big.NewInt(1)
	for _, x := range xs {
		out.Mul(out, x)
	}
	return out
}

var unitsOfOne = big.NewInt(places)

// statistic is missing when there is no value that it takes.
func statistic(fn string, xs []float64) any {
	units := decimals(xs)
	n := big.NewInt(int64(len(units)))
	small := slices.DeleteFunc(slices.Clone(xs), func(x float64) bool { return !(math.Abs(x) < limit) })
	switch {
	case fn == "sum" && len(units) > 0:
		return quotient(total(units), unitsOfOne)
	case fn == "mean" && len(units) > 0:
		return quotient(total(units), product(n, unitsOfOne))
	case fn == "sd" && len(small) > 1:
		return deviation(small)
	case fn == "median" && len(xs) > 0:
		return median(xs)
	case fn == "min" && len(xs) > 0:
		return slices.Min(xs)
	case fn == "max" && len(xs) > 0:
		return slices.Max(xs)
	}
	if !slices.Contains([]string{"sum", "mean", "sd", "median", "min", "max"}, fn) {
		fail("there is no statistic %s", fn)
	}
	return nil
}

// deviation is that of a sample: the root of Σ(x − mean)² / (n − 1).
func deviation(xs []float64) float64 {
	sum := new(big.Rat)
	for _, x := range xs {
		sum.Add(sum, exact(x))
	}
	mean := sum.Quo(sum, exact(float64(len(xs))))
	spread := new(big.Rat)
	for _, x := range xs {
		d := new(big.Rat).Sub(exact(x), mean)
		spread.Add(spread, d.Mul(d, d))
	}
	variance, _ := spread.Quo(spread, exact(float64(len(xs)-1))).Float64()
	return math.Sqrt(variance)
}

func exact(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }

// median is the middle value, or half way between the two middle ones.
func median(xs []float64) float64 {
	sorted := slices.Sorted(slices.Values(xs))
	n := len(sorted)
	low, high := sorted[(n-1)/2], sorted[n/2]
	return low/2 + high/2
}

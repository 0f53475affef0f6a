package population

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// dice are the random numbers of one person in one table.
type dice struct {
	pcg  rand.PCG
	rand *rand.Rand
}

func newDice() *dice {
	d := &dice{}
	d.rand = rand.New(&d.pcg)
	return d
}

// throw begins the numbers of a person in a table anew.
func (d *dice) throw(seed uint64, table, person int) {
	d.pcg.Seed(seed*0x9e3779b97f4a7c15+uint64(table), uint64(person)*0xbf58476d1ce4e5b9)
}

// below is a whole number from 0 to n-1.
func (d *dice) below(n int) int {
	high, _ := bits.Mul64(d.pcg.Uint64(), uint64(n))
	return int(high)
}

// share is a number from 0 to below 1.
func (d *dice) share() float64 { return float64(d.pcg.Uint64()>>11) / (1 << 53) }

func (d *dice) chance(p float64) bool { return d.share() < p }

func (d *dice) normal(mean, sd float64) float64 { return mean + sd*d.rand.NormFloat64() }

// times is a whole number whose mean is mean.
func (d *dice) times(mean float64) int { return int(mean + d.share()) }

// wheel draws places of weights in constant time (Vose's alias method, IEEE Trans Softw Eng 1991;17:972).
type wheel struct {
	keep  []float64
	alias []int
}

func newWheel(weights []float64) wheel {
	n, sum := len(weights), 0.0
	for _, w := range weights {
		sum += w
	}
	w := wheel{make([]float64, n), make([]int, n)}
	var small, large []int
	for i, x := range weights {
		w.keep[i], w.alias[i] = x*float64(n)/sum, i
		if w.keep[i] < 1 {
			small = append(small, i)
		} else {
			large = append(large, i)
		}
	}
	for len(small) > 0 && len(large) > 0 {
		s, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		w.alias[s] = l
		if w.keep[l] -= 1 - w.keep[s]; w.keep[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	return w
}

func (w wheel) spin(d *dice) int {
	x := d.share() * float64(len(w.keep))
	i := int(x)
	if x-float64(i) < w.keep[i] {
		return i
	}
	return w.alias[i]
}

// zipf weighs n ranks by 1/rank^s.
func zipf(n int, s float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.Pow(float64(i+1), -s)
	}
	return out
}

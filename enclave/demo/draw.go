package demo

import (
	"math/rand/v2"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// choice is something that may be drawn, with its weight.
type choice[T any] struct {
	what   T
	weight float64
}

// dice is the randomness of one part of one person's life. It depends on the seed, the person's number and the
// part only, so that a person stays the same however many there are, and a part that nobody reads is left out.
type dice struct{ *rand.Rand }

// golden is 2^64 divided by the golden ratio: it spreads the numbers of persons and their parts over the generator's states.
const golden = 0x9e3779b97f4a7c15

func newDice(seed uint64, person, part int) dice {
	return dice{rand.New(rand.NewPCG(seed, (uint64(person)*maxParts+uint64(part)+1)*golden))}
}

// maxParts is more than the parts of a life.
const maxParts = 16

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// normal draws from the normal distribution.
func (d dice) normal(mean, sd float64) float64 { return mean + sd*d.NormFloat64() }

// days draws a whole number of days, both ends included.
func (d dice) days(from, to int) catalog.Date { return catalog.Date(from + d.IntN(to-from+1)) }

// pick draws one of the choices by weight.
func pick[T any](d dice, from []choice[T]) T {
	total := 0.0
	for _, c := range from {
		total += c.weight
	}
	at := d.Float64() * total
	for _, c := range from {
		if at -= c.weight; at < 0 {
			return c.what
		}
	}
	return from[len(from)-1].what
}

// clamp keeps x within low and high.
func clamp(x, low, high float64) float64 { return min(max(x, low), high) }

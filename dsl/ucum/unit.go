package ucum

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
)

// Unit is a unit of measure. The zero Unit is none; [Parse] makes them. It is not changed afterwards.
type Unit struct {
	factor    *big.Rat // x of it are factor * x of the base units of its dimension
	zero      *big.Rat // of a scale of temperature: where its 0 stands, in kelvin above 0 degrees Celsius; else nil
	dimension string   // in one spelling, so that it can be compared
}

// Commensurable reports whether two units measure the same, so that one converts to the other.
func (u Unit) Commensurable(v Unit) bool {
	return u.factor != nil && v.factor != nil && u.dimension == v.dimension
}

// Equal reports whether a number of one unit is the same number of the other, however they are spelt.
func (u Unit) Equal(v Unit) bool {
	factor, offset, ok := u.To(v)
	return ok && factor == 1 && offset == 0
}

// Scale reports whether the unit is a scale of temperature: a level and a difference of such units convert differently.
func (u Unit) Scale() bool { return u.zero != nil }

// To returns the conversion of levels: x of u are x * factor + offset of v, each the float64 nearest to the exact
// value. A difference of two levels converts by the factor alone. Factors out of the range of float64 are no conversion.
func (u Unit) To(v Unit) (factor, offset float64, ok bool) {
	if !u.Commensurable(v) {
		return 0, 0, false
	}
	f, _ := new(big.Rat).Quo(u.factor, v.factor).Float64()
	if f == 0 || math.IsInf(f, 0) {
		return 0, 0, false
	}
	if u.zero == nil || v.zero == nil {
		return f, 0, true
	}
	between := new(big.Rat).Sub(u.zero, v.zero)
	o, _ := between.Quo(between, v.factor).Float64()
	return f, o, true
}

// dimension gives the exponents of base units, none of them 0.
type dimension map[string]int64

// add adds d, n times.
func (d dimension) add(e dimension, n int64) {
	for base, exponent := range e {
		d[base] += n * exponent
		if d[base] == 0 {
			delete(d, base)
		}
	}
}

// String writes the exponents in alphabetical order, such as "g1 m-3".
func (d dimension) String() string {
	var out []string
	for _, base := range slices.SortedFunc(maps.Keys(d), cmp.Compare[string]) {
		out = append(out, fmt.Sprintf("%s%d", base, d[base]))
	}
	return strings.Join(out, " ")
}

// unit is a unit while it is being read: what stands above and what below the line is kept apart.
type unit struct {
	factor, zero *big.Rat
	up, down     dimension
}

func (u unit) net() dimension {
	out := maps.Clone(u.up)
	out.add(u.down, -1)
	return out
}

// seal makes the unit that others see. The ratio of two amounts of the same kind is told by that kind: mg/g is not
// a number of mmol/mol, nor of %.
func (u unit) seal() Unit {
	net := u.net()
	out := Unit{factor: u.factor, zero: u.zero, dimension: net.String()}
	if len(net) == 0 && len(u.up) > 0 {
		out.dimension = "ratio of " + u.up.String()
	}
	return out
}

// times multiplies by v to the n.
func (u unit) times(v unit, n int64) unit {
	out := unit{factor: new(big.Rat).Mul(u.factor, raise(v.factor, n)), up: maps.Clone(u.up), down: maps.Clone(u.down)}
	above, below := out.up, out.down
	if n < 0 {
		above, below, n = below, above, -n
	}
	above.add(v.up, n)
	below.add(v.down, n)
	return out
}

func raise(x *big.Rat, n int64) *big.Rat {
	out := big.NewRat(1, 1)
	for range max(n, -n) {
		out.Mul(out, x)
	}
	if n < 0 {
		out.Inv(out)
	}
	return out
}

// Package grid knows how a number depends on columns that may be compared with coarse values only.
//
// A comparison of such a column with a literal is a question about a person's exact value, unless the literal
// lies on the catalog's grid (LANGUAGE, Meaning 6). So the checker carries a [Form] with every number, and
// [Form.Solve] solves a comparison for the column. What cannot be solved is refused.
//
//   - A form is linear: base + k * column, or the difference of two columns, base + k * (x - y). Longer sums are
//     not solved: two texts can name one value, and a sum of n of them would divide the grid by n.
//   - Whatever else depends on a gridded column is bent. A bent number can be scaled and moved by literals, but
//     not be combined with another gridded one: polynomials of a column, and sums of fractions, pick out single
//     values of it without any comparison.
//   - Every step rounds. What is made of one recorded number keeps its order, so that a comparison draws one line, and
//     that is on the grid unless the steps round away more than a [hair] of it. What is made of two is rounded by the
//     digits of both: two names of one value, with literals on the way, would be told apart by its last digits. So
//     two recorded numbers are joined as they stand, or after the same conversions, else they are not compared at a
//     difference of 0; with a third they are not compared. Whole numbers are exact as long as all literals are.
//   - A number that could leave [Most] is refused too: engines make such numbers missing, and the missing are counted.
package grid

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Form is what is known of a number. The zero Form depends on no gridded column, and on more than literals.
type Form struct {
	linear  bool // base and terms are all there is
	base    float64
	terms   map[string]term
	gridded bool
	span    span
	way     way
	blur    blur
	err     float64 // the most that all its steps may have rounded away
}

// way is how a number was made of recorded ones: "" is one as it stands, or exactly made of a whole one; else it is the
// conversions of one, or a word.
type way string

const (
	mean   way = "mean;"  // a mean, which conversions may follow
	moved  way = "moved"  // one with literals
	wholes way = "wholes" // several whole ones, exactly
	joined way = "joined" // several
)

func (w way) several() bool { return w == wholes || w == joined }

// blur says which comparisons of recorded numbers would be decided by the rounding of equal ones.
type blur int

const (
	atZero blur = iota + 1 // of two, joined otherwise than as they stand: whether they differ
	always                 // of more than two: all
)

// term is k times a column.
type term struct {
	k     float64
	grid  catalog.Grid
	whole bool
}

// Const is the form of a literal.
func Const(v float64) Form { return Form{linear: true, base: v, span: point(v)} }

// Column is the form of a column. Equal keys stand for equal values. A column without a grid has the zero form.
// Without bounds, the usual ones are assumed.
func Column(key string, g catalog.Grid, bounds *catalog.Bounds, whole bool) Form {
	if g.Step == 0 && len(g.Cuts) == 0 {
		return Form{}
	}
	f := Form{linear: true, gridded: true, terms: map[string]term{key: {1, g, whole}}, span: usual}
	if bounds != nil {
		f.span.low, f.span.high = bounds.Low, bounds.High
	}
	if whole {
		f.span.least = 1
	}
	return f
}

// Bent is the form of a function of numbers that is linear in none, such as the largest of them.
func Bent(forms ...Form) Form {
	out := Form{gridded: slices.ContainsFunc(forms, Form.Gridded)}
	for i, f := range forms {
		if i == 0 {
			out.span = f.bounds()
		}
		out.span = out.span.or(f.bounds())
	}
	return out
}

// Opaque is the form of a number that depends on what may not be compared at all, such as the days since birth.
func Opaque() Form { return Form{gridded: true, span: usual} }

// Gridded reports whether the number depends on a gridded column.
func (f Form) Gridded() bool { return f.gridded }

// Bent reports whether the number depends on a gridded column in another way than linearly.
func (f Form) Bent() bool { return f.gridded && !f.linear }

// Literal returns the value of a number that is made of literals only.
func (f Form) Literal() (float64, bool) { return f.base, f.linear && !f.gridded }

// TooLarge reports whether a number that depends on a gridded column may leave [Most].
func (f Form) TooLarge() bool { return f.gridded && !f.bounds().within(Most) }

// NotZero reports whether the number can never be 0.
func (f Form) NotZero() bool { return f.bounds().apart() }

// Summed is f as the sum of many recorded numbers.
func (f Form) Summed() Form { return f.step() }

// Averaged is f as the mean of many recorded numbers, which is joined with another mean only.
func (f Form) Averaged() Form {
	f.way = mean
	return f
}

// Converted is f in another unit.
func (f Form) Converted(factor, offset float64) Form {
	out := f.Scaled(factor).Add(Const(offset))
	if out.way = f.way; f.gridded && f.way != moved && !f.way.several() {
		out.way += way(fmt.Sprintf("* %v + %v;", factor, offset))
	}
	return out
}

// exact reports whether the number is made of whole columns, if of any, by steps that do not round.
func (f Form) exact() bool {
	for _, t := range f.terms {
		if !t.whole || !dyadic(t.k) {
			return false
		}
	}
	return f.linear && (f.way == "" || f.way == wholes) && dyadic(f.base)
}

// dyadic numbers and whole ones up to [Most] can be added and multiplied in binary without rounding.
func dyadic(v float64) bool { return v*0x1p16 == math.Trunc(v*0x1p16) && math.Abs(v) <= Most }

// Scaled is k times f.
func (f Form) Scaled(k float64) Form {
	out := Form{linear: f.linear, gridded: f.gridded, base: f.base * k, terms: map[string]term{}, span: f.bounds().times(point(k)),
		way: f.way, blur: f.blur, err: f.err * math.Abs(k)}
	for key, t := range f.terms {
		t.k *= k
		out.terms[key] = t
	}
	if f.gridded && math.Abs(k) != 1 && !(f.exact() && dyadic(k) && out.exact()) {
		out = out.step()
	}
	return out
}

// Add is the sum of f and g.
func (f Form) Add(g Form) Form {
	out := Form{linear: f.linear && g.linear, gridded: f.gridded || g.gridded, base: f.base + g.base,
		terms: map[string]term{}, span: f.bounds().plus(g.bounds())}
	maps.Copy(out.terms, f.terms)
	for key, t := range g.terms {
		t.k += out.terms[key].k
		if out.terms[key] = t; t.k == 0 {
			delete(out.terms, key)
		}
	}
	return join(out, f, g)
}

// join gives out, the sum of f and g, its way, blur and error.
func join(out, f, g Form) Form {
	out.way, out.blur, out.err = max(f.way, g.way), max(f.blur, g.blur), f.err+g.err
	two, exact := f.gridded && g.gridded, f.exact() && g.exact()
	switch {
	case !out.gridded, !f.gridded && f.base == 0, !g.gridded && g.base == 0:
		return out
	case exact && two:
		out.way = wholes
		return out
	case exact:
		return out
	case two && (f.way.several() || g.way.several()):
		out.blur = always
	case two && (f.way != g.way || f.way == moved):
		out.blur = max(out.blur, atZero)
	}
	if out = out.step(); two {
		out.way = joined
	}
	return out
}

// step is a number after a step that rounds.
func (f Form) step() Form {
	w := moved
	if f.way.several() {
		w = joined
	}
	f.way = w
	f.err += f.bounds().most() * ulp
	return f
}

// Times is the product of f and g.
func (f Form) Times(g Form) Form {
	if k, ok := g.Literal(); ok {
		return f.Scaled(k)
	}
	if k, ok := f.Literal(); ok {
		return g.Scaled(k)
	}
	out := Bent(f, g)
	out.span = f.bounds().times(g.bounds())
	return out
}

// Over is f divided by g; it is missing where g is 0.
func (f Form) Over(g Form) Form {
	k, ok := g.Literal()
	if v, literal := f.Literal(); literal && ok && k != 0 {
		return Const(v / k) // as the engine does: 1 / k times v may be another number
	}
	if ok && k != 0 {
		out := f.Scaled(1 / k)
		if frac, _ := math.Frexp(k); f.gridded && math.Abs(frac) != 0.5 { // 1 / k is rounded itself
			out = out.step()
		}
		return out
	}
	out := Bent(f, g)
	out.span = f.bounds().over(g.bounds())
	return out
}

// Or is the form of a choice between f and g.
func (f Form) Or(g Form) Form {
	a, isA := f.Literal()
	if b, isB := g.Literal(); isA && isB && a == b {
		return f
	}
	return Bent(f, g)
}

// bounds are those of f; the zero form has the usual ones.
func (f Form) bounds() span {
	if !f.linear && f.span == (span{}) {
		return usual
	}
	return f.span
}

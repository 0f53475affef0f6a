// Package grid knows how a number depends on columns that may be compared with coarse values only.
//
// A comparison of such a column with a literal is a question about a person's exact value, unless the literal
// lies on the catalog's grid (LANGUAGE, Meaning 6). So the checker carries a [Form] with every number, and
// [Form.Solve] solves a comparison for the column. What cannot be solved is refused:
//
//   - A form is linear, base + k * column, or the difference of two columns, base + k * (x - y). Longer sums are
//     not solved: two texts may name one value, and then a sum of n of them divides the grid by n.
//   - Anything else that depends on a gridded column is bent. A bent number can be scaled and moved by literals,
//     but not combined: polynomials and sums of fractions of a column pick out single values of it.
//   - A number that could leave [Most] is refused as well, because engines make it missing, which can be counted.
package grid

import (
	"maps"
	"math"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Most is the largest magnitude of a number that depends on a gridded column. Beyond 10^10 a number is missing
// in sums (enclave/sqlgen), so this leaves a margin.
const Most = 1e9

// Form is what is known of a number. The zero Form depends on no gridded column, and on more than literals.
type Form struct {
	linear  bool // base and terms are all there is
	base    float64
	terms   map[string]term
	gridded bool
	size    size
}

// term is k times a column.
type term struct {
	k     float64
	grid  catalog.Grid
	whole bool
}

// size bounds the magnitude of a number that is not 0.
type size struct{ least, most float64 }

// What is assumed of a number without bounds in the catalog: the finest it is recorded, and the largest.
var usual = size{1e-4, 1e6}

// Const is the form of a literal.
func Const(v float64) Form {
	return Form{linear: true, base: v, size: size{math.Abs(v), math.Abs(v)}}
}

// Column is the form of a column. Equal keys stand for equal values. A column without a grid gives the zero form.
func Column(key string, g catalog.Grid, bounds *catalog.Bounds, whole bool) Form {
	if g.Step == 0 && len(g.Cuts) == 0 {
		return Form{}
	}
	f := Form{linear: true, gridded: true, terms: map[string]term{key: {1, g, whole}}, size: usual}
	if whole {
		f.size.least = 1
	}
	if bounds != nil {
		f.size.most = max(math.Abs(bounds.Low), math.Abs(bounds.High))
	}
	return f
}

// Bent is the form of a function of numbers that is not linear in them.
func Bent(forms ...Form) Form {
	out := Form{gridded: slices.ContainsFunc(forms, Form.Gridded)}
	for i, f := range forms {
		s := f.bounds()
		if i == 0 {
			out.size = s
			continue
		}
		out.size = size{min(out.size.least, s.least), max(out.size.most, s.most)}
	}
	return out
}

// Opaque is the form of a number that depends on a gridded column in no way that can be told.
func Opaque() Form { return Form{gridded: true, size: usual} }

func (f Form) bounds() size {
	if f.size == (size{}) && !f.linear {
		return usual
	}
	return f.size
}

// Gridded reports whether the number depends on a gridded column.
func (f Form) Gridded() bool { return f.gridded }

// Bent reports whether the number depends on a gridded column other than linearly.
func (f Form) Bent() bool { return f.gridded && !f.linear }

// Literal returns the value of a number that is literals only.
func (f Form) Literal() (float64, bool) { return f.base, f.linear && len(f.terms) == 0 && !f.gridded }

// TooLarge reports whether a number that depends on a gridded column may leave [Most].
func (f Form) TooLarge() bool { return f.gridded && !(f.bounds().most <= Most) }

// Scaled is k times f.
func (f Form) Scaled(k float64) Form {
	s := f.bounds()
	out := Form{linear: f.linear, gridded: f.gridded, base: f.base * k, terms: map[string]term{},
		size: size{s.least * math.Abs(k), s.most * math.Abs(k)}}
	for key, t := range f.terms {
		t.k *= k
		out.terms[key] = t
	}
	return out
}

// Plus is f moved by k.
func (f Form) Plus(k float64) Form { return f.Add(Const(k)) }

// Add is the sum of f and g.
func (f Form) Add(g Form) Form {
	a, b := f.bounds(), g.bounds()
	out := Form{linear: f.linear && g.linear, gridded: f.gridded || g.gridded, base: f.base + g.base,
		terms: maps.Clone(f.terms), size: size{min(a.least, b.least), a.most + b.most}}
	if out.terms == nil {
		out.terms = map[string]term{}
	}
	for key, t := range g.terms {
		t.k += out.terms[key].k
		if out.terms[key] = t; t.k == 0 {
			delete(out.terms, key)
		}
	}
	return out
}

// Times is the product of f and g.
func (f Form) Times(g Form) Form {
	if k, ok := g.Literal(); ok {
		return f.Scaled(k)
	}
	if k, ok := f.Literal(); ok {
		return g.Scaled(k)
	}
	out, a, b := Bent(f, g), f.bounds(), g.bounds()
	out.size = size{a.least * b.least, a.most * b.most}
	return out
}

// Over is f divided by g, missing where g is 0.
func (f Form) Over(g Form) Form {
	if k, ok := g.Literal(); ok && k != 0 {
		return f.Scaled(1 / k)
	}
	out, a, b := Bent(f, g), f.bounds(), g.bounds()
	out.size = size{a.least / b.most, a.most / b.least}
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

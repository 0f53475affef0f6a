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
//   - A number that could leave [Most] is refused too: engines make such numbers missing, and the missing are counted.
package grid

import (
	"maps"
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
}

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

// Scaled is k times f.
func (f Form) Scaled(k float64) Form {
	out := Form{linear: f.linear, gridded: f.gridded, base: f.base * k, terms: map[string]term{}, span: f.bounds().times(point(k))}
	for key, t := range f.terms {
		t.k *= k
		out.terms[key] = t
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
	out := Bent(f, g)
	out.span = f.bounds().times(g.bounds())
	return out
}

// Over is f divided by g; it is missing where g is 0.
func (f Form) Over(g Form) Form {
	if k, ok := g.Literal(); ok && k != 0 {
		return f.Scaled(1 / k)
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

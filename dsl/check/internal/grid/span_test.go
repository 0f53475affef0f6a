package grid_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
)

// sample is a form and a value that it can have.
type sample struct {
	form  grid.Form
	value float64
}

func numbers(depth int) *rapid.Generator[sample] {
	return rapid.Custom(func(t *rapid.T) sample {
		if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
			if rapid.Bool().Draw(t, "literal") {
				v := rapid.SampledFrom([]float64{0, 1, -1, 0.01, 100, -1e4}).Draw(t, "v")
				return sample{grid.Const(v), v}
			}
			v := float64(rapid.IntRange(-40, 160).Draw(t, "v")) / 8
			return sample{grid.Column("x", catalog.Grid{Step: 0.5}, &catalog.Bounds{Low: -5, High: 20}, false), v}
		}
		a, b := numbers(depth-1).Draw(t, "a"), numbers(depth-1).Draw(t, "b")
		switch rapid.SampledFrom([]string{"+", "*", "/", "or", "scaled", "bent"}).Draw(t, "op") {
		case "+":
			return sample{a.form.Add(b.form), a.value + b.value}
		case "*":
			return sample{a.form.Times(b.form), a.value * b.value}
		case "/":
			if b.value == 0 {
				return a
			}
			return sample{a.form.Over(b.form), a.value / b.value}
		case "or":
			return sample{a.form.Or(b.form), b.value}
		case "bent":
			return sample{grid.Bent(a.form, b.form), max(a.value, b.value)}
		}
		return sample{a.form.Scaled(-3), a.value * -3}
	})
}

// A form that is not too large never is, whatever the values, and one that is never 0 never is.
func TestSizesAreBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := numbers(3).Draw(t, "n")
		if n.form.Gridded() && !n.form.TooLarge() && !(math.Abs(n.value) <= grid.Most*(1+1e-9)) {
			t.Fatalf("%v is larger than the form says", n.value)
		}
		if n.form.NotZero() && n.value == 0 {
			t.Fatal("0, of a form that is never 0")
		}
	})
}

func TestTooLarge(t *testing.T) {
	x := grid.Column("x", catalog.Grid{Step: 1}, &catalog.Bounds{Low: 10, High: 200}, false)
	free := grid.Column("x", catalog.Grid{Step: 1}, nil, false)
	for name, c := range map[string]struct {
		f    grid.Form
		want bool
	}{
		"a column":                    {x, false},
		"a column without bounds":     {free, false},
		"scaled within":               {x.Scaled(1e6), false},
		"scaled beyond":               {x.Scaled(1e7), true},
		"scaled in two steps":         {x.Scaled(1e4).Scaled(1e4), true},
		"moved beyond":                {x.Add(grid.Const(2e9)), true},
		"divided by little":           {x.Over(grid.Const(1e-8)), true},
		"divided by little of itself": {x.Over(x.Add(grid.Const(-50)).Scaled(1e-7)), true},
		"divided by a column":         {x.Over(x), false},
		"divided by 0":                {x.Over(grid.Const(0)), true},
		"moved by 0 and divided":      {x.Over(x.Add(grid.Const(-50)).Add(grid.Const(0))), false},
		"what has no grid":            {grid.Form{}, false},
		"no number":                   {x.Scaled(math.Inf(1)).Add(x.Scaled(math.Inf(-1))), true},
	} {
		if got := c.f.TooLarge(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

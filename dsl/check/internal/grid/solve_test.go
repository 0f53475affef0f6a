package grid_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check/internal/grid"
)

var ops = []string{"=", "!=", "<", "<=", ">", ">="}

// column is a column and the lines that its grid draws.
type column struct {
	form  grid.Form
	lines []float64
	whole bool
}

func draw(t *rapid.T) column {
	whole := rapid.Bool().Draw(t, "whole")
	bounds := &catalog.Bounds{Low: 0, High: 100}
	if rapid.Bool().Draw(t, "cuts") {
		cuts := []float64{18, 25, 40, 65}
		return column{grid.Column("x", catalog.Grid{Cuts: cuts}, bounds, whole), cuts, whole}
	}
	step := rapid.SampledFrom([]float64{1, 2, 5}).Draw(t, "step")
	c := column{grid.Column("x", catalog.Grid{Step: step}, bounds, whole), nil, whole}
	for v := -100.0; v <= 100; v += step {
		c.lines = append(c.lines, v)
	}
	return c
}

// cell are values of the column between two neighbouring lines: of a whole column from the lower line on, else strictly
// between them.
func (c column) cell(t *rapid.T) []float64 {
	i := rapid.IntRange(1, len(c.lines)-1).Draw(t, "cell")
	var out []float64
	if c.whole {
		for v := c.lines[i-1]; v < c.lines[i]; v++ {
			out = append(out, v)
		}
		return out
	}
	for k := 1.0; k < 16; k++ {
		out = append(out, c.lines[i-1]+k/16*(c.lines[i]-c.lines[i-1]))
	}
	return out
}

func holds(op string, l, r float64) bool {
	return map[string]bool{"=": l == r, "!=": l != r, "<": l < r, "<=": l <= r, ">": l > r, ">=": l >= r}[op]
}

// scales are exact in binary, so that the test's own arithmetic is.
func scale(t *rapid.T) float64 {
	return rapid.SampledFrom([]float64{1, -1, 2, -2, 0.5, -0.25, 4, 3}).Draw(t, "k")
}

// What Solve accepts parts no cell of the grid.
func TestSolvedComparisonsPartNoCell(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		k, base := scale(t), float64(rapid.IntRange(-8, 8).Draw(t, "base"))/4
		f := c.form.Scaled(k).Add(grid.Const(base))
		op := rapid.SampledFrom(ops).Draw(t, "op")
		v := k*float64(rapid.IntRange(-200, 200).Draw(t, "v"))/2 + base
		s := f.Solve(op, v, 0)
		if s.Verdict != grid.On {
			return
		}
		accepted++
		cell := c.cell(t)
		first := holds(op, k*cell[0]+base, s.Value)
		for _, x := range cell[1:] {
			if holds(op, k*x+base, s.Value) != first {
				t.Fatalf("%v * x + %v %s %v tells x = %v from %v", k, base, op, s.Value, cell[0], x)
			}
		}
	})
	t.Logf("%d comparisons accepted", accepted)
}

// A line of the grid can be asked, and the literal is not moved.
func TestSolveAcceptsTheGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		k, base := scale(t), float64(rapid.IntRange(-8, 8).Draw(t, "base"))/4
		v := k*rapid.SampledFrom(c.lines).Draw(t, "line") + base
		op := ">="
		if k < 0 {
			op = "<="
		}
		if s := c.form.Scaled(k).Add(grid.Const(base)).Solve(op, v, 0); s.Verdict != grid.On || s.Value != v {
			t.Fatalf("%v * x + %v %s %v: %+v", k, base, op, v, s)
		}
	})
}

// What is suggested instead of a literal off the grid can be asked, and the two lie on its two sides.
func TestSuggestionsCanBeAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := draw(t)
		k, base := scale(t), float64(rapid.IntRange(-8, 8).Draw(t, "base"))/4
		f := c.form.Scaled(k).Add(grid.Const(base))
		op := rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(t, "op")
		v := rapid.Float64Range(-300, 300).Draw(t, "v")
		s := f.Solve(op, v, 0)
		if s.Verdict != grid.Off {
			return
		}
		for _, near := range []float64{s.Low, s.High} {
			if again := f.Solve(op, near, 0); again.Verdict != grid.On {
				t.Fatalf("%v * x + %v %s %v: the suggested %v is %+v", k, base, op, v, near, again)
			}
		}
		if s.Low > s.High || s.Low != s.High && (v < s.Low-math.Abs(k) || v > s.High+math.Abs(k)) {
			t.Fatalf("%v is not between %v and %v", v, s.Low, s.High)
		}
	})
}

// A literal in another unit may miss the grid by the slack, and then stands for the grid's own value.
func TestSlack(t *testing.T) {
	hba1c := grid.Column("x", catalog.Grid{Step: 1}, nil, false)
	cuts := grid.Column("x", catalog.Grid{Cuts: []float64{48, 53, 64}}, nil, false)
	for _, c := range []struct {
		f     grid.Form
		v     float64
		slack float64
		want  string
	}{
		{hba1c, 53.003, 0.01, "on 53"}, {hba1c, 53.003, 0, "off 53 54"}, {hba1c, 47.54, 0.01, "off 47 48"},
		{cuts, 53.003, 0.01, "on 53"}, {cuts, 52.97, 0.01, "on 53"}, {cuts, 53.003, 0, "off 53 64"}, {cuts, 50, 0.01, "off 48 53"},
		{hba1c.Scaled(1 / 10.929).Add(grid.Const(23.5 / 10.929)), 7, 0.01, fmt.Sprint("on ", 53*(1/10.929)+23.5/10.929)},
		{grid.Column("x", catalog.Grid{Step: 0.1}, nil, false), 0.3, 0, "on 0.3"},
		{grid.Column("x", catalog.Grid{Step: 0.1}, nil, false), 0.35, 0, "off 0.3 0.4"},
	} {
		s := c.f.Solve(">=", c.v, c.slack)
		got := fmt.Sprint("on ", s.Value)
		if s.Verdict == grid.Off {
			got = fmt.Sprint("off ", s.Low, " ", s.High)
		}
		if got != c.want {
			t.Errorf("%v with %v: %s, want %s", c.v, c.slack, got, c.want)
		}
	}
}

// What is no column and no difference of two is not solved.
func TestUnsolved(t *testing.T) {
	step := func(key string, s float64) grid.Form { return grid.Column(key, catalog.Grid{Step: s}, nil, false) }
	x, y := step("x", 1), step("y", 1)
	cuts := grid.Column("c", catalog.Grid{Cuts: []float64{1, 2}}, nil, true)
	for name, c := range map[string]struct {
		f    grid.Form
		want grid.Verdict
	}{
		"a column":                      {x, grid.On},
		"a difference":                  {x.Add(y.Scaled(-1)), grid.On},
		"a scaled difference":           {x.Add(y.Scaled(-1)).Scaled(-3), grid.On},
		"a sum":                         {x.Add(y), grid.Unsolved},
		"unequal factors":               {x.Add(y.Scaled(-2)), grid.Unsolved},
		"another step":                  {x.Add(step("z", 0.5).Scaled(-1)), grid.Unsolved},
		"three columns":                 {x.Add(y).Add(step("z", 1).Scaled(-1)), grid.Unsolved},
		"a difference of cuts":          {cuts.Add(grid.Column("d", catalog.Grid{Cuts: []float64{1, 2}}, nil, true).Scaled(-1)), grid.Unsolved},
		"what cancels out":              {x.Add(x.Scaled(-1)), grid.Unsolved},
		"nothing times a column":        {x.Scaled(0), grid.Unsolved},
		"more than a number holds":      {x.Scaled(1e300).Scaled(1e300), grid.Unsolved},
		"the greater of two":            {grid.Bent(x, y), grid.Unsolved},
		"a quotient":                    {x.Over(y), grid.Unsolved},
		"what may not be asked":         {grid.Opaque(), grid.Unsolved},
		"no gridded column":             {grid.Form{}, grid.On},
		"literals":                      {grid.Const(3).Add(grid.Const(0.3)), grid.On},
		"a column and what has no grid": {x.Add(grid.Form{}), grid.Unsolved},
		"a choice":                      {x.Or(grid.Const(3)), grid.Unsolved},
		"a choice of equal literals":    {grid.Const(3).Or(grid.Const(3)), grid.On},
	} {
		if got := c.f.Solve(">=", 0, 0); got.Verdict != c.want {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

// Rounding decides no comparison that is solved.
func TestBlurred(t *testing.T) {
	fine := func(key string) grid.Form { return grid.Column(key, catalog.Grid{Step: 0.1}, nil, false) }
	whole := func(key string) grid.Form { return grid.Column(key, catalog.Grid{Step: 5}, nil, true) }
	minus := func(f, g grid.Form) grid.Form { return f.Add(g.Scaled(-1)) }
	three := grid.Const(3)
	x, y, m, n := fine("x"), fine("y"), whole("m"), whole("n")
	for name, c := range map[string]struct {
		f    grid.Form
		v    float64
		want grid.Verdict
	}{
		"two as they stand":              {minus(x, y), 0, grid.On},
		"their negatives":                {minus(x.Scaled(-1), y.Scaled(-1)), 0, grid.On},
		"nothing added":                  {minus(x.Add(grid.Const(0)), y), 0, grid.On},
		"both converted":                 {minus(x.Converted(18, 2), y.Converted(18, 2)), 0, grid.On},
		"one converted and back":         {minus(x, y.Converted(18, 0).Converted(1.0/18, 0)), 0, grid.Blurred},
		"a literal on the way":           {minus(x.Add(three), y), 3, grid.Blurred},
		"the line is not at 0":           {minus(x.Add(three), y), 4, grid.On},
		"the same literal on both sides": {minus(x.Add(three), y.Add(three)), 0, grid.Blurred},
		"a factor on both sides":         {minus(x.Scaled(3), y.Scaled(3)), 0, grid.Blurred},
		"a divisor on both sides":        {minus(x.Over(three), y.Over(three)), 0, grid.Blurred},
		"a literal after the difference": {minus(x, y).Add(three), 3, grid.On},
		"a third that cancels out":       {minus(x.Add(y), x), 6.5, grid.Blurred},
		"a mean":                         {minus(x.Averaged(), y), 0, grid.Blurred},
		"a sum of many":                  {minus(x.Summed(), y), 0, grid.Blurred},
		"two means":                      {minus(x.Averaged().Converted(18, 2), y.Averaged().Converted(18, 2)), 0, grid.On},
		"a mean that is far away":        {minus(x.Averaged(), y), 0.5, grid.On},
		"beside a large number":          {x.Scaled(1e-8).Add(grid.Const(9e8)), 9e8, grid.Blurred},
		"two factors that nearly cancel": {minus(x.Scaled(900), x.Scaled(900-1e-9)), 0, grid.Blurred},
		"whole, with whole literals":     {minus(m.Scaled(2).Add(three), n.Scaled(2).Add(three)), 0, grid.On},
		"whole, and a third":             {minus(m.Add(n), m), 5, grid.On},
		"whole, halved":                  {minus(m.Over(grid.Const(2)), n.Scaled(0.5)), 0, grid.On},
		"whole, by 3":                    {minus(m.Over(three), n.Over(three)), 0, grid.Blurred},
		"whole, and a third, by 3":       {minus(m.Add(n).Over(three), m.Over(three)), 5.0 / 3, grid.Blurred},
		"whole, where a tenth meets":     {m.Scaled(0.1), 0.5, grid.Blurred},
		"whole, where a tenth meets not": {m.Scaled(0.1), 0.45, grid.On},
	} {
		if got := c.f.Solve(">=", c.v, 0); got.Verdict != c.want {
			t.Errorf("%s: %+v, want %v", name, got, c.want)
		}
	}
}

// A quotient of literals is what the engine makes of it: a third of v is not v times a third.
func TestQuotientOfLiterals(t *testing.T) {
	v, ok := grid.Const(5).Over(grid.Const(3)).Literal()
	if five, three := 5.0, 3.0; !ok || v != five/three || v == five*(1/three) {
		t.Errorf("5 / 3 is %v", v)
	}
}

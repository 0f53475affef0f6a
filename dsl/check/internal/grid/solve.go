package grid

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Verdict is what [Form.Solve] finds.
type Verdict int

// The verdicts.
const (
	On       Verdict = iota // the comparison draws its line on the grid
	Off                     // it does not
	Unsolved                // that cannot be told
	Blurred                 // it does, but for the rounding on the way
)

// Solved is a comparison solved for the column.
type Solved struct {
	Verdict
	Value     float64 // On: the literal, or the value of the grid that it stands for
	Low, High float64 // Off: the nearest literals that draw a line on the grid
}

var mirrored = map[string]string{"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

// Solve solves "f op v". Slack is the share of a grid step by which v may miss the grid and still stands for it.
// A number that depends on no gridded column is always on the grid.
func (f Form) Solve(op string, v, slack float64) Solved {
	if !f.gridded {
		return Solved{Verdict: On, Value: v}
	}
	t, ok := f.single()
	x := settle((v - f.base) / t.k)
	if !ok || math.IsNaN(x) || math.IsInf(x, 0) || math.IsInf(t.k, 0) {
		return Solved{Verdict: Unsolved}
	}
	if f.blurs(t, x) {
		return Solved{Verdict: Blurred}
	}
	if t.k < 0 {
		op = mirrored[op]
	}
	for _, line := range t.lines(op, x) {
		at, low, high, on := nearest(t.grid, line, slack)
		if !on {
			past := 0.0 // of a whole column, "> 17" draws the line at 18
			if t.whole && (op == ">" || op == "<=") {
				past = 1
			}
			low, high = (low-past)*t.k+f.base, (high-past)*t.k+f.base
			return Solved{Off, v, tidy(min(low, high)), tidy(max(low, high))}
		}
		if !t.whole {
			v = float64(at*t.k) + f.base // converted, so that no platform fuses the two
		}
	}
	return Solved{Verdict: On, Value: v}
}

// blurs reports whether rounding could decide the comparison of t with x for recorded numbers that are not on a line.
func (f Form) blurs(t term, x float64) bool {
	err, least := f.err/math.Abs(t.k), finest(t.grid)
	tie := t.whole && err > 0 && math.Abs(x-math.Round(x)) <= 2*err+dust*math.Abs(x)
	return tie || f.blur == always || f.blur == atZero && math.Abs(x) < least/2 || err > hair*least
}

// single returns the term that a comparison is solved for: the only one, or for x - y of two columns with one
// step, that of x. It stands for the column, or for the difference.
func (f Form) single() (term, bool) {
	ts := slices.SortedFunc(maps.Values(f.terms), func(a, b term) int { return cmp.Compare(b.k, a.k) })
	if !f.linear || len(ts) == 0 || len(ts) > 2 {
		return term{}, false
	}
	if len(ts) == 1 {
		return ts[0], true
	}
	x, y := ts[0], ts[1]
	x.whole = x.whole && y.whole
	opposite := math.Abs(x.k+y.k) <= dust*math.Abs(x.k)
	return x, opposite && x.grid.Step > 0 && x.grid.Step == y.grid.Step
}

// lines are the values at which a comparison of the column with x parts it in two: of a whole column the least
// value of the upper part.
func (t term) lines(op string, x float64) []float64 {
	switch {
	case !t.whole:
		return []float64{x}
	case op == ">" || op == "<=":
		return []float64{math.Floor(x) + 1}
	case op == ">=" || op == "<":
		return []float64{math.Ceil(x)}
	}
	return []float64{math.Ceil(x), math.Floor(x) + 1}
}

// nearest tells the value of the grid that x stands for, or the values on both sides of x.
func nearest(g catalog.Grid, x, slack float64) (at, low, high float64, on bool) {
	if len(g.Cuts) > 0 {
		i, found := slices.BinarySearch(g.Cuts, x)
		low, high = g.Cuts[max(i-1, 0)], g.Cuts[min(i, len(g.Cuts)-1)]
		switch near := slack * (high - low); {
		case found:
			return x, x, x, true
		case x-low <= near && x > low:
			return low, low, high, true
		case high-x <= near && x < high:
			return high, low, high, true
		}
		return x, low, high, false
	}
	n := x / g.Step
	near := math.Round(n)
	on = math.Abs(n-near) <= max(slack, dust*math.Abs(n))
	return tidy(near * g.Step), math.Floor(n) * g.Step, math.Ceil(n) * g.Step, on
}

// ulp is the relative error of one step, and hair the share of a step of the grid by which all may move its lines.
const (
	ulp  = 0x1p-52
	hair = 1e-6
)

// finest is the least distance of two lines of a grid.
func finest(g catalog.Grid) float64 {
	out := cmp.Or(g.Step, math.Inf(1))
	for i := 1; i < len(g.Cuts); i++ {
		out = min(out, g.Cuts[i]-g.Cuts[i-1])
	}
	return out
}

// dust is the relative error of binary arithmetic that is forgiven.
const dust = 1e-12

// settle removes the binary dust of a whole number.
func settle(x float64) float64 {
	if near := math.Round(x); math.Abs(x-near) <= dust*math.Abs(x) {
		return near
	}
	return x
}

// tidy removes the binary dust of a decimal number, such as 0.1 * 3.
func tidy(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return y
}

package check

import (
	"fmt"
	"strconv"

	"github.com/officina-enclave/officina/dsl/check/internal/grid"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// A comparison of a gridded column with a literal is a question about a person's exact value, unless the
// literal lies on the catalog's grid. The checker solves each comparison for the column and refuses what
// is off the grid, or what it cannot solve (LANGUAGE, Meaning 6). It never moves a literal in silence.
// Here are numbers; dates.go has the same for days.

// conversionSlack is the share of a grid step by which a literal in another unit may miss the grid:
// 7 % of HbA1c is 53.003 mmol/mol, and means 53.
const conversionSlack = 0.01

// onGrid checks the literal v, in the unit of t, of a comparison "t op v", and returns the grid's own value.
// Unit is the one that the literal was written in.
func (c *checker) onGrid(t typed, at diag.Span, op string, v float64, unit string) float64 {
	slack := 0.0
	if unit != "" && unit != t.recordedIn() {
		slack = conversionSlack
	}
	s := t.form.Solve(op, v, slack)
	switch s.Verdict {
	case grid.On:
		return s.Value
	case grid.Off:
		c.say(offGrid(at, op, c.gridValue(t, s.Low, unit), c.gridValue(t, s.High, unit)))
	case grid.Blurred:
		c.say(blurred(at))
	case grid.Unsolved:
		c.say(noGrid(at, "this value cannot be compared with a fixed value here", t.unsolved()))
	}
	return v
}

// unsolved says what to do instead of a comparison that cannot be solved.
func (t typed) unsolved() string {
	ratio, ok := t.x.(*plan.Arith)
	if ok {
		_, ok = ratio.L.(*plan.Covered)
	}
	if ok || t.elapsed != "" {
		return "count between recorded dates, such as `index` and `index + 1 year`; from or to a fixed one, such as `data_end`, it can be reported, not compared"
	}
	return "compare a recorded value itself with a number of its grid, or the difference of two; other combinations can be reported, not compared"
}

// recordedIn is the unit of the catalog.
func (t typed) recordedIn() string {
	if t.rule != nil {
		return t.rule.Unit
	}
	return t.x.Type().Unit
}

// gridValue writes a value of the grid in the column's unit, and in the unit that was asked where it differs.
func (c *checker) gridValue(t typed, v float64, unit string) string {
	own := t.x.Type().Unit
	text := number(v)
	if own != "" {
		text += " " + own
	}
	if conv, ok := t.convert(own, unit); ok && unit != own && unit != "" && !t.x.Type().Change {
		text += fmt.Sprintf(" (%s %s)", strconv.FormatFloat(conv.Level(v), 'f', 2, 64), unit)
	}
	return text
}

// numbersOnGrid checks a comparison of two expressions: literals hidden in them are on the grid too.
func (c *checker) numbersOnGrid(op string, at diag.Span, l, r typed) {
	if v, ok := r.form.Literal(); ok {
		c.onGrid(l, at, op, v, "")
		return
	}
	if v, ok := l.form.Literal(); ok {
		c.onGrid(r, at, mirrored[op], v, "")
		return
	}
	switch minus(l.form, r.form).Solve(op, 0, 0).Verdict {
	case grid.On:
	case grid.Blurred:
		c.say(blurred(at))
	default:
		c.say(noGrid(at, "these two cannot be compared", "compare two recorded values of one unit and grid, or one with a number of its grid"))
	}
}

func minus(f, g grid.Form) grid.Form { return f.Add(g.Scaled(-1)) }

// sound checks an arithmetic result: two gridded values may be combined linearly only, and no number may leave the
// range in which it is never missing.
func (c *checker) sound(t typed, at diag.Span, straight bool, parts ...grid.Form) typed {
	gridded, bent := 0, 0
	for _, f := range parts {
		if f.Gridded() {
			gridded++
		}
		if f.Bent() {
			bent++
		}
	}
	switch {
	case gridded > 1 && (!straight || bent > 0):
		c.say(noGrid(at, "recorded values combined like this could tell a single person's exact value",
			"add, subtract, divide once, or take `greatest` or `least` of the recorded values themselves"))
	case t.form.TooLarge():
		c.say(noGrid(at, fmt.Sprintf("this number can go beyond %.0f, where it counts as missing", grid.Most), "scale it less, or bound the column in the catalog"))
	default:
		return t
	}
	return typed{}
}

// bend checks that a function which bends or ends where "x op y" turns, such as the greater of the two, does so on
// the grid.
func (c *checker) bend(at diag.Span, op string, x, y grid.Form) bool {
	d := minus(x, y)
	if d.NotZero() {
		return true
	}
	switch d.Solve(op, 0, 0).Verdict {
	case grid.On:
		return true
	case grid.Blurred:
		c.say(blurred(at))
		return false
	}
	c.say(noGrid(at, "this bends between two values of the grid, and could tell a single person's exact value", "use a number of the grid"))
	return false
}

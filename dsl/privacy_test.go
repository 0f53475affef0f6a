package dsl_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/plan"
)

// The privacy of the grid, tested by generation: whatever rule compiles, two persons whose recorded values lie between
// the same two neighbours of the grid are told apart by none. The author may use arithmetic, functions, choices,
// missing values, lists, intervals and other names of the same value (LANGUAGE, Meaning 6).

// author writes rules about a score (grid 0.5, four names: of one event all picks are the same), a glucose (grid 0.1), a body mass index (cut points), an
// age (cut points, whole years), the age in the year of the index (the same), and a line of therapy (whole, grid 5).
type author struct{ t *rapid.T }

func (a author) pick(words ...string) string { return rapid.SampledFrom(words).Draw(a.t, "word") }

// literal is a number, often one of a grid and often one that is not.
func (a author) literal() string {
	return a.pick("0", "0.25", "0.5", "1", "1.5", "2", "2.3", "3", "5", "5.5", "7", "10", "18", "18.5", "21", "25", "40", "64", "65", "0.0001", "1000000", "100000000000")
}

// number writes a number of one dimension: without a unit, or in mmol/L.
func (a author) number(depth int, unit string) string {
	if depth == 0 {
		if unit != "" {
			return a.pick("g", "g", "g2", "g3", "(g as mg/dL as mmol/L)", a.literal()+" mmol/L")
		}
		return a.pick("s", "s2", "s3", "s4", "s", "age at index", "age in year of index", "n", "count of visit", a.literal())
	}
	sub := func(unit string) string { return a.number(depth-1, unit) }
	bare := func() string { return a.number(depth-1, "") }
	switch a.pick("leaf", "+", "-", "*", "/", "neg", "fn", "pair", "when", "least", "percent") {
	case "+":
		return "(" + sub(unit) + " + " + sub(unit) + ")"
	case "-":
		return "(" + sub(unit) + " - " + sub(unit) + ")"
	case "*":
		return "(" + sub(unit) + " * " + bare() + ")"
	case "/":
		if unit == "" && a.pick("same", "bare") == "same" {
			return "(" + sub("g") + " / " + sub("g") + ")"
		}
		return "(" + sub(unit) + " / " + bare() + ")"
	case "neg":
		return "(-" + sub(unit) + ")"
	case "fn":
		return a.pick("abs", "round", "floor") + "(" + sub(unit) + ")"
	case "percent":
		if of := a.pick("", "g"); unit == "" {
			return "(percent change from " + sub(of) + " to " + sub(of) + ")"
		}
	case "least":
		return a.pick("least", "greatest") + "(" + sub(unit) + ", " + sub(unit) + ")"
	case "when":
		return "(when " + a.condition(depth-1) + " then " + sub(unit) + a.pick(" otherwise ", " otherwise or unknown ") + sub(unit) + ")"
	}
	return sub(unit)
}

// twins compares two names of one value, with literals on the way: the rounding of each step depends on the value.
func (a author) twins() string {
	unit, x, y := "", a.pick("s", "s2"), a.pick("s3", "s4", "mean value of (score, score, score)", "sum value of score")
	if a.pick("score", "glucose") == "glucose" {
		unit, x, y = " mmol/L", a.pick("g", "(g as mg/dL)"), a.pick("g2", "g3", "(g2 as mg/dL)", "(g2 as mg/dL as mmol/L)")
	}
	lit := func() string { return a.literal() + unit }
	moved := func(v string) string {
		return a.pick(v, v, "("+v+" + "+lit()+")", "("+lit()+" - "+v+")", "("+v+" * "+a.literal()+")", "("+v+" / "+a.literal()+")", "(-"+v+")", "("+v+" + "+v+")")
	}
	x, y = moved(x), moved(y)
	op := a.pick(" < ", " <= ", " > ", " >= ", " = ", " != ")
	switch a.pick("pair", "pair", "sum", "three", "least", "abs", "percent", "faint", "tenths") {
	case "faint": // what is left of a small number beside a large one
		large := a.pick("1000", "1000000", "900000000") + unit
		return "(" + a.pick(x, y) + a.pick(" * 0.00001", " * 0.00000001", " / 3000000") + " + " + large + ")" + op + large
	case "tenths": // 17 * 0.1 is more than 1.7
		return a.pick("age at index", "age in year of index", "n") + a.pick(" * 0.1", " / 10", " * 0.01 * 10") + op + a.pick("0.4", "0.5", "1.7", "1.8", "2.5", "3.9")
	case "sum":
		return x + a.pick(" + ", " - ") + y + op + lit()
	case "three":
		return x + a.pick(" + ", " - ") + y + op + moved(a.pick(x, y))
	case "least":
		return a.pick("least", "greatest") + "(" + x + ", " + y + ")" + op + a.pick(x, y, lit())
	case "abs":
		return "abs(" + x + " - " + y + ")" + op + lit()
	case "percent":
		return "percent change from " + x + " to " + y + op + a.literal()
	}
	return x + op + y
}

func (a author) condition(depth int) string {
	unit := a.pick("", "", "g")
	n := func() string { return a.number(max(depth, 0), unit) }
	lit := a.literal()
	if unit != "" {
		lit += " mmol/L"
	}
	switch a.pick("compare", "compare", "literal", "literal", "between", "in", "known", "bmi", "not", "twins", "twins", "twins") {
	case "twins":
		return a.twins()
	case "literal":
		return n() + a.pick(" < ", " <= ", " > ", " >= ", " = ", " != ") + lit
	case "between":
		return n() + " between " + lit + " and " + lit
	case "in":
		return n() + " in (" + lit + ", " + lit + ")"
	case "known":
		return "(" + n() + ") is " + a.pick("known", "missing")
	case "bmi":
		return a.pick("b", "b * 2", "b + 5 kg/m2", "-b", "b / 3") + a.pick(" < ", " <= ", " > ", " >= ", " = ") + a.literal() + " kg/m2"
	case "not":
		return "not (" + a.condition(depth-1+max(0, 1-depth)) + ")"
	}
	return n() + a.pick(" < ", " <= ", " > ", " >= ", " = ", " != ") + n()
}

// query has the names that the author uses.
const query = `study "x"
cohort c {
  index first drug
  define s  = value of last score
  define s2 = value of last score where (true)
  define g  = value of last measurement in LOINC:2345-7
  define s3 = value of highest score
  define s4 = value of nearest to index of (score, score before index)
  define g3 = value of lowest (measurement in LOINC:2345-7, measurement in LOINC:2345-7 since 2018-01-01)
  define g2 = value of last measurement in LOINC:2345-7 where (true)
  define b  = value of last measurement in LOINC:39156-5
  define n  = line of last drug
  include %s
}
report count of c
`

// indexYear is the year of everybody's index date.
const indexYear = 2018

// recorded are the values of one person.
type recorded struct{ score, glucose, bmi, age, ageInYear, line, visits float64 }

// cells are groups of persons who are alike but for one value, which lies strictly between the same two neighbours of
// its grid.
func cells() [][]recorded {
	var out [][]recorded
	add := func(set func(*recorded, float64), values []float64) {
		for visits := range 3 {
			var cell []recorded
			for _, v := range values {
				p := recorded{score: 5.5, glucose: 5.5, bmi: 25, age: 40, ageInYear: 40, line: 5, visits: float64(visits)}
				set(&p, v)
				cell = append(cell, p)
			}
			out = append(out, cell)
		}
	}
	between := func(low, high float64) (values []float64) {
		for _, k := range []float64{0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9, 0.98} {
			values = append(values, low+k*(high-low))
		}
		return values
	}
	wholes := func(low, high float64) (values []float64) {
		for v := low; v < high; v++ {
			values = append(values, v)
		}
		return values
	}
	for i := range 200 {
		add(func(p *recorded, v float64) { p.score = v }, between(float64(i)/2, float64(i+1)/2))
	}
	for i := 5; i < 150; i++ {
		add(func(p *recorded, v float64) { p.glucose = v }, between(float64(i)/10, float64(i+1)/10))
	}
	for i, cuts := 1, []float64{10, 18.5, 25, 30, 40, 80}; i < len(cuts); i++ {
		add(func(p *recorded, v float64) { p.bmi = v }, between(cuts[i-1], cuts[i]))
	}
	for i, cuts := 1, []float64{-5, 18, 25, 40, 65, 80, 110}; i < len(cuts); i++ {
		add(func(p *recorded, v float64) { p.age = v }, wholes(cuts[i-1], cuts[i]))
		add(func(p *recorded, v float64) { p.ageInYear = v }, wholes(cuts[i-1], cuts[i]))
	}
	for i := range 10 {
		add(func(p *recorded, v float64) { p.line = v }, wholes(max(1, float64(5*i)), float64(5*i+5)))
	}
	return out
}

func TestNoRuleLooksBetweenTheValuesOfTheGrid(t *testing.T) {
	target := clinic(t)
	compiled, all := 0, cells()
	rapid.Check(t, func(t *rapid.T) {
		text := author{t}.condition(rapid.IntRange(0, 2).Draw(t, "depth"))
		p, list := dsl.Compile("query.cohort", fmt.Sprintf(query, text), nil, target)
		if p == nil {
			if !list.Failed() {
				t.Fatalf("no plan and no error: %s", text)
			}
			return
		}
		compiled++
		rule := p.Cohorts[0].Rules[0].Cond
		for _, cell := range all {
			first := cell[0].eval(rule)
			for _, q := range cell[1:] {
				if got := q.eval(rule); got != first {
					t.Fatalf("%s\ntells %+v (%v) from %+v (%v)\n%s", text, cell[0], first, q, got, plan.String(rule))
				}
			}
		}
	})
	t.Logf("%d rules compiled", compiled)
}

// eval evaluates a rule as the engine does: Kleene's logic, and what leaves the engine's range is missing.
func (r recorded) eval(x plan.Expr) any {
	switch x := x.(type) {
	case *plan.Const:
		if n, ok := x.Value.(int64); ok {
			return float64(n)
		}
		return x.Value
	case *plan.Count:
		return r.visits
	case *plan.Elapsed:
		return r.age
	case *plan.Part: // of the index date or of birth
		if _, birth := x.X.(*plan.Attr); birth {
			return indexYear - r.ageInYear
		}
		return float64(indexYear)
	case *plan.Pick:
		switch {
		case len(x.Set.Union) > 0:
			return r.eval(&plan.Pick{Set: x.Set.Union[0]})
		case x.Set.Source.Name == "score":
			return r.score
		case x.Set.Source.Name == "drug":
			return r.line
		case x.Set.Codes.Codes[0] == "LOINC:2345-7":
			return r.glucose
		}
		return r.bmi
	case *plan.Agg:
		return r.statistic(x)
	case *plan.Convert:
		return calculate("+", calculate("*", r.eval(x.X), x.Factor), x.Offset)
	case *plan.Arith:
		return inRange(calculate(x.Op, r.eval(x.L), r.eval(x.R)))
	case *plan.Call:
		return inRange(r.call(x))
	case *plan.Compare:
		return compared(x.Op, r.eval(x.L), r.eval(x.R))
	case *plan.And:
		return r.all(x.Xs, false)
	case *plan.Or:
		return r.all(x.Xs, true)
	case *plan.Not:
		if v, ok := r.eval(x.X).(bool); ok {
			return !v
		}
		return nil
	case *plan.In:
		v := r.eval(x.X)
		if v == nil {
			return nil
		}
		for _, k := range x.Values {
			if compared("=", v, r.eval(k)) == true {
				return true
			}
		}
		return false
	case *plan.IsMissing:
		return r.eval(x.X) == nil
	case *plan.Case:
		return r.choice(x)
	}
	panic(fmt.Sprintf("no evaluation of %T", x))
}

// statistic is the mean or the sum of a score that stands once for each member of a union.
func (r recorded) statistic(x *plan.Agg) any {
	sum, n := 0.0, max(1, len(x.Set.Union))
	for range n {
		sum += r.score
	}
	if x.Fn == "mean" {
		return sum / float64(n)
	}
	return sum
}

func (r recorded) choice(x *plan.Case) any {
	unknown := false
	for _, w := range x.Whens {
		switch r.eval(w.If) {
		case true:
			return r.eval(w.Then)
		case nil:
			unknown = true
		}
	}
	if unknown && !x.CatchUnknown {
		return nil
	}
	return r.eval(x.Else)
}

func (r recorded) all(xs []plan.Expr, decides bool) any {
	var out any = !decides
	for _, x := range xs {
		switch r.eval(x) {
		case decides:
			return decides
		case nil:
			out = nil
		}
	}
	return out
}

func (r recorded) call(x *plan.Call) any {
	var vs []float64
	for _, a := range x.Args {
		v, ok := r.eval(a).(float64)
		if !ok {
			return nil
		}
		vs = append(vs, v)
	}
	switch x.Fn {
	case "abs":
		return math.Abs(vs[0])
	case "round":
		return math.Round(vs[0])
	case "floor":
		return math.Floor(vs[0])
	case "least":
		return min(vs[0], vs[1])
	}
	return max(vs[0], vs[1])
}

func calculate(op string, l, r any) any {
	a, okA := l.(float64)
	b, okB := r.(float64)
	if !okA || !okB {
		return nil
	}
	switch op {
	case "+":
		return a + b
	case "-":
		return a - b
	case "*":
		return a * b
	}
	return a / b
}

// inRange makes missing what sqlgen makes missing: a division by zero, and magnitudes of 10^10 and more.
func inRange(v any) any {
	if x, ok := v.(float64); ok && (math.IsNaN(x) || math.Abs(x) >= 1e10) {
		return nil
	}
	return v
}

func compared(op string, l, r any) any {
	if b, ok := l.(bool); ok {
		if c, ok := r.(bool); ok {
			return (b == c) == (op == "=")
		}
		return nil
	}
	a, okA := l.(float64)
	b, okB := r.(float64)
	if !okA || !okB {
		return nil
	}
	return map[string]bool{"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
}

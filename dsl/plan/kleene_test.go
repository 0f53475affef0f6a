package plan_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// The columns and the source of the expressions below.
var (
	boolA, boolB  = column("a", catalog.Bool), column("b", catalog.Bool)
	whole, number = column("n", catalog.Int), column("x", catalog.Number)
	events        = &catalog.Source{Name: "events", Timed: true}
)

func column(name string, k catalog.Kind) *plan.Attr {
	return &plan.Attr{Column: &catalog.Column{Name: name, Type: catalog.Type{Kind: k}}}
}

func count() *plan.Count { return &plan.Count{Set: &plan.EventSet{Source: events}} }

// person is one assignment of values; nil is missing. A count is never missing.
type person struct {
	values map[string]any
	events int
}

// persons are all assignments of a few telling values.
func persons() []person {
	var out []person
	for _, a := range []any{nil, true, false} {
		for _, b := range []any{nil, true, false} {
			for _, n := range []any{nil, 0.0, 1.0, 2.0} {
				for _, x := range []any{nil, 0.5, 1.0, 1.5} {
					for events := range 3 {
						out = append(out, person{map[string]any{"a": a, "b": b, "n": n, "x": x}, events})
					}
				}
			}
		}
	}
	return out
}

// eval is Kleene's logic as its tables say, written for clarity: nothing is shared with the package under test.
func (p person) eval(x plan.Expr) any {
	switch x := x.(type) {
	case *plan.Const:
		if n, ok := x.Value.(int64); ok {
			return float64(n)
		}
		return x.Value
	case *plan.Attr:
		return p.values[x.Column.Name]
	case *plan.Count:
		return float64(p.events)
	case *plan.Compare:
		return compared(x.Op, p.eval(x.L), p.eval(x.R))
	case *plan.And:
		return p.least(x.Xs, 0, 2)
	case *plan.Or:
		return p.least(x.Xs, 2, 0)
	case *plan.Not:
		return fromRank(2 - rank(p.eval(x.X)))
	case *plan.AtLeast:
		tally := [3]int{}
		for _, y := range x.Xs {
			tally[rank(p.eval(y))]++
		}
		if tally[2] >= x.N {
			return true
		} else if tally[2]+tally[1] < x.N {
			return false
		}
		return nil
	case *plan.In:
		return p.in(x)
	case *plan.IsMissing:
		return p.eval(x.X) == nil
	case *plan.Case:
		return p.chosen(x)
	case *plan.Arith:
		l, okL := p.eval(x.L).(float64)
		r, okR := p.eval(x.R).(float64)
		if !okL || !okR || x.Op == "/" && r == 0 {
			return nil
		}
		return map[string]float64{"+": l + r, "-": l - r, "*": l * r, "/": l / r}[x.Op]
	}
	panic(fmt.Sprintf("no evaluation of %T", x))
}

// rank orders the truth values: false, unknown, true.
func rank(v any) int {
	switch v {
	case true:
		return 2
	case false:
		return 0
	}
	return 1
}

func fromRank(r int) any { return []any{false, nil, true}[r] }

// least is the smallest rank of a conjunction (worst 0) or the largest of a disjunction (worst 2).
func (p person) least(xs []plan.Expr, worst, best int) any {
	out := best
	for _, x := range xs {
		if r := rank(p.eval(x)); worst == 0 && r < out || worst == 2 && r > out {
			out = r
		}
	}
	return fromRank(out)
}

func (p person) in(x *plan.In) any {
	v := p.eval(x.X)
	if len(x.Values) == 0 {
		return false
	}
	if v == nil {
		return nil
	}
	for _, k := range x.Values {
		if p.eval(k) == v {
			return true
		}
	}
	return false
}

func (p person) chosen(x *plan.Case) any {
	unknown := false
	for _, w := range x.Whens {
		switch rank(p.eval(w.If)) {
		case 2:
			return p.eval(w.Then)
		case 1:
			unknown = true
		}
	}
	if unknown && !x.CatchUnknown {
		return nil
	}
	return p.eval(x.Else)
}

func compared(op string, l, r any) any {
	if l == nil || r == nil {
		return nil
	}
	if b, ok := l.(bool); ok {
		return (b == r.(bool)) == (op == "=")
	}
	a, b := l.(float64), r.(float64)
	switch op {
	case "=":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// condition draws a condition of at most so much depth.
func condition(depth int) *rapid.Generator[plan.Expr] {
	return rapid.Custom(func(t *rapid.T) plan.Expr {
		kinds := []string{"const", "bool", "compare", "in", "missing"}
		if depth > 0 {
			kinds = append(kinds, "and", "or", "not", "at least", "case", "equal")
		}
		inner := condition(depth - 1)
		several := func() []plan.Expr { return rapid.SliceOfN(inner, 0, 4).Draw(t, "parts") }
		switch rapid.SampledFrom(kinds).Draw(t, "kind") {
		case "const":
			return rapid.SampledFrom([]plan.Expr{plan.True(), plan.False()}).Draw(t, "const")
		case "bool":
			return rapid.SampledFrom([]plan.Expr{boolA, boolB}).Draw(t, "bool")
		case "in":
			consts := rapid.SliceOfN(rapid.Map(rapid.Int64Range(-1, 2), plan.IntConst), 0, 3).Draw(t, "values")
			return &plan.In{X: value().Draw(t, "in"), Values: consts}
		case "missing":
			return &plan.IsMissing{X: value().Draw(t, "missing")}
		case "and":
			return &plan.And{Xs: several()}
		case "or":
			return &plan.Or{Xs: several()}
		case "not":
			return &plan.Not{X: inner.Draw(t, "not")}
		case "at least":
			return &plan.AtLeast{N: rapid.IntRange(0, 4).Draw(t, "n"), Xs: several()}
		case "case":
			when := plan.When{If: inner.Draw(t, "if"), Then: inner.Draw(t, "then")}
			return &plan.Case{Whens: []plan.When{when}, Else: inner.Draw(t, "else"), CatchUnknown: rapid.Bool().Draw(t, "catch"), Of: plan.True().Type()}
		case "equal":
			op := rapid.SampledFrom([]string{"=", "!="}).Draw(t, "op")
			return &plan.Compare{Op: op, L: inner.Draw(t, "l"), R: inner.Draw(t, "r")}
		}
		op := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">="}).Draw(t, "op")
		return &plan.Compare{Op: op, L: value().Draw(t, "l"), R: value().Draw(t, "r")}
	})
}

// value draws a number.
func value() *rapid.Generator[plan.Expr] {
	return rapid.Custom(func(t *rapid.T) plan.Expr {
		switch rapid.IntRange(0, 5).Draw(t, "sort") {
		case 5:
			op := rapid.SampledFrom([]string{"+", "-", "*", "/"}).Draw(t, "arith")
			l, r := value().Draw(t, "l"), value().Draw(t, "r")
			of := number.Type()
			if op != "/" && l.Type().Kind == catalog.Int && r.Type().Kind == catalog.Int {
				of = whole.Type()
			}
			return &plan.Arith{Op: op, L: l, R: r, Of: of}
		case 0:
			return whole
		case 1:
			return number
		case 2:
			return count()
		case 3:
			return &plan.Const{Of: number.Type(), Value: rapid.SampledFrom([]float64{0.5, 1.5}).Draw(t, "v")}
		}
		return plan.IntConst(rapid.Int64Range(-1, 3).Draw(t, "v"))
	})
}

// sealed is the canonical form of a condition.
func sealed(x plan.Expr) plan.Expr {
	p := plan.New(plan.Plan{Cohorts: []*plan.Cohort{{Index: plan.DateConst(0), Rules: []*plan.Rule{{Cond: x}}}}})
	return p.Cohorts[0].Rules[0].Cond
}

// The canonical form means what the expression means, for every person, and is its own canonical form.
func TestCanonicalKeepsTheMeaning(t *testing.T) {
	all := persons()
	rapid.Check(t, func(t *rapid.T) {
		x := condition(3).Draw(t, "x")
		text := plan.String(x)
		c := sealed(x)
		for _, p := range all {
			if want, got := p.eval(x), p.eval(c); want != got {
				t.Fatalf("%v of %+v\n%s\nbecame %v\n%s", want, p, text, got, plan.String(c))
			}
		}
		if again := sealed(c); plan.String(again) != plan.String(c) {
			t.Fatalf("not canonical:\n%s\n%s", plan.String(c), plan.String(again))
		}
		if plan.String(x) != text {
			t.Fatal("the expression itself was changed")
		}
	})
}

// Whatever the order of its parts, a condition has one canonical form.
func TestCanonicalForgetsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(condition(2), 1, 4).Draw(t, "xs")
		ys := rapid.Permutation(xs).Draw(t, "ys")
		for name, pair := range map[string][2]plan.Expr{
			"and":      {&plan.And{Xs: xs}, &plan.And{Xs: ys}},
			"or":       {&plan.Or{Xs: xs}, &plan.Or{Xs: ys}},
			"at least": {&plan.AtLeast{N: 2, Xs: xs}, &plan.AtLeast{N: 2, Xs: ys}},
		} {
			if a, b := plan.String(sealed(pair[0])), plan.String(sealed(pair[1])); a != b {
				t.Fatalf("%s:\n%s\n%s", name, a, b)
			}
		}
	})
}

// A cohort takes the blank person if the rule is true of one with nothing recorded and no event.
func TestTakesBlank(t *testing.T) {
	blank := person{map[string]any{}, 0}
	rapid.Check(t, func(t *rapid.T) {
		x := condition(3).Draw(t, "x")
		for _, exclude := range []bool{false, true} {
			c := &plan.Cohort{Index: plan.DateConst(100), Rules: []*plan.Rule{{Exclude: exclude, Cond: x}}}
			want := (blank.eval(x) == true) != exclude
			if got := c.TakesBlank(nil); got != want {
				t.Fatalf("exclude %v: %v, want %v\n%s", exclude, got, want, plan.String(x))
			}
		}
	})
}

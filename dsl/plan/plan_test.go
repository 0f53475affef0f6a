package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// day is a date of January 2020, or a later one.
func day(n int) catalog.Date {
	d, _ := catalog.ParseDate("2020-01-01")
	return d + catalog.Date(n-1)
}

var (
	coded = &catalog.Source{Name: "coded", Timed: true, Systems: []string{"S"}, Value: &catalog.Column{Name: catalog.Value, Type: catalog.Type{Kind: catalog.Number}}}
	death = column("death", catalog.DateKind)
)

// cohort is a plan with one rule.
func cohort(rules ...plan.Expr) *plan.Plan {
	c := &plan.Cohort{Name: "c", Index: plan.DateConst(day(1))}
	for _, x := range rules {
		c.Rules = append(c.Rules, &plan.Rule{Cond: x, Label: "rule"})
	}
	return plan.New(plan.Plan{Dataset: "d", Cohorts: []*plan.Cohort{c}})
}

// within evaluates bounds on a day against an index date.
func within(t *testing.T, bounds []plan.Bound, start, index catalog.Date) bool {
	t.Helper()
	for _, b := range bounds {
		var at catalog.Date
		switch x := b.At.(type) {
		case *plan.Const:
			at = x.Value.(catalog.Date)
		case *plan.Index:
			at = index
		case *plan.AddDate:
			if at = index + catalog.Date(x.N); x.Unit == "months" {
				at = index.AddMonths(x.N)
			}
		default:
			t.Fatalf("no evaluation of %T", b.At)
		}
		if compared(b.Op, float64(start), float64(at)) != true {
			return false
		}
	}
	return true
}

// Bounds in canonical form let the same days in, and are their own canonical form.
func TestCanonicalBounds(t *testing.T) {
	index := day(15)
	rapid.Check(t, func(r *rapid.T) {
		at := rapid.Custom(func(r *rapid.T) plan.Expr {
			var x plan.Expr = &plan.Index{}
			if rapid.Bool().Draw(r, "fixed") {
				x = plan.DateConst(day(rapid.IntRange(10, 20).Draw(r, "day")))
			}
			if rapid.Bool().Draw(r, "moved") {
				return &plan.AddDate{X: x, N: rapid.IntRange(-2, 2).Draw(r, "n"), Unit: "days"}
			}
			return x
		})
		bound := rapid.Custom(func(r *rapid.T) plan.Bound {
			return plan.Bound{Column: "start", Op: rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(r, "op"), At: at.Draw(r, "at")}
		})
		bounds := rapid.SliceOfN(bound, 0, 3).Draw(r, "bounds")
		set := func(b []plan.Bound) *plan.EventSet {
			return cohort(&plan.Compare{Op: ">=", L: &plan.Count{Set: &plan.EventSet{Source: events, Bounds: b}}, R: plan.IntConst(1)}).EventSets()[0]
		}
		got := set(bounds)
		for d := 5; d < 25; d++ {
			want := true
			for _, b := range bounds {
				want = want && within(t, []plan.Bound{{Column: b.Column, Op: b.Op, At: fold(b.At)}}, day(d), index)
			}
			if is := within(t, got.Bounds, day(d), index); is != want {
				r.Fatalf("day %d: %v, want %v of\n%s", d, is, want, got)
			}
		}
		if again := set(got.Bounds); again.String() != got.String() {
			r.Fatalf("not canonical:\n%s\n%s", got, again)
		}
	})
}

// fold moves a fixed date.
func fold(x plan.Expr) plan.Expr {
	if a, ok := x.(*plan.AddDate); ok {
		if k, ok := a.X.(*plan.Const); ok {
			return plan.DateConst(k.Value.(catalog.Date) + catalog.Date(a.N))
		}
	}
	return x
}

// nested is a condition with event sets at every place where one can be.
func nested() plan.Expr {
	inner := &plan.EventSet{Source: coded, Codes: &plan.CodeSet{Codes: []string{"S:2"}}}
	picked := &plan.Pick{Which: plan.First, Set: &plan.EventSet{Source: coded}, Column: &catalog.Column{Name: catalog.Start, Type: catalog.Type{Kind: catalog.DateKind}}}
	outer := &plan.EventSet{Source: coded,
		Where:  &plan.Compare{Op: ">=", L: &plan.Count{Set: inner}, R: plan.IntConst(1)},
		Bounds: []plan.Bound{{Column: "start", Op: "<", At: picked}}}
	mean := &plan.Agg{Fn: "mean", Set: &plan.EventSet{Source: coded}, Column: coded.Value}
	return &plan.And{Xs: []plan.Expr{
		&plan.Compare{Op: ">=", L: &plan.Count{Set: outer}, R: plan.IntConst(2)},
		&plan.Compare{Op: ">", L: &plan.Arith{Op: "+", L: mean, R: plan.IntConst(1), Of: mean.Type()}, R: plan.IntConst(3)},
		&plan.Case{Whens: []plan.When{{If: boolA, Then: boolB}}, Else: &plan.Compare{Op: ">=", L: count(), R: plan.IntConst(1)}, Of: boolA.Type()},
	}}
}

func TestEventSetsFindsNestedOnes(t *testing.T) {
	if got := len(cohort(nested()).EventSets()); got != 5 {
		t.Errorf("found %d event sets, want 5", got)
	}
}

func TestWalkLeavesPartsOut(t *testing.T) {
	var all, top []string
	plan.Walk(nested(), func(x plan.Expr) bool { all = append(all, fmt.Sprintf("%T", x)); return true })
	plan.Walk(nested(), func(x plan.Expr) bool { top = append(top, fmt.Sprintf("%T", x)); return len(plan.Sets(x)) == 0 })
	if all[0] != "*plan.And" || len(all) <= len(top) {
		t.Errorf("walked %d nodes, and %d without those below event sets", len(all), len(top))
	}
	if plan.Walk(nil, nil); len(plan.Parts(&plan.Count{Set: &plan.EventSet{Source: events}})) != 0 {
		t.Error("an event set's parts are parts of the count")
	}
}

// Every kind of expression gives its parts to a walk.
func TestPartsOfEveryKind(t *testing.T) {
	leaf := plan.Expr(boolA)
	for _, c := range []struct {
		x    plan.Expr
		want int
	}{
		{&plan.Compare{Op: "=", L: leaf, R: leaf}, 2}, {&plan.And{Xs: []plan.Expr{leaf, leaf, leaf}}, 3}, {&plan.Or{Xs: []plan.Expr{leaf}}, 1},
		{&plan.Not{X: leaf}, 1}, {&plan.AtLeast{N: 1, Xs: []plan.Expr{leaf, leaf}}, 2}, {&plan.In{X: leaf}, 1},
		{&plan.InCodes{X: leaf, Codes: &plan.CodeSet{}}, 1}, {&plan.IsMissing{X: leaf}, 1}, {&plan.Arith{Op: "+", L: leaf, R: leaf}, 2},
		{&plan.Convert{X: leaf}, 1}, {&plan.Call{Fn: "least", Args: []plan.Expr{leaf, leaf}}, 2}, {&plan.AddDate{X: leaf}, 1},
		{&plan.Elapsed{From: leaf, To: leaf}, 2}, {&plan.Part{X: leaf}, 1}, {&plan.Extreme{Dates: []plan.Expr{leaf, leaf}}, 2},
		{&plan.Case{Whens: []plan.When{{If: leaf, Then: leaf}, {If: leaf, Then: leaf}}, Else: leaf}, 5},
		{leaf, 0}, {plan.True(), 0}, {&plan.Index{}, 0},
	} {
		if got := len(plan.Parts(c.x)); got != c.want {
			t.Errorf("%T: %d parts, want %d", c.x, got, c.want)
		}
	}
}

func TestRestrict(t *testing.T) {
	p := plan.New(plan.Plan{
		Dataset: "d",
		Cohorts: []*plan.Cohort{{Name: "c", Index: &plan.Pick{Which: plan.First, Set: &plan.EventSet{Source: coded}, Column: &catalog.Column{Name: "start"}}, Rules: []*plan.Rule{{Cond: nested()}}}},
		Reports: []*plan.Report{{Kind: "summary", By: []*plan.Dimension{{X: nested()}}, Value: &plan.Agg{Fn: "mean", Set: &plan.EventSet{Source: coded}, Column: coded.Value}}},
	})
	before := p.Canonical()
	once := p.Restrict(&plan.CodeSet{Codes: []string{"S:9", "S:1"}})
	if p.Canonical() != before || once.Digest() == p.Digest() {
		t.Error("the plan was changed, or the restricted one has the same digest")
	}
	for _, s := range once.EventSets() {
		want := ""
		if s.Source == coded {
			want = "(without S:1 S:9)"
		}
		if !strings.Contains(s.String(), want) || want == "" && s.Without != nil {
			t.Errorf("an event set sees what it must not: %s", s)
		}
	}
	twice := once.Restrict(&plan.CodeSet{Codes: []string{"S:5", "S:1"}})
	if !strings.Contains(twice.Canonical(), "(without S:1 S:5 S:9)") {
		t.Errorf("a second restriction forgets the first:\n%s", twice.Canonical())
	}
	both := p.Restrict(&plan.CodeSet{Codes: []string{"S:1", "S:5", "S:9"}})
	if diff := cmp.Diff(both.Canonical(), twice.Canonical()); diff != "" {
		t.Errorf("the order of restrictions matters:\n%s", diff)
	}
	if p.Restrict(nil) != p || p.Restrict(&plan.CodeSet{}) != p {
		t.Error("nothing withheld makes another plan")
	}
}

// What a person about whom nothing is recorded has: literals, counts of 0, and what is calculated from these.
func TestBlankValues(t *testing.T) {
	is := func(x plan.Expr, op string, y plan.Expr) plan.Expr { return &plan.Compare{Op: op, L: x, R: y} }
	n := plan.IntConst
	call := func(fn string, args ...plan.Expr) plan.Expr {
		return &plan.Call{Fn: fn, Args: args, Of: n(0).Type()}
	}
	arith := func(op string, l, r plan.Expr) plan.Expr {
		return &plan.Arith{Op: op, L: l, R: r, Of: n(0).Type()}
	}
	date := func(text string) plan.Expr {
		d, err := catalog.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return plan.DateConst(d)
	}
	between := func(unit, from, to string) plan.Expr {
		return &plan.Elapsed{Unit: unit, From: date(from), To: date(to)}
	}
	for _, x := range []plan.Expr{
		is(arith("+", count(), n(2)), "=", n(2)), is(arith("-", n(2), n(5)), "=", n(-3)), is(arith("*", n(2), n(5)), "=", n(10)), is(arith("/", n(5), n(2)), ">", n(2)),
		&plan.IsMissing{X: arith("/", n(5), count())}, &plan.IsMissing{X: arith("+", whole, n(1))},
		is(call("abs", n(-3)), "=", n(3)), is(call("floor", arith("/", n(5), n(2))), "=", n(2)), is(call("round", arith("/", n(9), n(5))), "=", n(2)),
		is(call("least", n(4), n(3)), "=", n(3)), is(call("greatest", n(4), n(3)), "=", n(4)), &plan.IsMissing{X: call("least", n(4), whole)},
		is(&plan.Convert{X: n(7), Factor: 10, Offset: 3}, "=", n(73)),
		is(&plan.AddDate{X: date("2020-01-31"), N: 1, Unit: "months"}, "=", date("2020-02-29")), is(&plan.AddDate{X: &plan.Index{}, N: 3, Unit: "days"}, "=", date("2020-01-04")),
		is(between("days", "2020-01-01", "2020-02-01"), "=", n(31)), is(between("weeks", "2020-01-01", "2020-01-14"), "=", n(1)),
		is(between("months", "2020-01-31", "2020-02-29"), "=", n(1)), is(between("years", "2020-02-29", "2021-02-27"), "=", n(0)),
		is(between("months", "2020-03-15", "2020-01-16"), "=", n(-1)), &plan.IsMissing{X: &plan.Elapsed{Unit: "days", From: death, To: date("2020-01-01")}},
		is(&plan.Part{Which: "quarter", X: date("2020-05-01")}, "=", n(2)), is(&plan.Part{Which: "year", X: &plan.Index{}}, "=", n(2020)), is(&plan.Part{Which: "month", X: date("2020-05-01")}, "=", n(5)),
		is(&plan.Extreme{Dates: []plan.Expr{date("2020-05-01"), death, date("2020-04-01")}}, "=", date("2020-04-01")),
		is(&plan.Extreme{Last: true, Dates: []plan.Expr{date("2020-05-01"), death, date("2020-04-01")}}, "=", date("2020-05-01")),
		&plan.IsMissing{X: &plan.Extreme{Dates: []plan.Expr{death}}},
		is(plan.StringConst("a"), "=", plan.StringConst("a")), &plan.In{X: plan.StringConst("a"), Values: []*plan.Const{plan.StringConst("a")}},
		&plan.AtLeast{N: 1, Xs: []plan.Expr{boolA, plan.True()}},
	} {
		c := &plan.Cohort{Index: plan.DateConst(day(1)), Rules: []*plan.Rule{{Cond: x}}}
		if !c.TakesBlank(nil) {
			t.Errorf("not true of the blank person: %s", plan.String(x))
		}
	}
	if (&plan.Cohort{Index: death}).TakesBlank(nil) {
		t.Error("a person without an index date is a member")
	}
	chosen := &plan.Cohort{Index: &plan.Extreme{Dates: []plan.Expr{death, plan.DateConst(day(1))}}}
	if !chosen.TakesBlank(nil) {
		t.Error("the fixed one of several dates is no index date")
	}
}

func TestDimensionsThatEverybodyHas(t *testing.T) {
	catch := &plan.Case{Whens: []plan.When{{If: boolA, Then: plan.StringConst("x")}}, Else: plan.StringConst("y"), CatchUnknown: true}
	for _, c := range []struct {
		x    plan.Expr
		want bool
	}{
		{boolA, false}, {&plan.Compare{Op: ">=", L: count(), R: plan.IntConst(1)}, true}, {&plan.IsMissing{X: boolA}, true},
		{&plan.Not{X: &plan.IsMissing{X: boolA}}, true}, {&plan.And{Xs: []plan.Expr{plan.True(), boolA}}, false}, {catch, true},
		{&plan.Case{Whens: catch.Whens, Else: catch.Else}, false}, {&plan.AddDate{X: &plan.Index{}, N: 1, Unit: "days"}, true},
	} {
		if got := (&plan.Dimension{X: c.x}).AlwaysKnown(); got != c.want {
			t.Errorf("%s: %v, want %v", plan.String(c.x), got, c.want)
		}
	}
}

// A tree is short: of a long list of codes it shows three.
func TestTreeCutsLongLists(t *testing.T) {
	codes := &plan.CodeSet{}
	for i := range 10 {
		codes.Codes = append(codes.Codes, fmt.Sprintf("S:%d", i))
	}
	p := cohort(&plan.Compare{Op: ">=", L: &plan.Count{Set: &plan.EventSet{Source: coded, Codes: codes}}, R: plan.IntConst(1)})
	if got := plan.Tree(p); !strings.Contains(got, "(codes S:0 S:1 S:2 …7 more)") || strings.Contains(got, "S:3") {
		t.Error(got)
	}
}

func TestKindOf(t *testing.T) {
	for _, k := range plan.Kinds {
		if got, ok := plan.KindOf(k.Name); !ok || got.Name != k.Name || k.Statbarn == "" || k.Summary == "" {
			t.Errorf("%+v", got)
		}
	}
	if _, ok := plan.KindOf("cox"); ok {
		t.Error("there is a kind that is not in this version")
	}
}

package reference

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// value evaluates x. The cases are in the order of plan/expr.go.
func (s scene) value(x plan.Expr) any {
	switch x := x.(type) {
	case *plan.Const:
		return x.Value
	case *plan.Attr:
		return s.person.Attributes[x.Column.Name]
	case *plan.Field:
		return s.current()[x.Column.Name]
	case *plan.End:
		return ending(s.current(), x.Open)
	case *plan.Index:
		if !s.indexed {
			fail("the index date is used to find itself")
		}
		return s.index
	case *plan.InCohort:
		return s.indexIn(x.Cohort) != nil
	case *plan.IndexOf:
		return s.indexIn(x.Cohort)
	case *plan.Count:
		return count(s.events(x.Set), x.Distinct)
	case *plan.Pick:
		return s.pick(x)
	case *plan.Covered:
		return covered(s.events(x.Set), s.value(x.From), s.value(x.To))
	case *plan.Agg:
		return statistic(x.Fn, numbers(s.events(x.Set), x.Column.Name))
	case *plan.Compare, *plan.And, *plan.Or, *plan.Not, *plan.AtLeast, *plan.In, *plan.InCodes, *plan.IsMissing:
		return s.condition(x).value()
	case *plan.Arith:
		return arith(x.Op, x.Of, s.value(x.L), s.value(x.R))
	case *plan.Convert:
		return convert(s.value(x.X), x.Factor, x.Offset)
	case *plan.Call:
		return call(x.Fn, x.Of, s.values(x.Args))
	case *plan.AddDate:
		return addDate(s.value(x.X), x.N, x.Unit)
	case *plan.Elapsed:
		return elapsed(x.Unit, s.value(x.From), s.value(x.To))
	case *plan.Day:
		return dayOf(s.value(x.X))
	case *plan.Part:
		return part(x.Which, s.value(x.X))
	case *plan.Case:
		return s.choose(x)
	case *plan.Extreme:
		return extreme(x.Last, s.values(x.Dates))
	}
	fail("there is no meaning for %T", x)
	return nil
}

// current is the event that a condition is about.
func (s scene) current() Row {
	if s.event == nil {
		fail("a column of an event stands outside a condition on events")
	}
	return s.event
}

func (s scene) values(xs []plan.Expr) []any {
	out := make([]any, len(xs))
	for i, x := range xs {
		out[i] = s.value(x)
	}
	return out
}

func (s scene) truth(x plan.Expr) truth { return truthOf(s.value(x)) }

func (s scene) truths(xs []plan.Expr) []truth {
	out := make([]truth, len(xs))
	for i, x := range xs {
		out[i] = s.truth(x)
	}
	return out
}

// condition evaluates what can be true, false or unknown.
func (s scene) condition(x plan.Expr) truth {
	switch x := x.(type) {
	case *plan.Compare:
		return compare(x.Op, s.value(x.L), s.value(x.R))
	case *plan.And:
		all := yes
		for _, t := range s.truths(x.Xs) {
			all = conjunction[all][t]
		}
		return all
	case *plan.Or:
		one := no
		for _, t := range s.truths(x.Xs) {
			one = disjunction[one][t]
		}
		return one
	case *plan.Not:
		return negation[s.truth(x.X)]
	case *plan.AtLeast:
		return atLeast(x.N, s.truths(x.Xs))
	case *plan.In:
		listed := make([]any, len(x.Values))
		for i, k := range x.Values {
			listed[i] = k.Value
		}
		return member(s.value(x.X), listed)
	case *plan.InCodes:
		return s.inCodes(x)
	case *plan.IsMissing:
		return truthOf(s.value(x.X) == nil)
	}
	fail("there is no meaning for %T", x)
	return unknown
}

// member tells whether v equals one of a list: of an empty list it is false even for a missing value.
func member(v any, list []any) truth {
	found := no
	for _, item := range list {
		found = disjunction[found][compare("=", v, item)]
	}
	return found
}

// inCodes tests the code of an event, which has its system before it, or another column, which does not.
func (s scene) inCodes(x *plan.InCodes) truth {
	f, field := x.X.(*plan.Field)
	p, picked := x.X.(*plan.Pick)
	full := field && f.Column.Name == catalog.CodeOf || picked && p.Column.Name == catalog.CodeOf
	var listed []any
	for _, curie := range x.Codes.Codes {
		_, bare, _ := catalog.SplitCurie(curie)
		listed = append(listed, map[bool]string{true: curie, false: bare}[full])
	}
	return member(s.value(x.X), listed)
}

// choose takes the first branch whose condition is true; when none is, otherwise, unless a condition was unknown.
func (s scene) choose(x *plan.Case) any {
	var conds []truth
	for _, w := range x.Whens {
		cond := s.truth(w.If)
		if cond == yes {
			return as(x.Of, s.value(w.Then))
		}
		conds = append(conds, cond)
	}
	if slices.Contains(conds, unknown) && !x.CatchUnknown {
		return nil
	}
	return as(x.Of, s.value(x.Else))
}

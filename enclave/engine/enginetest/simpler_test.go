package enginetest

import (
	"iter"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// opened is a copy of x, and the places of its parts in the copy: what is put there changes the copy only.
func opened(x plan.Expr) (plan.Expr, []*plan.Expr) {
	switch x := x.(type) {
	case *plan.Count:
		set, places := openedSet(x.Set)
		return &plan.Count{Set: set, Distinct: x.Distinct}, places
	case *plan.Pick:
		set, places := openedSet(x.Set)
		return &plan.Pick{Set: set, Which: x.Which, Column: x.Column}, places
	case *plan.Agg:
		set, places := openedSet(x.Set)
		return &plan.Agg{Fn: x.Fn, Set: set, Column: x.Column}, places
	case *plan.Compare:
		out := *x
		return &out, []*plan.Expr{&out.L, &out.R}
	case *plan.And:
		out := plan.And{Xs: slices.Clone(x.Xs)}
		return &out, each(out.Xs)
	case *plan.Or:
		out := plan.Or{Xs: slices.Clone(x.Xs)}
		return &out, each(out.Xs)
	case *plan.Not:
		out := *x
		return &out, []*plan.Expr{&out.X}
	case *plan.AtLeast:
		out := plan.AtLeast{N: x.N, Xs: slices.Clone(x.Xs)}
		return &out, each(out.Xs)
	case *plan.In:
		out := *x
		return &out, []*plan.Expr{&out.X}
	case *plan.IsMissing:
		out := *x
		return &out, []*plan.Expr{&out.X}
	}
	return openedValue(x)
}

func openedValue(x plan.Expr) (plan.Expr, []*plan.Expr) {
	switch x := x.(type) {
	case *plan.Arith:
		out := *x
		return &out, []*plan.Expr{&out.L, &out.R}
	case *plan.Convert:
		out := *x
		return &out, []*plan.Expr{&out.X}
	case *plan.Call:
		out := *x
		out.Args = slices.Clone(x.Args)
		return &out, each(out.Args)
	case *plan.AddDate:
		out := *x
		return &out, []*plan.Expr{&out.X}
	case *plan.Elapsed:
		out := *x
		return &out, []*plan.Expr{&out.From, &out.To}
	case *plan.Part:
		out := *x
		return &out, []*plan.Expr{&out.X}
	case *plan.Case:
		out := *x
		out.Whens = slices.Clone(x.Whens)
		places := []*plan.Expr{&out.Else}
		for i := range out.Whens {
			places = append(places, &out.Whens[i].If, &out.Whens[i].Then)
		}
		return &out, places
	case *plan.Extreme:
		out := plan.Extreme{Last: x.Last, Dates: slices.Clone(x.Dates)}
		return &out, each(out.Dates)
	}
	return x, nil // a leaf
}

func openedSet(s *plan.EventSet) (*plan.EventSet, []*plan.Expr) {
	out := *s
	out.Bounds = slices.Clone(s.Bounds)
	var places []*plan.Expr
	for i := range out.Bounds {
		places = append(places, &out.Bounds[i].At)
	}
	if out.Where != nil {
		places = append(places, &out.Where)
	}
	return &out, places
}

func each(xs []plan.Expr) []*plan.Expr {
	out := make([]*plan.Expr, len(xs))
	for i := range xs {
		out[i] = &xs[i]
	}
	return out
}

// simpler yields expressions that have x's type and are a little simpler: a literal, a part of x, or x with less in it.
func simpler(x plan.Expr) iter.Seq[plan.Expr] {
	return func(yield func(plan.Expr) bool) {
		for _, make := range []func(plan.Expr) []plan.Expr{literals, partsOf, shorter, fewer} {
			for _, y := range make(x) {
				if !yield(y) {
					return
				}
			}
		}
		_, places := opened(x)
		for i, place := range places {
			for y := range simpler(*place) {
				out, places := opened(x)
				*places[i] = y
				if !yield(out) {
					return
				}
			}
		}
	}
}

// literals are what a whole expression may be replaced with.
func literals(x plan.Expr) []plan.Expr {
	if _, already := x.(*plan.Const); already {
		return nil
	}
	constant := func(of catalog.Type, vs ...any) (out []plan.Expr) {
		for _, v := range vs {
			out = append(out, &plan.Const{Of: of, Value: v})
		}
		return out
	}
	switch x.Type().Kind {
	case catalog.Bool:
		return constant(boolType, true, false)
	case catalog.Int:
		return constant(intType, int64(0), int64(1))
	case catalog.Number:
		return constant(numberType, 0.0, 1.5)
	case catalog.DateKind:
		return constant(dateType, days[1])
	}
	return constant(textType, texts[0])
}

// partsOf are the parts of x that can stand in its place. Those of an event set's condition see the event, which x
// may not.
func partsOf(x plan.Expr) []plan.Expr {
	if len(plan.Sets(x)) > 0 {
		return nil
	}
	_, places := opened(x)
	var out []plan.Expr
	for _, p := range places {
		if alike((*p).Type().Kind, x.Type().Kind) {
			out = append(out, *p)
		}
	}
	return out
}

func alike(a, b catalog.Kind) bool {
	text := func(k catalog.Kind) bool { return k == catalog.Code || k == catalog.String }
	return a == b || text(a) && text(b)
}

// shorter are lists without one of their parts.
func shorter(x plan.Expr) (out []plan.Expr) {
	switch x := x.(type) {
	case *plan.And:
		for i := range x.Xs {
			out = append(out, &plan.And{Xs: less(x.Xs, i)})
		}
	case *plan.Or:
		for i := range x.Xs {
			out = append(out, &plan.Or{Xs: less(x.Xs, i)})
		}
	case *plan.AtLeast:
		for i := range x.Xs {
			out = append(out, &plan.AtLeast{N: x.N, Xs: less(x.Xs, i)})
		}
	case *plan.In:
		for i := range x.Values {
			out = append(out, &plan.In{X: x.X, Values: less(x.Values, i)})
		}
	case *plan.InCodes:
		for _, codes := range fewerCodes(x.Codes) {
			out = append(out, &plan.InCodes{X: x.X, Codes: codes})
		}
	case *plan.Case:
		for i := range x.Whens {
			if len(x.Whens) > 1 {
				out = append(out, &plan.Case{Whens: less(x.Whens, i), Else: x.Else, CatchUnknown: x.CatchUnknown, Of: x.Of})
			}
		}
	case *plan.Extreme:
		for i := range x.Dates {
			if len(x.Dates) > 1 {
				out = append(out, &plan.Extreme{Last: x.Last, Dates: less(x.Dates, i)})
			}
		}
	}
	return out
}

func less[T any](xs []T, i int) []T { return slices.Delete(slices.Clone(xs), i, i+1) }

func fewerCodes(c *plan.CodeSet) (out []*plan.CodeSet) {
	for i := range c.Codes {
		out = append(out, &plan.CodeSet{Codes: less(c.Codes, i)})
	}
	return out
}

// fewer are features of event sets that say less.
func fewer(x plan.Expr) (out []plan.Expr) {
	switch x := x.(type) {
	case *plan.Count:
		for _, s := range fewerSets(x.Set) {
			out = append(out, &plan.Count{Set: s, Distinct: x.Distinct})
		}
		if x.Distinct != "" {
			out = append(out, &plan.Count{Set: x.Set})
		}
	case *plan.Pick:
		for _, s := range fewerSets(x.Set) {
			out = append(out, &plan.Pick{Set: s, Which: x.Which, Column: x.Column})
		}
	case *plan.Agg:
		for _, s := range fewerSets(x.Set) {
			out = append(out, &plan.Agg{Fn: x.Fn, Set: s, Column: x.Column})
		}
	}
	return out
}

// fewerSets are s without its condition, a bound, a code, or all mention of codes.
func fewerSets(s *plan.EventSet) (out []*plan.EventSet) {
	with := func(change func(*plan.EventSet)) {
		copied := *s
		change(&copied)
		out = append(out, &copied)
	}
	if s.Where != nil {
		with(func(s *plan.EventSet) { s.Where = nil })
	}
	for i := range s.Bounds {
		with(func(c *plan.EventSet) { c.Bounds = less(s.Bounds, i) })
	}
	if s.Codes != nil {
		with(func(s *plan.EventSet) { s.Codes = nil })
		for _, codes := range fewerCodes(s.Codes) {
			with(func(s *plan.EventSet) { s.Codes = codes })
		}
	}
	if s.Without != nil {
		with(func(s *plan.EventSet) { s.Without = nil })
		for _, codes := range fewerCodes(s.Without) {
			with(func(s *plan.EventSet) { s.Without = codes })
		}
	}
	return out
}

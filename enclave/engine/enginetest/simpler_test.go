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
		out := *x
		var places []*plan.Expr
		if out.Set, places = openedSet(x.Set); x.To != nil {
			places = append(places, &out.To)
		}
		return &out, places
	case *plan.Covered:
		out := *x
		var places []*plan.Expr
		out.Set, places = openedSet(x.Set)
		return &out, append(places, &out.From, &out.To)
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
	case *plan.End:
		out := *x
		return &out, nil
	case *plan.InCohort:
		out := *x
		return &out, nil
	case *plan.IndexOf:
		out := *x
		return &out, nil
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
	case *plan.Day:
		out := *x
		return &out, []*plan.Expr{&out.X}
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
	out.Union = slices.Clone(s.Union)
	for i, m := range s.Union {
		opened, more := openedSet(m)
		out.Union[i], places = opened, append(places, more...)
	}
	if s.Episodes != nil {
		opened, more := openedSet(s.Episodes)
		out.Episodes, places = opened, append(places, more...)
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
		return constant(dateType, days[1], days[len(days)-1])
	case catalog.TimeKind:
		return constant(timeType, moments[1])
	}
	return constant(textType, texts[0])
}

// partsOf are the parts of x that can stand in its place, also those two levels below. A part of an event set's condition
// sees the event, which x does not: it can when it is not about that.
func partsOf(x plan.Expr) []plan.Expr {
	var out []plan.Expr
	for _, part := range plainParts(x) {
		for _, y := range append(plainParts(part), part) {
			if alike(y.Type().Kind, x.Type().Kind) {
				out = append(out, y)
			}
		}
	}
	return out
}

// plainParts are the parts of x that mean the same where x stands.
func plainParts(x plan.Expr) []plan.Expr {
	out := plan.Parts(x)
	for _, s := range plan.Sets(x) {
		for _, b := range s.Bounds {
			if e, end := b.At.(*plan.End); !end || !e.Open {
				out = append(out, b.At)
			}
		}
		if s.Where != nil && !plan.OfEvent(s.Where) {
			out = append(out, s.Where)
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
			copied := *x
			copied.Set = s
			out = append(out, &copied)
		}
		if x.Which != plan.First {
			out = append(out, &plan.Pick{Which: plan.First, Set: x.Set, Column: x.Column})
		}
	case *plan.Covered:
		for _, s := range fewerSets(x.Set) {
			out = append(out, &plan.Covered{Set: s, From: x.From, To: x.To})
		}
	case *plan.Agg:
		for _, s := range fewerSets(x.Set) {
			out = append(out, &plan.Agg{Fn: x.Fn, Set: s, Column: x.Column})
		}
	}
	return slices.DeleteFunc(out, func(x plan.Expr) bool { return !sound(x) })
}

// sound tells whether the sets of x have the columns that are asked of them.
func sound(x plan.Expr) bool {
	has := func(s *plan.EventSet, c *catalog.Column) bool {
		have, ok := s.Source.Column(c.Name)
		return ok && have.Type == c.Type
	}
	switch x := x.(type) {
	case *plan.Pick:
		return has(x.Set, x.Column) && soundSet(x.Set) && (x.Which == plan.First || x.Which == plan.Last || x.Which == plan.Nth || x.Set.Source.Timed) &&
			(x.To == nil || x.To.Type().Kind == catalog.DateKind || x.Set.Source.Minutes)
	case *plan.Agg:
		return has(x.Set, x.Column) && soundSet(x.Set)
	case *plan.Count:
		return soundSet(x.Set)
	case *plan.Covered:
		return soundSet(x.Set)
	}
	return true
}

// soundSet tells whether a set has the columns that its own condition names.
func soundSet(s *plan.EventSet) bool {
	for _, m := range s.Members() {
		if !soundSet(m) {
			return false
		}
	}
	for _, b := range s.Bounds {
		if b.At.Type().Kind == catalog.TimeKind && !s.Source.Minutes {
			return false
		}
	}
	return s.Where == nil || soundAbout(s.Where, s.Source)
}

// soundAbout tells whether source has the columns that x names of the event.
func soundAbout(x plan.Expr, source *catalog.Source) bool {
	switch x := x.(type) {
	case *plan.Field:
		c, ok := source.Column(x.Column.Name)
		return ok && c.Type == x.Column.Type
	case *plan.End:
		c, ok := source.Column(catalog.End)
		return ok && c.Type == x.Column.Type
	}
	for _, set := range plan.Sets(x) {
		for _, s := range set.All() {
			for _, b := range s.Bounds {
				if !soundAbout(b.At, source) {
					return false
				}
			}
		}
	}
	return !slices.ContainsFunc(plan.Parts(x), func(x plan.Expr) bool { return !soundAbout(x, source) })
}

// fewerMembers are s made of less, or as it were not made of others.
func fewerMembers(s *plan.EventSet) (out []*plan.EventSet) {
	as := func(made *plan.EventSet) {
		made.Codes, made.Without, made.Where, made.Bounds, made.Apart = s.Codes, s.Without, s.Where, s.Bounds, s.Apart
		out = append(out, made)
	}
	for _, m := range s.Members() {
		out = append(out, m)
		as(&plan.EventSet{Source: m.Source, Union: m.Union, Episodes: m.Episodes, Gap: m.Gap})
	}
	for i, m := range s.Union {
		if len(s.Union) > 1 {
			as(plan.Union(less(s.Union, i)))
		}
		for _, smaller := range fewerSets(m) {
			members := slices.Clone(s.Union)
			members[i] = smaller
			as(plan.Union(members))
		}
	}
	if s.Episodes != nil {
		for _, smaller := range fewerSets(s.Episodes) {
			as(plan.Episodes(smaller, s.Gap))
		}
	}
	return out
}

// fewerSets are s made of less, and without its condition, a bound, a code, or all mention of codes.
func fewerSets(s *plan.EventSet) (out []*plan.EventSet) {
	with := func(change func(*plan.EventSet)) {
		copied := *s
		change(&copied)
		out = append(out, &copied)
	}
	out = append(out, fewerMembers(s)...)
	if s.Apart != (plan.Span{}) {
		with(func(s *plan.EventSet) { s.Apart = plan.Span{} })
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

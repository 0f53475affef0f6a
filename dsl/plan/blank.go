package plan

import (
	"math"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// TakesBlank reports whether a person about whom nothing is recorded would be a member: then the cohort is
// not what its text says, and its complement can be counted (LANGUAGE, Meaning 3).
//
// others are the cohorts that c may name, by position.
func (c *Cohort) TakesBlank(others []*Cohort) bool {
	return blank{others: others, entries: map[int]entry{}}.enter(c).in
}

// enter asks whether the blank person enters c.
func (b blank) enter(c *Cohort) entry {
	if b.index = b.value(c.Index); b.index == nil {
		return entry{}
	}
	out := slices.ContainsFunc(c.Rules, func(r *Rule) bool { return (b.value(r.Cond) == true) == r.Exclude })
	return entry{b.index, !out}
}

// other asks, once, whether the blank person enters another cohort.
func (b blank) other(at int) entry {
	e, ok := b.entries[at]
	if !ok {
		e = blank{others: b.others, entries: b.entries}.enter(b.others[at])
		b.entries[at] = e
	}
	return e
}

// blank is a person without attributes and events, and the index date that such a person has.
type blank struct {
	index   any
	others  []*Cohort
	entries map[int]entry // of others, as far as asked
}

// entry is the index date in a cohort, and whether the person is a member.
type entry struct {
	index any
	in    bool
}

// value evaluates x for the blank person: a bool, float64, string or date; nil is missing or unknown.
func (b blank) value(x Expr) any {
	switch x := x.(type) {
	case *Const:
		return plain(x.Value)
	case *Index:
		return b.index
	case *InCohort:
		return b.other(x.Cohort).in
	case *Count:
		return 0.0
	case *Compare:
		return compare(x.Op, b.value(x.L), b.value(x.R))
	case *And:
		return b.junction(x.Xs, false)
	case *Or:
		return b.junction(x.Xs, true)
	case *Not:
		if v, ok := b.value(x.X).(bool); ok {
			return !v
		}
		return nil
	case *AtLeast:
		return b.atLeast(x)
	case *In:
		return b.in(x)
	case *IsMissing:
		return b.value(x.X) == nil
	}
	return b.more(x)
}

// more evaluates what is no condition. Attributes, events and what is picked from them are missing.
func (b blank) more(x Expr) any {
	switch x := x.(type) {
	case *IndexOf:
		if e := b.other(x.Cohort); e.in {
			return e.index
		}
	case *Covered:
		if b.value(x.From) != nil && b.value(x.To) != nil {
			return 0.0
		}
	case *Arith:
		return b.number(func(v []float64) float64 { return arith(x.Op, v[0], v[1]) }, x.L, x.R)
	case *Convert:
		return b.number(func(v []float64) float64 { return v[0]*x.Factor + x.Offset }, x.X)
	case *Call:
		return b.number(func(v []float64) float64 { return call(x.Fn, v) }, x.Args...)
	case *AddDate:
		switch v := b.value(x.X).(type) {
		case catalog.Date:
			return shift(v, x.N, x.Unit)
		case catalog.Moment:
			return shiftMoment(v, x.N, x.Unit)
		}
	case *Day:
		switch v := b.value(x.X).(type) {
		case catalog.Date:
			return v
		case catalog.Moment:
			return v.Day()
		}
	case *Elapsed:
		return b.elapsed(x)
	case *Part:
		if d, ok := b.value(x.X).(catalog.Date); ok {
			y, m := d.Time().Year(), int(d.Time().Month())
			return float64(map[string]int{"year": y, "quarter": (m + 2) / 3, "month": m}[x.Which])
		}
	case *Case:
		return b.choice(x)
	case *Extreme:
		return b.extreme(x)
	}
	return nil
}

// plain makes one type of all numbers.
func plain(v any) any {
	if n, ok := v.(int64); ok {
		return float64(n)
	}
	return v
}

func compare(op string, l, r any) any {
	order := 0
	switch l := l.(type) {
	case float64:
		r, ok := r.(float64)
		if !ok {
			return nil
		}
		order = cmpOf(l, r)
	case catalog.Date:
		r, ok := r.(catalog.Date)
		if !ok {
			return nil
		}
		order = cmpOf(l, r)
	case catalog.Moment:
		r, ok := r.(catalog.Moment)
		if !ok {
			return nil
		}
		order = cmpOf(l, r)
	default:
		if l == nil || r == nil {
			return nil
		}
		return (l == r) == (op == "=")
	}
	return map[string]bool{"=": order == 0, "!=": order != 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[op]
}

func cmpOf[T float64 | catalog.Date | catalog.Moment](l, r T) int {
	switch {
	case l < r:
		return -1
	case l > r:
		return 1
	}
	return 0
}

// junction is a conjunction, which false decides, or a disjunction, which true decides.
func (b blank) junction(xs []Expr, decides bool) any {
	var out any = !decides
	for _, x := range xs {
		switch b.value(x) {
		case decides:
			return decides
		case nil:
			out = nil
		}
	}
	return out
}

func (b blank) atLeast(x *AtLeast) any {
	yes, unknown := 0, 0
	for _, y := range x.Xs {
		switch b.value(y) {
		case true:
			yes++
		case nil:
			unknown++
		}
	}
	switch {
	case yes >= x.N:
		return true
	case yes+unknown < x.N:
		return false
	}
	return nil
}

func (b blank) in(x *In) any {
	v := b.value(x.X)
	if v == nil && len(x.Values) > 0 {
		return nil
	}
	return slices.ContainsFunc(x.Values, func(k *Const) bool { return plain(k.Value) == v })
}

// number applies f to numbers. What is missing, or no number, is missing.
func (b blank) number(f func([]float64) float64, xs ...Expr) any {
	var vs []float64
	for _, x := range xs {
		v, ok := b.value(x).(float64)
		if !ok {
			return nil
		}
		vs = append(vs, v)
	}
	if v := f(vs); !math.IsNaN(v) && !math.IsInf(v, 0) {
		return v
	}
	return nil
}

func arith(op string, l, r float64) float64 {
	switch op {
	case "+":
		return l + r
	case "-":
		return l - r
	case "*":
		return l * r
	}
	return l / r
}

func call(fn string, vs []float64) float64 {
	switch fn {
	case "abs":
		return math.Abs(vs[0])
	case "round":
		return math.Round(vs[0])
	case "floor":
		return math.Floor(vs[0])
	case "least":
		return slices.Min(vs)
	}
	return slices.Max(vs)
}

// elapsed counts completed units.
func (b blank) elapsed(x *Elapsed) any {
	if from, ok := b.value(x.From).(catalog.Moment); ok {
		to, ok := b.value(x.To).(catalog.Moment)
		if !ok {
			return nil
		}
		return float64(int64(to-from) / map[string]int64{"hours": 60, "minutes": 1}[x.Unit])
	}
	from, okFrom := b.value(x.From).(catalog.Date)
	to, okTo := b.value(x.To).(catalog.Date)
	if !okFrom || !okTo {
		return nil
	}
	if to < from {
		n, _ := blank{}.elapsed(&Elapsed{x.Unit, DateConst(to), DateConst(from)}).(float64)
		return -n
	}
	days := int(to - from)
	months := 12*(to.Time().Year()-from.Time().Year()) + int(to.Time().Month()) - int(from.Time().Month())
	if from.AddMonths(months) > to {
		months--
	}
	return float64(map[string]int{"days": days, "weeks": days / 7, "months": months, "years": months / 12}[x.Unit])
}

// choice is the first branch that holds; without CatchUnknown an unknown condition leaves no otherwise.
func (b blank) choice(x *Case) any {
	unknown := false
	for _, w := range x.Whens {
		switch b.value(w.If) {
		case true:
			return b.value(w.Then)
		case nil:
			unknown = true
		}
	}
	if unknown && !x.CatchUnknown {
		return nil
	}
	return b.value(x.Else)
}

func (b blank) extreme(x *Extreme) any {
	var out any
	for _, d := range x.Dates {
		v := b.value(d)
		if v != nil && (out == nil || compare(map[bool]string{false: "<", true: ">"}[x.Last], v, out) == true) {
			out = v
		}
	}
	return out
}

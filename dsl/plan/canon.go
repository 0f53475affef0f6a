package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// canonical returns an expression of the same meaning in canonical form. It is idempotent.
func canonical(x Expr) Expr {
	x = mapChildren(x, canonical)
	switch x := x.(type) {
	case *Not:
		return negate(x.X)
	case *And:
		return junction(x.Xs, true)
	case *Or:
		return junction(x.Xs, false)
	case *AtLeast:
		return canonAtLeast(x)
	case *Compare:
		return canonCompare(x)
	case *In:
		return canonIn(x)
	case *IsMissing:
		if neverMissing(x.X) {
			return False()
		}
	case *Convert:
		if c, ok := x.X.(*Const); ok {
			if v, ok := c.Value.(float64); ok {
				return &Const{x.Of, v*x.Factor + x.Offset}
			}
		}
	case *Arith:
		return canonArith(x)
	case *AddDate:
		return canonAddDate(x)
	case *Day:
		return canonDay(x)
	}
	return x
}

// canonDay knows that the day of a day is that day.
func canonDay(x *Day) Expr {
	if c, ok := x.X.(*Const); ok {
		if m, ok := c.Value.(catalog.Moment); ok {
			return DateConst(m.Day())
		}
	}
	if x.X.Type().Kind == catalog.DateKind {
		return x.X
	}
	return x
}

// canonArith calculates with literals. What is missing, or too large to be exact, stays as it is.
func canonArith(x *Arith) Expr {
	l, okL := x.L.(*Const)
	r, okR := x.R.(*Const)
	if !okL || !okR {
		return x
	}
	const exact = 1 << 53
	v, ok := (blank{}).value(x).(float64)
	switch {
	case !ok || math.Abs(v) >= exact || l.Value == nil || r.Value == nil:
		return x
	case x.Of.Unit == "" && v == math.Trunc(v):
		return IntConst(int64(v))
	}
	return &Const{x.Of, v}
}

// canonical returns a copy of s with canonical parts.
func (s *EventSet) canonical() *EventSet {
	out := *s
	out.Union = make([]*EventSet, len(s.Union))
	for i, m := range s.Union {
		out.Union[i] = m.canonical()
	}
	slices.SortFunc(out.Union, func(a, b *EventSet) int { return cmp.Compare(a.String(), b.String()) })
	out.Union = slices.CompactFunc(out.Union, func(a, b *EventSet) bool { return a.simple() && a.String() == b.String() })
	if s.Episodes != nil {
		out.Episodes = s.Episodes.canonical()
	}
	if s.Where != nil {
		if out.Where = canonical(s.Where); isTrue(out.Where) {
			out.Where = nil
		}
	}
	out.Bounds = make([]Bound, len(s.Bounds))
	for i, b := range s.Bounds {
		out.Bounds[i] = canonBound(Bound{b.Column, b.Op, canonical(b.At)})
	}
	key := func(b Bound) string { return b.Column + b.Op + String(b.At) }
	slices.SortFunc(out.Bounds, func(a, b Bound) int { return cmp.Compare(key(a), key(b)) })
	out.Bounds = slices.CompactFunc(out.Bounds, func(a, b Bound) bool { return key(a) == key(b) })
	return &out
}

func isTrue(x Expr) bool {
	c, ok := x.(*Const)
	return ok && c.Value == true
}

// simple reports whether the rows of s are those of a source, each once.
func (s *EventSet) simple() bool { return !s.Derived() && s.Apart == (Span{}) }

// mapChildren rebuilds x with f applied to each direct part.
func mapChildren(x Expr, f func(Expr) Expr) Expr {
	all := func(xs []Expr) []Expr {
		out := make([]Expr, len(xs))
		for i, x := range xs {
			out[i] = f(x)
		}
		return out
	}
	switch x := x.(type) {
	case *Count:
		return &Count{x.Set.canonical(), x.Distinct}
	case *Pick:
		out := *x
		out.Set = x.Set.canonical()
		if x.To != nil {
			out.To = f(x.To)
		}
		return &out
	case *Agg:
		return &Agg{x.Fn, x.Set.canonical(), x.Column}
	case *Covered:
		return &Covered{x.Set.canonical(), f(x.From), f(x.To)}
	case *Compare:
		return &Compare{x.Op, f(x.L), f(x.R)}
	case *And:
		return &And{all(x.Xs)}
	case *Or:
		return &Or{all(x.Xs)}
	case *Not:
		return &Not{f(x.X)}
	case *AtLeast:
		return &AtLeast{x.N, all(x.Xs)}
	case *In:
		return &In{f(x.X), x.Values}
	case *InCodes:
		return &InCodes{f(x.X), x.Codes}
	case *IsMissing:
		return &IsMissing{f(x.X)}
	case *Arith:
		return &Arith{x.Op, f(x.L), f(x.R), x.Of}
	case *Convert:
		return &Convert{f(x.X), x.Factor, x.Offset, x.Of}
	case *Call:
		return &Call{x.Fn, all(x.Args), x.Of}
	case *AddDate:
		return &AddDate{f(x.X), x.N, x.Unit}
	case *Elapsed:
		return &Elapsed{x.Unit, f(x.From), f(x.To)}
	case *Day:
		return &Day{f(x.X)}
	case *Part:
		return &Part{x.Which, f(x.X)}
	case *Case:
		whens := make([]When, len(x.Whens))
		for i, w := range x.Whens {
			whens[i] = When{f(w.If), f(w.Then)}
		}
		return &Case{whens, f(x.Else), x.CatchUnknown, x.Of}
	case *Extreme:
		return &Extreme{x.Last, all(x.Dates)}
	}
	return x
}

var opposite = map[string]string{"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
var mirrored = map[string]string{"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

// negate pushes a negation into x, which is canonical. Kleene's not keeps unknown, and so does each step.
func negate(x Expr) Expr {
	switch x := x.(type) {
	case *Const:
		if v, ok := x.Value.(bool); ok {
			return &Const{boolType, !v}
		}
		return x
	case *Not:
		return x.X
	case *Compare:
		return canonCompare(&Compare{opposite[x.Op], x.L, x.R})
	case *And:
		return junction(negateAll(x.Xs), false)
	case *Or:
		return junction(negateAll(x.Xs), true)
	}
	return &Not{x}
}

func negateAll(xs []Expr) []Expr {
	out := make([]Expr, len(xs))
	for i, x := range xs {
		out[i] = negate(x)
	}
	return out
}

// junction flattens, sorts and shortens a conjunction or a disjunction of canonical parts.
func junction(xs []Expr, and bool) Expr {
	var flat []Expr
	for _, x := range xs {
		if c, ok := x.(*Const); ok && c.Value == and {
			continue // neutral
		} else if ok && c.Value == !and {
			return c // decides
		}
		switch x := x.(type) {
		case *And:
			if and {
				flat = append(flat, x.Xs...)
				continue
			}
		case *Or:
			if !and {
				flat = append(flat, x.Xs...)
				continue
			}
		}
		flat = append(flat, x)
	}
	ks := sorted(flat, true)
	if decidedByOpposites(ks) {
		return &Const{boolType, !and}
	}
	flat = exprs(ks)
	switch {
	case len(flat) == 0:
		return &Const{boolType, and}
	case len(flat) == 1:
		return flat[0]
	case and:
		return &And{flat}
	}
	return &Or{flat}
}

// keyed is an expression and its text, of which there is as much as was asked for.
type keyed struct {
	x     Expr
	n     node
	begin string // the first bytes of the text
	all   string
}

func key(x Expr) keyed {
	n := exprNode(x)
	return keyed{x: x, n: n, begin: n.begin()}
}

// text is the whole text, which can be long: a set of codes has thousands.
func (k *keyed) text() string {
	if k.all == "" {
		k.all = k.n.flat()
	}
	return k.all
}

func (k *keyed) compare(l *keyed) int {
	if n := cmp.Compare(k.begin, l.begin); n != 0 {
		return n
	}
	return cmp.Compare(k.text(), l.text())
}

// sorted orders expressions by their text; alike ones are there once where so asked.
func sorted(xs []Expr, once bool) []*keyed {
	ks := make([]*keyed, len(xs))
	for i, x := range xs {
		k := key(x)
		ks[i] = &k
	}
	slices.SortStableFunc(ks, (*keyed).compare)
	if once {
		ks = slices.CompactFunc(ks, func(a, b *keyed) bool { return a.compare(b) == 0 })
	}
	return ks
}

func exprs(ks []*keyed) []Expr {
	out := make([]Expr, len(ks))
	for i, k := range ks {
		out[i] = k.x
	}
	return out
}

// decidedByOpposites reports whether there is a condition and its negation, neither ever unknown. They are sorted.
func decidedByOpposites(ks []*keyed) bool {
	if len(ks) < 2 {
		return false
	}
	return slices.ContainsFunc(ks, func(k *keyed) bool {
		if !neverMissing(k.x) {
			return false
		}
		opposite := key(negate(k.x))
		_, found := slices.BinarySearchFunc(ks, &opposite, (*keyed).compare)
		return found
	})
}

// neverMissing reports whether x has a value for every person.
func neverMissing(x Expr) bool {
	switch x := x.(type) {
	case *Const:
		return x.Value != nil
	case *Count, *IsMissing, *Index, *InCohort, *End:
		return true
	case *Covered:
		return neverMissing(x.From) && neverMissing(x.To)
	case *Day:
		return neverMissing(x.X)
	case *Compare:
		return neverMissing(x.L) && neverMissing(x.R)
	case *And:
		return !slices.ContainsFunc(x.Xs, func(x Expr) bool { return !neverMissing(x) })
	case *Or:
		return !slices.ContainsFunc(x.Xs, func(x Expr) bool { return !neverMissing(x) })
	case *Not:
		return neverMissing(x.X)
	case *AddDate:
		return neverMissing(x.X)
	case *Case:
		return neverMissing(x.Else) && !slices.ContainsFunc(x.Whens, func(w When) bool {
			return !neverMissing(w.Then) || !x.CatchUnknown && !neverMissing(w.If)
		})
	}
	return false
}

func canonAtLeast(x *AtLeast) Expr {
	switch {
	case x.N <= 0:
		return True()
	case x.N > len(x.Xs):
		return False()
	case x.N == 1:
		return junction(x.Xs, false)
	case x.N == len(x.Xs):
		return junction(x.Xs, true)
	}
	return &AtLeast{x.N, exprs(sorted(x.Xs, false))}
}

func canonIn(x *In) Expr {
	vs := slices.Clone(x.Values)
	slices.SortFunc(vs, func(a, b *Const) int { return cmp.Compare(String(a), String(b)) })
	vs = slices.CompactFunc(vs, func(a, b *Const) bool { return String(a) == String(b) })
	switch len(vs) {
	case 0:
		return False()
	case 1:
		return canonCompare(&Compare{"=", x.X, vs[0]})
	}
	return &In{x.X, vs}
}

// canonCompare decides a comparison of literals, puts the literal on the right, and writes whole numbers and days
// with >= and <.
func canonCompare(x *Compare) Expr {
	l, constant := x.L.(*Const)
	r, also := x.R.(*Const)
	if constant && also {
		if v, ok := compare(x.Op, plain(l.Value), plain(r.Value)).(bool); ok {
			return &Const{boolType, v}
		}
	}
	if constant && !also || constant == also && String(x.L) > String(x.R) {
		x = &Compare{mirrored[x.Op], x.R, x.L}
	}
	c, ok := x.R.(*Const)
	if !ok {
		return x
	}
	op, v := x.Op, c.Value
	switch n := v.(type) {
	case int64:
		if x.L.Type().Kind == catalog.Int && n < math.MaxInt64 {
			op, v = wholeBound(op, n)
		}
		if _, count := x.L.(*Count); count {
			return canonCount(op, x.L, v.(int64))
		}
	case float64:
		if whole, ok := wholeAbove(n); ok && x.L.Type().Kind == catalog.Int && op != "=" && op != "!=" {
			return canonCompare(&Compare{map[string]string{">": ">=", ">=": ">=", "<": "<", "<=": "<"}[op], x.L, whole})
		}
	case catalog.Date:
		op, v = wholeBound(op, n)
	case bool:
		if n == (op == "=") {
			return x.L
		}
		return negate(x.L)
	}
	return &Compare{op, x.L, &Const{c.Of, v}}
}

// canonCount knows that a count is never below 0.
func canonCount(op string, count Expr, n int64) Expr {
	switch {
	case n < 0 && (op == "=" || op == "<"), n == 0 && op == "<":
		return False()
	case n < 0 && op != "=", n == 0 && op == ">=":
		return True()
	case n == 0 && op == "=":
		op, n = "<", 1
	case n == 0 && op == "!=":
		op, n = ">=", 1
	}
	return &Compare{op, count, IntConst(n)}
}

// wholeAbove is the least whole number above n, which has a fraction: a whole number is above both or below both.
func wholeAbove(n float64) (*Const, bool) {
	const exact = 1 << 53
	if n == math.Trunc(n) || !(math.Abs(n) < exact) {
		return nil, false
	}
	return IntConst(int64(math.Ceil(n))), true
}

// wholeBound writes > n as >= n+1 and <= n as < n+1.
func wholeBound[T int64 | catalog.Date](op string, n T) (string, any) {
	switch op {
	case ">":
		return ">=", n + 1
	case "<=":
		return "<", n + 1
	}
	return op, n
}

func canonAddDate(x *AddDate) Expr {
	if x.N == 0 {
		return x.X
	}
	if c, ok := x.X.(*Const); ok {
		if d, ok := c.Value.(catalog.Date); ok {
			return DateConst(shift(d, x.N, x.Unit))
		}
		if m, ok := c.Value.(catalog.Moment); ok {
			return &Const{c.Of, shiftMoment(m, x.N, x.Unit)}
		}
	}
	if in, ok := x.X.(*AddDate); ok && in.Unit == "days" && x.Unit == "days" {
		return canonAddDate(&AddDate{in.X, in.N + x.N, "days"})
	}
	return x
}

// shift moves a day by days or months.
func shift(d catalog.Date, n int, unit string) catalog.Date {
	if unit == "months" {
		return d.AddMonths(n)
	}
	return d + catalog.Date(n)
}

// shiftMoment moves a date-time; by days and months the time of day stays.
func shiftMoment(m catalog.Moment, n int, unit string) catalog.Moment {
	if unit == "minutes" {
		return m + catalog.Moment(n)
	}
	const day = 24 * 60
	return m + catalog.Moment(shift(m.Day(), n, unit)-m.Day())*day
}

// canonBound writes b with >= and <, days counted into the date, but "> X" and "<= X" for a plain X.
func canonBound(b Bound) Bound {
	if b.At.Type().Kind != catalog.DateKind {
		return b // minutes have no next day
	}
	base, n := b.At, 0
	if a, ok := b.At.(*AddDate); ok && a.Unit == "days" {
		base, n = a.X, a.N
	}
	switch b.Op {
	case ">":
		b.Op, n = ">=", n+1
	case "<=":
		b.Op, n = "<", n+1
	}
	if _, fixed := base.(*Const); !fixed && n == 1 {
		return Bound{b.Column, map[string]string{">=": ">", "<": "<="}[b.Op], base}
	}
	b.At = canonAddDate(&AddDate{base, n, "days"})
	return b
}

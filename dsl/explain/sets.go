package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// shown is how many labels of a code set are told.
const shown = 3

// set says which events are meant, in the plural: "records of …". What comes behind is not taken for a part of it.
func (w *writer) set(s *plan.EventSet) string { return w.events(s, false) }

// events is set; last says that nothing comes behind.
func (w *writer) events(s *plan.EventSet, last bool) string {
	out := w.rows(s)
	if s.Codes != nil {
		out = w.say("set.codes", out, w.codes(s.Codes))
	}
	if s.Without != nil {
		out = w.say("set.without", out, w.counted("codes", len(s.Without.Codes)))
	}
	out = w.bounds(out, s)
	if s.Where != nil {
		out = w.where(out, s, last)
	}
	if s.Apart != (plan.Span{}) {
		out = w.say("set.apart", out, w.length(s.Apart.N, s.Apart.Unit))
	}
	return out
}

// where adds the condition of the events. A record is named with a letter when there are other records in its condition,
// or when it is itself in the condition of a named one: "its" could be either's.
func (w *writer) where(out string, s *plan.EventSet, last bool) string {
	around := w.record
	defer func() { w.record = around }()
	if around != "" || has(s.Where, func(*plan.EventSet) bool { return true }) {
		w.record = w.letter()
	}
	cond := w.cond(s.Where)
	whole, list := !last || s.Apart != (plan.Span{}), false
	switch x := s.Where.(type) {
	case *plan.And:
		whole, list = true, !inline(x.Xs)
	case *plan.Or:
		whole, list = true, !inline(x.Xs)
	case *plan.AtLeast:
		list = true
	}
	if whole && !list { // a list has brackets
		cond = bracketed(cond)
	}
	if w.record != "" {
		return w.say("set.where.named", out, cond, w.record)
	}
	return w.say("set.where", out, cond)
}

// letter is the next name for a record: A, B, …
func (w *writer) letter() string {
	n := w.letters
	w.letters++
	if n < 26 {
		return string(rune('A' + n))
	}
	return fmt.Sprintf("%c%d", 'A'+n%26, n/26+1)
}

// bounds says the time of the events; inside a condition, bounds are about the record around the set. Those of one column together. Events that cannot have an end end when they start.
func (w *writer) bounds(out string, s *plan.EventSet) string {
	and := ""
	for _, column := range []string{"start", "end", "open-end"} {
		var own []limit
		for _, b := range s.Bounds {
			if b.Column == column || !s.Source.End && column == "start" {
				own = append(own, limitOf(b.Op, b.At))
			}
		}
		if len(own) > 0 && (s.Source.End || column == "start") {
			out = w.say("bound."+column+and, out, w.time(own))
			and = ".and"
		}
	}
	return out
}

// limit is one bound: base moved by n units.
type limit struct {
	op   string
	at   plan.Expr
	base string // canonical text, without the move
	n    int
	unit string
}

// limitOf reads a bound. The canonical form does not tell "on or before a day" from "before the day after": it is said as
// the first, as it is mostly written, unless the second names a day that is not moved.
func limitOf(op string, at plan.Expr) limit {
	l := limit{op: op, at: at, base: plan.String(at)}
	if c, ok := at.(*plan.Const); ok {
		if day, ok := c.Value.(catalog.Date); ok && op == "<" {
			l.op, l.at = "<=", plan.DateConst(day-1)
		}
		return l
	}
	moved, ok := at.(*plan.AddDate)
	if !ok {
		return l
	}
	l.n, l.unit, l.base = moved.N, moved.Unit, plan.String(moved.X)
	if l.unit != "days" || at.Type().Kind != catalog.DateKind {
		return l
	}
	switch op {
	case "<":
		l.op, l.n = "<=", l.n-1
	case ">":
		l.op, l.n = ">=", l.n+1
	}
	if l.at = moved.X; l.n != 0 {
		l.at = &plan.AddDate{X: moved.X, N: l.n, Unit: l.unit}
	}
	return l
}

// time says bounds as they are mostly written: within, between, from and to; or one after the other.
func (w *writer) time(ls []limit) string {
	slices.SortStableFunc(ls, func(a, b limit) int { return strings.Compare(b.op[:1], a.op[:1]) }) // lower ones first
	if len(ls) == 2 && ls[0].op[0] == '>' && ls[1].op[0] == '<' {
		if said := w.interval(ls[0], ls[1]); said != "" {
			return said
		}
	}
	parts := make([]string, len(ls))
	for i, l := range ls {
		parts[i] = w.say("time "+l.op, w.value(l.at))
	}
	return w.list("list.and", parts)
}

func (w *writer) interval(low, high limit) string {
	closed := low.op == ">=" && high.op == "<="
	if low.base != high.base || low.unit != high.unit && low.n != 0 && high.n != 0 {
		if closed {
			return w.say("time.from", w.value(low.at), w.value(high.at))
		}
		return ""
	}
	unit := low.unit
	if low.n == 0 {
		unit = high.unit
	}
	base := baseOf(low.at)
	long := func(n int) string { return w.length(n, unit) }
	switch {
	case closed && low.n == high.n:
		return w.say("time.on", w.value(low.at))
	case closed && low.n > high.n: // no time at all: said as it is written
		return w.say("time.from", w.value(low.at), w.value(high.at))
	case low.op == ">=" && low.n < 0 && high.op == "<" && high.n == 0:
		return w.say("time.before", long(-low.n), w.value(base))
	case low.op == ">" && low.n == 0 && high.op == "<=" && high.n > 0:
		return w.say("time.after", long(high.n), w.value(base))
	case closed && low.n == -high.n:
		return w.say("time.of", long(high.n), w.value(base))
	case closed && low.n > 0:
		return w.say("time.between.after", long(low.n), long(high.n), w.value(base))
	case closed && high.n < 0:
		return w.say("time.between.before", long(-high.n), long(-low.n), w.value(base))
	case closed:
		return w.say("time.from", w.value(low.at), w.value(high.at))
	}
	return ""
}

func baseOf(x plan.Expr) plan.Expr {
	if moved, ok := x.(*plan.AddDate); ok {
		return moved.X
	}
	return x
}

func (w *writer) rows(s *plan.EventSet) string {
	switch {
	case s.Episodes != nil:
		return w.say("set.episodes", w.set(s.Episodes), w.length(s.Gap.N, s.Gap.Unit))
	case len(s.Union) > 0:
		members := make([]string, len(s.Union))
		for i, m := range s.Union {
			members[i] = w.set(m)
		}
		return w.say("set.union", strings.Join(members, "; "))
	case s.Source.Name == "observation":
		return w.say("set.observation")
	}
	return w.say("set.source", s.Source.Name)
}

// codes names a code set: its codes are counted and told the first time.
func (w *writer) codes(c *plan.CodeSet) string {
	key := c.Name + "\n" + strings.Join(c.Codes, "\n")
	if c.Name != "" && w.named[key] {
		return w.quoted(c.Name)
	}
	w.named[key] = true
	labels := make([]string, 0, shown)
	for i, code := range c.Codes {
		if i == shown {
			labels = append(labels, "…")
			break
		}
		label := code
		if w.vocabulary != nil && w.vocabulary.Known(code) {
			label = fmt.Sprintf("%s %s", code, w.vocabulary.Label(code))
		}
		labels = append(labels, label)
	}
	what := w.counted("codes", len(c.Codes))
	if len(labels) > 0 {
		what += ": " + strings.Join(labels, "; ")
	}
	if c.Name == "" {
		return w.say("codes.unnamed", what)
	}
	return w.say("codes.named", w.quoted(c.Name), what)
}

// length says a length of time; whole years are years.
func (w *writer) length(n int, unit string) string {
	if unit == "months" && n != 0 && n%12 == 0 {
		return w.counted("years", n/12)
	}
	return w.counted(unit, n)
}

// event says one of the events of a set: "the first of …".
func (w *writer) event(p *plan.Pick) string {
	set := w.set(p.Set)
	switch p.Which {
	case plan.Nth:
		return w.say("pick.nth", fmt.Sprint(p.N), set)
	case plan.Nearest:
		return w.say("pick.nearest", w.value(p.To), set)
	}
	return w.say("pick."+string(p.Which), set)
}

func (w *writer) pick(p *plan.Pick) string {
	if p.Column.Name == catalog.Start && p.Column.Type.Kind == catalog.DateKind {
		return w.say("pick.day", w.event(p))
	}
	return w.say("pick", w.column(p.Column), w.event(p))
}

// column names a column; the built-in ones have words of their own.
func (w *writer) column(c *catalog.Column) string {
	switch c.Name {
	case catalog.Start, catalog.End, catalog.CodeOf, catalog.Value:
		return w.say("column." + c.Name)
	}
	return w.say("column", c.Name)
}

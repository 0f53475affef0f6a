package explain

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// shown is how many labels of a code set are told.
const shown = 3

// set says which events are meant, in the plural: "records of …".
func (w *writer) set(s *plan.EventSet) string {
	out := w.rows(s)
	if s.Codes != nil {
		out = w.say("set.codes", out, w.codes(s.Codes))
	}
	if s.Without != nil {
		out = w.say("set.without", out, w.counted("codes", len(s.Without.Codes)))
	}
	for _, b := range s.Bounds {
		out = w.say("bound "+b.Column+" "+b.Op, out, w.value(b.At))
	}
	if s.Where != nil {
		out = w.say("set.where", out, w.cond(s.Where))
	}
	if s.Apart != (plan.Span{}) {
		out = w.say("set.apart", out, w.length(s.Apart.N, s.Apart.Unit))
	}
	return out
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
	if p.Column.Name == catalog.Start {
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

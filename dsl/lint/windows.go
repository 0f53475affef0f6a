package lint

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// end is one end of a time: a day, or days from a date.
type end struct {
	base   string
	low    int // in days, the least that it can be: a month has 28 to 31
	high   int
	strict bool
	at     plan.Expr
}

// endOf reads the date of a bound.
func endOf(b plan.Bound) end {
	e := end{strict: b.Op == "<" || b.Op == ">", at: b.At}
	x := b.At
	for {
		moved, ok := x.(*plan.AddDate)
		if !ok || moved.Unit == "minutes" {
			break
		}
		if moved.Unit == "months" {
			e.low += min(moved.N*28, moved.N*31)
			e.high += max(moved.N*28, moved.N*31)
		} else {
			e.low += moved.N
			e.high += moved.N
		}
		x = moved.X
	}
	if c, ok := x.(*plan.Const); ok {
		if d, ok := c.Value.(catalog.Date); ok {
			e.low += int(d)
			e.high += int(d)
			return e
		}
	}
	e.base = plan.String(x)
	return e
}

// windows finds event sets whose time ends before it begins.
func (l *linter) windows() {
	l.sets(func(s *plan.EventSet, at diag.Span) {
		if s.Source.Name == "observation" {
			return // one interval around a time, not events within it
		}
		for _, low := range s.Bounds {
			for _, high := range s.Bounds {
				if low.Op[0] == '>' && high.Op[0] == '<' && high.Column == "start" && low.Column != "end" {
					from, to := endOf(low), endOf(high)
					if from.base == to.base && (from.low > to.high || from.low == to.high && from.low == from.high && to.low == to.high && (from.strict || to.strict)) {
						l.say(emptyWindow(at, dayOf(from.at), dayOf(to.at)))
						return
					}
				}
			}
		}
	})
}

// dayOf writes a date as the canonical text does.
func dayOf(x plan.Expr) string { return "`" + plan.String(x) + "`" }

package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// phrase adds a temporal phrase to a set (LANGUAGE, Event sets). Around is the place where the set stands, and inner is
// inside its where.
func (c *checker) phrase(set *plan.EventSet, p *syntax.Phrase, around, inner scope) {
	switch p.Kind {
	case syntax.During, syntax.Inside:
		if p.Set != nil {
			c.related(set, p, inner)
			return
		}
	case syntax.FollowedBy, syntax.PrecededBy:
		c.related(set, p, inner)
		return
	case syntax.Apart:
		if set.Apart != (plan.Span{}) {
			c.say(twice(p.Span(), "apart", p.Span()))
		}
		set.Apart, _ = c.length(p.D, set.Source)
		return
	case syntax.OngoingAt:
		if !set.Source.End {
			c.say(noEnd(p.Span(), set.Source.Name))
			return
		}
	}
	set.Bounds = append(set.Bounds, c.bounds(p, around, set.Source)...)
}

// related adds to a set the condition that there is an event of another set at a place in time relative to its own
// event. The other set stands inside the where, so "event" in its phrases is the set's own event.
func (c *checker) related(set *plan.EventSet, p *syntax.Phrase, inner scope) {
	other, _ := c.events(p.Set, inner)
	if other == nil {
		return
	}
	if !other.Source.Timed {
		c.say(untimed(p.Set.Span(), other.Source.Name))
		return
	}
	start := at(other.Source, startOf(set.Source))
	bound := func(column, op string, x plan.Expr) {
		other.Bounds = append(other.Bounds, plan.Bound{Column: column, Op: op, At: x})
	}
	switch p.Kind {
	case syntax.During:
		bound("start", "<=", at(other.Source, endOf(set.Source, true)))
		bound("open-end", ">=", start)
	case syntax.Inside:
		bound("start", "<=", start)
		bound("end", ">=", at(other.Source, endOf(set.Source, false)))
	case syntax.FollowedBy:
		bound("start", ">", start)
		if d, ok := c.reach(p, set.Source, other.Source); ok {
			bound("start", "<=", d.after(start))
		}
	case syntax.PrecededBy:
		bound("start", "<", start)
		if d, ok := c.reach(p, set.Source, other.Source); ok {
			bound("start", ">=", d.before(start))
		}
	}
	set.Where = both(set.Where, atLeast(1, other))
}

// reach is the D of "followed by F within D", if there is one.
func (c *checker) reach(p *syntax.Phrase, sources ...*catalog.Source) (duration, bool) {
	if p.D == nil {
		return duration{}, false
	}
	d, ok := c.duration(p.D, scope{})
	for _, source := range sources {
		if ok && d.unit == "minutes" && !source.Minutes {
			c.say(noMinutes(p.D.Span(), source.Name))
			return duration{}, false
		}
	}
	return d, ok
}

// at lets a date-time stand beside days as its day.
func at(source *catalog.Source, x plan.Expr) plan.Expr {
	if source.Minutes {
		return x
	}
	return day(x)
}

// beside is what at gives of a date that was written.
func (c *checker) beside(span diag.Span, source *catalog.Source, x plan.Expr) plan.Expr {
	if source.Minutes {
		return x
	}
	return c.dayOf(span, x)
}

// dayOf is the day of a date-time. That of a recorded one moved by minutes would tell the time of day by its distance
// from midnight.
func (c *checker) dayOf(span diag.Span, x plan.Expr) plan.Expr {
	if x.Type().Kind != catalog.TimeKind {
		return x
	}
	if slices.ContainsFunc(c.leaves(x), func(l leaf) bool { return !l.fixed && l.minutes != 0 }) {
		c.say(noGrid(span, "the day of a time that is moved by hours could tell a single person's exact time of day", "move it by days, or compare it with a time of day"))
		return &plan.Const{Of: catalog.Type{Kind: catalog.DateKind}}
	}
	return day(x)
}

// day is the day of a date-time; a day is left alone.
func day(x plan.Expr) plan.Expr {
	if x.Type().Kind == catalog.TimeKind {
		return &plan.Day{X: x}
	}
	return x
}

// both is true when a, which may be nil, and b are.
func both(a, b plan.Expr) plan.Expr {
	if a == nil {
		return b
	}
	return &plan.And{Xs: []plan.Expr{a, b}}
}

// bounds turns a temporal phrase into bounds on the events of a source.
func (c *checker) bounds(p *syntax.Phrase, s scope, source *catalog.Source) []plan.Bound {
	if p.Kind == syntax.During || p.Kind == syntax.Inside {
		return c.inWindow(p, s, source)
	}
	column := "start"
	if p.Ending {
		column = "end"
	}
	x := c.beside(p.A.Span(), source, c.moment(p.A, s))
	bound := func(op string, x plan.Expr) plan.Bound {
		c.boundOnGrid(p.Span(), op, x)
		return plan.Bound{Column: column, Op: op, At: x}
	}
	switch p.Kind {
	case syntax.Before:
		return []plan.Bound{bound("<", x)}
	case syntax.After:
		return []plan.Bound{bound(">", x)}
	case syntax.On:
		x = c.dayOf(p.A.Span(), x) // an event on a day, or on the day of a time
		c.boundOnGrid(p.Span(), "=", x)
		return []plan.Bound{{Column: column, Op: ">=", At: x}, {Column: column, Op: "<=", At: x}}
	case syntax.OnOrBefore, syntax.Until:
		return []plan.Bound{bound("<=", x)}
	case syntax.OnOrAfter, syntax.Since:
		return []plan.Bound{bound(">=", x)}
	case syntax.FromTo:
		return []plan.Bound{bound(">=", x), bound("<=", c.beside(p.B.Span(), source, c.moment(p.B, s)))}
	case syntax.OngoingAt:
		started := bound("<=", x)
		column = "open-end"
		return []plan.Bound{started, bound(">=", x)}
	}
	return c.relative(p, x, source, bound)
}

// relative turns the phrases with durations into bounds.
func (c *checker) relative(p *syntax.Phrase, x plan.Expr, source *catalog.Source, bound func(string, plan.Expr) plan.Bound) []plan.Bound {
	ok := true
	length := func(e syntax.Expr) duration {
		d, is := c.duration(e, scope{})
		if is && d.unit == "minutes" && (!source.Minutes || x.Type().Kind != catalog.TimeKind) {
			c.say(noMinutes(e.Span(), source.Name))
			is = false
		}
		is = is && c.movable(p.Span(), x, d.unit)
		ok = ok && is
		return d
	}
	var near, far duration
	if p.D != nil {
		far = length(p.D)
	} else {
		near, far = length(p.M), length(p.N)
	}
	switch {
	case !ok:
		return nil
	case p.Kind == syntax.WithinBefore:
		return []plan.Bound{bound(">=", far.before(x)), bound("<", x)}
	case p.Kind == syntax.WithinAfter:
		return []plan.Bound{bound(">", x), bound("<=", far.after(x))}
	case p.Kind == syntax.WithinOf:
		return []plan.Bound{bound(">=", far.before(x)), bound("<=", far.after(x))}
	case p.Kind == syntax.BetweenBefore:
		return []plan.Bound{bound(">=", far.before(x)), bound("<=", near.before(x))}
	}
	return []plan.Bound{bound(">=", near.after(x)), bound("<=", far.after(x))}
}

// inWindow keeps the events that overlap a window, or lie in it.
func (c *checker) inWindow(p *syntax.Phrase, s scope, source *catalog.Source) []plan.Bound {
	w := c.window(p.Window, s)
	if w == nil {
		return nil
	}
	from, to, open := at(source, w.from), at(source, w.to), at(source, w.open)
	c.boundOnGrid(p.Span(), "<=", to)
	c.boundOnGrid(p.Span(), ">=", from)
	if p.Kind == syntax.Inside {
		return []plan.Bound{{Column: "start", Op: ">=", At: from}, {Column: "end", Op: "<=", At: to}}
	}
	return []plan.Bound{{Column: "start", Op: "<=", At: open}, {Column: "open-end", Op: ">=", At: from}}
}

// window is what a name means after during and inside: the follow-up, the current event, or a window of the cohort.
func (c *checker) window(name syntax.Ident, s scope) *window {
	switch {
	case name.Name == "followup":
		if s.cohort == nil || s.cohort.followup == nil {
			c.say(noFollowup(name))
			return nil
		}
		return s.cohort.followup
	case name.Name == "event":
		if s.source == nil || !s.source.Timed {
			c.say(noEventHere(name.Span()))
			return nil
		}
		return &window{from: startOf(s.source), to: endOf(s.source, false), open: endOf(s.source, true)}
	}
	if s.cohort != nil && !s.top {
		if w, ok := s.cohort.windows[name.Name]; ok {
			return c.namedWindow(w, s.cohort)
		}
	}
	c.say(c.unknownWindow(name, s))
	return nil
}

// namedWindow checks the dates of a window.
func (c *checker) namedWindow(w *syntax.Window, co *cohort) *window {
	if contains(c.open, w.Name.Name) {
		c.say(cycle(w.Name, c.open))
		return nil
	}
	c.open = append(c.open, w.Name.Name)
	defer func() { c.open = c.open[:len(c.open)-1] }()
	out := &window{from: c.date(w.From, scope{cohort: co}), to: c.date(w.To, scope{cohort: co})}
	out.open = out.to
	return out
}

package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// leaf is one of the days that a date expression can give: a fixed one, or a recorded one that may be moved.
type leaf struct {
	fixed        bool
	day          catalog.Date // of a fixed one
	minute       int          // of a fixed date-time: the minute of the day
	days, months int          // by which a recorded one is moved
	minutes      int          // likewise, of a date-time
	grid         catalog.Grid // of a recorded one
	birth        bool
}

func (l leaf) moved() bool { return l.days != 0 || l.months != 0 || l.minutes != 0 }

// leaves takes a date expression apart. The index date stands for the expression that gives it.
func (c *checker) leaves(x plan.Expr) []leaf {
	var out []leaf
	switch x := x.(type) {
	case *plan.Const:
		switch v := x.Value.(type) {
		case catalog.Date:
			return []leaf{{fixed: true, day: v}}
		case catalog.Moment:
			return []leaf{fixedMoment(v)}
		}
		return nil // stands for an error
	case *plan.Index:
		return c.leaves(c.entry)
	case *plan.IndexOf:
		return c.leaves(c.planned[x.Cohort].Index)
	case *plan.Day:
		for _, l := range c.leaves(x.X) {
			l.minute = 0
			out = append(out, l)
		}
	case *plan.AddDate:
		for _, l := range c.leaves(x.X) {
			out = append(out, l.shifted(x.N, x.Unit))
		}
	case *plan.Extreme:
		for _, d := range x.Dates {
			out = append(out, c.leaves(d)...)
		}
	case *plan.Case:
		for _, w := range x.Whens {
			out = append(out, c.leaves(w.Then)...)
		}
		out = append(out, c.leaves(x.Else)...)
	case *plan.Attr:
		return []leaf{{grid: c.dateGrid(x.Column), birth: isBirth(x.Column)}}
	case *plan.Pick:
		return []leaf{{grid: c.dateGrid(x.Column)}}
	case *plan.Field:
		return []leaf{{grid: c.dateGrid(x.Column)}}
	case *plan.End:
		return []leaf{{grid: c.dateGrid(x.Column)}}
	}
	return out
}

const minutesOfDay = 24 * 60

func fixedMoment(m catalog.Moment) leaf {
	return leaf{fixed: true, day: m.Day(), minute: int(m - catalog.Moment(m.Day())*minutesOfDay)}
}

func (l leaf) shifted(n int, unit string) leaf {
	switch {
	case l.fixed && unit == "minutes":
		return fixedMoment(catalog.Moment(l.day)*minutesOfDay + catalog.Moment(l.minute+n))
	case l.fixed:
		l.day = shift(l.day, n, unit)
	case unit == "minutes":
		l.minutes += n
	case unit == "months":
		l.months += n
	default:
		l.days += n
	}
	return l
}

func shift(d catalog.Date, n int, unit string) catalog.Date {
	if unit == "months" {
		return d.AddMonths(n)
	}
	return d + catalog.Date(n)
}

// movedYears are the whole years by which all dates of a choice are moved alike; a fixed one is not moved.
func movedYears(ls []leaf) (years int, ok bool) {
	for i, l := range ls {
		if l.days != 0 || l.minutes != 0 || l.months%12 != 0 || i > 0 && l.months != ls[0].months {
			return 0, false
		}
		years = l.months / 12
	}
	return years, true
}

// movable refuses to count months from a recorded date that is moved by days: how many days a month has depends on where
// in its month the moved date lies, and that would tell the day.
func (c *checker) movable(at diag.Span, x plan.Expr, unit string) bool {
	if unit != "months" || !slices.ContainsFunc(c.leaves(x), func(l leaf) bool { return !l.fixed && (l.days != 0 || l.minutes != 0) }) {
		return true
	}
	c.say(noGrid(at, "months counted from a date that is moved by days could tell a single person's exact date",
		"count in days all the way, or move by months or years first and by days after that"))
	return false
}

// isBirth reports whether a column is a birth date: its days are never asked, only ages.
func isBirth(col *catalog.Column) bool {
	return col.Name == birthDate || len(col.AgeGrid.Cuts) > 0 || col.AgeGrid.Step > 0
}

const birthDate = "birth_date"

// dateGrid is the grid of a date column: its own, or that of the period.
func (c *checker) dateGrid(col *catalog.Column) catalog.Grid {
	if col.Grid.Months > 0 {
		return col.Grid
	}
	return c.Catalog.Period.Grid
}

// birthIn reports whether an expression gives a birth date.
func (c *checker) birthIn(xs ...plan.Expr) bool {
	for _, x := range xs {
		for _, l := range c.leaves(x) {
			if l.birth {
				return true
			}
		}
	}
	return false
}

// datesOnGrid checks the comparison of two dates.
func (c *checker) datesOnGrid(op string, at diag.Span, l, r plan.Expr) {
	if c.birthIn(l, r) {
		c.say(noGrid(at, "a birth date is compared by ages only", "compare `age at …` instead"))
		return
	}
	times := l.Type().Kind == catalog.TimeKind
	ls, rs := c.leaves(l), c.leaves(r)
	for _, a := range ls {
		for _, b := range rs {
			switch {
			case b.fixed && !a.fixed:
				c.fixedDate(at, op, b, a, times)
			case a.fixed && !b.fixed:
				c.fixedDate(at, mirrored[op], a, b, times)
			}
		}
	}
}

// boundOnGrid checks the date of a bound on an event's own day.
func (c *checker) boundOnGrid(at diag.Span, op string, x plan.Expr) {
	if c.birthIn(x) {
		c.say(noGrid(at, "a birth date bounds no events", "compare `age at …` instead"))
		return
	}
	times := x.Type().Kind == catalog.TimeKind
	for _, l := range c.leaves(x) {
		if l.fixed {
			c.fixedDate(at, op, l, leaf{grid: c.Catalog.Period.Grid}, times)
		}
	}
}

// fixedDate checks "recorded op fixed". Of two date-times, the line that is drawn must be the midnight before a day of
// the grid; a catalog without a grid allows every minute.
func (c *checker) fixedDate(at diag.Span, op string, fixed, recorded leaf, times bool) {
	switch {
	case !times:
		c.dayOnGrid(at, op, fixed.day, recorded)
	case recorded.grid.Months == 0 && c.Catalog.Period.Grid.Months == 0:
	case fixed.minute != 0 || recorded.minutes != 0 || op != "<" && op != ">=":
		c.say(noGrid(at, "a date-time is compared with fixed days of the grid only", "write a day, such as `2020-01-01`"))
	default:
		c.dayOnGrid(at, op, fixed.day, recorded)
	}
}

// dayOnGrid checks "recorded op day": the day is solved for the recorded date, and the line it draws between two
// days must be on the grid.
func (c *checker) dayOnGrid(at diag.Span, op string, day catalog.Date, recorded leaf) {
	for _, past := range pasts[op] {
		line, ok := recorded.solve(day + past)
		if !ok {
			c.say(noGrid(at, "a date moved like this cannot be compared with a fixed one", "move the fixed date instead"))
			return
		}
		if !c.isLine(line, recorded.grid) {
			low, high := c.linesAround(line, recorded.grid)
			back := func(d catalog.Date) string {
				return shift(d+catalog.Date(recorded.days), recorded.months, "months").String()
			}
			c.say(offGrid(at, op, back(low-past), back(high-past)))
			return
		}
	}
}

// solve returns the d for which "moved date >= day" is "recorded date >= d". Months are moved back exactly from the
// first of a month only, because they clamp.
func (l leaf) solve(day catalog.Date) (catalog.Date, bool) {
	if l.minutes != 0 || l.months != 0 && (l.days != 0 || day.Time().Day() != 1) {
		return 0, false
	}
	return shift(day-catalog.Date(l.days), -l.months, "months"), true
}

// pasts are the days from the literal to the lines that a comparison draws: "<= 31 December" draws it before 1 January.
var pasts = map[string][]catalog.Date{"<": {0}, ">=": {0}, "<=": {1}, ">": {1}, "=": {0, 1}, "!=": {0, 1}}

// isLine reports whether a line may be drawn before d: before a month of the grid, and at the ends of the period.
func (c *checker) isLine(d catalog.Date, g catalog.Grid) bool {
	p := c.Catalog.Period
	return onMonths(d, g) || d == p.Start || d == p.End || d == p.End+1
}

func (c *checker) linesAround(d catalog.Date, g catalog.Grid) (low, high catalog.Date) {
	low = d - catalog.Date(d.Time().Day()-1)
	for !onMonths(low, g) {
		low = low.AddMonths(-1)
	}
	high = low.AddMonths(1)
	for !onMonths(high, g) {
		high = high.AddMonths(1)
	}
	return low, high
}

func onMonths(d catalog.Date, g catalog.Grid) bool {
	t := d.Time()
	return g.Months == 0 || t.Day() == 1 && (int(t.Month())-1+12*t.Year())%g.Months == 0
}

// fixedOnGrid checks a day that is asked by itself, such as that of an index: the first or the last of a month.
// Nor may a birth date stand there.
func (c *checker) fixedOnGrid(at diag.Span, x plan.Expr) {
	if c.birthIn(x) {
		c.say(noGrid(at, "a birth date cannot stand here", "take the date of an event, and compare `age at …` with it"))
		return
	}
	g := c.Catalog.Period.Grid
	for _, l := range c.leaves(x) {
		if l.fixed && !c.isLine(l.day, g) && !c.isLine(l.day+1, g) {
			low, high := c.linesAround(l.day, g)
			c.say(offGrid(at, ">=", low.String(), high.String()))
		}
	}
}

// mixes reports whether two dates set a fixed day against a recorded one, and whether that one is moved.
func (c *checker) mixes(from, to plan.Expr) (fixed, moved bool) {
	rs := c.leaves(to)
	for _, a := range c.leaves(from) {
		for _, b := range rs {
			mixed := a.fixed != b.fixed
			fixed, moved = fixed || mixed, moved || mixed && (a.moved() || b.moved())
		}
	}
	return fixed, moved
}

// periodOnGrid checks "x op day", where day is an end of the period, for a dataset in which everybody is observed
// all the time: observation is asked in words, and still compares a recorded date with a fixed one.
func (c *checker) periodOnGrid(at diag.Span, op string, x plan.Expr, day catalog.Date) {
	if edge, ok := c.edge(x, op); ok && (op == ">=" && edge >= day || op == "<=" && edge <= day) {
		return // true of everybody
	}
	for _, l := range c.leaves(x) {
		if l.fixed {
			continue
		}
		if line, ok := l.solve(day + pasts[op][0]); !ok || !c.isLine(line, l.grid) {
			c.say(offPeriod(at, op, day))
			return
		}
	}
}

// edge returns a day that x is never before (">="), or never after ("<="), as far as the query itself says so.
func (c *checker) edge(x plan.Expr, op string) (catalog.Date, bool) {
	switch x := x.(type) {
	case *plan.Const:
		d, ok := x.Value.(catalog.Date)
		return d, ok
	case *plan.Index:
		return c.edge(c.entry, op)
	case *plan.IndexOf:
		return c.edge(c.planned[x.Cohort].Index, op)
	case *plan.Day:
		return c.edge(x.X, op)
	case *plan.AddDate:
		if x.Unit == "minutes" {
			return 0, false
		}
		d, ok := c.edge(x.X, op)
		return shift(d, x.N, x.Unit), ok
	case *plan.Pick:
		for _, b := range x.Set.Bounds {
			if d, ok := c.edge(b.At, op); ok && b.Column == catalog.Start && b.Op[0] == op[0] && x.Column.Name == catalog.Start {
				return d, true
			}
		}
	}
	return 0, false
}

package enginetest

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

var (
	boundColumns = []string{"start", "end", "open-end"}
	boundOps     = []string{"<", "<=", ">", ">="}
	compareOps   = []string{"=", "!=", "<", "<=", ">", ">="}
)

// set draws an event set. Its bounds see the event around it, if there is one; its condition sees its own event.
func (m maker) set(depth int) *plan.EventSet {
	out := m.choosing(m.rows(depth), depth)
	if s := out.Source; s.Timed && m.chance(6) {
		out.Apart = m.span(s.Minutes, 1, 30)
	}
	return out
}

// timed draws an event set whose events have a start.
func (m maker) timed(depth int) *plan.EventSet {
	for {
		if s := m.set(depth); s.Source.Timed {
			return s
		}
	}
}

// rows draws the rows that a set chooses among: mostly those of a source.
func (m maker) rows(depth int) *plan.EventSet {
	switch {
	case depth > 0 && m.chance(6):
		return m.union(depth - 1)
	case depth > 0 && m.chance(7):
		s := m.timed(depth - 1)
		if made := m.rows(1); made.Source.Timed && m.chance(3) {
			s = m.choosing(made, 0)
		}
		return plan.Episodes(s, m.span(s.Source.Minutes, 0, 30))
	}
	return m.all(oneOf(m, m.catalog.Sources))
}

func (m maker) all(s catalog.Source) *plan.EventSet { return &plan.EventSet{Source: &s} }

// union draws members of one source or of several, which may be made of others.
func (m maker) union(depth int) *plan.EventSet {
	same := m.chance(2)
	s := oneOf(m, m.catalog.Sources)
	var members []*plan.EventSet
	for range 2 + m.IntN(2) {
		if !same {
			s = oneOf(m, m.catalog.Sources)
		}
		rows := m.all(s)
		if m.chance(4) {
			rows = m.rows(max(depth, 1)) // seldom made of others again
		}
		members = append(members, m.choosing(rows, depth))
	}
	return plan.Union(members)
}

// choosing gives set codes, bounds and a condition.
func (m maker) choosing(set *plan.EventSet, depth int) *plan.EventSet {
	s := *set.Source
	if len(s.Systems) > 0 {
		if !m.chance(3) {
			set.Codes = m.codeSet(s)
		}
		if m.chance(6) {
			set.Without = m.codeSet(s)
		}
	}
	for range oneOf(m, []int{0, 0, 1, 1, 2, 3}) {
		if s.Timed {
			set.Bounds = append(set.Bounds, m.bound(s, depth-1))
		}
	}
	switch outermost := m.source == nil; {
	case outermost && m.chance(6):
		set.Where = m.about(s).cond(2)
	case outermost && s.Timed && m.chance(6):
		set.Where = m.about(s).fact()
	case m.chance(3):
		set.Where = m.about(s).cond(depth - 1)
	}
	return set
}

// about is m inside a condition on the events of s.
func (m maker) about(s catalog.Source) maker {
	m.source = &s
	return m
}

// fact draws a condition on what is known as of the event: a pick, a number of days, a statistic.
func (m maker) fact() plan.Expr {
	set := m.timed(0)
	if m.chance(2) {
		set.Bounds = append(set.Bounds, m.bound(*set.Source, 0))
	}
	op := oneOf(m, compareOps)
	switch c, numeric := m.columnOf(*set.Source, isNumber); {
	case m.chance(4):
		day := func(x plan.Expr) plan.Expr {
			if x.Type().Kind == catalog.TimeKind {
				return &plan.Day{X: x}
			}
			return x
		}
		return &plan.Compare{Op: op, L: &plan.Covered{Set: set, From: m.date(0), To: day(m.ofEvent(false))}, R: plan.IntConst(int64(m.IntN(40)))}
	case numeric && m.chance(2):
		return &plan.Compare{Op: op, L: &plan.Agg{Fn: oneOf(m, []string{"sum", "mean", "max"}), Set: set, Column: c}, R: literal(m, numberType, doubles)}
	case numeric:
		return &plan.Compare{Op: op, L: m.pick(set, c, 0), R: literal(m, numberType, doubles)}
	}
	return &plan.IsMissing{X: m.pick(set, &catalog.Column{Name: catalog.Start, Type: startOf(*set.Source)}, 0)}
}

func isNumber(c catalog.Column) bool {
	return c.Type.Kind == catalog.Int || c.Type.Kind == catalog.Number
}

func startOf(s catalog.Source) catalog.Type {
	c, _ := s.Column(catalog.Start)
	return c.Type
}

// bound draws a bound on the events of s.
func (m maker) bound(s catalog.Source, depth int) plan.Bound {
	out := plan.Bound{Column: oneOf(m, boundColumns), Op: oneOf(m, boundOps)}
	around := m.source
	switch {
	case around != nil && m.chance(3) && (s.Minutes || around.Timed && !around.Minutes):
		out.At = m.ofEvent(true)
	case s.Minutes && m.chance(2):
		out.At = m.moment(depth)
	default:
		out.At = m.date(depth)
	}
	if out.At == nil {
		out.At = m.date(depth)
	}
	return out
}

// ofEvent is the start or the end of the event around, an open end only where that may be; nil if it has no time.
func (m maker) ofEvent(open bool) plan.Expr {
	s := m.source
	switch {
	case !s.Timed:
		return nil
	case s.End && m.chance(2):
		c, _ := s.Column(catalog.End)
		return &plan.End{Column: &c, Open: open && m.chance(2)}
	}
	c, _ := s.Column(catalog.Start)
	return &plan.Field{Column: &c}
}

// span draws a length of time of at least some units.
func (m maker) span(minutes bool, least int, likely int) plan.Span {
	switch {
	case minutes && m.chance(2):
		return plan.Span{N: oneOf(m, []int{1, 30, 60, 1440, 2000}), Unit: "minutes"}
	case m.chance(4):
		return plan.Span{N: 1 + m.IntN(2), Unit: "months"}
	}
	return plan.Span{N: oneOf(m, []int{least, 1, 2, likely, 365}), Unit: "days"}
}

// chain draws events that have events beside them, that have events beside them, and so on.
func (m maker) chain(deep int) plan.Expr {
	set := m.all(oneOf(m, m.catalog.Sources))
	for !set.Source.Timed {
		set = m.all(oneOf(m, m.catalog.Sources))
	}
	if m.source != nil || m.chance(2) {
		set.Bounds = append(set.Bounds, m.bound(*set.Source, 0))
	}
	if len(set.Source.Systems) > 0 && m.chance(4) {
		set.Codes = m.codeSet(*set.Source)
	}
	inner := m.about(*set.Source)
	if deep > 1 {
		set.Where = inner.chain(deep - 1)
		if m.chance(3) {
			set.Where = &plan.And{Xs: []plan.Expr{set.Where, inner.aboutEvent()}}
		}
	}
	return &plan.Compare{Op: oneOf(m, []string{">=", ">=", "<"}), L: &plan.Count{Set: set}, R: plan.IntConst(1)}
}

// codeSet draws codes of the source, codes that no row has, and rarely none.
func (m maker) codeSet(s catalog.Source) *plan.CodeSet {
	var all []string
	for _, system := range s.Systems {
		all = append(all, codes[system]...)
	}
	out := append(some(m, all, 2), some(m, absent, 5)...)
	slices.Sort(out)
	return &plan.CodeSet{Codes: out}
}

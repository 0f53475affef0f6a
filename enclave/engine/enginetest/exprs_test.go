package enginetest

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

var (
	boolType   = catalog.Type{Kind: catalog.Bool}
	intType    = catalog.Type{Kind: catalog.Int}
	numberType = catalog.Type{Kind: catalog.Number}
	textType   = catalog.Type{Kind: catalog.String}
	dateType   = catalog.Type{Kind: catalog.DateKind}
	timeType   = catalog.Type{Kind: catalog.TimeKind}
)

// column draws a leaf of the given kinds: an attribute, or a column of the current event or of a picked one. Where the
// catalog has none of them, it is a literal that is missing.
func (m maker) column(depth int, kinds ...catalog.Kind) plan.Expr {
	is := func(c catalog.Column) bool {
		for _, k := range kinds {
			if c.Type.Kind == k {
				return true
			}
		}
		return false
	}
	if m.source != nil && m.chance(2) {
		if c, ok := m.columnOf(*m.source, is); ok {
			return &plan.Field{Column: c}
		}
	}
	if depth > 0 && m.chance(2) {
		set := m.set(depth - 1)
		if c, ok := m.columnOf(*set.Source, is); ok {
			return m.pick(set, c, depth-1)
		}
	}
	var all []catalog.Column
	for _, c := range m.catalog.Attributes {
		if is(c) {
			all = append(all, c)
		}
	}
	c := oneOf(m, all)
	return &plan.Attr{Column: &c}
}

// pick draws which event of set is picked.
func (m maker) pick(set *plan.EventSet, column *catalog.Column, depth int) plan.Expr {
	out := &plan.Pick{Which: oneOf(m, []plan.Which{plan.First, plan.Last}), Set: set, Column: column}
	switch {
	case m.chance(5):
		out.Which, out.N = plan.Nth, 2+m.IntN(2)
	case set.Source.Value != nil && m.chance(3):
		out.Which = oneOf(m, []plan.Which{plan.Highest, plan.Lowest})
	case !set.Source.Timed || m.chance(2):
	case m.source != nil && m.source.Timed && m.source.Minutes == set.Source.Minutes && m.chance(2):
		out.Which, out.To = plan.Nearest, m.ofEvent(false)
	case set.Source.Minutes && m.chance(2):
		out.Which, out.To = plan.Nearest, m.moment(depth)
	default:
		out.Which, out.To = plan.Nearest, m.date(depth)
	}
	return out
}

func (m maker) columnOf(s catalog.Source, is func(catalog.Column) bool) (*catalog.Column, bool) {
	var all []catalog.Column
	for _, name := range s.ColumnNames() {
		if c, _ := s.Column(name); is(c) {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, false
	}
	c := oneOf(m, all)
	return &c, true
}

// literal draws a constant; now and then it is missing.
func literal[T any](m maker, of catalog.Type, values []T) *plan.Const {
	if m.chance(12) {
		return &plan.Const{Of: of}
	}
	return &plan.Const{Of: of, Value: oneOf(m, values)}
}

// cond draws a condition.
func (m maker) cond(depth int) plan.Expr {
	switch {
	case m.source != nil && m.chance(2):
		return m.aboutEvent()
	case depth <= 0 && m.chance(3):
		return literal(m, boolType, []bool{true, false})
	case depth <= 0:
		return m.column(0, catalog.Bool)
	}
	next := depth - 1
	switch m.IntN(13) {
	case 0:
		return &plan.And{Xs: m.conds(next)}
	case 1:
		return &plan.Or{Xs: m.conds(next)}
	case 2:
		return &plan.Not{X: m.cond(next)}
	case 3:
		xs := m.conds(next)
		return &plan.AtLeast{N: m.IntN(len(xs) + 2), Xs: xs}
	case 4:
		return m.in(next)
	case 5:
		return &plan.IsMissing{X: m.any(next)}
	case 6:
		return m.choice(next, boolType, m.cond)
	case 7:
		return m.column(depth, catalog.Bool)
	case 8, 9:
		return m.exists(depth)
	case 10:
		if m.others > 0 {
			return &plan.InCohort{Cohort: m.IntN(m.others)}
		}
	}
	return m.compare(next)
}

// aboutEvent draws a condition on one column of the current event.
func (m maker) aboutEvent() plan.Expr {
	c, ok := m.columnOf(*m.source, func(catalog.Column) bool { return true })
	if !ok {
		return m.column(0, catalog.Bool)
	}
	x := &plan.Field{Column: c}
	if c.Name == catalog.CodeOf && m.chance(2) {
		return &plan.InCodes{X: x, Codes: m.codeSet(*m.source)}
	}
	if m.chance(4) {
		return &plan.IsMissing{X: x}
	}
	switch c.Type.Kind {
	case catalog.Bool:
		return x
	case catalog.Int:
		return &plan.Compare{Op: oneOf(m, compareOps), L: x, R: literal(m, intType, ints)}
	case catalog.Number:
		return &plan.Compare{Op: oneOf(m, compareOps), L: x, R: m.number(0)}
	case catalog.DateKind:
		return &plan.Compare{Op: oneOf(m, compareOps), L: x, R: m.date(0)}
	case catalog.TimeKind:
		return &plan.Compare{Op: oneOf(m, compareOps), L: oneOf(m, []plan.Expr{x, m.ofEvent(true)}), R: m.moment(0)}
	}
	return &plan.Compare{Op: oneOf(m, []string{"=", "!="}), L: x, R: m.word()}
}

func (m maker) conds(depth int) []plan.Expr {
	out := make([]plan.Expr, m.IntN(4))
	for i := range out {
		out[i] = m.cond(depth)
	}
	return out
}

// any draws a value of any type.
func (m maker) any(depth int) plan.Expr {
	return oneOf(m, []func(int) plan.Expr{m.cond, m.integer, m.number, m.rough, m.date, m.moment, m.text})(depth)
}

// exists draws what any, no, at least, at most and exactly come down to.
func (m maker) exists(depth int) plan.Expr {
	return &plan.Compare{Op: oneOf(m, compareOps), L: m.count(depth), R: plan.IntConst(int64(m.IntN(5) - 1))}
}

func (m maker) count(depth int) plan.Expr {
	out := &plan.Count{Set: m.set(depth - 1)}
	switch s := out.Set.Source; {
	case s.Timed && m.chance(4):
		out.Distinct = catalog.Start
	case len(s.Systems) > 0 && m.chance(4):
		out.Distinct = catalog.CodeOf
	}
	return out
}

func (m maker) compare(depth int) plan.Expr {
	op := oneOf(m, compareOps)
	equal := oneOf(m, []string{"=", "!="})
	switch m.IntN(11) {
	case 0:
		return &plan.Compare{Op: op, L: m.integer(depth), R: m.integer(depth)}
	case 1:
		return &plan.Compare{Op: op, L: m.integer(depth), R: literal(m, numberType, doubles)}
	case 2:
		return &plan.Compare{Op: op, L: m.number(depth), R: m.number(depth)}
	case 3:
		return &plan.Compare{Op: op, L: literal(m, numberType, doubles), R: m.number(depth)}
	case 4:
		return &plan.Compare{Op: op, L: m.rough(depth), R: &plan.Const{Of: numberType, Value: oneOf(m, []float64{0.0123, 1.41234, 77.7777777})}}
	case 5:
		return &plan.Compare{Op: equal, L: m.text(depth), R: m.text(depth)}
	case 6:
		return &plan.Compare{Op: equal, L: m.text(depth), R: m.word()}
	case 7:
		return &plan.Compare{Op: equal, L: m.cond(depth), R: m.cond(depth)}
	case 8:
		return &plan.Compare{Op: op, L: m.moment(depth), R: m.moment(depth)}
	case 9:
		if m.source != nil && m.source.Timed && !m.source.Minutes {
			return &plan.Compare{Op: op, L: m.date(depth), R: m.ofEvent(true)}
		}
	}
	return &plan.Compare{Op: op, L: m.date(depth), R: m.date(depth)}
}

// word draws a text literal, or a code that rows have or do not have.
func (m maker) word() *plan.Const {
	if m.chance(3) {
		return literal(m, textType, append(codes[oneOf(m, m.catalog.SystemNames())], absent...))
	}
	return literal(m, textType, texts)
}

func (m maker) in(depth int) plan.Expr {
	var x plan.Expr
	var value func() *plan.Const
	switch m.IntN(4) {
	case 0:
		x, value = m.integer(depth), func() *plan.Const { return literal(m, intType, ints) }
	case 1:
		x, value = m.number(depth), func() *plan.Const { return literal(m, numberType, doubles) }
	case 2:
		x, value = m.date(depth), func() *plan.Const { return literal(m, dateType, days) }
	default:
		x, value = m.text(depth), m.word
	}
	out := &plan.In{X: x}
	for range m.IntN(4) {
		if v := value(); v.Value != nil { // the language has no list with a missing item
			out.Values = append(out.Values, v)
		}
	}
	return out
}

// choice draws a case whose branches come from branch.
func (m maker) choice(depth int, of catalog.Type, branch func(int) plan.Expr) plan.Expr {
	out := &plan.Case{Else: branch(depth), CatchUnknown: m.chance(2), Of: of}
	for range 1 + m.IntN(2) {
		out.Whens = append(out.Whens, plan.When{If: m.cond(depth), Then: branch(depth)})
	}
	return out
}

// integer draws a whole number.
func (m maker) integer(depth int) plan.Expr {
	if depth <= 0 {
		if m.chance(2) {
			return literal(m, intType, ints)
		}
		return m.column(0, catalog.Int)
	}
	next := depth - 1
	switch m.IntN(10) {
	case 0:
		return &plan.Arith{Op: oneOf(m, []string{"+", "-", "*"}), L: m.integer(next), R: m.integer(next), Of: intType}
	case 1:
		return &plan.Call{Fn: oneOf(m, []string{"abs", "round", "floor"}), Args: []plan.Expr{m.integer(next)}, Of: intType}
	case 2:
		return &plan.Call{Fn: oneOf(m, []string{"least", "greatest"}), Args: []plan.Expr{m.integer(next), m.integer(next)}, Of: intType}
	case 3:
		return &plan.Elapsed{Unit: oneOf(m, []string{"days", "weeks", "months", "years"}), From: m.date(next), To: m.date(next)}
	case 4:
		return &plan.Part{Which: oneOf(m, []string{"year", "quarter", "month"}), X: m.date(next)}
	case 5:
		return m.choice(next, intType, m.integer)
	case 6:
		return m.count(depth)
	case 7:
		return &plan.Covered{Set: m.timed(next), From: m.date(next), To: m.date(next)}
	case 8:
		return &plan.Elapsed{Unit: oneOf(m, []string{"hours", "minutes"}), From: m.moment(next), To: m.moment(next)}
	}
	return m.column(depth, catalog.Int)
}

// number draws a number that every engine must calculate to the last digit.
func (m maker) number(depth int) plan.Expr {
	if depth <= 0 {
		if m.chance(2) {
			return literal(m, numberType, doubles)
		}
		return m.column(0, catalog.Number)
	}
	next := depth - 1
	mixed := func(depth int) plan.Expr {
		if m.chance(4) {
			return m.integer(depth)
		}
		return m.number(depth)
	}
	switch m.IntN(7) {
	case 0:
		return &plan.Arith{Op: oneOf(m, []string{"+", "-", "*", "/"}), L: mixed(next), R: m.number(next), Of: numberType}
	case 1:
		return &plan.Convert{X: m.number(next), Factor: oneOf(m, []float64{2, 0.5, 10.929, -1}), Offset: oneOf(m, []float64{0, 0, 32, -23.5}), Of: numberType}
	case 2:
		return &plan.Call{Fn: oneOf(m, []string{"abs", "round", "floor"}), Args: []plan.Expr{m.number(next)}, Of: numberType}
	case 3:
		return &plan.Call{Fn: oneOf(m, []string{"least", "greatest"}), Args: []plan.Expr{mixed(next), m.number(next)}, Of: numberType}
	case 4:
		return m.choice(next, numberType, mixed)
	case 5:
		return m.statistic(depth, oneOf(m, []string{"sum", "mean", "median", "min", "max"}))
	}
	return m.column(depth, catalog.Number)
}

// rough draws a number whose last digit is the engine's.
func (m maker) rough(depth int) plan.Expr { return m.statistic(depth, "sd") }

func (m maker) statistic(depth int, fn string) plan.Expr {
	for {
		set := m.set(depth - 1)
		c, ok := m.columnOf(*set.Source, isNumber)
		if ok {
			return &plan.Agg{Fn: fn, Set: set, Column: c}
		}
	}
}

func (m maker) date(depth int) plan.Expr {
	if depth <= 0 {
		switch {
		case m.indexed && m.chance(2):
			return &plan.Index{}
		case m.others > 0 && m.chance(3):
			return &plan.IndexOf{Cohort: m.IntN(m.others)}
		case m.chance(2):
			return literal(m, dateType, days)
		}
		return m.column(0, catalog.DateKind)
	}
	next := depth - 1
	switch m.IntN(10) {
	case 0:
		return &plan.AddDate{X: m.date(next), N: oneOf(m, []int{0, 1, -1, 30, -365}), Unit: "days"}
	case 1:
		return &plan.AddDate{X: m.date(next), N: oneOf(m, []int{1, -1, 12, -12, 13}), Unit: "months"}
	case 2:
		return m.extreme(next, m.date)
	case 3:
		return m.choice(next, dateType, m.date)
	case 4:
		return m.date(0)
	case 5:
		return &plan.Day{X: m.moment(next)}
	case 6:
		if m.source != nil && m.source.Timed && !m.source.Minutes {
			return m.ofEvent(false)
		}
	}
	return m.column(depth, catalog.DateKind)
}

func (m maker) extreme(depth int, date func(int) plan.Expr) plan.Expr {
	out := &plan.Extreme{Last: m.chance(2)}
	for range 1 + m.IntN(3) {
		out.Dates = append(out.Dates, date(depth))
	}
	return out
}

// moment draws a date-time. No person attribute is one.
func (m maker) moment(depth int) plan.Expr {
	around := m.source != nil && m.source.Timed && m.source.Minutes
	switch {
	case around && m.chance(2):
		return m.ofEvent(false)
	case depth <= 0:
		return literal(m, timeType, moments)
	}
	next := depth - 1
	switch m.IntN(6) {
	case 0:
		return &plan.AddDate{X: m.moment(next), N: oneOf(m, []int{0, 1, -1, 30, -90, 1440, 4000}), Unit: "minutes"}
	case 1:
		return &plan.AddDate{X: m.moment(next), N: oneOf(m, []int{0, 1, -1, 12}), Unit: oneOf(m, []string{"days", "months"})}
	case 2:
		return m.extreme(next, m.moment)
	case 3:
		return m.choice(next, timeType, m.moment)
	}
	for {
		set := m.timed(depth - 1)
		if c, ok := m.columnOf(*set.Source, func(c catalog.Column) bool { return c.Type.Kind == catalog.TimeKind }); ok {
			return m.pick(set, c, depth-1)
		}
	}
}

func (m maker) text(depth int) plan.Expr {
	if depth > 0 && m.chance(4) {
		return m.choice(depth-1, textType, m.text)
	}
	if depth <= 0 && m.chance(4) {
		return m.word()
	}
	return m.column(depth, catalog.Code, catalog.String)
}

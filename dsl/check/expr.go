package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// maxNodes bounds the work on definitions that use each other many times over, maxDepth the length of a chain
// of operators, which is as deep as it is long.
const (
	maxNodes = 5_000
	maxDepth = 256
)

// scope is what names mean at a place: the cohort, and inside where (…) the event's source.
type scope struct {
	cohort *cohort
	top    bool // in a definition of the top level, which does not see those of the cohort
	source *catalog.Source
	rule   *catalog.UnitRule // how the source's value is measured here
	depth  int               // how many event sets are around
}

// named is the scope of what a name stands for: the cohort, without the event.
func (s scope) named(top bool) scope { return scope{cohort: s.cohort, top: top, depth: s.depth} }

// expr checks one expression. An error leaves the zero typed.
func (c *checker) expr(e syntax.Expr, s scope) typed {
	c.nodes++
	c.depth++
	defer func() { c.depth-- }()
	if c.nodes > maxNodes || c.depth > maxDepth {
		if !c.large {
			c.say(tooLarge(e.Span()))
		}
		c.large = true
		return typed{}
	}
	if t := c.anyExpr(e, s); c.fits(e.Span(), t.x) {
		return t
	}
	return typed{}
}

func (c *checker) anyExpr(e syntax.Expr, s scope) typed {
	switch e := e.(type) {
	case *syntax.Ident:
		return c.resolve(*e, s)
	case *syntax.Number:
		return typed{lit: &literal{e.Value, e.Unit, e.Span()}}
	case *syntax.DateLit:
		return c.dateLiteral(e)
	case *syntax.StringLit:
		return typed{x: plan.StringConst(e.Value), keys: []string{e.Value}}
	case *syntax.BoolLit:
		if e.Value {
			return boolean(plan.True())
		}
		return boolean(plan.False())
	case *syntax.Curie:
		c.say(loneCode(e))
		return typed{}
	case *syntax.Unary:
		return c.unary(e, s)
	case *syntax.Binary:
		return c.binary(e, s)
	case *syntax.Compare:
		return c.compare(string(e.Op), e.L, e.R, s)
	case *syntax.BetweenExpr:
		low, high := c.compare(">=", e.X, lowLimit(e), s), c.compare("<=", e.X, e.High, s)
		if !low.ok() || !high.ok() {
			return typed{}
		}
		return boolean(&plan.And{Xs: []plan.Expr{low.x, high.x}})
	case *syntax.InList:
		return c.inList(e, s)
	case *syntax.InCodes:
		return c.inCodes(e, s)
	}
	return c.more(e, s)
}

func (c *checker) more(e syntax.Expr, s scope) typed {
	switch e := e.(type) {
	case *syntax.IsKnown:
		return c.isKnown(e, s)
	case *syntax.Quantified:
		return c.quantified(e, s)
	case *syntax.Case:
		return c.caseOf(e, s)
	case *syntax.Convert:
		return c.convertTo(e, s)
	case *syntax.Call:
		return c.call(e, s)
	case *syntax.Contains:
		return c.contains(e, s)
	case *syntax.Exists:
		return c.exists(e, s)
	case *syntax.Pick:
		return c.pick(e, syntax.Ident{Place: e.Place, Name: catalog.Start}, s)
	case *syntax.FieldOf:
		return c.fieldOf(e, s)
	case *syntax.Agg:
		return c.aggregate(e, s)
	case *syntax.Share:
		return c.share(e, s)
	case *syntax.Covered:
		return c.covered(e, s)
	case *syntax.AgeInYear:
		return c.ageInYear(e, s)
	case *syntax.AgeAt:
		return c.age(e, s)
	case *syntax.SpanBetween:
		return c.elapsed(e, s)
	case *syntax.YearOf:
		return c.datePart(e, s)
	case *syntax.Registered:
		return c.registered(e, s)
	case *syntax.Observed:
		return boolean(c.observed(e.Span(), c.date(e.From, s), c.date(e.To, s)))
	case *syntax.ExtremeOf:
		return c.extreme(e, s)
	case *syntax.PercentChange:
		return c.percentChange(e, s)
	case *syntax.InCohort:
		return c.inCohort(e, s)
	case *syntax.IndexOf:
		return c.indexOf(e)
	}
	return typed{}
}

// lowLimit gives the lower limit of an interval the unit of the upper one where it has none: between 3.9 and 10 mmol/L.
func lowLimit(e *syntax.BetweenExpr) syntax.Expr {
	low, ok := e.Low.(*syntax.Number)
	high, okHigh := e.High.(*syntax.Number)
	if !ok || !okHigh || low.Unit != "" || high.Unit == "" {
		return e.Low
	}
	out := *low
	out.Unit = high.Unit
	return &out
}

// resolve gives the meaning of a name: a column of the event, a definition, a date of the cohort, a
// parameter, an attribute of the person.
func (c *checker) resolve(name syntax.Ident, s scope) typed {
	if s.source != nil {
		if col, ok := s.source.Column(eventColumn(name.Name)); ok {
			return c.eventField(name, col, s)
		}
		if c.mixed[s.source] && name.Name == catalog.Value {
			c.say(mixedUnion(name.Span()))
			return typed{}
		}
	}
	if s.cohort != nil && !s.top {
		if d, ok := s.cohort.defines[name.Name]; ok {
			return c.definition(d.Name, d.X, s.named(false))
		}
	}
	switch name.Name {
	case "event":
		return c.event(name, s)
	case "index":
		if s.cohort != nil && s.cohort.index != nil {
			return typed{x: s.cohort.index}
		}
		c.say(noIndexHere(name))
		return typed{}
	case "data_start":
		return typed{x: plan.DateConst(c.Catalog.Period.Start)}
	case "data_end":
		return typed{x: plan.DateConst(c.Catalog.Period.End)}
	}
	if d, ok := c.defines[name.Name]; ok {
		return c.definition(d.Name, d.X, s.named(true))
	}
	if p, ok := c.params[name.Name]; ok {
		if !c.param(p) {
			return typed{}
		}
		return c.definition(p.Name, c.valueOf(p), scope{})
	}
	if col, ok := c.Catalog.Attribute(name.Name); ok && queryable(col) {
		return c.column(col, &plan.Attr{Column: &col}, attributeRule(col))
	}
	c.say(c.unknownValue(name, s))
	return typed{}
}

// event is the current event of a where condition; used as a date it is its start.
func (c *checker) event(name syntax.Ident, s scope) typed {
	switch {
	case s.source == nil:
		c.say(noEventHere(name.Span()))
		return typed{}
	case !s.source.Timed:
		c.say(untimed(name.Span(), s.source.Name))
		return typed{}
	}
	return typed{x: startOf(s.source)}
}

// attributeRule measures a person attribute that has a unit.
func attributeRule(col catalog.Column) *catalog.UnitRule {
	if col.Type.Unit == "" {
		return nil
	}
	return &catalog.UnitRule{Name: col.Name, Unit: col.Type.Unit, Bounds: col.Bounds, Grid: col.Grid}
}

// queryable reports whether queries may name a column. They never hear of the others, not even as a near name.
func queryable(col catalog.Column) bool { return open(col.Sensitivity) }

func open(s catalog.Sensitivity) bool { return s != catalog.Internal && s != catalog.FreeText }

// source returns a source that queries may name.
func (c *checker) source(name syntax.Ident) (*catalog.Source, bool) {
	s, ok := c.Catalog.Source(name.Name)
	if ok && open(s.Sensitivity) {
		return &s, true
	}
	var names []string
	for _, s := range c.Catalog.Sources {
		if open(s.Sensitivity) {
			names = append(names, s.Name)
		}
	}
	c.say(unknownName(name, "unknown-source", "source", names))
	return nil, false
}

// columnNames lists the columns of a source that queries may name, of a sort.
func columnNames(source *catalog.Source, sort func(catalog.Column) bool) []string {
	return slices.DeleteFunc(source.ColumnNames(), func(name string) bool {
		col, _ := source.Column(name)
		return !queryable(col) || !sort(col)
	})
}

func numeric(col catalog.Column) bool {
	return col.Type.Kind == catalog.Number || col.Type.Kind == catalog.Int
}

// eventColumn lets "date" stand for an event's start.
func eventColumn(name string) string {
	if name == "date" {
		return catalog.Start
	}
	return name
}

func (c *checker) eventField(name syntax.Ident, col catalog.Column, s scope) typed {
	if !queryable(col) {
		c.say(c.unknownValue(name, s))
		return typed{}
	}
	rule, ok := c.measure(&col, s.source, s.rule, name.Span())
	if !ok {
		return typed{}
	}
	return c.column(col, &plan.Field{Column: &col}, rule)
}

// measure gives the value column of events the unit of their rule. Where a source has rules, values without one are
// not comparable.
func (c *checker) measure(col *catalog.Column, source *catalog.Source, rule *catalog.UnitRule, at diag.Span) (*catalog.UnitRule, bool) {
	switch {
	case col.Name != catalog.Value:
		return nil, true
	case rule != nil:
		col.Type.Unit, col.Bounds, col.Grid = rule.Unit, rule.Bounds, rule.Grid
	case len(source.Units) > 0:
		c.say(mixedUnits(at, source))
		return nil, false
	}
	return rule, true
}

// visible lists the names that a user may use at a place, for suggestions.
func (c *checker) visible(s scope) []string {
	out := append(keys(c.defines), keys(c.params)...)
	out = append(out, "index", "data_start", "data_end")
	if s.cohort != nil && !s.top {
		out = append(out, keys(s.cohort.defines)...)
	}
	if s.source != nil {
		out = append(out, columnNames(s.source, queryable)...)
	}
	for _, col := range c.Catalog.Attributes {
		if queryable(col) {
			out = append(out, col.Name)
		}
	}
	return out
}

// definition checks what a name stands for, at each use, and finds names that need themselves.
func (c *checker) definition(name syntax.Ident, x syntax.Expr, s scope) typed {
	if x == nil {
		return typed{}
	}
	if slices.Contains(c.open, name.Name) {
		c.say(cycle(name, c.open))
		return typed{}
	}
	c.open = append(c.open, name.Name)
	defer func() { c.open = c.open[:len(c.open)-1] }()
	return c.expr(x, s)
}

// dateLiteral reads a day, or a minute of one.
func (c *checker) dateLiteral(e *syntax.DateLit) typed {
	if m, err := catalog.ParseMoment(e.Text); err == nil {
		return typed{x: &plan.Const{Of: catalog.Type{Kind: catalog.TimeKind}, Value: m}}
	}
	d, err := catalog.ParseDate(e.Text)
	if err != nil {
		c.say(noSuchDay(e))
		return typed{}
	}
	return typed{x: plan.DateConst(d)}
}

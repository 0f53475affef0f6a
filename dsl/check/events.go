package check

import (
	"reflect"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// events checks an event set and returns it with the rule that measures its values, if there is one. Dates in its
// phrases are told at the place where the set stands, so "event" there is the event around it; in its where they are
// told of its own events.
func (c *checker) events(e *syntax.EventSet, s scope) (*plan.EventSet, *catalog.UnitRule) {
	if s.depth >= MaxSets {
		c.say(tooMany(e.Span(), "event sets inside each other", s.depth+1, MaxSets))
		return nil, nil
	}
	set, rule := c.rows(e, s)
	if set == nil {
		return nil, nil
	}
	inner := scope{cohort: s.cohort, top: s.top, source: set.Source, rule: rule, depth: s.depth + 1}
	if e.Where != nil {
		set.Where = c.cond(e.Where, inner)
	}
	for _, p := range e.Phrases {
		if !set.Source.Timed {
			c.say(untimed(p.Span(), set.Source.Name))
			continue
		}
		c.phrase(set, &p, s, inner)
	}
	return set, rule
}

// rows are what an event set chooses from: a source, a union or episodes.
func (c *checker) rows(e *syntax.EventSet, s scope) (set *plan.EventSet, rule *catalog.UnitRule) {
	switch {
	case len(e.Union) > 0:
		if set, rule = c.union(e, s); set != nil && e.Codes != nil {
			set.Codes = c.codesOf(set.Source, e.Codes, e.Span())
		}
		return set, rule
	case e.Episodes != nil:
		return c.episodes(e, s), nil
	}
	source, ok := c.source(e.Source)
	if !ok {
		return nil, nil
	}
	set = &plan.EventSet{Source: source}
	if e.Codes != nil {
		set.Codes = c.codesOf(source, e.Codes, e.Span())
	}
	return set, ruleOf(source, set.Codes)
}

// union checks (E, F, …). It has the columns that all members have and describe alike; their values are comparable
// when one rule measures them all.
func (c *checker) union(e *syntax.EventSet, s scope) (*plan.EventSet, *catalog.UnitRule) {
	var members []*plan.EventSet
	var rules []*catalog.UnitRule
	for _, m := range e.Union {
		set, rule := c.events(m, s)
		if set == nil {
			return nil, nil
		}
		if set.Apart != (plan.Span{}) {
			c.say(noApart(m.Span(), "a member of a union"))
		}
		members, rules = append(members, set), append(rules, rule)
	}
	out := plan.Union(members)
	out.Source.Columns = slices.DeleteFunc(out.Source.Columns, func(col catalog.Column) bool { return !alike(members, col) })
	for _, m := range members {
		out.Source.Sensitivity = moreSensitive(out.Source.Sensitivity, m.Source.Sensitivity)
	}
	if out.Source.Value == nil {
		return out, nil
	}
	bare := !slices.ContainsFunc(members, func(m *plan.EventSet) bool { return len(m.Source.Units) > 0 })
	oneRule := !slices.ContainsFunc(rules, func(r *catalog.UnitRule) bool { return r == nil || !reflect.DeepEqual(r, rules[0]) })
	if !oneRule && !(bare && alike(members, *out.Source.Value)) {
		out.Source.Value, c.mixed[out.Source] = nil, true
		return out, nil
	}
	return out, rules[0]
}

// alike reports whether all members describe a column in the same way: its grid and bounds protect it.
func alike(members []*plan.EventSet, col catalog.Column) bool {
	return !slices.ContainsFunc(members, func(m *plan.EventSet) bool {
		other, ok := m.Source.Column(col.Name)
		return !ok || !reflect.DeepEqual(other, col)
	})
}

var sensitivities = []catalog.Sensitivity{catalog.Plain, catalog.Quasi, catalog.Sensitive, catalog.Location, catalog.Genomic}

func moreSensitive(a, b catalog.Sensitivity) catalog.Sensitivity {
	if slices.Index(sensitivities, a) < slices.Index(sensitivities, b) {
		return b
	}
	return a
}

// episodes checks "episodes of E gap D".
func (c *checker) episodes(e *syntax.EventSet, s scope) *plan.EventSet {
	set, _ := c.events(e.Episodes, s)
	if set == nil {
		return nil
	}
	if !set.Source.Timed {
		c.say(untimed(e.Episodes.Span(), set.Source.Name))
		return nil
	}
	gap, ok := c.length(e.Gap, set.Source)
	if !ok {
		return nil
	}
	return plan.Episodes(set, gap)
}

// length is a duration between events of a source; minutes need times of day.
func (c *checker) length(e syntax.Expr, source *catalog.Source) (plan.Span, bool) {
	d, ok := c.duration(e, scope{})
	if !ok {
		return plan.Span{}, false
	}
	if d.unit == "minutes" && !source.Minutes {
		c.say(noMinutes(e.Span(), source.Name))
		return plan.Span{}, false
	}
	return plan.Span{N: d.n, Unit: d.unit}, true
}

// ruleOf is the one rule that all codes of a set share.
func ruleOf(source *catalog.Source, codes *plan.CodeSet) *catalog.UnitRule {
	if source.Value == nil {
		return nil
	}
	var list []string
	if codes != nil {
		list = codes.Codes
	}
	if rule, match := source.UnitRuleFor(list); match == catalog.MatchOne {
		return &rule
	}
	return nil
}

// start and end are the current event's; a missing end is the start or, with open, after every date.
func startOf(source *catalog.Source) plan.Expr {
	col, _ := source.Column(catalog.Start)
	return &plan.Field{Column: &col}
}

func endOf(source *catalog.Source, open bool) plan.Expr {
	col, ok := source.Column(catalog.End)
	if !ok {
		return startOf(source)
	}
	return &plan.End{Column: &col, Open: open}
}

// exists checks any, no, at least N, at most N, exactly N.
func (c *checker) exists(e *syntax.Exists, s scope) typed {
	set, _ := c.events(e.Set, s)
	if set == nil {
		return typed{}
	}
	count := &plan.Count{Set: set}
	if e.DistinctDays {
		if !set.Source.Timed {
			c.say(untimed(e.Span(), set.Source.Name))
		}
		count.Distinct = "start"
	}
	op, n := ">=", e.N
	switch e.Quant {
	case syntax.Any:
		n = 1
	case syntax.No:
		op, n = "<", 1
	case syntax.AtMost:
		op = "<="
	case syntax.Exactly:
		op = "="
	}
	return boolean(&plan.Compare{Op: op, L: count, R: plan.IntConst(int64(n))})
}

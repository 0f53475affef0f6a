package enginetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/sqlgen"
)

// coverage counts what the plans of a run reached.
type coverage map[string]int

// wanted is what a run of 500 plans has to reach.
var wanted = strings.Fields(`
	Const Attr Field Index Not IsMissing And Or In InCodes AtLeast Convert
	Count Count.start Count.code
	Pick.first Pick.last Pick.nth Pick.nearest Pick.highest Pick.lowest Pick.nearest.minutes Pick.nearest.event
	End.start End.open Covered Day InCohort IndexOf
	Agg.sum Agg.mean Agg.median Agg.min Agg.max Agg.sd
	Compare.= Compare.!= Compare.< Compare.<= Compare.> Compare.>=
	Arith.+ Arith.- Arith.* Arith./
	Call.abs Call.round Call.floor Call.least Call.greatest
	AddDate.days AddDate.months AddDate.minutes
	Elapsed.days Elapsed.weeks Elapsed.months Elapsed.years Elapsed.hours Elapsed.minutes
	Part.year Part.quarter Part.month
	Case.otherwise Case.otherwise-or-unknown
	Extreme.earliest Extreme.latest
	start.< start.<= start.> start.>= end.< end.<= end.> end.>= open-end.< open-end.<= open-end.> open-end.>=
	at.day at.day-beside-minutes at.minute at.event
	codes codes.none without without.member where nested.1 nested.2 nested.3 nested.4
	union.same union.other union.made union.minutes-and-days episodes episodes.of-episodes episodes.of-union
	gap.days gap.months gap.minutes apart.days apart.months apart.minutes
	chained
	include exclude report.count report.attrition report.table report.summary
	keys bands by.6 cohorts.3 restricted parted members
`)

// noSQL notes a plan that is too long for one statement: nothing is to be learnt from it.
func (c coverage) noSQL(a answer) bool {
	var refused *sqlgen.Error
	if !errors.As(a.err, &refused) {
		return false
	}
	c["no SQL: "+refused.Error()]++
	return true
}

func (c coverage) add(q question, a answer) {
	p := q.plan
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool { c[label(x)]++; return true })
	}
	for _, s := range p.EventSets() {
		c.set(s)
		c.made(s)
		c[fmt.Sprintf("nested.%d", nested(s))]++
	}
	c[fmt.Sprintf("cohorts.%d", len(p.Cohorts))]++
	for _, k := range p.Cohorts {
		if slices.ContainsFunc(cohortExprs(k), namesCohort) {
			c["chained"]++
		}
		for _, r := range k.Rules {
			c[map[bool]string{false: "include", true: "exclude"}[r.Exclude]]++
		}
	}
	for i, r := range p.Reports {
		c["report."+r.Kind]++
		c[fmt.Sprintf("by.%d", len(r.By))]++
		for _, d := range r.By {
			c[map[bool]string{false: "keys", true: "bands"}[d.Bands != nil]]++
		}
		if a.err == nil && len(a.reports[i].Cells) > 0 {
			c["members"]++
		}
	}
	if len(q.withheld) > 0 {
		c["restricted"]++
	}
	if q.parted {
		c["parted"]++
	}
}

func (c coverage) set(s *plan.EventSet) {
	if s.Codes != nil {
		c["codes"]++
		if len(s.Codes.Codes) == 0 {
			c["codes.none"]++
		}
	}
	if s.Without != nil {
		c["without"]++
	}
	for _, b := range s.Bounds {
		c[b.Column+"."+b.Op]++
		switch day := b.At.Type().Kind == catalog.DateKind; {
		case plan.OfEvent(b.At):
			c["at.event"]++
		case day && s.Source.Minutes:
			c["at.day-beside-minutes"]++
		case day:
			c["at.day"]++
		default:
			c["at.minute"]++
		}
	}
	if s.Where != nil {
		c["where"]++
	}
}

// made counts how the rows of s are made.
func (c coverage) made(s *plan.EventSet) {
	if s.Apart != (plan.Span{}) {
		c["apart."+s.Apart.Unit]++
	}
	if e := s.Episodes; e != nil {
		c["episodes"]++
		c["gap."+s.Gap.Unit]++
		if e.Episodes != nil {
			c["episodes.of-episodes"]++
		}
		if len(e.Union) > 0 {
			c["episodes.of-union"]++
		}
	}
	for i, m := range s.Union {
		switch first := s.Union[0]; {
		case m.Derived():
			c["union.made"]++
		case i == 0 || first.Derived():
		case m.Source.Name == first.Source.Name:
			c["union.same"]++
		default:
			c["union.other"]++
		}
		if m.Without != nil {
			c["without.member"]++
		}
		if m.Source.Minutes && !s.Source.Minutes {
			c["union.minutes-and-days"]++
		}
	}
}

// nested is how deep the conditions of s have sets in sets.
func nested(s *plan.EventSet) int {
	deepest := 0
	for _, m := range s.All() {
		plan.Walk(m.Where, func(x plan.Expr) bool {
			for _, inner := range plan.Sets(x) {
				deepest = max(deepest, 1+nested(inner))
			}
			return len(plan.Sets(x)) == 0
		})
	}
	return deepest
}

func cohortExprs(c *plan.Cohort) []plan.Expr {
	out := []plan.Expr{c.Index}
	for _, r := range c.Rules {
		out = append(out, r.Cond)
	}
	return out
}

// namesCohort tells whether a cohort is named in x.
func namesCohort(x plan.Expr) (named bool) {
	plan.Walk(x, func(x plan.Expr) bool {
		switch x.(type) {
		case *plan.InCohort, *plan.IndexOf:
			named = true
		}
		return true
	})
	return named
}

// label names a node and its variant.
func label(x plan.Expr) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", x), "*plan.")
	variant := ""
	switch x := x.(type) {
	case *plan.Count:
		variant = x.Distinct
	case *plan.Pick:
		variant = string(x.Which)
		if x.To != nil && plan.OfEvent(x.To) {
			variant += ".event"
		} else if x.To != nil && x.To.Type().Kind == catalog.TimeKind {
			variant += ".minutes"
		}
	case *plan.End:
		variant = map[bool]string{false: "start", true: "open"}[x.Open]
	case *plan.Agg:
		variant = x.Fn
	case *plan.Compare:
		variant = x.Op
	case *plan.Arith:
		variant = x.Op
	case *plan.Call:
		variant = x.Fn
	case *plan.AddDate:
		variant = x.Unit
	case *plan.Elapsed:
		variant = x.Unit
	case *plan.Part:
		variant = x.Which
	case *plan.Case:
		variant = map[bool]string{false: "otherwise", true: "otherwise-or-unknown"}[x.CatchUnknown]
	case *plan.Extreme:
		variant = map[bool]string{false: "earliest", true: "latest"}[x.Last]
	}
	if variant == "" {
		return name
	}
	return name + "." + variant
}

// check prints the counts, and fails for what was never reached.
func (c coverage) check(t *testing.T) {
	t.Helper()
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(&text, "%8d  %s\n", c[name], name)
	}
	t.Logf("reached:\n%s", text.String())
	for _, name := range wanted {
		if c[name] == 0 {
			t.Errorf("no plan reached %s", name)
		}
	}
}

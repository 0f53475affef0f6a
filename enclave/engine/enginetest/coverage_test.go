package enginetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/sqlgen"
)

// coverage counts what the plans of a run reached.
type coverage map[string]int

// wanted is what a run of 500 plans has to reach.
var wanted = strings.Fields(`
	Const Attr Field Index Not IsMissing And Or In InCodes AtLeast Convert
	Count Count.start Count.code
	Pick.first Pick.last
	Agg.sum Agg.mean Agg.median Agg.min Agg.max Agg.sd
	Compare.= Compare.!= Compare.< Compare.<= Compare.> Compare.>=
	Arith.+ Arith.- Arith.* Arith./
	Call.abs Call.round Call.floor Call.least Call.greatest
	AddDate.days AddDate.months
	Elapsed.days Elapsed.weeks Elapsed.months Elapsed.years
	Part.year Part.quarter Part.month
	Case.otherwise Case.otherwise-or-unknown
	Extreme.earliest Extreme.latest
	start.< start.<= start.> start.>= end.< end.<= end.> end.>= open-end.< open-end.<= open-end.> open-end.>=
	codes codes.none without where nested
	include exclude report.count report.attrition report.table report.summary
	keys bands by.6 cohorts.3 restricted members
`)

// noSQL notes a plan that is too long for one statement: nothing is to be learnt from it.
func (c coverage) noSQL(a answer) bool {
	var refused *sqlgen.Error
	if !errors.As(a.err, &refused) {
		return false
	}
	c["no SQL"]++
	return true
}

func (c coverage) add(q question, a answer) {
	p := q.plan
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool { c[label(x)]++; return true })
	}
	for _, s := range p.EventSets() {
		c.set(s)
	}
	c[fmt.Sprintf("cohorts.%d", len(p.Cohorts))]++
	for _, k := range p.Cohorts {
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
	}
	if s.Where != nil {
		c["where"]++
		plan.Walk(s.Where, func(x plan.Expr) bool {
			if len(plan.Sets(x)) > 0 {
				c["nested"]++
			}
			return true
		})
	}
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

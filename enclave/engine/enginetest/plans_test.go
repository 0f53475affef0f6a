package enginetest

import (
	"maps"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// question is a plan as it was written, not canonical, and the codes that it may not see.
type question struct {
	plan     plan.Plan
	withheld []string
	parted   bool // DuckDB is to look at each part of the tables on its own
}

// canonical is the plan as an engine gets it. Making it changes nothing of q.
func (q question) canonical() *plan.Plan {
	p := plan.New(q.shells())
	return p.Restrict(&plan.CodeSet{Codes: q.withheld})
}

// shells copies the parts of the plan that plan.New changes.
func (q question) shells() plan.Plan {
	p := q.plan
	p.Cohorts = slices.Clone(p.Cohorts)
	for i, c := range p.Cohorts {
		copied := *c
		copied.Rules = slices.Clone(c.Rules)
		for j, r := range c.Rules {
			rule := *r
			copied.Rules[j] = &rule
		}
		p.Cohorts[i] = &copied
	}
	p.Reports = slices.Clone(p.Reports)
	for i, r := range p.Reports {
		copied := *r
		copied.By = slices.Clone(r.By)
		for j, d := range r.By {
			dimension := *d
			copied.By[j] = &dimension
		}
		p.Reports[i] = &copied
	}
	return p
}

const deepest = 3

// question draws a plan.
func (m maker) question() question {
	q := question{plan: plan.Plan{Dataset: m.catalog.Dataset}}
	for range oneOf(m, []int{1, 1, 1, 2, 3}) {
		q.plan.Cohorts = append(q.plan.Cohorts, m.cohort())
		m.others++
	}
	m.indexed = true
	for range 1 + m.IntN(4) {
		q.plan.Reports = append(q.plan.Reports, m.report(m.IntN(len(q.plan.Cohorts))))
	}
	q.parted = m.chance(2)
	if m.chance(4) {
		q.withheld = m.codeSet(oneOf(m, m.catalog.Sources)).Codes
	}
	return q
}

func (m maker) cohort() *plan.Cohort {
	c := &plan.Cohort{Index: m.date(deepest - 1)}
	m.indexed = true
	for range m.IntN(4) {
		cond := m.cond(deepest)
		if m.chance(6) {
			cond = m.chain(1 + m.IntN(5))
		}
		c.Rules = append(c.Rules, &plan.Rule{Exclude: m.chance(2), Cond: cond})
	}
	return c
}

func (m maker) report(cohort int) *plan.Report {
	r := &plan.Report{Kind: oneOf(m, plan.Kinds).Name, Cohort: cohort}
	if kind, _ := plan.KindOf(r.Kind); kind.Dimensions > 0 {
		for range oneOf(m, []int{0, 1, 1, 2, 3, kind.Dimensions}) {
			r.By = append(r.By, m.dimension(deepest-1))
		}
	}
	if r.Kind == "summary" {
		switch {
		case m.chance(3):
			r.Value = m.integer(deepest - 1)
		case m.chance(5):
			r.Value = m.rough(deepest - 1)
		default:
			r.Value = m.number(deepest - 1)
		}
	}
	return r
}

// dimension draws keys or bands as the language has them: bands leave nothing out, nor do the keys of what everybody has.
func (m maker) dimension(depth int) *plan.Dimension {
	switch m.IntN(5) {
	case 0:
		return &plan.Dimension{X: m.cond(depth), Keys: []string{"true", "false"}}
	case 1:
		if m.chance(2) {
			return &plan.Dimension{X: m.text(depth), Keys: words()}
		}
		return &plan.Dimension{X: m.column(depth, catalog.Code, catalog.String), Keys: append(some(m, words(), 2), "nobody's")}
	case 2:
		return &plan.Dimension{X: &plan.Part{Which: oneOf(m, []string{"month", "quarter"}), X: m.date(depth)}, Keys: []string{"1", "2", "3"}}
	case 3:
		return &plan.Dimension{X: m.integer(depth), Bands: m.bands(0, 1, 3, 1<<53)}
	}
	if m.chance(4) {
		return &plan.Dimension{X: m.rough(depth), Bands: m.bands(0.12345, 1.7171717, 1e6+0.123)}
	}
	return &plan.Dimension{X: m.number(depth), Bands: m.bands(-3, 0.3, 2.5, 1e10)}
}

// words are all texts and codes there are.
func words() []string {
	out := slices.Concat(texts, absent)
	for _, system := range slices.Sorted(maps.Keys(codes)) {
		out = append(out, codes[system]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bands parts the numbers at some of the limits.
func (m maker) bands(limits ...float64) []plan.Band {
	out := []plan.Band{{}}
	for _, x := range limits {
		if m.chance(2) {
			continue
		}
		out[len(out)-1].High = &x
		out = append(out, plan.Band{Low: &x})
	}
	return out
}

package disclosure

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/policy"
)

// gate decides which counts are shown, and how.
type gate struct {
	min   int64  // fewest persons of a shown cell
	round int64  // shown counts are multiples of it
	open  []bool // by cohort: whether it is large enough to be reported on at all
}

func newGate(p *plan.Plan, reports []Counts, terms policy.Terms) *gate {
	g := &gate{
		min:   int64(max(terms.MinCell, terms.TrueMin)), // in exact mode the true count is what is shown
		round: int64(terms.RoundTo),
		open:  make([]bool, len(p.Cohorts)),
	}
	for i := range g.open {
		g.open[i] = true
	}
	for i, r := range p.Reports {
		if cohortSize(p, r, reports[i]) < int64(terms.MinCohort) {
			g.open[r.Cohort] = false
		}
	}
	return g
}

// cohortSize counts the persons of r's cohort. The cells of every report but attrition are a partition of it.
func cohortSize(p *plan.Plan, r *plan.Report, counts Counts) int64 {
	var n int64
	for _, c := range counts.Cells {
		if r.Kind != "attrition" || c.Keys[0] == len(p.CohortOf(r).Rules) {
			n += c.Persons
		}
	}
	return n
}

// persons is the primary suppression: the mark below the minimum, else n rounded.
func (g *gate) persons(n int64) Value {
	if n < g.min {
		return Value{}
	}
	return count(g.rounded(n))
}

// rounded is the multiple of round nearest to n ≥ min, halves up, but never one below min.
func (g *gate) rounded(n int64) int64 {
	down := func(n int64) int64 { return n / g.round * g.round }
	return max(down(n+g.round/2), down(g.min+g.round-1))
}

// part is the count of a part of persons whose whole is released. Both the part and the rest must reach the
// minimum, or the whole less the part would show a small rest. The rest is taken of released counts.
func (g *gate) part(n int64, whole Value) Value {
	v := g.persons(n)
	if !v.Shown() || !whole.Shown() || whole.int()-v.int() < g.min {
		return Value{}
	}
	return v
}

// add sums released counts; without a shown one the sum has nothing to show.
func add(values ...Value) Value {
	var sum int64
	shown := false
	for _, v := range values {
		if v.Shown() {
			shown = true
			sum += v.int()
		}
	}
	if !shown {
		return Value{}
	}
	return count(sum)
}

// cells finds a cell by its keys. It points at the raw cells, so that no copy outlives them.
type cells map[string]*Cell

// indexed returns the cells of counts, or none when the cohort is not open.
func indexed(counts Counts, open bool) cells {
	byKey := cells{}
	if open {
		for i, c := range counts.Cells {
			byKey[fmt.Sprint(c.Keys)] = &counts.Cells[i]
		}
	}
	return byKey
}

// at returns the cell with these keys; one that is absent has no persons.
func (c cells) at(keys ...int) Cell {
	if found := c[fmt.Sprint(keys)]; found != nil {
		return *found
	}
	return Cell{}
}

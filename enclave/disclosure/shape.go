package disclosure

import (
	"errors"
	"fmt"
	"math"

	"github.com/officina-enclave/officina/dsl/plan"
)

// ErrShape is the class of errors about raw cells that do not fit the plan. Its texts hold no cell.
var ErrShape = errors.New("raw cells do not fit the plan")

// maxPersons is more than any population, and small enough that no sum of a table's cells overflows.
const maxPersons = 1 << 40

// The second key of an attrition cell.
const (
	removedDecided     = iota // the condition decided
	removedNotRecorded        // the condition was not recorded, and the rule includes
	keptNotRecorded           // the condition was not recorded, and the rule excludes
)

// checkShape tells whether reports can be cells of a run of p.
func checkShape(p *plan.Plan, reports []Counts) error {
	if len(reports) != len(p.Reports) {
		return fmt.Errorf("%w: %d reports for %d of the plan", ErrShape, len(reports), len(p.Reports))
	}
	for i, r := range p.Reports {
		if err := checkReport(p, r, reports[i].Cells); err != nil {
			return fmt.Errorf("report %d: %w", i, err)
		}
	}
	return nil
}

func checkReport(p *plan.Plan, r *plan.Report, cells []Cell) error {
	fits := fitsDimensions(r)
	if r.Kind == "attrition" {
		fits = fitsRules(p.CohortOf(r).Rules)
	}
	seen := map[string]bool{}
	for _, c := range cells {
		id := fmt.Sprint(c.Keys)
		switch {
		case !fits(c.Keys):
			return fmt.Errorf("%w: keys out of range", ErrShape)
		case seen[id]:
			return fmt.Errorf("%w: keys given twice", ErrShape)
		case !c.possible():
			return fmt.Errorf("%w: impossible numbers", ErrShape)
		}
		seen[id] = true
	}
	return nil
}

// fitsDimensions accepts one position a dimension, the one after the last key included where a value can be missing.
func fitsDimensions(r *plan.Report) func(keys []int) bool {
	return func(keys []int) bool {
		if len(keys) != len(r.By) {
			return false
		}
		for i, k := range keys {
			last := len(r.By[i].Keys) + len(r.By[i].Bands)
			if r.By[i].AlwaysKnown() {
				last--
			}
			if k < 0 || k > last {
				return false
			}
		}
		return true
	}
}

// fitsRules accepts the pairs that [Cell] lists.
func fitsRules(rules []*plan.Rule) func(keys []int) bool {
	return func(keys []int) bool {
		if len(keys) != 2 || keys[0] < 0 || keys[0] > len(rules) {
			return false
		}
		if keys[0] == len(rules) || keys[1] == removedDecided {
			return keys[1] == removedDecided
		}
		if rules[keys[0]].Exclude {
			return keys[1] == keptNotRecorded
		}
		return keys[1] == removedNotRecorded
	}
}

// possible tells whether some persons could have given c.
func (c Cell) possible() bool {
	for _, x := range []float64{c.Sum, c.SumSquares, c.Largest[0], c.Largest[1]} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return c.Persons >= 0 && c.Persons <= maxPersons && c.Recorded >= 0 && c.Recorded <= c.Persons &&
		c.SumSquares >= 0 && c.Largest[1] >= 0 && c.Largest[0] >= c.Largest[1]
}

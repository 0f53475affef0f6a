package enginetest

import (
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// TestBlankPersonAgrees compares what the compiler thinks of a person about whom nothing is recorded, when it refuses
// cohorts that take one, with what becomes of such a person.
func TestBlankPersonAgrees(t *testing.T) {
	taken := 0
	for i := range uint64(3000) {
		p := newMaker(t, 1, i<<1|1).question().canonical()
		nobody := reference.Data{{}}
		for j, c := range p.Cohorts {
			counted := plan.New(plan.Plan{Cohorts: p.Cohorts, Reports: []*plan.Report{{Kind: "count", Cohort: j}}})
			raw, err := reference.Run(t.Context(), counted, nobody)
			must(t, err)
			a := answered(t, counted, raw, nil)
			in := len(a.reports[0].Cells) > 0
			if in != c.TakesBlank(p.Cohorts) {
				t.Fatalf("plan %d, cohort %d: the compiler says %t, the engine %t\n%s", i, j, c.TakesBlank(nil), in, counted.Canonical())
			}
			if in {
				taken++
			}
		}
	}
	if taken < 100 {
		t.Errorf("only %d cohorts take a blank person", taken)
	}
}

package disclosure

import (
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure/internal/bridge"
)

// Cell is what the engine counted for one combination of keys.
type Cell struct {
	// Keys are positions in the keys of each dimension of the report, in its order; the position after
	// the last key stands for persons whose value is not recorded. A count has no keys.
	//
	// An attrition has two. For rule i: [i,0] persons removed because the condition decided so, [i,1]
	// removed because it was not recorded (include), [i,2] kept although it was not recorded (exclude;
	// these are counted again further down). For n rules: [n,0] persons left in the cohort.
	Keys     []int
	Persons  int64 // persons in the cell
	Recorded int64 // of a summary: those of them who have a value

	Sum        float64    // of a summary: Σx over the recorded, in the unit of the value
	SumSquares float64    // of a summary: Σx²
	Largest    [2]float64 // of a summary: the two largest |x|, the larger first
}

// Counts are the cells of one report, in any order. A combination of keys that no person has may be absent.
type Counts struct{ Cells []Cell }

// Raw holds the cells of a run and gives them to [Apply], once. It has no field that can be read, and every
// way of printing it prints "raw: withheld". The zero Raw holds nothing.
//
// The cells live in a closure rather than in fields, so that printers that walk fields find none.
type Raw struct {
	take func() *sealed // the cells; nil from the second time on
	peek func() *sealed // the cells while they are there; for rawtest
}

type sealed struct {
	digest  string // of the plan that was run
	reports []Counts
	err     error // why the cells do not fit the plan; nil when they do
}

// NewRaw seals the cells of a run of p: one Counts for each report, in the order of the plan. It keeps
// reports, and Apply clears them. Cells that do not fit the plan are found here and told by Apply.
func NewRaw(p *plan.Plan, reports []Counts) *Raw {
	var held atomic.Pointer[sealed]
	held.Store(&sealed{p.Digest(), reports, checkShape(p, reports)})
	return &Raw{take: func() *sealed { return held.Swap(nil) }, peek: held.Load}
}

// clear overwrites the cells, so that they do not wait in memory for the garbage collector.
func (s *sealed) clear() {
	for _, r := range s.reports {
		for _, c := range r.Cells {
			clear(c.Keys)
		}
		clear(r.Cells)
	}
	clear(s.reports)
}

const withheld = "raw: withheld"

// Format prints "raw: withheld", whatever the verb.
func (Raw) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, withheld) }

// LogValue logs "raw: withheld".
func (Raw) LogValue() slog.Value { return slog.StringValue(withheld) }

func init() {
	bridge.Peek = func(raw any) any {
		r, ok := raw.(*Raw)
		if !ok || r == nil || r.peek == nil {
			return nil
		}
		if s := r.peek(); s != nil {
			return s.reports
		}
		return nil
	}
}

package disclosure

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/policy"
)

// Errors of Apply. None depends on what was counted.
var (
	// ErrApplied is the error of a Raw that holds no cells: it was applied before, or never made.
	ErrApplied = errors.New("raw cells can be applied once; run the plan again")
	// ErrPlan is the error of cells that were counted for another plan.
	ErrPlan = errors.New("raw cells are of another plan; apply them with the plan that was run")
	// ErrNotAllowed is the error of a report that the terms do not allow.
	ErrNotAllowed = errors.New("report is not allowed by the terms; ask the ethics board, or leave it out")
)

// MaxRows is the most rows of a table, those of persons not recorded included (LANGUAGE, Meaning 9).
const MaxRows = 1000

// Released is what may leave the enclave. Only [Apply] makes one.
type Released struct {
	tables []Table
	text   []byte
}

// Apply turns the raw cells of a run of p into tables that meet the terms. Whatever the outcome, raw is
// used up and its cells are overwritten.
//
// Errors are [ErrApplied], [ErrPlan], [ErrShape], [ErrNotAllowed] and policy.ErrTerms. Hiding every cell is
// no error: see [Released.Withheld].
func Apply(p *plan.Plan, raw *Raw, terms policy.Terms) (*Released, error) {
	if raw == nil || raw.take == nil {
		return nil, ErrApplied
	}
	cells := raw.take()
	if cells == nil {
		return nil, ErrApplied
	}
	defer cells.clear()
	if err := ready(p, cells, terms); err != nil {
		return nil, err
	}
	tables := make([]Table, len(p.Reports))
	gate := newGate(p, cells.reports, terms)
	for i, r := range p.Reports {
		tables[i] = gate.table(p, i, indexed(cells.reports[i], gate.open[r.Cohort]))
	}
	text, err := json.Marshal(tables)
	if err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return &Released{tables, text}, nil
}

// ready finds every reason not to release that is known without looking at a count.
func ready(p *plan.Plan, cells *sealed, terms policy.Terms) error {
	if cells.digest != p.Digest() {
		return ErrPlan
	}
	if err := terms.Valid(); err != nil {
		return err
	}
	if cells.err != nil {
		return cells.err
	}
	for i, r := range p.Reports {
		kind, known := plan.KindOf(r.Kind)
		if !known || !slices.Contains(terms.Kinds, r.Kind) || len(r.By) > min(kind.Dimensions, terms.Dimensions) {
			return fmt.Errorf("report %d: %w", i, ErrNotAllowed)
		}
		if rowsOf(r) > MaxRows {
			return fmt.Errorf("report %d: %w: more than %d rows", i, ErrNotAllowed, MaxRows)
		}
	}
	return nil
}

// rowsOf counts the combinations of keys of r, and stops counting above MaxRows.
func rowsOf(r *plan.Report) int {
	n := 1
	for _, d := range r.By {
		if n *= len(d.Keys) + len(d.Bands) + 1; n > MaxRows {
			break
		}
	}
	return n
}

// Tables returns the released tables, one for each report of the plan, in its order. They are shared:
// changing one does not change what MarshalJSON writes.
func (r *Released) Tables() []Table { return r.tables }

// Withheld tells whether no cell of any table is shown.
func (r *Released) Withheld() bool {
	return !slices.ContainsFunc(r.tables, func(t Table) bool { return t.Hidden < t.Cells })
}

// MarshalJSON writes the tables, as they were when released.
func (r Released) MarshalJSON() ([]byte, error) { return slices.Clone(r.text), nil }

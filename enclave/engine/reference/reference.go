// Package reference runs plans over small tables in memory: plain Go, written to be seen to be right, and slow.
//
// It is a second reading of what a plan means (docs/language.md; package dsl/plan), independent of enclave/sqlgen
// and of DuckDB. Engines that are fast are held to its answers: see enclave/engine/enginetest. It also runs where
// there is no enclave and no cgo.
//
// [Run] walks over the persons one by one. A person has an index date or not; then the rules keep or remove the
// person; then each report puts the person into a cell. An expression is evaluated anew wherever it stands. An event
// set is a filter over the person's events, or over those made of other sets; a pick sorts them and takes one.
//
// A value is a bool, int64, float64, string, catalog.Date, catalog.Moment, or nil, which is missing and, of a condition,
// unknown; or the end of an event that is not over, which comes after every date.
//
//   - Whole numbers are calculated exactly. An outcome beyond 64 bits is missing.
//   - Other numbers are IEEE 754 doubles, and so is a whole number that meets one. Division by zero is missing.
//   - Sums and means are exact over decimals of 8 places ([decimal]), standard deviations over doubles below 10^10;
//     the outcome is rounded to a double once.
//
// Limits. What becomes of doubles beyond the largest finite one is not said by the language, and here they are
// infinite, as in IEEE 754.
package reference

import (
	"context"
	"fmt"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
)

// Data is a dataset: the person table, with each person's events.
type Data []Person

// Person is one person. Events are by the name of their source, in any order; of a source of places and days, those of
// the places where the person lived.
type Person struct {
	Attributes Row
	Events     map[string][]Row
}

// Row holds values by column: bool, int64, float64, string, catalog.Date, catalog.Moment. The start and the end of events
// with minutes are moments. The code of an event is a CURIE. A column
// that is not there, or nil, is missing.
type Row map[string]any

// Error says why a plan cannot be run. It names parts of the plan and never data.
type Error struct{ Reason string }

func (e *Error) Error() string { return "plan cannot be run: " + e.Reason }

// Run counts what p asks for. Errors are an [*Error] and those of ctx.
func Run(ctx context.Context, p *plan.Plan, data Data) (raw *disclosure.Raw, err error) {
	defer func() {
		if failed := caught(recover()); failed != nil {
			raw, err = nil, failed
		}
	}()
	tallies := make([]tally, len(p.Reports))
	for _, person := range data {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := range p.Cohorts {
			place, in := start(p, person).follow(i)
			if !in {
				continue
			}
			for j, r := range p.Reports {
				if r.Cohort == i {
					tallies[j].add(r, place)
				}
			}
		}
	}
	counts := make([]disclosure.Counts, len(p.Reports))
	for i := range tallies {
		counts[i].Cells = tallies[i].cells()
	}
	return disclosure.NewRaw(p, counts), nil
}

// caught is the error of [fail] that a run ended with, if it did.
func caught(panicked any) error {
	switch failed := panicked.(type) {
	case nil:
		return nil
	case *Error:
		return failed
	}
	panic(panicked)
}

// fail ends the run: the plan has a part that this engine does not know.
func fail(format string, args ...any) { panic(&Error{fmt.Sprintf(format, args...)}) }

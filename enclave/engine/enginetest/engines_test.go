package enginetest

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/engine/reference"
	"github.com/officina-enclave/officina/policy"
)

// answer is what an engine counted, or why it did not.
type answer struct {
	reports []disclosure.Counts
	rough   bool // a standard deviation takes part
	err     error
}

// answered takes the cells out of raw. It is an error of the engine if they are not cells that p can have.
func answered(t testing.TB, p *plan.Plan, raw *disclosure.Raw, err error) answer {
	if err != nil {
		return answer{err: err}
	}
	out := answer{rough: strings.Contains(p.Canonical(), "(sd ")}
	for _, r := range rawtest.Read(t, raw) {
		out.reports = append(out.reports, disclosure.Counts{Cells: settled(r)})
	}
	if _, err := disclosure.Apply(p, raw, policy.Terms{MinCell: 1, RoundTo: 1}); errors.Is(err, disclosure.ErrShape) {
		return answer{err: err}
	}
	return out
}

// engine is one side of a comparison: it opens tables for questions.
type engine func(t testing.TB, data tables) (ask func(question) answer, done func())

// referenceEngine reads the question as it was written, over tables without what is withheld.
func referenceEngine(t testing.TB, data tables) (func(question) answer, func()) {
	return func(q question) answer {
		p := q.plan
		raw, err := reference.Run(t.Context(), &p, without(data.persons, q.withheld))
		return answered(t, &p, raw, err)
	}, func() {}
}

// duckEngine runs canonical, restricted plans over a sealed snapshot of two or three parts: in turn over all parts at
// once, and over each part on its own.
func duckEngine(t testing.TB, data tables) (func(question) answer, func()) {
	t.Helper()
	s := seal(t, data)
	atOnce := duckdb.New(duckdb.Limits{Limits: duck.Limits{Threads: 1, Memory: "1GiB"}})
	byPart := duckdb.New(duckdb.Limits{Limits: duck.Limits{Threads: 1, Memory: "1GiB"}, Statement: 1})
	return func(q question) answer {
		e := atOnce
		if q.parted {
			e = byPart
		}
		p := q.canonical()
		raw, err := e.Run(t.Context(), p, s)
		return answered(t, p, raw, err)
	}, func() { must(t, atOnce.Close()); must(t, byPart.Close()); must(t, s.Close()) }
}

// agree tells whether two answers are the same. Counts are the same exactly, and sums are but for their rounding to a
// double. What comes from a standard deviation may differ in the last decimal for each person.
func agree(a, b answer) bool {
	if a.err != nil || b.err != nil || len(a.reports) != len(b.reports) {
		return false
	}
	const decimals = 1e-6
	exact := 0.0
	if a.rough || b.rough {
		exact = decimals
	}
	near := func(x, y, slack float64) bool { return math.Abs(x-y) <= slack+1e-12*math.Abs(x) }
	return slices.EqualFunc(a.reports, b.reports, func(a, b disclosure.Counts) bool {
		return slices.EqualFunc(a.Cells, b.Cells, func(a, b disclosure.Cell) bool {
			return slices.Equal(a.Keys, b.Keys) && a.Persons == b.Persons && a.Recorded == b.Recorded &&
				near(a.Sum, b.Sum, exact) && near(a.SumSquares, b.SumSquares, exact) &&
				near(a.Largest[0], b.Largest[0], exact) && near(a.Largest[1], b.Largest[1], exact)
		})
	})
}

// settled are copies of the cells in order, without those that are the same as no cell.
func settled(c disclosure.Counts) []disclosure.Cell {
	cells := slices.DeleteFunc(slices.Clone(c.Cells), func(c disclosure.Cell) bool { return c.Persons == 0 })
	for i := range cells {
		cells[i].Keys = slices.Clone(cells[i].Keys)
	}
	slices.SortFunc(cells, func(a, b disclosure.Cell) int { return slices.Compare(a.Keys, b.Keys) })
	return cells
}

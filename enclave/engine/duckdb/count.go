package duckdb

import (
	"context"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
)

// count runs the statement and sorts its rows into the cells of each report.
func count(ctx context.Context, db *duck.DB, q *sqlgen.Query, p *plan.Plan) ([]disclosure.Counts, error) {
	out := make([]disclosure.Counts, len(p.Reports))
	err := db.Select(ctx, q.SQL, q.Args, func(r duck.Row) error {
		report := int(integer(r[0]))
		out[report].Cells = append(out[report].Cells, cell(r[1:], q.Keys))
		return nil
	})
	return out, err
}

// cell reads a row after its report: the keys, persons and, in a plan with a summary, its five figures.
func cell(r duck.Row, keys int) disclosure.Cell {
	c := disclosure.Cell{Keys: []int{}, Persons: integer(r[keys])}
	for _, k := range r[:keys] {
		if k != nil {
			c.Keys = append(c.Keys, int(integer(k)))
		}
	}
	if f := r[keys+1:]; len(f) == 5 {
		c.Recorded, c.Sum, c.SumSquares = integer(f[0]), number(f[1]), number(f[2])
		c.Largest = [2]float64{number(f[3]), number(f[4])}
	}
	return c
}

// integer and number read a figure; one that is missing is 0.
func integer(v any) int64  { n, _ := v.(int64); return n }
func number(v any) float64 { x, _ := v.(float64); return x }

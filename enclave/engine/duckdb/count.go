package duckdb

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
)

// figures are the cells of each report.
type figures []cells

// cells are found by their keys.
type cells map[string]*cell

// cell is a disclosure.Cell whose sums are not yet rounded, so that cells can be added in any order.
type cell struct {
	disclosure.Cell
	sum, squares *big.Rat // nil: no value
}

func newFigures(reports int) figures {
	out := make(figures, reports)
	for i := range out {
		out[i] = cells{}
	}
	return out
}

// count runs the statement and sorts its rows into the cells of each report.
func count(ctx context.Context, db *duck.DB, q *sqlgen.Query, reports int) (figures, error) {
	out := newFigures(reports)
	err := db.Select(ctx, q.SQL, q.Args, func(r duck.Row) error {
		out[integer(r[0])].put(read(r[1:], q.Keys))
		return nil
	})
	return out, err
}

// read reads a row after its report: the keys, persons and, in a plan with a summary, its six figures.
func read(r duck.Row, keys int) *cell {
	c := &cell{Cell: disclosure.Cell{Keys: []int{}, Persons: integer(r[keys])}}
	for _, k := range r[:keys] {
		if k != nil {
			c.Keys = append(c.Keys, int(integer(k)))
		}
	}
	if f := r[keys+1:]; len(f) == 6 {
		c.Recorded, c.sum, c.squares = integer(f[0]), exact(f[1]), plus(exact(f[2]), exact(f[3]))
		c.Largest = [2]float64{number(f[4]), number(f[5])}
	}
	return c
}

// integer and number read a figure; one that is missing is 0. exact is nil then.
func integer(v any) int64  { n, _ := v.(int64); return n }
func number(v any) float64 { x, _ := v.(float64); return x }
func exact(v any) *big.Rat { x, _ := v.(*big.Rat); return x }

// put adds c to the cell of the same keys.
func (f cells) put(c *cell) {
	key := fmt.Sprint(c.Keys)
	if old := f[key]; old != nil {
		old.add(c)
		return
	}
	f[key] = c
}

// add adds the figures about other persons.
func (f figures) add(others figures) {
	for i := range f {
		for _, c := range others[i] {
			f[i].put(c)
		}
	}
}

func (c *cell) add(o *cell) {
	c.Persons += o.Persons
	c.Recorded += o.Recorded
	c.sum, c.squares = plus(c.sum, o.sum), plus(c.squares, o.squares)
	for _, x := range o.Largest {
		switch {
		case x > c.Largest[0]:
			c.Largest = [2]float64{x, c.Largest[0]}
		case x > c.Largest[1]:
			c.Largest[1] = x
		}
	}
}

// plus adds what has a value.
func plus(a, b *big.Rat) *big.Rat {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return new(big.Rat).Add(a, b)
}

// counts rounds each sum to the nearest double.
func (f figures) counts() []disclosure.Counts {
	out := make([]disclosure.Counts, len(f))
	for i, report := range f {
		for _, c := range report {
			c.Sum, c.SumSquares = nearest(c.sum), nearest(c.squares)
			out[i].Cells = append(out[i].Cells, c.Cell)
		}
		slices.SortFunc(out[i].Cells, func(a, b disclosure.Cell) int { return slices.Compare(a.Keys, b.Keys) })
	}
	return out
}

func nearest(x *big.Rat) float64 {
	if x == nil {
		return 0
	}
	f, _ := x.Float64()
	return f
}

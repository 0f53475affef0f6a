package csv

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"github.com/officina-enclave/officina/connectors"
)

// reading is one pass over the file of a table.
type reading struct {
	*file
	table *table
	cells []*column // for each catalog column, the person first, how it is made; nil: this entry does not have it
	from  []int     // for each catalog column the place in a record; -1 for one that no header fills
	seen  map[string]bool
	batch connectors.Batch
	flat  []connectors.Cell // the memory of batch.Rows
	told  int64             // bytes told in batches
}

func (t *table) read(ctx context.Context, root *os.Root, columns []string, seen map[string]bool, yield func(connectors.Batch) error) error {
	f, err := t.open(root)
	if err != nil {
		return err
	}
	defer f.disk.Close()
	r := &reading{file: f, table: t, seen: seen, flat: make([]connectors.Cell, connectors.MaxBatch*len(columns))}
	r.batch = connectors.Batch{Table: t.Table, File: t.File, Columns: columns}
	if err := r.place(columns); err != nil {
		return err
	}
	return connectors.Batches(ctx, &r.batch, r.fill, yield)
}

// place finds the record's cell of each catalog column.
func (r *reading) place(columns []string) error {
	r.cells, r.from = make([]*column, len(columns)), make([]int, len(columns))
	for i, name := range columns {
		r.from[i] = -1
		c, ok := r.table.Columns[name]
		if !ok {
			continue
		}
		r.cells[i] = &c
		if c.Column == "" {
			continue
		}
		if r.from[i] = r.index(c.Column); r.from[i] < 0 {
			return &connectors.Error{File: r.name, Line: 1, Column: c.Column, Reason: "the mapping names this header, but the file does not have it"}
		}
	}
	return nil
}

// fill makes the next batch and reports whether the file may hold more.
func (r *reading) fill() (more bool, err error) {
	r.batch.Rows, r.batch.Lines = r.batch.Rows[:0], r.batch.Lines[:0]
	for len(r.batch.Rows) < connectors.MaxBatch {
		record, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return false, err
		}
		r.add(record)
	}
	r.batch.Bytes, r.told = r.disk.n-r.told, r.disk.n
	return len(r.batch.Rows) == connectors.MaxBatch, nil
}

// add makes a row of the record, unless its person has one already and only the first counts.
func (r *reading) add(record []string) {
	line, _ := r.rows.FieldPos(0)
	width := len(r.cells)
	row := r.flat[len(r.batch.Rows)*width:][:width:width]
	for i, c := range r.cells {
		switch {
		case c == nil:
			row[i] = connectors.Cell{}
		case c.Numbered:
			row[i] = connectors.Known(strconv.Itoa(line))
		case r.from[i] < 0:
			row[i] = connectors.Known(c.Constant)
		default:
			row[i] = c.cell(record[r.from[i]])
		}
	}
	if person := row[0]; r.table.Repeats == "first" && person.Known {
		if r.seen[person.Text] {
			return
		}
		r.seen[person.Text] = true
	}
	r.batch.Rows, r.batch.Lines = append(r.batch.Rows, row), append(r.batch.Lines, line)
}

package ingest

import (
	"context"
	"fmt"
	"slices"

	"github.com/officina-enclave/officina/connectors"
)

// plan pairs the tables of the catalog with those of the source.
func (l *load) plan() ([]shape, error) {
	shapes := shapesOf(l.Catalog)
	if !l.has(connectors.PersonTable) {
		return nil, fmt.Errorf("%w: it has no table person; map one", ErrColumns)
	}
	for _, name := range l.Source.Tables() {
		if !slices.ContainsFunc(shapes, func(s shape) bool { return s.name == name }) {
			return nil, fmt.Errorf("%w: the catalog has no table %q; add it there, or drop it from the mapping", ErrColumns, name)
		}
	}
	return shapes, nil
}

func (l *load) has(table string) bool { return slices.Contains(l.Source.Tables(), table) }

// batches reads a table; at tells where each column stands in a row.
func (l *load) batches(ctx context.Context, table string, yield func(b connectors.Batch, at map[string]int) error) error {
	return l.Source.Read(ctx, table, func(b connectors.Batch) error {
		at := make(map[string]int, len(b.Columns))
		for i, c := range b.Columns {
			at[c] = i
		}
		if err := yield(b, at); err != nil {
			return err
		}
		l.tell(table, min(l.done+b.Bytes, l.Source.Size())) // the person table is read twice, but counted once
		return nil
	})
}

func (l *load) tell(table string, done int64) {
	if l.done = done; l.Progress != nil {
		l.Progress(Progress{Table: table, Bytes: done, Size: 2 * l.Source.Size()})
	}
}

// rows judges each row of a table and yields those that are to be loaded, with values in the order of
// s.stored(); the code is still text. The row is valid until yield returns.
func (l *load) rows(ctx context.Context, s shape, tally *tally, yield func(row []any) error) error {
	var j *judge
	return l.batches(ctx, s.name, func(b connectors.Batch, at map[string]int) (err error) {
		if j == nil {
			if j, err = newJudge(s, l.Catalog, l.persons, at); err != nil {
				return err
			}
		}
		for i, cells := range b.Rows {
			fault := j.row(cells)
			tally.count(j, b.File, b.Lines[i], fault)
			if fault != "" {
				continue
			}
			if err := yield(j.out); err != nil {
				return err
			}
		}
		return nil
	})
}

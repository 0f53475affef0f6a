package folder

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/internal/parquet"
)

// Column is a column to read.
type Column struct {
	Name     string // lower case
	Required bool   // its absence is a fault
}

// Rows is one pass over the wanted columns of a table.
type Rows struct {
	name   string
	size   int64 // on disk
	from   []int // by place in the wanted columns: the place in what read gives; -1: the file does not have it
	row    []string
	read   func() (record []string, line int, err error)
	share  func() float64 // how much of the file is read, 0 to 1
	closes []io.Closer
}

// Read opens a table, which the folder must have. The columns of a row are in the order of want; a column that
// the file does not have, and that is not required, is empty. Close the Rows after use.
func (f *Folder) Read(ctx context.Context, table string, want []Column) (*Rows, error) {
	e := f.tables[table]
	disk, err := f.files.Open(e.path)
	if err != nil {
		return nil, &connectors.Error{File: e.path, Reason: "cannot be opened", Err: err}
	}
	r := &Rows{name: e.path, size: e.size, row: make([]string, len(want)), closes: []io.Closer{disk}}
	if strings.HasSuffix(strings.ToLower(e.path), ".parquet") {
		err = r.openParquet(ctx, disk, want)
	} else {
		err = r.openText(disk, want)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Next returns the texts of the next row and its place: the line it begins at, or in Parquet the number of the row,
// both from 1. The row is valid until the call after. After the last it returns io.EOF; a fault of the file is a
// *connectors.Error.
func (r *Rows) Next() ([]string, int, error) {
	record, line, err := r.read()
	if err != nil {
		return nil, 0, err
	}
	for i, at := range r.from {
		if at >= 0 {
			r.row[i] = record[at]
		}
	}
	return r.row, line, nil
}

// Bytes is how much of the file was read, as it lies on disk: in an archive an estimate by the share of the content.
func (r *Rows) Bytes() int64 { return int64(r.share() * float64(r.size)) }

// Close ends the pass.
func (r *Rows) Close() error {
	var errs []error
	for _, c := range slices.Backward(r.closes) {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// place finds the wanted columns among the headers.
func (r *Rows) place(headers []string, want []Column) error {
	for _, c := range want {
		i := slices.Index(headers, c.Name)
		if i < 0 && c.Required {
			return &connectors.Error{File: r.name, Line: 1, Column: c.Name,
				Reason: "the OMOP CDM requires this column, but the file does not have it"}
		}
		r.from = append(r.from, i)
	}
	return nil
}

func (r *Rows) openParquet(ctx context.Context, disk fs.File, want []Column) error {
	in, err := inputOf(disk)
	if err != nil {
		return r.fault(err)
	}
	file, err := parquet.Open(in)
	if err != nil {
		return r.fault(err)
	}
	r.closes = append(r.closes, file)
	headers := file.Columns()
	if err := r.place(headers, want); err != nil {
		err.(*connectors.Error).Line = 0 // a Parquet file has no line for its headers
		return err
	}
	var names []string
	for i, at := range r.from {
		if at >= 0 {
			r.from[i] = len(names)
			names = append(names, headers[at])
		}
	}
	rows, err := file.Rows(ctx, names)
	if err != nil {
		return r.fault(err)
	}
	r.closes = append(r.closes, rows)
	n, all := 0, max(1, file.NumRows())
	r.share = func() float64 { return min(1, float64(n)/float64(all)) }
	r.read = func() ([]string, int, error) {
		record, err := rows.Next()
		if err != nil {
			return nil, 0, r.fault(err)
		}
		n++
		return record, n, nil
	}
	return nil
}

// fault gives an error of a Parquet file its place. io.EOF and the end of a context stay what they are.
func (r *Rows) fault(err error) error {
	var column *parquet.ColumnError
	var told *connectors.Error
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &told):
		told.File = r.name
		return told
	case errors.As(err, &column):
		return &connectors.Error{File: r.name, Column: column.Column, Reason: column.Err.Error()}
	case errors.Is(err, parquet.ErrMalformed):
		return &connectors.Error{File: r.name, Reason: parquet.ErrMalformed.Error()}
	}
	return &connectors.Error{File: r.name, Reason: "cannot be read", Err: err}
}

// Package parquet reads chosen columns of a flat Parquet file as text: the one place of the connectors that
// imports arrow-go. Columns are named without regard to upper and lower case.
//
// arrow-go panics on some malformed files, so every call into it is guarded, and reads with no goroutines of its own:
// a panic becomes [ErrMalformed].
//
// How values become text: integers and decimals in decimal, floating-point numbers in the shortest form that
// reads back as the same number (NaN is missing), dates as YYYY-MM-DD, timestamps as YYYY-MM-DD hh:mm:ss in
// the zone that the file has, truth values as true and false. Missing values are "".
package parquet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/memory"
	arrow "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// ErrMalformed says that arrow-go cannot read the file. Test with errors.Is.
var ErrMalformed = errors.New("is not a sound Parquet file; fetch it again")

// batchRows is how many rows are decoded at once.
const batchRows = 4096

// File is an open Parquet file.
type File struct {
	reader *file.Reader
	names  []string // lower case, by place
}

// Input is what a file is read from.
type Input interface {
	io.ReaderAt
	io.Seeker
}

// Open reads the footer. The errors are those of the input and [ErrMalformed].
func Open(in Input) (f *File, err error) {
	defer guard(&err)
	props := arrow.NewReaderProperties(memory.DefaultAllocator)
	props.BufferedStreamEnabled = true                                                   // pages one by one, not a row group's column at once
	reader, err := file.NewParquetReader(struct{ Input }{in}, file.WithReadProps(props)) // hides Close, which arrow-go would call
	if err != nil {
		return nil, malformed(err)
	}
	// An Arrow schema that a writer left there is not checked when it is read, and a wrong byte in it asks for gigabytes.
	reader.MetaData().FileMetaData.KeyValueMetadata = nil
	f = &File{reader: reader}
	root := reader.MetaData().Schema.Root()
	for i := range root.NumFields() {
		f.names = append(f.names, strings.ToLower(root.Field(i).Name()))
	}
	return f, nil
}

// Columns lists the names of the columns in lower case, in the file's order.
func (f *File) Columns() []string { return slices.Clone(f.names) }

// NumRows is the number of rows that the footer tells.
func (f *File) NumRows() int64 { return f.reader.NumRows() }

// Close releases the file's memory, not its input.
func (f *File) Close() (err error) {
	defer guard(&err)
	return f.reader.Close()
}

// Rows reads the columns called names, which the file must have. Close it after use.
func (f *File) Rows(ctx context.Context, names []string) (r *Rows, err error) {
	defer guard(&err)
	r = &Rows{record: make([]string, len(names))}
	var leaves []int
	for _, name := range names {
		leaf, err := f.leaf(name)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, leaf)
	}
	if len(names) == 0 {
		return r, nil
	}
	props := pqarrow.ArrowReadProperties{BatchSize: batchRows} // not Parallel: nobody could catch the panic of another goroutine
	all, err := pqarrow.NewFileReader(f.reader, props, memory.DefaultAllocator)
	if err != nil {
		return nil, malformed(err)
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(leaves)))
	if r.records, err = all.GetRecordReader(ctx, sorted, nil); err != nil {
		return nil, malformed(err)
	}
	for _, leaf := range leaves { // the records have the columns in the file's order
		r.at = append(r.at, slices.Index(sorted, leaf))
	}
	return r, nil
}

// leaf finds a column that is neither nested nor repeated.
func (f *File) leaf(name string) (int, error) {
	schema := f.reader.MetaData().Schema
	for i := range schema.NumColumns() {
		c := schema.Column(i)
		if path := c.ColumnPath(); strings.EqualFold(path[0], name) {
			if len(path) != 1 || c.MaxRepetitionLevel() != 0 {
				return 0, &ColumnError{name, errors.New("is not a plain column; flatten it")}
			}
			return i, nil
		}
	}
	return 0, &ColumnError{name, errors.New("is not in the file")}
}

// Rows is one pass over a file.
type Rows struct {
	records pqarrow.RecordReader
	at      []int // by place in the wanted columns: the place in a record
	cells   []func(int) string
	rows    int // in the record at hand
	next    int
	record  []string
}

// Next returns the texts of the next row, valid until the call after, or io.EOF.
func (r *Rows) Next() (row []string, err error) {
	defer guard(&err)
	for r.next == r.rows {
		if err := r.advance(); err != nil {
			return nil, err
		}
	}
	for i, cell := range r.cells {
		r.record[i] = cell(r.next)
	}
	r.next++
	return r.record, nil
}

// advance decodes the next record batch.
func (r *Rows) advance() error {
	if r.records == nil {
		return io.EOF
	}
	if !r.records.Next() {
		if err := r.records.Err(); err != nil && !errors.Is(err, io.EOF) {
			return malformed(err)
		}
		return io.EOF
	}
	batch := r.records.RecordBatch()
	r.cells, r.rows, r.next = r.cells[:0], int(batch.NumRows()), 0
	for _, at := range r.at {
		cell, err := text(batch.Column(at))
		if err != nil {
			return &ColumnError{strings.ToLower(batch.ColumnName(at)), err}
		}
		r.cells = append(r.cells, cell)
	}
	return nil
}

// Close releases the memory of the pass.
func (r *Rows) Close() (err error) {
	defer guard(&err)
	if r.records != nil {
		r.records.Release()
	}
	return nil
}

// ColumnError is a fault of one column.
type ColumnError struct {
	Column string
	Err    error
}

// Error renders e with the column's name.
func (e *ColumnError) Error() string { return fmt.Sprintf("column %q: %v", e.Column, e.Err) }

// Unwrap returns the cause.
func (e *ColumnError) Unwrap() error { return e.Err }

// guard turns a panic of arrow-go into an error. What it panicked with may hold a value, and is dropped.
func guard(err *error) {
	if recover() != nil {
		*err = ErrMalformed
	}
}

// malformed keeps the end of ctx, and hides everything else that arrow-go says.
func malformed(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return ErrMalformed
}

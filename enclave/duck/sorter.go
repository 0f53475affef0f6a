package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/sys/unix"
)

// Type is a column type of a [Sorter].
type Type string

// The types, with the Go type that Append takes for each. A nil is NULL for every type.
const (
	Boolean   Type = "BOOLEAN"   // bool
	UInteger  Type = "UINTEGER"  // uint32
	BigInt    Type = "BIGINT"    // int64
	Double    Type = "DOUBLE"    // float64
	Varchar   Type = "VARCHAR"   // string
	Date      Type = "DATE"      // time.Time at midnight UTC
	Timestamp Type = "TIMESTAMP" // time.Time, a local time told as if it were UTC; Parquet has it as INT64 microseconds
)

// Column is one column of a [Sorter].
type Column struct {
	Name string
	Type Type
}

// RowGroup is the number of rows in a Parquet row group that a Sorter writes.
const RowGroup = 122880

// Sorter collects typed rows and writes them as one sorted Parquet file into memory. Nothing it holds
// reaches a disk. A Sorter is for one goroutine. Close it after use.
type Sorter struct {
	db       *DB
	appender *duckdb.Appender
	out      *os.File // until Parquet gives it away
	rows     int64
	row      []driver.Value
}

// NewSorter makes an empty Sorter for rows of the given columns.
func NewSorter(ctx context.Context, limits Limits, columns []Column) (*Sorter, error) {
	out, err := memoryFile("officina-sort")
	if err != nil {
		return nil, err
	}
	db, err := connect(ctx, limits)
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	s := &Sorter{db: db, out: out, row: make([]driver.Value, len(columns))}
	if err := s.prepare(ctx, columns); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Append adds one row: a value for each column, in order, of the Go type that its Type names.
// The row is copied.
func (s *Sorter) Append(row ...any) error {
	if len(row) != len(s.row) {
		return &Error{Class: Statement, detail: "wrong number of columns"}
	}
	for i, v := range row {
		s.row[i] = v
	}
	if err := s.appender.AppendRow(s.row...); err != nil {
		return wrap(context.Background(), err)
	}
	s.rows++
	return nil
}

// Parquet sorts the rows by the columns orderBy (ascending, NULL last) and returns them as a Parquet file in
// memory, with the number of its rows. Each expression of selectExprs is one SQL expression over the
// columns; none means all columns. The file belongs to the caller. Parquet is the last call but Close.
func (s *Sorter) Parquet(ctx context.Context, orderBy []string, selectExprs ...string) (*os.File, int64, error) {
	err := s.appender.Close()
	s.appender = nil
	if err != nil {
		return nil, 0, wrap(ctx, err)
	}
	if err := s.db.exec(ctx, copyStatement(fdPath(s.out), orderBy, selectExprs)); err != nil {
		return nil, 0, err
	}
	out := s.out
	s.out = nil
	return out, s.rows, nil
}

// Close frees the Sorter's memory.
func (s *Sorter) Close() error {
	var errs []error
	if s.appender != nil {
		errs = append(errs, wrap(context.Background(), s.appender.Close()))
	}
	if s.out != nil {
		errs = append(errs, s.out.Close())
	}
	return errors.Join(append(errs, s.db.Close())...)
}

func (s *Sorter) prepare(ctx context.Context, columns []Column) error {
	defs := make([]string, len(columns))
	for i, c := range columns {
		defs[i] = identifier(c.Name) + " " + string(c.Type)
	}
	table := "CREATE TABLE rows (" + strings.Join(defs, ", ") + ")"
	if err := s.db.lockDown(ctx, []string{fdPath(s.out)}, table); err != nil {
		return err
	}
	appender, err := duckdb.NewAppenderFromConn(s.db.conn, "", "rows")
	s.appender = appender
	return wrap(ctx, err)
}

func copyStatement(path string, orderBy, selectExprs []string) string {
	what, order := "*", ""
	if len(selectExprs) > 0 {
		what = strings.Join(selectExprs, ", ")
	}
	if len(orderBy) > 0 {
		names := make([]string, len(orderBy))
		for i, c := range orderBy {
			names[i] = identifier(c) + " ASC NULLS LAST"
		}
		order = " ORDER BY " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("COPY (SELECT %s FROM rows%s) TO %s (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE %d, USE_TMP_FILE false)",
		what, order, quote(path), RowGroup)
}

// memoryFile makes a file that exists in memory only.
func memoryFile(name string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("memory file: %w", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

func fdPath(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

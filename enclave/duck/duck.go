// Package duck runs prepared SELECTs over Parquet images in locked-down in-memory DuckDB instances, and
// writes sorted Parquet to memory files for ingest. It is the only package that imports DuckDB, and so cgo.
//
//   - [Open] makes a fresh instance that sees the images of one plan and nothing else: no other file, no
//     network, no extension, no spill to disk, and a configuration that can no longer be changed.
//   - [DB.Select] runs one statement, which must be a SELECT, with bound parameters.
//   - [Sorter] takes typed rows and gives them back as a sorted Parquet file that exists in memory only.
//   - [Error] is what every fault of the engine becomes. Its text is a class, because DuckDB's own texts may
//     hold values of patients.
//
// Limits. DuckDB has no privilege boundary within: it trusts the files it reads, so only verified images may
// be given to it. SQL text comes from enclave/sqlgen, never from outside. Cancellation interrupts scans,
// joins and sorts, but not a single huge scalar call.
package duck

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/duckdb/duckdb-go/v2"
)

// View is a table that a SELECT may name: all rows of the Parquet files at Paths, which share one schema.
type View struct {
	Name  string
	Paths []string // of sealed images: /proc/self/fd/N
}

// Limits bound what one instance may use.
type Limits struct {
	Threads int    // at least 1; 0 means 1
	Memory  string // a size as DuckDB reads it, such as "2GiB"; "" means DefaultMemory
}

// DefaultMemory is the memory limit of an instance that names none.
const DefaultMemory = "4GiB"

// DB is one locked-down instance. It serves one Select at a time and is meant for one query.
type DB struct {
	connector *duckdb.Connector
	conn      *duckdb.Conn
	closed    func() // called once closed; may be nil
}

// Row is one row of a result. It is valid until the scan function returns. Its values are:
// nil for NULL, bool, int64 (every integer type up to 64 bits with a sign, and UINTEGER), uint64 (UBIGINT),
// *big.Int (HUGEINT), *big.Rat (DECIMAL), float64, string, and time.Time (DATE: midnight UTC; TIMESTAMP: UTC).
// Other types are an error: cast them in the SQL.
type Row []any

// Open makes a fresh, locked-down, in-memory instance in which each view can be selected from.
// The views' files must stay open until Close. Close the DB after use.
func Open(ctx context.Context, limits Limits, views []View) (*DB, error) {
	db, err := connect(ctx, limits)
	if err != nil {
		return nil, err
	}
	return db.lock(ctx, views)
}

// lock gives a blank instance its views and locks it. On an error the instance is closed.
func (db *DB) lock(ctx context.Context, views []View) (*DB, error) {
	var paths []string
	for _, v := range views {
		paths = append(paths, v.Paths...)
	}
	if err := db.lockDown(ctx, paths, creates(views)...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Narrow replaces views: from now on each shows just the rows of its Paths, which must be among those that the
// instance was opened with.
func (db *DB) Narrow(ctx context.Context, views []View) error {
	return db.exec(ctx, creates(views)...)
}

func creates(views []View) []string {
	out := make([]string, len(views))
	for i, v := range views {
		out[i] = v.create()
	}
	return out
}

// Select prepares text, which must be exactly one SELECT, binds args to its ? parameters, and calls scan for
// each row. An argument is nil, bool, int64, float64, string, time.Time, or a list: []int64 for ?::BIGINT[],
// []float64 for ?::DOUBLE[], []string for ?::VARCHAR[].
// It returns scan's first error as it is; every other error is an *[Error]. When ctx ends, the error
// matches ctx.Err() by errors.Is.
func (db *DB) Select(ctx context.Context, text string, args []any, scan func(Row) error) error {
	stmt, err := db.prepare(text)
	if err != nil {
		return err
	}
	defer stmt.Close()
	rows, err := query(ctx, stmt, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	return each(ctx, rows, scan)
}

// Close frees the instance. It must not run during a Select.
func (db *DB) Close() error {
	var err error
	if db.conn != nil {
		err = db.conn.Close()
	}
	err = wrap(context.Background(), errors.Join(err, db.connector.Close()))
	if db.closed != nil {
		db.closed()
		db.closed = nil
	}
	return err
}

// prepare refuses what is not one statement (Conn.Prepare does, while its PrepareContext would run all but
// the last) and what is not a SELECT.
func (db *DB) prepare(text string) (*duckdb.Stmt, error) {
	prepared, err := db.conn.Prepare(text)
	if err != nil {
		return nil, wrapPrepare(err)
	}
	stmt := prepared.(*duckdb.Stmt)
	if kind, err := stmt.StatementType(); err != nil || kind != duckdb.STATEMENT_TYPE_SELECT {
		_ = stmt.Close() // frees memory, cannot fail
		return nil, &Error{Class: Refused, detail: "not a SELECT"}
	}
	return stmt, nil
}

// query binds and runs stmt.
func query(ctx context.Context, stmt *duckdb.Stmt, args []any) (driver.Rows, error) {
	if err := bind(stmt, args); err != nil {
		return nil, err
	}
	rows, err := stmt.QueryBound(ctx)
	return rows, wrap(ctx, err)
}

// bind is apart from the run because the driver panics on a list whose elements have another type than the
// parameter: within the run, its watcher of ctx would then outlive the connection and abort the program.
func bind(stmt *duckdb.Stmt, args []any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &Error{Class: Statement, detail: fmt.Sprint(p)}
		}
	}()
	if err := stmt.Bind(named(args)); err != nil {
		return &Error{Class: Statement, detail: err.Error()}
	}
	return nil
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

func each(ctx context.Context, rows driver.Rows, scan func(Row) error) error {
	raw := make([]driver.Value, len(rows.Columns()))
	row := make(Row, len(raw))
	for {
		switch err := rows.Next(raw); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return wrap(ctx, err)
		}
		if err := row.set(raw); err != nil {
			return err
		}
		if err := scan(row); err != nil {
			return err
		}
	}
}

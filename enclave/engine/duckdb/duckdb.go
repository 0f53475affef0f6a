// Package duckdb runs plans with DuckDB over the encrypted snapshots of enclave/store.
//
// [Engine.Run] is one straight line: the dictionary of codes, the statement of enclave/sqlgen, a decrypted image
// of just the columns and row groups the statement reads, a fresh locked-down instance that sees these images, one
// SELECT, and the counts sealed as [disclosure.Raw]. Images are given back on every path.
//
// Limits. All images of a plan are in memory at once. The engine decrypts only column-key groups of columns that the
// plan itself names, which are those that policy decided on; a plan that needs another is refused by the store.
package duckdb

import (
	"cmp"
	"context"
	"fmt"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/internal/stage"
)

// Engine runs plans. It is safe for concurrent use: every run has its own DuckDB instance.
type Engine struct {
	instances *duck.Opener
	codes     dictionaries
}

// New makes an engine whose instances have the given limits. Close it after the last run.
func New(limits duck.Limits) *Engine { return &Engine{instances: duck.NewOpener(limits)} }

// Close frees what the engine keeps ready.
func (e *Engine) Close() error { return e.instances.Close() }

// Error is a failed run. Its text names the stage only: what lies below may come from DuckDB, whose texts may hold
// values of patients. errors.Is and errors.As see the cause: a [*duck.Error], a [*sqlgen.Error], an error of
// package store or keys, or the context's.
type Error struct {
	Stage Stage
	cause error
}

// Error returns "query engine: " and the stage.
func (e *Error) Error() string {
	return fmt.Sprintf("query engine: failed at %s; the operator finds the cause under the reference", e.Stage)
}

// GoString keeps the cause out of %#v.
func (e *Error) GoString() string { return e.Error() }

// Unwrap returns the cause, for errors.Is and errors.As. Do not print it for a researcher.
func (e *Error) Unwrap() error { return e.cause }

// Stage is a part of a run.
type Stage string

// The stages, in order.
const (
	Dictionary Stage = "dictionary" // the codes of the snapshot; nothing to do after its first query
	Statement  Stage = "statement"  // plan to SQL
	Images     Stage = "images"     // decrypt columns and row groups, or find them in the cache
	Open       Stage = "open"       // a fresh locked-down instance
	Select     Stage = "select"     // run the statement
	Close      Stage = "close"      // free the instance
)

// timed runs one stage.
func timed[T any](ctx context.Context, s Stage, do func() (T, error)) (T, error) {
	out, err := stage.Of(ctx, "run: "+string(s), do)
	if err != nil {
		return out, &Error{s, err}
	}
	return out, nil
}

// Run counts what p asks for over snapshot s. Every error is an [*Error]. s stays the caller's.
func (e *Engine) Run(ctx context.Context, p *plan.Plan, s *store.Store) (*disclosure.Raw, error) {
	codes, err := timed(ctx, Dictionary, func() (dictionary, error) { return e.codes.of(ctx, e.instances, s) })
	if err != nil {
		return nil, err
	}
	query, err := timed(ctx, Statement, func() (*sqlgen.Query, error) { return sqlgen.Generate(p, codes.id) })
	if err != nil {
		return nil, err
	}
	tables, err := timed(ctx, Images, func() (images, error) { return open(ctx, s, query.Tables, groups(p)) })
	if err != nil {
		return nil, err
	}
	defer tables.release()
	db, err := timed(ctx, Open, func() (*duck.DB, error) { return e.instances.Open(ctx, tables.views) })
	if err != nil {
		return nil, err
	}
	counts, err := timed(ctx, Select, func() ([]disclosure.Counts, error) { return count(ctx, db, query, p) })
	_, closed := timed(ctx, Close, func() (struct{}, error) { return struct{}{}, db.Close() })
	if err = cmp.Or(err, closed); err != nil {
		return nil, err
	}
	return disclosure.NewRaw(p, counts), nil
}

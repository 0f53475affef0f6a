// Package duckdb runs plans with DuckDB over the encrypted snapshots of enclave/store.
//
// [Engine.Run] is one straight line: the dictionary of codes, the statement of enclave/sqlgen, a decrypted image
// of just the columns and row groups the statement reads, a fresh locked-down instance that sees these images, one
// SELECT, and the counts sealed as [disclosure.Raw]. Images and instance are given back on every path, a moment after
// Run has returned.
//
// All rows of a person lie in the parts of one number, and every figure of a cell is a count, a sum or an extreme over
// persons. So a plan that needs more memory than there is, for images or in the instance, runs over half of the parts
// at a time, and the figures are put together ([Engine.Run] does so by itself). Sums are put together exactly: the
// answer does not depend on how a plan was run.
//
// Memory. Images of all runs share the store's budget. At most [Limits].Runs runs have an instance at a time, each
// with its own limit; others wait. The engine decrypts only column-key groups of columns that the plan itself names,
// which are those that policy decided on; a plan that needs another is refused by the store.
package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"sync"

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
	statement int64 // see Limits
	codes     dictionaries
	slots     chan struct{}  // one for each run whose memory is in use
	ending    sync.WaitGroup // runs that have returned but still free their memory
}

// Limits bound what the runs of an engine may use.
type Limits struct {
	duck.Limits       // of each run
	Runs        int   // at a time; 0 means 1
	Statement   int64 // rows of parts that one statement looks at, more or less; 0 means 2,000,000 (docs/design/0009)
}

// enough is the number of rows for which one more statement is worth its price of some milliseconds (docs/design/0009).
const enough = 2_000_000

// New makes an engine with the given limits. Close it after the last run.
func New(l Limits) *Engine {
	runs := max(l.Runs, 1)
	return &Engine{instances: duck.NewOpener(l.Limits, runs), statement: cmp.Or(l.Statement, enough), slots: make(chan struct{}, runs)}
}

// Idle waits until every run that has returned has freed its memory.
func (e *Engine) Idle() { e.ending.Wait() }

// Close frees what the engine keeps ready.
func (e *Engine) Close() error {
	e.Idle()
	return e.instances.Close()
}

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
	Wait       Stage = "wait"       // for other runs to end
	Dictionary Stage = "dictionary" // the codes of the snapshot; nothing to do after its first query
	Statement  Stage = "statement"  // plan to SQL
	Images     Stage = "images"     // decrypt columns and row groups, or find them in the cache
	Open       Stage = "open"       // a fresh locked-down instance
	Select     Stage = "select"     // run the statement
)

// timed runs one stage.
func timed[T any](ctx context.Context, s Stage, do func() (T, error)) (T, error) {
	out, err := stage.Of(ctx, "run: "+string(s), do)
	if err != nil {
		return out, &Error{s, err}
	}
	return out, nil
}

// TooLarge says that a plan needs more memory than the engine has, even part by part.
type TooLarge struct {
	Bytes int64 // of the stored tables that the plan reads, whatever it reads of them
}

func (e *TooLarge) Error() string {
	return fmt.Sprintf("the query reads tables of %d MiB and needs more memory than there is", e.Bytes>>20)
}

// Run counts what p asks for over snapshot s. Every error is an [*Error]. s stays the caller's.
func (e *Engine) Run(ctx context.Context, p *plan.Plan, s *store.Store) (*disclosure.Raw, error) {
	leave, err := timed(ctx, Wait, func() (func(), error) { return e.enter(ctx) })
	if err != nil {
		return nil, err
	}
	r := &run{Engine: e, snapshot: s, groups: groups(p), reports: len(p.Reports)}
	defer e.ending.Go(func() {
		r.open.Wait()
		leave()
	})
	codes, err := timed(ctx, Dictionary, func() (dictionary, error) { return e.codes.of(ctx, e.instances, s) })
	if err != nil {
		return nil, err
	}
	r.query, err = timed(ctx, Statement, func() (*sqlgen.Query, error) { return sqlgen.Generate(p, codes.id) })
	if err != nil {
		return nil, err
	}
	figures, err := r.over(ctx, partsOf(s))
	if err != nil {
		return nil, err
	}
	return disclosure.NewRaw(p, figures.counts()), nil
}

// enter waits until a run may begin, and returns how to end it.
func (e *Engine) enter(ctx context.Context) (leave func(), err error) {
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

package sealed

import (
	"context"
	"errors"
	"runtime"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/store"
)

// Engine is the query engine over the snapshot, without what stands around it: no policy, no log, no protection. It
// keeps its images, so that from the second time on a query costs its own work.
type Engine struct {
	enclave *Enclave
	engine  *duckdb.Engine
	store   *store.Store
}

// Engine opens the snapshot once more. Close the engine before the folder.
func (e *Enclave) Engine(ctx context.Context) (*Engine, error) {
	s, err := store.Open(ctx, node.DatasetDir(e.node.Dir, Dataset), e.node.Keys, Dataset, store.Options{ImageBudget: 8 << 30})
	if err != nil {
		return nil, err
	}
	return &Engine{e, duckdb.New(duckdb.Limits{Limits: duck.Limits{Threads: runtime.NumCPU()}}), s}, nil
}

// Run compiles a query, calls work with what counts it, and returns every count as the engine counted it.
func (e *Engine) Run(ctx context.Context, name, text string, work func(run func() error) error) ([]cells.Table, error) {
	p, remarks := dsl.Compile(name, text, nil, e.enclave.enclave.Target)
	if remarks.Failed() {
		return nil, &enclave.Error{Class: enclave.Invalid, Message: name, Diagnostics: remarks}
	}
	var raw *disclosure.Raw
	err := work(func() (err error) {
		raw, err = e.engine.Run(ctx, p, e.store)
		return err
	})
	if err != nil {
		return nil, err
	}
	released, err := disclosure.Apply(p, raw, nothingHidden)
	if err != nil {
		return nil, err
	}
	return cells.Of(released.Tables()), nil
}

// Close closes the snapshot.
func (e *Engine) Close() error { return errors.Join(e.engine.Close(), e.store.Close()) }

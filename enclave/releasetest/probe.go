package releasetest

import (
	"context"
	"errors"
	"sync"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
)

// Engine chooses the engine that a story runs on: that of the data folder, or one over the plain tables.
type Engine func(real enclave.Engine, tables *Tables) enclave.Engine

// Real is the engine of the data folder: DuckDB over the sealed snapshot.
func Real(real enclave.Engine, _ *Tables) enclave.Engine { return real }

// probe stands between the enclave and its engine and log: it counts runs, and lets the process seem to die.
type probe struct {
	enclave.Engine
	enclave.Log
	die string // where: intent, run or outcome

	mu   sync.Mutex
	runs int
	dead bool
}

var errDied = errors.New("the process died here")

// revive makes the process live again, as the next one that opens the folder does.
func (p *probe) revive() { p.die, p.dead = "", false }

func (p *probe) attach(e *enclave.Enclave, engine enclave.Engine) {
	p.Engine, p.Log = engine, e.Log
	e.Engine, e.Log = p, p
}

// Run counts the run and goes on, unless the process dies here.
func (p *probe) Run(ctx context.Context, x *plan.Plan) (*disclosure.Raw, error) {
	if !p.passes("run") {
		return nil, errDied
	}
	p.mu.Lock()
	p.runs++
	p.mu.Unlock()
	return p.Engine.Run(ctx, x)
}

// Append goes on, unless the process dies here.
func (p *probe) Append(ctx context.Context, e audit.Entry) (audit.Position, error) {
	if p.passes(string(e.Kind)) {
		return p.Log.Append(ctx, e)
	}
	return audit.Position{}, errDied
}

// passes reports whether the process lives beyond a point. Once dead it does nothing more.
func (p *probe) passes(point string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = p.dead || p.die == point
	return !p.dead
}

package releasetest

import (
	"context"
	"errors"

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
	runs int
	die  string // where: intent, run or outcome
	dead bool
}

var errDied = errors.New("the process died here")

func (p *probe) attach(e *enclave.Enclave, engine enclave.Engine) {
	p.Engine, p.Log = engine, e.Log
	e.Engine, e.Log = p, p
}

// Run counts the run and goes on, unless the process dies here.
func (p *probe) Run(ctx context.Context, x *plan.Plan) (*disclosure.Raw, error) {
	if p.passes("run") {
		p.runs++
		return p.Engine.Run(ctx, x)
	}
	return nil, errDied
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
	p.dead = p.dead || p.die == point
	return !p.dead
}

package opa

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// Deadline is how long a decision may take before it is a denial.
const Deadline = 100 * time.Millisecond

// Why a decision could not be made. Each has its own denial.
var (
	ErrMissing   = errors.New("no policy bundle is active")
	ErrInput     = errors.New("the input is not valid")
	ErrEval      = errors.New("the policy failed")
	ErrUndefined = errors.New("the policy left the decision undefined")
	ErrMalformed = errors.New("the policy's decision is malformed")
	ErrTimeout   = errors.New("the policy did not decide in time")
)

// Engine decides with the bundle in force. The zero Engine has none and denies everything. It is safe
// for concurrent use; each decision is made by one bundle.
type Engine struct{ active atomic.Pointer[Bundle] }

// Activate puts b in force at once and returns the bundle it replaces, nil for none. Decisions under way
// end with the bundle they began with.
func (e *Engine) Activate(b *Bundle) (old *Bundle) { return e.active.Swap(b) }

// Decide asks the bundle in force. The decision is complete in every case: when policy cannot decide it
// is a denial that says so and names the custodian's contact. The error then says why, for the operator's
// log and not for the researcher; it never comes with a decision that allows.
func (e *Engine) Decide(ctx context.Context, in policy.Input) (policy.Decision, error) {
	b := e.active.Load()
	if b == nil {
		return refuse(in, "", ErrMissing)
	}
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	// A goroutine of its own, since not every built-in heeds the deadline.
	done := make(chan verdict, 1)
	go func() { done <- b.decide(ctx, in) }()
	select {
	case v := <-done:
		if v.err != nil {
			return refuse(in, b.digest, v.err)
		}
		v.ID, v.Bundle = newID(), b.digest
		return v.Decision, nil
	case <-ctx.Done():
		return refuse(in, b.digest, fmt.Errorf("%w: %w", ErrTimeout, ctx.Err()))
	}
}

type verdict struct {
	policy.Decision
	err error
}

func (b *Bundle) decide(ctx context.Context, in policy.Input) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			v = verdict{err: fmt.Errorf("%w: panic: %v", ErrEval, p)}
		}
	}()
	doc, err := ast.InterfaceToValue(in)
	if err != nil {
		return verdict{err: fmt.Errorf("%w: %w", ErrInput, err)}
	}
	if err := b.input.check(ctx, doc); err != nil {
		return verdict{err: fmt.Errorf("%w: %w", ErrInput, err)}
	}
	d, err := b.eval(ctx, doc)
	return verdict{d, err}
}

// eval decides on an input that need not match the schema.
func (b *Bundle) eval(ctx context.Context, doc ast.Value) (policy.Decision, error) {
	results, err := b.query.Eval(ctx, rego.EvalParsedInput(doc))
	switch {
	case ctx.Err() != nil:
		return policy.Decision{}, fmt.Errorf("%w: %w", ErrTimeout, ctx.Err())
	case err != nil:
		return policy.Decision{}, fmt.Errorf("%w: %w", ErrEval, err)
	case len(results) == 0:
		return policy.Decision{}, ErrUndefined
	case len(results) > 1:
		return policy.Decision{}, fmt.Errorf("%w: %d results", ErrMalformed, len(results))
	}
	return decode(results[0].Bindings["decision"])
}

// newID is 128 random bits in hexadecimal.
func newID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}

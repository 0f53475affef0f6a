// Package stage measures where the time of one request goes. Names of stages are words of the program;
// nothing about a patient is in them.
package stage

import (
	"context"
	"sync"
	"time"
)

// Stage is one part of a request and the time it took.
type Stage struct {
	Name string        `json:"name"`
	Took time.Duration `json:"took"` // nanoseconds
}

type key struct{}

type recorder struct {
	mu     sync.Mutex
	stages []Stage
}

// Record returns a context whose stages are recorded, and a function that returns them in the order they ended.
func Record(ctx context.Context) (context.Context, func() []Stage) {
	r := &recorder{}
	return context.WithValue(ctx, key{}, r), func() []Stage {
		r.mu.Lock()
		defer r.mu.Unlock()
		return append([]Stage(nil), r.stages...)
	}
}

// Begin starts a stage and returns how to end it. Without a recorder in ctx it does nothing.
func Begin(ctx context.Context, name string) (end func()) {
	r, ok := ctx.Value(key{}).(*recorder)
	if !ok {
		return func() {}
	}
	began := time.Now()
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stages = append(r.stages, Stage{name, time.Since(began)})
	}
}

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

// Observe returns a context whose stages tell f, each when it ends, from the goroutine that ran it.
func Observe(ctx context.Context, f func(Stage)) context.Context {
	return context.WithValue(ctx, key{}, f)
}

// Record returns a context whose stages are recorded, and a function that returns them in the order they ended.
func Record(ctx context.Context) (context.Context, func() []Stage) {
	var mu sync.Mutex
	var stages []Stage
	ctx = Observe(ctx, func(s Stage) {
		mu.Lock()
		defer mu.Unlock()
		stages = append(stages, s)
	})
	return ctx, func() []Stage {
		mu.Lock()
		defer mu.Unlock()
		return append([]Stage(nil), stages...)
	}
}

// Begin starts a stage and returns how to end it. When nobody observes ctx it does nothing.
func Begin(ctx context.Context, name string) (end func()) {
	f, ok := ctx.Value(key{}).(func(Stage))
	if !ok {
		return func() {}
	}
	began := time.Now()
	return func() { f(Stage{name, time.Since(began)}) }
}

// Do runs f as a stage.
func Do(ctx context.Context, name string, f func() error) error {
	defer Begin(ctx, name)()
	return f()
}

// Of runs f as a stage, for its value.
func Of[T any](ctx context.Context, name string, f func() (T, error)) (T, error) {
	defer Begin(ctx, name)()
	return f()
}

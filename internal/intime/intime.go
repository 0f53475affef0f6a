// Package intime keeps fuzz targets from accepting a text that stops the program: each input has a time.
package intime

import (
	"testing"
	"time"
)

// Limit is how long one input may take: far more than any does, so that a machine under load finds nothing.
const Limit = 2 * time.Second

// Run runs f on one input and fails the test when it takes longer than [Limit]. An input that never ends is ended by a
// panic after ten times that, so that the fuzzer keeps it.
func Run(t testing.TB, f func()) {
	t.Helper()
	hung := time.AfterFunc(10*Limit, func() { panic("the input never ends") })
	defer hung.Stop()
	began := time.Now()
	f()
	if took := time.Since(began); took > Limit {
		t.Errorf("the input takes %v, more than %v", took, Limit)
	}
}

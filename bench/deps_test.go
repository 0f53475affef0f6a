package main

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "bench/cells", "bench/child", "bench/plain", "bench/population", "bench/sealed", "internal/canon", "internal/durable")
}

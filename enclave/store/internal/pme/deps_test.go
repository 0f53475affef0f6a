package pme

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "arrow-go panics on malformed files; it is an independent reader for tests only", "github.com/apache/arrow-go/v18")
	deptest.Ban(t, "DuckDB lives in enclave/duck", "github.com/duckdb")
}

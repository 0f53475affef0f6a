package stagetest_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/catalog", "dsl/diag", "dsl/explain", "dsl/plan", "dsl/syntax", "policy", "enclave/sqlgen")
	deptest.Ban(t, "a trace shows the compiler, and never data", "github.com/duckdb", "runtime/cgo")
}

package sqlgen

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/plan")
	deptest.Ban(t, "cmd/cohort shows SQL without cgo", "github.com/duckdb", "runtime/cgo")
}

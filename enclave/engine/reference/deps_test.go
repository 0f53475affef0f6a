package reference

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/plan", "enclave/disclosure")
	const reason = "the reference reads a plan on its own, without cgo"
	deptest.Ban(t, reason, "github.com/duckdb", "github.com/officina-enclave/officina/enclave/sqlgen", "runtime/cgo", "github.com/alecthomas/participle", "github.com/open-policy-agent/opa")
}

package duckdb

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/plan", "enclave/disclosure", "enclave/duck", "enclave/sqlgen", "enclave/store", "internal/stage")
	deptest.Ban(t, "an engine runs plans that were checked and decided on elsewhere", "github.com/alecthomas/participle", "github.com/open-policy-agent/opa")
}

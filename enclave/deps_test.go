package enclave_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/diag", "dsl/plan", "enclave/audit", "enclave/disclosure", "enclave/ledger",
		"internal/canon", "internal/durable", "internal/stage", "policy")
	deptest.Ban(t, "what is heavy stands behind Gate, Engine and Log", "github.com/duckdb", "github.com/open-policy-agent",
		"github.com/transparency-dev/tessera", "github.com/tink-crypto", "filippo.io/age",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/connectors")
}

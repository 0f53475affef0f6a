package releasetest

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors", "dsl/catalog", "dsl/diag", "dsl/plan", "policy",
		"enclave", "enclave/audit", "enclave/audit/inspect", "enclave/disclosure", "enclave/engine/reference", "enclave/keys/local", "enclave/node", "enclave/study")
}

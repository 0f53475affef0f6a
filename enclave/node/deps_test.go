package node

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors", "dsl", "dsl/catalog", "dsl/plan", "enclave", "enclave/audit", "enclave/audit/inspect",
		"enclave/audit/tlog", "enclave/disclosure", "enclave/duck", "enclave/engine/duckdb", "enclave/ingest", "enclave/keys",
		"enclave/keys/local", "enclave/ledger", "enclave/store", "enclave/study", "internal/canon", "internal/durable",
		"policy", "policy/opa")
	deptest.Ban(t, "a data folder is opened without any network service", "net/http/httptest", "github.com/spf13/cobra")
}

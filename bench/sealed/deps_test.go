package sealed

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "bench/cells", "bench/population", "dsl", "enclave", "enclave/disclosure", "enclave/duck", "enclave/engine/duckdb",
		"enclave/ingest", "enclave/keys/local", "enclave/node", "enclave/store", "enclave/study", "internal/stage", "policy")
}

package main

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors", "connectors/csv", "connectors/obo", "connectors/omop", "dsl/catalog", "dsl/syntax", "enclave", "enclave/audit", "enclave/audit/inspect", "enclave/backup", "enclave/demo",
		"enclave/ingest", "enclave/keys/local", "enclave/node", "enclave/study", "examples", "internal/cli", "internal/durable",
		"internal/stage", "internal/terminal", "policy", "policy/opa")
}

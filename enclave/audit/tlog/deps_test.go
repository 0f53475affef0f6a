package tlog_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/audit", "enclave/audit/inspect", "internal/durable")
	deptest.Ban(t, "the log must not be able to see data", "github.com/duckdb", "github.com/apache/arrow-go")
}

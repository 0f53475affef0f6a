package terminal

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/disclosure")
	deptest.Ban(t, "the cohort tool is pure Go and holds no data", "github.com/duckdb",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/enclave/keys")
}

package opa

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "policy")
	deptest.Ban(t, "policy decides without data and without keys",
		"github.com/duckdb", "github.com/tink-crypto", "filippo.io/age", "github.com/apache/arrow-go")
}

package dsl_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/check", "dsl/diag", "dsl/plan", "dsl/syntax")
	deptest.Ban(t, "the compiler also builds to WebAssembly and reads no files", "net", "os/exec", "runtime/cgo")
	deptest.Ban(t, "what the compiler says cannot depend on a patient", "github.com/officina-enclave/officina/enclave",
		"github.com/officina-enclave/officina/connectors", "github.com/officina-enclave/officina/policy")
}

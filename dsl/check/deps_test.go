package check_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/check/internal/grid", "dsl/diag", "dsl/plan", "dsl/syntax")
	deptest.Ban(t, "the checker reads the catalog and the vocabulary, never a snapshot", "github.com/officina-enclave/officina/enclave")
	deptest.Ban(t, "the compiler also builds to WebAssembly and reads no files", "net", "os/exec", "runtime/cgo")
}

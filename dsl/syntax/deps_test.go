package syntax_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/diag", "dsl/words")
	deptest.Ban(t, "the compiler also builds to WebAssembly and reads no files", "net", "os/exec", "runtime/cgo")
}

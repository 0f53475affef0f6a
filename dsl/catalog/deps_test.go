package catalog

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestImports(t *testing.T) {
	deptest.Only(t, "dsl/diag", "dsl/ucum", "dsl/words")
	deptest.Ban(t, "the compiler is pure Go and sees no data",
		"runtime/cgo", "net", "os/exec", "github.com/duckdb", "github.com/open-policy-agent", "github.com/alecthomas")
}

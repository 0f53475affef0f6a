package diag_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "diagnostics are values: they read nothing and open nothing", "net", "os/exec", "runtime/cgo")
}

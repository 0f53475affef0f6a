package demo

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestImports(t *testing.T) {
	deptest.Only(t, "connectors", "dsl/catalog")
	deptest.Ban(t, "persons are drawn from public figures: no file, no network, no enclave", "net", "os/exec", "github.com/duckdb")
}

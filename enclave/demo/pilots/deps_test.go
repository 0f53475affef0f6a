package pilots

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestImports(t *testing.T) {
	deptest.Only(t, "connectors", "dsl/catalog")
	deptest.Ban(t, "persons are made up: no file, no network, no enclave", "net", "os/exec", "github.com/duckdb")
}

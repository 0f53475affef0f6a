package grid_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog")
	deptest.Ban(t, "arithmetic on grids knows neither texts nor plans", "github.com/alecthomas/participle", "net", "runtime/cgo")
}

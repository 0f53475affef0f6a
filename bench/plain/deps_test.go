package plain

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "bench/cells")
	deptest.Ban(t, "the plain side has nothing of the enclave's engine", "github.com/officina-enclave/officina/enclave/duck",
		"github.com/officina-enclave/officina/enclave/sqlgen", "github.com/officina-enclave/officina/enclave/store")
}

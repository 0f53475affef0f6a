package disclosure_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/plan", "policy", "enclave/disclosure/internal/bridge")
	deptest.Ban(t, "disclosure control is a pure function of plan, cells and terms",
		"net", "database/sql", "math/rand", "math/rand/v2", "crypto/rand", "testing",
		"github.com/duckdb", "github.com/open-policy-agent")
}

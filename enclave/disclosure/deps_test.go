package disclosure_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/plan", "policy", "enclave/disclosure/internal/bridge")
	const pure = "disclosure control is a pure function of plan, cells and terms"
	deptest.Ban(t, pure, "net", "database/sql", "crypto/rand", "testing", "github.com/duckdb", "github.com/open-policy-agent")
	deptest.BanImport(t, pure, "math/rand", "math/rand/v2") // math/big, by which units are exact, has the first
}

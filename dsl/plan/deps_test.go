package plan_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog")
	deptest.Ban(t, "a plan is what policy and engines work from: it knows no text", "github.com/alecthomas/participle", "net", "runtime/cgo")
}

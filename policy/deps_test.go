package policy

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/plan", "dsl/catalog")
	deptest.Ban(t, "the contract must stay light: policy/opa alone imports OPA", "github.com/open-policy-agent")
}

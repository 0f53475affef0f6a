package study

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "policy", "enclave/keys", "internal/durable")
	deptest.Ban(t, "a study is read before anything heavy starts",
		"github.com/open-policy-agent", "github.com/duckdb", "github.com/tink-crypto", "filippo.io/age")
}

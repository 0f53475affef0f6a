package audit_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "internal/canon")
	deptest.Ban(t, "the researcher's tool verifies receipts and should stay small",
		"github.com/transparency-dev/tessera", "k8s.io/klog", "go.opentelemetry.io", "net/http")
}

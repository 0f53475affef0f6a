package inspect_test

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/audit")
	deptest.Ban(t, "whoever checks the log should not need what wrote it; the layout of tiles is a specification",
		"github.com/transparency-dev/tessera/client", "github.com/transparency-dev/tessera/storage", "k8s.io/klog", "go.opentelemetry.io")
}

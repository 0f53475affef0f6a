package backup

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/keys", "enclave/keys/local", "enclave/node", "internal/canon", "internal/durable")
	deptest.Ban(t, "a backup is a file: where it goes is the operator's matter", "net/http/httptest", "github.com/spf13/cobra")
}

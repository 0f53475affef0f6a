package canon

import (
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "digests are computed in the browser too", "net", "os/exec")
}

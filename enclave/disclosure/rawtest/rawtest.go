// Package rawtest reads a [disclosure.Raw], so that a test can compare what two engines counted. Only files
// named _test.go may import it; a test of this package sees to that.
package rawtest

import (
	"testing"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/disclosure/internal/bridge"
)

// Read returns the reports that raw holds, and leaves them in it: they are shared, not copied. It fails t
// when raw holds none (any more), or outside a test binary.
func Read(t testing.TB, raw *disclosure.Raw) []disclosure.Counts {
	t.Helper()
	if !testing.Testing() {
		t.Fatal("rawtest is for tests")
	}
	reports, ok := bridge.Peek(raw).([]disclosure.Counts)
	if !ok {
		t.Fatal("the raw cells were applied, or never there")
	}
	return reports
}

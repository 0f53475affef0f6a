package rawtest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/internal/deptest"
)

const self = "github.com/officina-enclave/officina/enclave/disclosure/rawtest"

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/disclosure", "enclave/disclosure/internal/bridge")
}

// TestOnlyTestsImport lists every package of the module. The go command does not see that this test reads
// other packages, so it is worth its while only when run with -count=1, as CI does.
func TestOnlyTestsImport(t *testing.T) {
	cmd := exec.Command("go", "list", "-e", "-f", "{{.ImportPath}}:{{range .Imports}} {{.}} {{end}}", "./...")
	cmd.Dir = "../../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), self+":") {
		t.Fatal("go list did not list this package")
	}
	for line := range strings.Lines(string(out)) {
		if name, imports, _ := strings.Cut(line, ":"); strings.Contains(imports, " "+self+" ") {
			t.Errorf("%s imports rawtest outside a test", name)
		}
	}
}

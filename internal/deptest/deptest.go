// Package deptest keeps the arrows between packages: a test in each package says what it may import and why.
//
// The rules run in the package's own test on purpose. A central test is cached by the go command, which
// does not know that another package's imports changed, and so would pass falsely.
package deptest

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/officina-enclave/officina"

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// Only fails the test when the package under test imports a package of this module that is not allowed.
// Names are relative to the module, such as "dsl/plan".
func Only(t *testing.T, allowed ...string) {
	t.Helper()
	for _, imp := range list(t).Imports {
		rel, ours := strings.CutPrefix(imp, module+"/")
		if ours && !slices.Contains(allowed, rel) {
			t.Errorf("imports %s; allowed of this module: %s", rel, strings.Join(allowed, ", "))
		}
	}
}

// Ban fails the test when any dependency, direct or not, begins with one of the prefixes.
func Ban(t *testing.T, reason string, prefixes ...string) {
	t.Helper()
	for _, dep := range list(t).Deps {
		for _, p := range prefixes {
			if dep == p || strings.HasPrefix(dep, p+"/") {
				t.Errorf("depends on %s: %s", dep, reason)
			}
		}
	}
}

// BanImport fails the test when the package itself imports one of the packages; what its dependencies import is theirs.
func BanImport(t *testing.T, reason string, names ...string) {
	t.Helper()
	for _, imp := range list(t).Imports {
		if slices.Contains(names, imp) {
			t.Errorf("imports %s: %s", imp, reason)
		}
	}
}

// list describes the package in the working directory, which for a test is the package under test.
func list(t *testing.T) pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var p pkg
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatalf("go list: %v", err)
	}
	return p
}

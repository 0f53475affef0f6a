package opa

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

var update = flag.Bool("update", false, "format the default bundle's Rego")

func TestDefaultIsFormatted(t *testing.T) {
	for name, text := range readAll(t) {
		if filepath.Ext(name) != ".rego" {
			continue
		}
		formatted, err := format.SourceWithOpts(name, text, format.Opts{RegoVersion: ast.RegoV2})
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.WriteFile(filepath.Join("..", "default", name), formatted, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(formatted), string(text)); diff != "" {
			t.Errorf("%s is not formatted; run go test ./policy/opa -update (-want +got)\n%s", name, diff)
		}
	}
}

func TestDefaultHasTestBesideEachFile(t *testing.T) {
	files := readAll(t)
	for name := range files {
		base, isRule := strings.CutSuffix(name, ".rego")
		if !isRule || strings.HasSuffix(base, "_test") {
			continue
		}
		if _, ok := files[base+"_test.rego"]; !ok {
			t.Errorf("%s has no %s_test.rego beside it", name, base)
		}
	}
}

func readAll(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	names, err := fs.Glob(policy.Default(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(policy.Default(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	return files
}

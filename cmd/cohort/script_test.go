package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/officina-enclave/officina/internal/deptest"
)

var update = flag.Bool("update", false, "write what the scripts compare with anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"cohort": main})
}

// TestScripts runs the command line as people do: a script each for a command. Each starts with catalog.yaml
// and vocabulary.csv of the examples, and with answer/, a release that an enclave made on 2026-11-23: receipts
// of that day are to verify as long as their format is read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/scripts",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			for _, dir := range []string{"../../examples", "testdata"} {
				if err := os.CopyFS(filepath.Join(e.WorkDir, filepath.Base(dir)), os.DirFS(dir)); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/circe", "dsl/diag", "dsl/explain", "dsl/ide", "dsl/ide/lsp", "dsl/lint", "dsl/plan", "dsl/syntax", "enclave/audit",
		"enclave/cohorttest", "enclave/lint", "enclave/sqlgen", "internal/cli", "internal/durable", "internal/terminal")
	deptest.Ban(t, "the researcher's tool is pure Go and holds no data",
		"github.com/duckdb", "github.com/open-policy-agent", "github.com/transparency-dev/tessera", "github.com/tink-crypto",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/enclave/keys")
}

package lint_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	dsllint "github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/enclave/lint"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/deptest"
)

// query compiles a text against a catalog with its vocabulary.
func query(t *testing.T, name, text, path, words string) dsllint.Query {
	t.Helper()
	read, err := cli.ReadTarget(&cobra.Command{}, path, words)
	if err != nil {
		t.Fatal(err)
	}
	p, faults := dsl.Compile(name, text, nil, read.Target)
	if faults.Failed() {
		var b strings.Builder
		diag.Render(&b, name, text, faults)
		t.Fatal(b.String())
	}
	file, _ := syntax.Parse(name, text)
	return dsllint.Query{File: file, Plan: p, Target: read.Target}
}

const idle = `study "Lint"
codes t2d = ICD10:E11 with descendants
cohort base {
  index first condition in t2d since 2016-01-01
  include "Some" any drug in ATC:A10 with descendants before index
}
cohort c extends base {
  lookback 1 year
  include "All" any condition in t2d on or before index
  include "Old" age at index >= 40
  exclude "None" value of last measurement in LOINC:4548-4 > 300 mmol/mol
  include "Women" sex = "female"
  exclude "Inpatients" any visit where (type = "inpatient") within 30 days before index
}
report count of base
report count of c
`

// Rules that say nothing are found, and rules that decide are not.
func TestIdle(t *testing.T) {
	q := query(t, "q.cohort", idle, "../../dsl/testdata/catalogs/clinic.yaml", "../../dsl/testdata/catalogs/clinic.csv")
	found, err := lint.Idle(context.Background(), q, 2000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		got = append(got, strings.Fields(q.File.Text(d.Span))[1])
	}
	if diff := cmp.Diff([]string{`"All"`, `"None"`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if again, _ := lint.Idle(context.Background(), q, 2000); !cmp.Equal(found, again) {
		t.Error("the same query has other findings the second time")
	}
	if none, err := lint.Idle(context.Background(), q, 0); err != nil || len(none) > 0 {
		t.Errorf("without persons: %v, %v", none, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := lint.Idle(ctx, q, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// justified are the rules of the examples that remove nobody whom this package makes up, and are right to stay.
var justified = map[string]string{
	"examples/diabetes/metformin.cohort lookback 365 days": "the demo's catalog has everybody observed for the whole period; where there are intervals, it decides",
}

// The rules of the repository's examples remove somebody.
func TestExamplesAreNotIdle(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.cohort")
	pilots, _ := filepath.Glob("../../examples/pilots/*/*.cohort")
	if files = append(files, pilots...); err != nil || len(files) < 20 {
		t.Fatalf("%d examples (%v)", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Dir(file)
		if _, err := os.Stat(filepath.Join(folder, "catalog.yaml")); err != nil {
			folder = filepath.Dir(folder)
		}
		q := query(t, file, string(text), filepath.Join(folder, "catalog.yaml"), "")
		found, err := lint.Idle(context.Background(), q, 2000)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, d := range found {
			if rule := q.File.Text(d.Span); justified[strings.TrimPrefix(file, "../../")+" "+rule] == "" {
				t.Errorf("%s removes nobody: %s", file, rule)
			}
		}
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/catalog", "dsl/diag", "dsl/lint", "dsl/plan", "enclave/engine/reference")
	deptest.Ban(t, "persons are made up; nothing here can open a snapshot, and the command line is pure Go", "github.com/duckdb", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/connectors")
}

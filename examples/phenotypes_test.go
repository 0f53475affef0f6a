package examples_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/enclave/cohorttest"
)

// The published phenotypes: each compiles without a remark, is laid out, and does what its tests say.
func TestPhenotypes(t *testing.T) {
	to := phenotypeTarget(t)
	for _, file := range phenotypes(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := string(onDisk(t, file))
			p, remarks := dsl.Compile(file, text, nil, to)
			if p == nil || len(remarks) > 0 {
				t.Fatal(rendered(t, file, text, remarks))
			}
			laidOut, _ := dsl.Format(text)
			if d := cmp.Diff(text, laidOut); d != "" {
				t.Errorf("run cohort fmt:\n%s", d)
			}
			tests, remarks := dsl.Tests(file, text, to)
			if len(remarks) > 0 || len(tests) == 0 {
				t.Fatalf("%d tests\n%s", len(tests), rendered(t, file, text, remarks))
			}
			for _, test := range tests {
				result, err := cohorttest.Run(test)
				if err != nil {
					t.Fatal(err)
				}
				if len(result.Differences) > 0 {
					t.Errorf("%s: %+v; run cohort test", test.Title, result.Differences)
				}
			}
		})
	}
}

// The README lists every phenotype with its title and its length: the lines of a file before its tests, empty ones left
// out. Half of them need at most 25.
func TestPhenotypesAreShort(t *testing.T) {
	var lengths []int
	var rows strings.Builder
	for _, file := range phenotypes(t) {
		definition, _, _ := strings.Cut(string(onDisk(t, file)), "\ntest ")
		n := 0
		for line := range strings.Lines(definition) {
			if strings.TrimSpace(line) != "" {
				n++
			}
		}
		_, title, _ := strings.Cut(definition, `study "`)
		title, _, _ = strings.Cut(title, `"`)
		fmt.Fprintf(&rows, "| `%s` | %s | %d |\n", filepath.Base(file), title, n)
		lengths = append(lengths, n)
	}
	slices.Sort(lengths)
	if median := lengths[len(lengths)/2]; len(lengths) < 30 || median > 25 {
		t.Errorf("%d phenotypes with a median of %d lines", len(lengths), median)
	}
	const readme, head = "phenotypes/README.md", "| file | phenotype | lines |\n|---|---|---|\n"
	text := string(onDisk(t, readme))
	before, table, _ := strings.Cut(text, head)
	if table == rows.String() {
		return
	}
	if !*update {
		t.Errorf("the table of %s is not that of the files; run this test with -update", readme)
		return
	}
	if err := os.WriteFile(readme, []byte(before+head+rows.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func phenotypes(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("phenotypes/*.cohort")
	if err != nil || len(files) == 0 {
		t.Fatalf("no phenotypes (%v)", err)
	}
	return files
}

func phenotypeTarget(t testing.TB) dsl.Target {
	t.Helper()
	text := onDisk(t, "phenotypes/catalog.yaml")
	c, remarks := catalog.Parse("catalog.yaml", text)
	if len(remarks) > 0 {
		t.Fatal(rendered(t, "catalog.yaml", string(text), remarks))
	}
	v, remarks := catalog.ParseVocabulary(onDisk(t, "phenotypes/vocabulary.csv"))
	if len(remarks) > 0 {
		t.Fatal(remarks)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

func onDisk(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
}

func rendered(t testing.TB, name, text string, remarks diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := diag.Render(&b, name, text, remarks); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

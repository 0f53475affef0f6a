package lint_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/internal/cli"
	"github.com/officina-enclave/officina/internal/deptest"
	"github.com/officina-enclave/officina/internal/stagetest"
)

var update = flag.Bool("update", false, "write the findings into testdata, and docs/lint.md")

// page is a file of testdata: a kind of finding by its name, with a sentence, an example and its findings.
type page struct {
	name, prose, query, shown string
	found                     diag.List
}

func read(t *testing.T, file string) page {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for _, f := range a.Files {
		sections[f.Name] = string(f.Data)
	}
	out := page{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), prose: strings.TrimSpace(string(a.Comment)), query: sections["query.cohort"]}
	out.found = findings(t, "query.cohort", out.query, target(t, sections["catalog.yaml"]))
	out.shown = render(t, "query.cohort", out.query, out.found)
	if *update {
		for i, f := range a.Files {
			if f.Name == "findings" {
				a.Files[i].Data = []byte(out.shown)
			}
		}
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(sections["findings"], out.shown); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	return out
}

// target is the catalog of the text, or the shared one of the stage traces.
func target(t *testing.T, text string) dsl.Target {
	t.Helper()
	words := []byte("code,label,parents\n")
	if text == "" {
		yaml, err := os.ReadFile("../testdata/catalogs/clinic.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if words, err = os.ReadFile("../testdata/catalogs/clinic.csv"); err != nil {
			t.Fatal(err)
		}
		text = string(yaml)
	}
	c, faults := catalog.Parse("catalog.yaml", []byte(text))
	v, more := catalog.ParseVocabulary(words)
	if len(faults)+len(more) > 0 {
		t.Fatal(faults, more)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

func findings(t *testing.T, name, text string, at dsl.Target) diag.List {
	t.Helper()
	p, faults := dsl.Compile(name, text, nil, at)
	if faults.Failed() {
		t.Fatalf("%s: %s", name, render(t, name, text, faults))
	}
	file, _ := syntax.Parse(name, text)
	return lint.Check(lint.Query{File: file, Plan: p, Target: at})
}

func render(t *testing.T, name, text string, list diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := diag.Render(&b, name, text, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Every kind of finding has a page that shows it, every page shows its own kind, and docs/lint.md is made of them.
func TestFindings(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	codes, err := stagetest.Codes(".")
	if err != nil {
		t.Fatal(err)
	}
	var pages []page
	for _, file := range files {
		p := read(t, file)
		if p.name == "clean" {
			if len(p.found) > 0 {
				t.Errorf("%s is not clean", file)
			}
			continue
		}
		pages = append(pages, p)
		if !slices.ContainsFunc(p.found, func(d diag.Diagnostic) bool { return d.Code == p.name }) {
			t.Errorf("%s does not show its kind of finding", file)
		}
		for _, d := range p.found {
			if d.Severity != diag.Warning || len(d.Hints) == 0 {
				t.Errorf("%s: %s is no warning with a hint", file, d.Code)
			}
			if !slices.Contains(codes, d.Code) {
				t.Errorf("%s: is Codes still able to read the messages? It misses %s", file, d.Code)
			}
		}
	}
	var shown []string
	for _, p := range pages {
		shown = append(shown, p.name)
	}
	if diff := cmp.Diff(codes, shown); diff != "" {
		t.Errorf("-codes of messages.go +pages:\n%s", diff)
	}
	document(t, pages)
}

func document(t *testing.T, pages []page) {
	t.Helper()
	const name = "../../docs/lint.md"
	var b strings.Builder
	b.WriteString(`# What cohort lint finds

` + "`cohort lint FILE`" + ` finds what is allowed in a query and is probably not meant. It reads the catalog and the published vocabulary, and makes
up persons for the last kind below; it never sees a snapshot. A finding is a warning: policy and the enclave do not know of it. The exit
code is 0 without findings and 2 with some; ` + "`--json`" + ` prints them for programs.

What cannot be meant is no finding but an error of ` + "`cohort check`" + `, such as a cohort that persons without any record would join
([unbounded-cohort](errors.md#unbounded-cohort)).

This page is made from the linter's tests (` + "`go test ./dsl/lint -update`" + `).
`)
	for _, p := range pages {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```text\n%s```\n", p.name, p.prose, p.shown)
	}
	b.WriteString(`
## removes-nobody

A rule that removed none of the persons made up for the query, although enough of them came that far. Either the rule says nothing, or
something rare; ` + "`--persons 0`" + ` leaves this kind out.
`)
	got := b.String()
	want, err := os.ReadFile(name)
	if *update && got != string(want) {
		err = os.WriteFile(name, []byte(got), 0o644)
	} else if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/lint.md is out of date; run `go test ./dsl/lint -update` (-want +got):\n%s", diff)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// meant are findings of the examples that say what is meant: exacerbations are one when they begin within 14 days.
var meant = map[string]string{"asthma-exacerbations.cohort": "lost-end"}

// The examples of this repository have no finding but those that are meant.
func TestExamples(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("../../examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".cohort" || filepath.Base(filepath.Dir(path)) == "libraries" {
			return err
		}
		at, ok := targetOf(t, filepath.Dir(path))
		if !ok {
			return nil
		}
		seen++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found := findings(t, path, string(text), at)
		code, expected := meant[filepath.Base(path)]
		if expected && (len(found) != 1 || found[0].Code != code) || !expected && len(found) > 0 {
			t.Errorf("%s, expected %q:\n%s", path, code, render(t, path, string(text), found))
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("%d examples (%v)", seen, err)
	}
}

// targetOf reads the catalog beside an example or above it.
func targetOf(t *testing.T, dir string) (dsl.Target, bool) {
	t.Helper()
	for range 3 {
		path := filepath.Join(dir, "catalog.yaml")
		if _, err := os.Stat(path); err != nil {
			dir = filepath.Dir(dir)
			continue
		}
		read, err := cli.ReadTarget(&cobra.Command{}, path, "")
		if err != nil {
			t.Fatal(err)
		}
		return read.Target, true
	}
	return dsl.Target{}, false
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/catalog", "dsl/diag", "dsl/plan", "dsl/syntax")
	deptest.Ban(t, "findings are made from the catalog and the vocabulary only; it also builds to WebAssembly", "net", "os/exec", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave", "github.com/officina-enclave/officina/policy")
}

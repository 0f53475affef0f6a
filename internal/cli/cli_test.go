package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/internal/deptest"
	"github.com/officina-enclave/officina/policy"
)

// failures are the errors of testdata/errors.txtar, by name.
var failures = map[string]error{
	"none":     nil,
	"plain":    errors.New("disk full"),
	"usage":    fmt.Errorf("wrapped: %w", Usagef("give --study")),
	"quiet":    Quiet(4),
	"notfound": &enclave.Error{Class: enclave.NotFound, Message: "there is no study"},
	"denied": &enclave.Error{Class: enclave.Denied, Message: "policy does not allow this query", Ref: "run_A",
		Denials: []policy.Denial{{Rule: "access-person", Title: "Only persons named may ask", Message: "Ask the board.", Contact: "board@example.org"}}},
	"diagnosed": &Diagnosed{File: "q.cohort", Source: "cohort all {}\n", List: diag.List{{Code: "reserved-word", Severity: diag.Error,
		Span: diag.Span{From: diag.Pos{Offset: 7, Line: 1, Column: 8}, To: diag.Pos{Offset: 10, Line: 1, Column: 11}}, Message: "a word of the language"}}},
	"several": errors.Join(Usagef("first"), nil, Quiet(2), errors.New("last")),
}

// TestShow compares what is printed of each error, as text and as JSON, behind its exit code.
func TestShow(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/errors.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) != 2*len(failures) {
		t.Errorf("%d expectations of %d errors", len(archive.Files), len(failures))
	}
	for _, f := range archive.Files {
		name, form, _ := strings.Cut(f.Name, ".")
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			code := show(&b, failures[name], form == "json")
			if diff := cmp.Diff(string(f.Data), fmt.Sprintf("%d\n%s", code, b.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestRun tells errors of usage, which name the help, from errors of the work.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		args  string
		code  int
		error string
	}{
		{"work a", 0, ""},
		{"work fail", 1, "disk full"},
		{"work", 2, "accepts 1 arg(s), received 0\nsee `tool work --help`"},
		{"work a --lout", 2, "unknown flag: --lout\nsee `tool work --help`"},
		{"wrok a", 2, "unknown command \"wrok\" for \"tool\"\n\nDid you mean this?\n\twork\n\nsee `tool --help`"},
		{"group nonsense", 2, "unknown command \"nonsense\" for \"tool group\"\nsee `tool group --help`"},
		{"group", 0, ""},
	} {
		root := &cobra.Command{Use: "tool", SilenceErrors: true, SilenceUsage: true}
		group := &cobra.Command{Use: "group"}
		group.AddCommand(&cobra.Command{Use: "below", RunE: func(*cobra.Command, []string) error { return nil }})
		root.AddCommand(group, &cobra.Command{Use: "work", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
			if args[0] == "fail" {
				return errors.New("disk full")
			}
			return nil
		}})
		root.SetArgs(strings.Fields(c.args))
		root.SetOut(new(bytes.Buffer))
		err := run(context.Background(), root)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if code := show(new(bytes.Buffer), err, false); code != c.code || strings.TrimSpace(got) != c.error {
			t.Errorf("tool %s: %d, %q; want %d, %q", c.args, code, got, c.code, c.error)
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "text")
	if err := os.WriteFile(name, []byte("from a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &cobra.Command{}
	c.SetIn(strings.NewReader("from standard input"))
	for name, want := range map[string]string{name: "from a file", "-": "from standard input"} {
		if got, err := ReadFile(c, name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{filepath.Join(dir, "missing"), dir} {
		var usage *Usage
		if _, err := ReadFile(c, name); !errors.As(err, &usage) {
			t.Errorf("%s: %v, want a usage error", name, err)
		}
	}
}

func TestReadTarget(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/target.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		name := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, f.Data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ catalog, words, fault string }{
		{"good/catalog.yaml", "", ""},
		{"bare/catalog.yaml", "", ""},
		{"bare/catalog.yaml", "good/vocabulary.csv", ""},
		{"bad/catalog.yaml", "", "bad/catalog.yaml"},
		{"good/catalog.yaml", "bad/vocabulary.csv", "bad/vocabulary.csv"},
		{"good/catalog.yaml", "bare/vocabulary.csv", "there is no file bare/vocabulary.csv"},
		{"none/catalog.yaml", "", "there is no file none/catalog.yaml"},
	} {
		words := c.words
		if words != "" {
			words = filepath.Join(dir, words)
		}
		target, err := ReadTarget(&cobra.Command{}, filepath.Join(dir, c.catalog), words)
		var d *Diagnosed
		got := ""
		switch {
		case errors.As(err, &d):
			got = d.File
		case err != nil:
			got = err.Error()
		case target.Catalog.Dataset != "clinic" || len(target.VocabularyText) == 0:
			t.Errorf("%s: dataset %q, a vocabulary of %d bytes", c.catalog, target.Catalog.Dataset, len(target.VocabularyText))
		}
		if got = strings.ReplaceAll(got, dir+"/", ""); got != c.fault {
			t.Errorf("%s with %q: %q, want %q", c.catalog, c.words, got, c.fault)
		}
	}
}

func TestSay(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		c := &cobra.Command{}
		c.Flags().Bool("json", asJSON, "")
		var b bytes.Buffer
		c.SetOut(&b)
		if err := Say(c, map[string]string{"text": "a < b"}, "%s < %s", "a", "b"); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{false: "a < b\n", true: "{\n  \"text\": \"a < b\"\n}\n"}[asJSON]
		if b.String() != want {
			t.Errorf("%q, want %q", b.String(), want)
		}
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/catalog", "dsl/diag")
	deptest.Ban(t, "the researcher's tool is pure Go and holds no data", "github.com/duckdb", "github.com/open-policy-agent",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/enclave/keys/local")
}

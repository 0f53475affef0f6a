package pilots_test

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/demo/pilots"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/examples"
	"github.com/officina-enclave/officina/internal/terminal"
	"github.com/officina-enclave/officina/policy"
)

var update = flag.Bool("update", false, "write the answers anew")

// persons are as many as make the answers of a pilot worth reading.
func persons(pilot string) int {
	if pilot == "wearables" {
		return 400 // with 1,344 readings each
	}
	return 3000
}

// TestAnswers loads each pilot into an enclave and asks its queries as a researcher does: the answer is the .txt beside the
// query.
func TestAnswers(t *testing.T) {
	for _, name := range pilots.Names() {
		t.Run(name, func(t *testing.T) {
			e := enclaveOf(t, name)
			for _, query := range glob(t, "pilots/"+name+"/*.cohort") {
				t.Run(path.Base(query), func(t *testing.T) { compare(t, query, ask(t, e, name, query)) })
			}
		})
	}
}

// enclaveOf makes an enclave with the pilot's persons and its study.
func enclaveOf(t *testing.T, pilot string) *enclave.Enclave {
	t.Helper()
	dir, board := filepath.Join(t.TempDir(), "data"), ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	config := node.Config{Format: node.Format, Name: "pilots", Contact: "data@example.org", Floor: node.DefaultFloor}
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, 1) }
	must(t, node.Create(dir, config, []ed25519.PublicKey{board.Public().(ed25519.PublicKey)}, makeKeys))
	n, err := node.Open(t.Context(), dir, node.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	report, err := n.Ingest(t.Context(), node.Load{Name: "catalog.yaml", Catalog: read(t, pilot, "catalog.yaml"), Vocabulary: read(t, pilot, "vocabulary.csv"),
		Source: pilots.Source{Pilot: pilot, Seed: 1, Persons: persons(pilot)}, Seed: 1})
	must(t, err)
	for _, table := range report.Tables {
		if len(table.Rejected) > 0 || table.RowsIn == 0 {
			t.Errorf("%s: of %d rows were rejected: %v", table.Table, table.RowsIn, table.Rejected)
		}
		for _, column := range table.Columns {
			if len(column.Unusable) > 0 {
				t.Errorf("%s.%s: %v", table.Table, column.Column, column.Unusable)
			}
		}
	}
	if report.UnknownCodes > 0 {
		t.Errorf("%d codes are not in the vocabulary", report.UnknownCodes)
	}
	text := read(t, pilot, "study.yaml")
	_, err = n.AddStudy(t.Context(), text, study.Sign(board, text))
	must(t, err)
	e, err := n.Enclave(t.Context(), pilot)
	must(t, err)
	return e
}

func ask(t *testing.T, e *enclave.Enclave, pilot, query string) []byte {
	t.Helper()
	text, err := examples.Files.ReadFile(query)
	must(t, err)
	subject := policy.Subject{ID: "researcher@example.org", Organisation: "Officina demo", Roles: []string{"researcher"}}
	release, err := e.Submit(t.Context(), enclave.Submission{Name: query, Text: string(text), Study: pilot, Subject: subject})
	must(t, err)
	document, err := enclave.ParseDocument(release.Document)
	must(t, err)
	if document.Withheld {
		t.Error("every cell is hidden")
	}
	var out bytes.Buffer
	for i, table := range document.Tables {
		if i > 0 {
			out.WriteString("\n")
		}
		must(t, terminal.Table(&out, terminal.Style{}, table))
	}
	return out.Bytes()
}

func compare(t *testing.T, query string, got []byte) {
	t.Helper()
	name := strings.TrimSuffix(query, ".cohort") + ".txt"
	if *update {
		must(t, os.WriteFile(filepath.Join("../../../examples", name), got, 0o644))
		return
	}
	want, err := examples.Files.ReadFile(name)
	must(t, err)
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-update writes it; -want +got):\n%s", name, d)
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(examples.Files, pattern)
	must(t, err)
	if len(names) < 2 {
		t.Fatalf("%d files match %s", len(names), pattern)
	}
	return names
}

func read(t *testing.T, pilot, name string) []byte {
	t.Helper()
	text, err := examples.Files.ReadFile("pilots/" + pilot + "/" + name)
	must(t, err)
	return text
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestContract(t *testing.T) {
	for _, name := range pilots.Names() {
		t.Run(name, func(t *testing.T) {
			connectorstest.Run(t, func(*testing.T) connectors.Source { return pilots.Source{Pilot: name, Seed: 1, Persons: 100} })
		})
	}
}

// A person is the same whatever the number of persons, and another seed makes other persons.
func TestDeterminism(t *testing.T) {
	for _, name := range pilots.Names() {
		few, many := pilots.Source{Pilot: name, Seed: 7, Persons: 20}, pilots.Source{Pilot: name, Seed: 7, Persons: 25}
		for _, table := range few.Tables() {
			want := rows(t, few, table)
			if got := rows(t, many, table); !strings.HasPrefix(got, want) || len(want) == 0 {
				t.Errorf("%s, %s: the first 20 of 25 persons differ from 20 persons", name, table)
			}
			if other := rows(t, pilots.Source{Pilot: name, Seed: 8, Persons: 20}, table); other == want {
				t.Errorf("%s, %s: seeds 7 and 8 make the same rows", name, table)
			}
		}
	}
}

func rows(t *testing.T, s pilots.Source, table string) string {
	t.Helper()
	var out strings.Builder
	must(t, s.Read(t.Context(), table, func(b connectors.Batch) error {
		for _, row := range b.Rows {
			fmt.Fprintln(&out, row)
		}
		return nil
	}))
	return out.String()
}

package csv_test

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

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/connectors/csv"
	"github.com/officina-enclave/officina/internal/deptest"
	"github.com/officina-enclave/officina/internal/intime"
)

// TestGood reads each archive's files by its mapping.yaml and compares with its sections person, condition.
func TestGood(t *testing.T) {
	eachArchive(t, "testdata/good/*.txtar", func(t *testing.T, dir string, sections map[string]string) {
		source := open(t, dir)
		for _, table := range source.Tables() {
			if d := cmp.Diff(sections[table], show(t, source, table)); d != "" {
				t.Errorf("%s (-want +got):\n%s", table, d)
			}
		}
	})
}

// TestBad opens and reads each archive's files, and expects its section error.
func TestBad(t *testing.T) {
	eachArchive(t, "testdata/bad/*.txtar", func(t *testing.T, dir string, sections map[string]string) {
		err := readAll(dir)
		var fault *connectors.Error
		if !errors.As(err, &fault) {
			t.Fatalf("error is %v, want a *connectors.Error", err)
		}
		if d := cmp.Diff(strings.TrimSpace(sections["error"]), err.Error()); d != "" {
			t.Errorf("error (-want +got):\n%s", d)
		}
		for _, value := range []string{"4711", "zoe", "rossi", "RSSMRA", "051"} {
			if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(value)) {
				t.Errorf("the error repeats a value: %v", err)
			}
		}
	})
}

const mapping = `
format: 1
tables:
  - {table: person, file: p.csv.gz, columns: {person: id, sex: sex}}
`

func TestDamagedFiles(t *testing.T) {
	whole := zip("id,sex\n" + strings.Repeat("1,f\n2,m\n", 50_000))
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"cut":        {whole[:len(whole)/2], "the compressed file is cut short; fetch it again"},
		"header cut": {whole[:5], "the compressed file is cut short; fetch it again"},
		"checksum":   {flipped, "is not a sound gzip file; fetch it again"},
		"not gzip":   {[]byte("id,sex\n1,f\n"), "is not a sound gzip file; fetch it again"},
		"Latin-1":    {zip("id,sex\n1,f\n2,\xe8\n"), `:3: column "sex": is not UTF-8; convert the file`},
		"UTF-16":     {zip("\xff\xfei\x00d\x00"), ":1: column \"1\": is not UTF-8; convert the file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "mapping.yaml", []byte(mapping))
			write(t, dir, "p.csv.gz", c.data)
			if err := readAll(dir); err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("error is %v, want …%s", err, c.want)
			}
		})
	}
}

func TestLinkOutOfTheFolderIsRefused(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, outside, "p.csv.gz", zip("id,sex\n1,f\n"))
	write(t, dir, "mapping.yaml", []byte(mapping))
	if err := os.Symlink(filepath.Join(outside, "p.csv.gz"), filepath.Join(dir, "p.csv.gz")); err != nil {
		t.Fatal(err)
	}
	if err := readAll(dir); err == nil {
		t.Error("a file outside the data folder was read")
	}
}

// TestConformance runs the contract on a plain and a compressed file with several batches.
func TestConformance(t *testing.T) {
	connectorstest.Run(t, func(t *testing.T) connectors.Source {
		var people, events strings.Builder
		people.WriteString("id,sex\n")
		events.WriteString("id,icd\n")
		for i := range 2*connectors.MaxBatch + 1 {
			fmt.Fprintf(&people, "%d,\n", i)
			fmt.Fprintf(&events, "%d,\"E11\n\"\n", i)
		}
		dir := t.TempDir()
		write(t, dir, "p.csv.gz", zip(people.String()))
		write(t, dir, "e.csv", []byte(events.String()))
		write(t, dir, "mapping.yaml", []byte(mapping+"  - {table: condition, file: e.csv, columns: {person: id, code: icd}}\n"))
		return open(t, dir)
	})
}

// FuzzRead looks for a panic, and for rows that do not fit the header.
func FuzzRead(f *testing.F) {
	f.Add([]byte("id,sex\n1,f\n"))
	f.Add([]byte("\ufeff\"id\",sex\n\"a\nb\",\n"))
	f.Add([]byte("id,sex\n1\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, dir, "mapping.yaml", []byte(strings.ReplaceAll(mapping, ".gz", "")))
		write(t, dir, "p.csv", data)
		intime.Run(t, func() { checkRead(t, dir) })
	})
}

// FuzzMapping looks for the same with any mapping.
func FuzzMapping(f *testing.F) {
	f.Add([]byte(strings.ReplaceAll(mapping, ".gz", "")), []byte("id,sex\n1,f\n"))
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var text, data []byte
		for _, s := range a.Files {
			switch {
			case s.Name == "mapping.yaml":
				text = s.Data
			case strings.HasSuffix(s.Name, ".csv") && data == nil:
				text, data = bytes.ReplaceAll(text, []byte(s.Name), []byte("p.csv")), s.Data
			}
		}
		f.Add(text, data)
	}
	f.Fuzz(func(t *testing.T, text, data []byte) {
		dir := t.TempDir()
		write(t, dir, "mapping.yaml", text)
		write(t, dir, "p.csv", data)
		intime.Run(t, func() { checkRead(t, dir) })
	})
}

// checkRead expects an error with a place, or none.
func checkRead(t *testing.T, dir string) {
	var fault *connectors.Error
	if err := readAll(dir); err != nil && !errors.As(err, &fault) {
		t.Errorf("an error without a place: %v", err)
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	_ = os.WriteFile(dir+"/people.csv", []byte("id,Sesso,Cognome\n007,2,Rossi\n"), 0o600)
	_ = os.WriteFile(dir+"/mapping.yaml", []byte(`
format: 1
tables:
  - table: person
    file: people.csv
    identifying: [Cognome]
    columns:
      person: id
      sex: {column: Sesso, values: {1: male, 2: female}}
`), 0o600)

	source, err := csv.Open(dir, dir+"/mapping.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	_ = source.Read(context.Background(), connectors.PersonTable, func(b connectors.Batch) error {
		fmt.Println(b.Columns, b.Lines, b.Rows)
		return nil
	})
	// Output: [person sex] [2] [[{007 true} {female true}]]
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors")
	deptest.Ban(t, "a connector reads files: no engine, no key, no network", "github.com/duckdb", "github.com/tink-crypto", "net/http")
}

package omop_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/internal/deptest"
)

var update = flag.Bool("update", false, "write the golden sections anew")

// TestArchives opens and reads the files of each archive, and compares what comes out with its golden sections: the rows of
// each table, the vocabulary and the notes, or the error. A file FILE.gz is compressed before it is read, and the files
// below archive.zip/ are put into that archive, which is then opened in place of the folder.
func TestArchives(t *testing.T) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	if len(files) == 0 {
		t.Fatal("no archives")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			must(t, err)
			now := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if !strings.HasPrefix(f.Name, "= ") {
					now.Files = append(now.Files, f)
				}
			}
			now.Files = append(now.Files, outcome(t, lay(t, now.Files))...)
			if bad := now.Files[len(now.Files)-1].Name == "= error"; bad != strings.Contains(file, "/bad/") {
				t.Errorf("failed: %t", bad)
			}
			if *update {
				must(t, os.WriteFile(file, txtar.Format(now), 0o644))
				return
			}
			if d := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(now))); d != "" {
				t.Errorf("golden sections (-golden +now):\n%s", d)
			}
		})
	}
}

// lay writes the files into a folder and returns what is to be opened.
func lay(t *testing.T, files []txtar.File) string {
	t.Helper()
	dir := t.TempDir()
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	location := dir
	for _, f := range files {
		if strings.HasSuffix(f.Name, ".gz") {
			f.Data = compress(string(f.Data))
		}
		if name, ok := strings.CutPrefix(f.Name, "archive.zip/"); ok {
			w, err := archive.Create(name)
			must(t, err)
			_, err = w.Write(f.Data)
			must(t, err)
			location = filepath.Join(dir, "archive.zip")
			continue
		}
		write(t, dir, f.Name, f.Data)
	}
	if location != dir {
		must(t, archive.Close())
		write(t, dir, "archive.zip", packed.Bytes())
	}
	return location
}

func outcome(t *testing.T, location string) []txtar.File {
	out, err := readAll(t.Context(), location)
	if err == nil {
		return out
	}
	var fault *connectors.Error
	if !errors.As(err, &fault) {
		t.Errorf("the error is no *connectors.Error: %v", err)
	}
	if strings.Contains(err.Error(), "4711") {
		t.Errorf("the error repeats a value: %v", err)
	}
	return []txtar.File{{Name: "= error", Data: []byte(strings.ReplaceAll(err.Error(), filepath.Dir(location), "") + "\n")}}
}

func readAll(ctx context.Context, location string) (out []txtar.File, err error) {
	s, err := omop.Open(ctx, location)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for _, table := range s.Tables() {
		text, err := show(ctx, s, table)
		if err != nil {
			return nil, err
		}
		out = append(out, txtar.File{Name: "= " + table, Data: []byte(text)})
	}
	words, err := s.Vocabulary(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, txtar.File{Name: "= vocabulary.csv", Data: words})
	if notes := s.Notes(); len(notes) > 0 {
		out = append(out, txtar.File{Name: "= notes", Data: []byte(strings.Join(notes, "\n") + "\n")})
	}
	return out, nil
}

// show writes a table: a missing cell is "-".
func show(ctx context.Context, s *omop.Source, table string) (string, error) {
	var b strings.Builder
	err := s.Read(ctx, table, func(batch connectors.Batch) error {
		if b.Len() == 0 {
			fmt.Fprintln(&b, strings.Join(batch.Columns, " "))
		}
		for i, row := range batch.Rows {
			fmt.Fprintf(&b, "%s:%d:", batch.File, batch.Lines[i])
			for _, c := range row {
				if !c.Known {
					c.Text = "-"
				}
				b.WriteString(" " + c.Text)
			}
			b.WriteString("\n")
		}
		return nil
	})
	return b.String(), err
}

// TestConformance runs the contract on a folder of plain and compressed files, and on an archive.
func TestConformance(t *testing.T) {
	var people, events strings.Builder
	people.WriteString("person_id,gender_concept_id,year_of_birth\n")
	events.WriteString("person_id,condition_concept_id,condition_start_date\n")
	for i := range 2*connectors.MaxBatch + 1 {
		fmt.Fprintf(&people, "%d,8507,1970\n", i)
		fmt.Fprintf(&events, "%d,192671,2020-01-01\n", i)
	}
	files := []txtar.File{{Name: "person.csv", Data: []byte(people.String())}, {Name: "condition_occurrence.csv.gz", Data: []byte(events.String())}}
	for name, below := range map[string]string{"folder": "", "zip": "archive.zip/"} {
		t.Run(name, func(t *testing.T) {
			connectorstest.Run(t, func(t *testing.T) connectors.Source {
				var laid []txtar.File
				for _, f := range files {
					laid = append(laid, txtar.File{Name: below + f.Name, Data: f.Data})
				}
				s, err := omop.Open(t.Context(), lay(t, laid))
				must(t, err)
				t.Cleanup(func() { s.Close() })
				return s
			})
		})
	}
}

func TestDamagedFiles(t *testing.T) {
	var people strings.Builder
	people.WriteString("person_id,gender_concept_id,year_of_birth\n")
	for i := range 50_000 {
		fmt.Fprintf(&people, "%d,8507,1970\n", i)
	}
	text := people.String()
	whole := compress(text)
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	packed := lay(t, []txtar.File{{Name: "archive.zip/person.csv", Data: []byte(text)}})
	archive, err := os.ReadFile(packed)
	must(t, err)
	duck := append([]byte("checksumDUCK\x21\x00\x00\x00\x00\x00\x00\x00"), make([]byte, 64)...)
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"gzip cut":       {"person.csv.gz", whole[:len(whole)/2], "person.csv.gz: the compressed file is cut short; fetch it again"},
		"gzip head cut":  {"person.csv.gz", whole[:5], "person.csv.gz: the compressed file is cut short; fetch it again"},
		"gzip empty":     {"person.csv.gz", nil, "person.csv.gz: is empty; the first line must hold the headers"},
		"gzip checksum":  {"person.csv.gz", flipped, "person.csv.gz: the compressed file is damaged; fetch it again"},
		"not gzip":       {"person.csv.gz", []byte("person_id\n"), "person.csv.gz: the compressed file is damaged; fetch it again"},
		"not Parquet":    {"person.parquet", []byte("person_id\n"), "person.parquet: is not a sound Parquet file; fetch it again"},
		"zip cut":        {"cdm.zip", archive[:len(archive)/2], "cdm.zip: is not a sound zip archive (cut short?); fetch it again"},
		"DuckDB 0.4":     {"cdm.duckdb", duck, "cdm.duckdb: is a DuckDB database of storage version 33, which is not read; export its tables with the DuckDB that made it (EXPORT DATABASE 'folder' (FORMAT csv, HEADER)) and give the folder"},
		"xz":             {"cdm.tar.xz", []byte("\xfd7zXZ\x00more"), "cdm.tar.xz: is a compressed file; unpack it, and give the folder"},
		"something else": {"cdm.txt", []byte("hello"), "cdm.txt: is neither a folder nor a zip archive; give one that holds the tables as CSV or Parquet files"},
		"nothing":        {"cdm.txt", nil, "cdm.txt: is empty; give a folder or a zip archive of CSV or Parquet files"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.file, c.data)
			location := filepath.Join(dir, c.file)
			if strings.HasPrefix(c.file, "person") {
				location = dir
			}
			if _, err := readAll(t.Context(), location); err == nil || err.Error() != c.want {
				t.Errorf("error is %v\nwant     %s", err, c.want)
			}
		})
	}
}

func TestLinkOutOfTheFolderIsRefused(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, outside, "person.csv", []byte("person_id,gender_concept_id,year_of_birth\n1,8507,1970\n"))
	must(t, os.Symlink(filepath.Join(outside, "person.csv"), filepath.Join(dir, "person.csv")))
	if _, err := readAll(t.Context(), dir); err == nil {
		t.Error("a file outside the folder was read")
	}
}

// FuzzRead looks for a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte("person_id,gender_concept_id,year_of_birth\n1,8507,1970\n"))
	f.Add([]byte("\ufeffPERSON_ID\tgender_concept_id\tyear_of_birth\tday_of_birth\n1.0\t\"8507\t1970\t31\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		write(t, dir, "person.csv", data)
		_, _ = readAll(t.Context(), dir)
	})
}

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	_ = os.WriteFile(dir+"/PERSON.csv", []byte("person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n7,8532,1970,,\n"), 0o600)

	source, err := omop.Open(context.Background(), dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	_ = source.Read(context.Background(), connectors.PersonTable, func(b connectors.Batch) error {
		fmt.Println(b.Columns[:3], b.Lines, b.Rows[0][:3])
		return nil
	})
	// Output: [person sex birth_date] [2] [{7 true} {female true} {1970-06-15 true}]
}

func compress(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, data, 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors", "connectors/omop/internal/folder", "connectors/omop/internal/hierarchy", "dsl/catalog")
	deptest.Ban(t, "a connector reads files: no engine, no key", "github.com/duckdb", "github.com/tink-crypto",
		"github.com/officina-enclave/officina/enclave")
}

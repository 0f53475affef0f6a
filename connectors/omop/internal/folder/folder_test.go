package folder_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
	"github.com/officina-enclave/officina/internal/deptest"
)

// The connector's own archives (connectors/omop/testdata) show what is read and what is refused, file by file.

func Example() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	_ = os.WriteFile(dir+"/CONCEPT.csv", []byte("concept_id\tconcept_name\n7\t6\" needle\n"), 0o600)

	f, _ := folder.Open(dir)
	defer f.Close()
	rows, err := f.Read(context.Background(), "concept", []folder.Column{{Name: "concept_name", Required: true}, {Name: "valid_end_date"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rows.Close()
	row, line, err := rows.Next()
	fmt.Printf("%q %d %v\n", row, line, err)
	// Output: ["6\" needle" ""] 2 <nil>
}

func TestNamesAndSizes(t *testing.T) {
	f := open(t, map[string]string{"A.CSV": "x\n", "cdm/b.csv.gz": "yy", "cdm/c.tsv": "", "cdm/d.Parquet": "", "cdm/e.txt": "", "cdm/deep/f.csv": "", ".csv": "", "g.csv": ""})
	if d := cmp.Diff([]string{"a", "b", "c", "d", "g"}, f.Names()); d != "" {
		t.Errorf("names (-want +got):\n%s", d)
	}
	if f.Size("b") != 2 || f.File("b") != "cdm/b.csv.gz" || !f.Has("b") || f.Has("f") {
		t.Errorf("b: %d bytes in %s; f: %t", f.Size("b"), f.File("b"), f.Has("f"))
	}
}

// Bytes grows with the rows, from above 0 to the size of the file.
func TestBytesReachTheSize(t *testing.T) {
	f := open(t, map[string]string{"a.csv": "x,y\n" + strings.Repeat("1,2\n", 100_000)})
	rows, err := f.Read(t.Context(), "a", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	last := int64(0)
	for {
		_, _, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if now := rows.Bytes(); err != nil || now < last || now == 0 {
			t.Fatalf("%d bytes after %d, error %v", now, last, err)
		} else {
			last = now
		}
	}
	if last != f.Size("a") {
		t.Errorf("%d bytes at the end, want %d", last, f.Size("a"))
	}
}

func open(t *testing.T, files map[string]string) *folder.Folder {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestDependencies(t *testing.T) { deptest.Only(t, "connectors", "connectors/internal/parquet") }

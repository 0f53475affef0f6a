package csv_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/csv"
)

func readAll(dir string) error {
	source, err := csv.Open(dir, filepath.Join(dir, "mapping.yaml"))
	if err != nil {
		return err
	}
	defer source.Close()
	for _, table := range source.Tables() {
		if err := source.Read(context.Background(), table, func(connectors.Batch) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

func open(t *testing.T, dir string) *csv.Source {
	t.Helper()
	source, err := csv.Open(dir, filepath.Join(dir, "mapping.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

// show writes the rows of a table one a line, a missing cell as -.
func show(t *testing.T, source *csv.Source, table string) string {
	t.Helper()
	var out strings.Builder
	err := source.Read(t.Context(), table, func(b connectors.Batch) error {
		for i, row := range b.Rows {
			fmt.Fprintf(&out, "%s:%d:", b.File, b.Lines[i])
			for j, cell := range row {
				text := cell.Text
				if !cell.Known {
					text = "-"
				}
				fmt.Fprintf(&out, " %s=%s", b.Columns[j], text)
			}
			out.WriteString("\n")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// eachArchive writes the files of each archive into a folder and runs test on it.
func eachArchive(t *testing.T, pattern string, test func(t *testing.T, dir string, sections map[string]string)) {
	t.Helper()
	files, _ := filepath.Glob(pattern)
	if len(files) == 0 {
		t.Fatalf("no archives in %s", pattern)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir, sections := t.TempDir(), map[string]string{}
			for _, f := range archive.Files {
				sections[f.Name] = string(f.Data)
				write(t, dir, f.Name, f.Data)
			}
			test(t, dir, sections)
		})
	}
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func zip(text string) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text)) // a Buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

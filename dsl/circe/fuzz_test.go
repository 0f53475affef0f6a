package circe_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// FuzzImport looks for JSON at which the importer fails, or of which it makes a text that cannot be parsed.
func FuzzImport(f *testing.F) {
	files, _ := filepath.Glob("testdata/published/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	archive, err := txtar.ParseFile("testdata/parts.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, part := range archive.Files {
		f.Add(part.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := circe.Import("c", data)
		if err != nil {
			return
		}
		if _, diags := syntax.Parse("q.cohort", r.Text); diags.Failed() && len(r.Text) < 64<<10 {
			t.Errorf("%v\n%s", diags, r.Text)
		}
	})
}

package obo_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/obo"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/internal/deptest"
)

var update = flag.Bool("update", false, "write the golden sections")

// TestFiles reads the OBO file of each archive and compares its golden sections, those whose names begin with =. Only
// MONDO is asked for in systems.txtar.
func TestFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := &txtar.Archive{Comment: a.Comment, Files: append(a.Files[:1:1], read(t, filepath.Base(file), a.Files[0].Data)...)}
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(txtar.Format(a)), string(txtar.Format(got))); d != "" && !*update {
				t.Error(d)
			}
		})
	}
}

func read(t *testing.T, name string, data []byte) []txtar.File {
	var systems []string
	if name == "systems.txtar" {
		systems = []string{"MONDO"}
		data = append([]byte("\ufeff"), bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))...)
	}
	v, err := obo.Read(t.Context(), "in.obo", bytes.NewReader(data), systems)
	if err != nil {
		var fault *connectors.Error
		if !errors.As(err, &fault) {
			t.Errorf("the error is no *connectors.Error: %v", err)
		}
		return []txtar.File{{Name: "= error", Data: []byte(err.Error() + "\n")}}
	}
	text := catalog.FormatVocabulary(v.Terms)
	if _, list := catalog.ParseVocabulary(text); list.Failed() {
		t.Errorf("what is written cannot be read: %v", list)
	}
	return []txtar.File{{Name: "= vocabulary.csv", Data: text}, {Name: "= notes", Data: []byte(strings.Join(v.Notes, "\n") + "\n")}}
}

func TestFaultsOfReading(t *testing.T) {
	head := "format-version: 1.4\n[Term]\nid: HP:1\nname: "
	for name, c := range map[string]struct {
		in   io.Reader
		want string
	}{
		"long line": {strings.NewReader(head + strings.Repeat("x", 1<<21)), "in.obo:4: a line has more than 1048576 bytes"},
		"not UTF-8": {strings.NewReader(head + "\xff\n"), "in.obo:4: is not UTF-8; convert the file"},
		"cut short": {io.MultiReader(strings.NewReader(head+"a\n"), broken{}), "in.obo:5: cannot be read (cut short or damaged?); fetch it again"},
	} {
		if _, err := obo.Read(t.Context(), "in.obo", c.in, nil); err == nil || err.Error() != c.want {
			t.Errorf("%s: error is %v, want %s", name, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := obo.Read(ctx, "in.obo", strings.NewReader(head+"a\n"+strings.Repeat("xref: b:1\n", 10_000)), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after a cancel: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// FuzzRead looks for panics, and for terms that a catalog cannot have.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(a.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := obo.Read(t.Context(), "in.obo", bytes.NewReader(data), nil)
		if err != nil {
			return
		}
		if _, list := catalog.ParseVocabulary(catalog.FormatVocabulary(v.Terms)); list.Failed() {
			t.Errorf("what is written cannot be read: %v", list)
		}
	})
}

func Example() {
	file := strings.NewReader("format-version: 1.4\n\n[Term]\nid: HP:0001250\nname: Seizure\nalt_id: HP:0002279\n")
	v, _ := obo.Read(context.Background(), "hp.obo", file, nil)
	fmt.Print(string(catalog.FormatVocabulary(v.Terms)))
	// Output:
	// code,label,parents
	// HP:0001250,Seizure,
	// HP:0002279,Seizure (now HP:0001250),HP:0001250
}

func TestDependencies(t *testing.T) { deptest.Only(t, "connectors", "dsl/catalog") }

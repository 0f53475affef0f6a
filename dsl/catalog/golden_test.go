package catalog_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGoodCatalogs(t *testing.T) {
	eachFile(t, "testdata/good/*.yaml", func(t *testing.T, file string, text []byte) string {
		c, out := catalog.Parse(file, text)
		if len(out) > 0 {
			t.Fatalf("unexpected remarks:\n%s", show(text, out))
		}
		got, err := json.MarshalIndent(c, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		return string(got) + "\ndigest " + c.Digest() + "\n"
	})
}

func TestBadCatalogs(t *testing.T) {
	eachFile(t, "testdata/bad/*.yaml", func(t *testing.T, file string, text []byte) string {
		c, out := catalog.Parse(file, text)
		if c != nil || !out.Failed() {
			t.Fatalf("parsed; want errors")
		}
		return show(text, out)
	})
}

func TestBadVocabularies(t *testing.T) {
	eachFile(t, "testdata/bad/*.csv", func(t *testing.T, _ string, text []byte) string {
		v, out := catalog.ParseVocabulary(text)
		if v != nil || !out.Failed() {
			t.Fatalf("parsed; want errors")
		}
		return show(text, out)
	})
}

// eachFile compares what run gives for each file with the .golden file beside it.
func eachFile(t *testing.T, pattern string, run func(*testing.T, string, []byte) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, golden := run(t, file, text), strings.TrimSuffix(file, filepath.Ext(file))+".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("differs from %s (-update writes it):\n%s", golden, d)
			}
		})
	}
}

// show writes each remark with the text its span covers, in the order of the file.
func show(text []byte, out diag.List) string {
	var b strings.Builder
	for _, d := range out.Sorted() {
		marked := text[d.Span.From.Offset:d.Span.To.Offset]
		fmt.Fprintf(&b, "%d:%d %q %s: %s [%s]\n", d.Span.From.Line, d.Span.From.Column, marked, d.Severity, d.Message, d.Code)
		for _, h := range d.Hints {
			fmt.Fprintf(&b, "  = hint: %s\n", h)
		}
	}
	return b.String()
}

package catalog_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/internal/intime"
)

// FuzzParse looks for panics, for remarks outside the file, and for catalogs whose digest is not theirs.
func FuzzParse(f *testing.F) {
	seed(f, "testdata/*/*.yaml")
	f.Fuzz(func(t *testing.T, text []byte) {
		var c *catalog.Catalog
		var out diag.List
		intime.Run(t, func() { c, out = catalog.Parse("fuzz.yaml", text) })
		checkRemarks(t, text, out, c != nil)
		if c == nil {
			return
		}
		again, _ := catalog.Parse("other.yaml", append([]byte("# comment\n"), text...))
		if again != nil && again.Digest() != c.Digest() {
			t.Error("a comment changes the digest")
		}
	})
}

// FuzzParseVocabulary looks for panics, remarks outside the file, and codes that are lost or out of order.
func FuzzParseVocabulary(f *testing.F) {
	seed(f, "testdata/bad/*.csv")
	f.Add([]byte(codes))
	f.Fuzz(func(t *testing.T, text []byte) {
		var v *catalog.Vocabulary
		var out diag.List
		intime.Run(t, func() { v, out = catalog.ParseVocabulary(text) })
		checkRemarks(t, text, out, v != nil)
		if v == nil {
			return
		}
		for _, system := range []string{"ICD10", "ATC", "SNOMED", "S"} {
			for _, curie := range v.Codes(system) {
				got := v.Expand(systems, []catalog.Term{{Curie: curie, Descendants: true}}, nil)
				if !v.Known(curie) || len(got) == 0 || len(got) > v.Len() {
					t.Errorf("%q: known %v, %d codes below", curie, v.Known(curie), len(got))
				}
			}
		}
	})
}

func checkRemarks(t *testing.T, text []byte, out diag.List, parsed bool) {
	t.Helper()
	if parsed == out.Failed() {
		t.Errorf("parsed %v, but failed %v", parsed, out.Failed())
	}
	for _, d := range out {
		if d.Code == "" || d.Message == "" || d.Span.From.Offset > d.Span.To.Offset || d.Span.To.Offset > len(text) {
			t.Errorf("remark without code, sentence or place: %+v", d)
		}
	}
}

func seed(f *testing.F, pattern string) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds match %s (%v)", pattern, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
}

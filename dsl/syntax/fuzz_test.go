package syntax_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/internal/intime"
)

// sources are the texts of testdata: every input of a golden file and every study.
func sources(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, file := range glob(t, "testdata/*.txtar") {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, section := range archive.Files {
			if section.Name == "input" {
				out = append(out, string(section.Data))
			}
		}
	}
	for _, file := range glob(t, "testdata/studies/*.cohort") {
		out = append(out, read(t, file))
	}
	for _, c := range expressions(t) {
		out = append(out, "define x = "+c.text)
	}
	return out
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return files
}

func read(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkParse holds for every text: it ends in time, and every diagnostic and node is in the text.
func checkParse(t *testing.T, source string) {
	var f *syntax.File
	var list diag.List
	intime.Run(t, func() { f, list = syntax.Parse("fuzz.cohort", source) })
	for _, d := range list {
		if d.Message == "" || d.Code == "" || d.Span.From.Offset > d.Span.To.Offset || d.Span.To.Offset > len(source) {
			t.Errorf("bad diagnostic %+v", d)
		}
	}
	for _, d := range f.Decls {
		if s := d.Span(); s.From.Offset >= s.To.Offset || s.To.Offset > len(source) {
			t.Errorf("bad span %+v of %T", s, d)
		}
	}
}

// checkFormat holds for every text: a text without errors keeps its tree and comments, and formatting it again
// changes nothing.
func checkFormat(t *testing.T, source string) {
	f, list := syntax.Parse("", source)
	once, formatList := syntax.Format(source)
	if list.Failed() != formatList.Failed() {
		t.Fatalf("parse says %v, format says %v", list, formatList)
	}
	if list.Failed() {
		return
	}
	g, list := syntax.Parse("", once)
	if list.Failed() {
		t.Fatalf("the formatted text has an error: %v\n%s", list, once)
	}
	if diff := cmp.Diff(syntax.Dump(f), syntax.Dump(g)); diff != "" {
		t.Errorf("formatting changed the tree (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(letters(source), letters(once)); diff != "" {
		t.Errorf("formatting changed more than white space (-before +after):\n%s", diff)
	}
	if twice, _ := syntax.Format(once); twice != once {
		t.Errorf("formatting twice is not formatting once:\n%s", cmp.Diff(once, twice))
	}
}

// letters is a text without its white space.
func letters(s string) string { return strings.Join(strings.Fields(s), "") }

func FuzzParse(f *testing.F) {
	for _, s := range sources(f) {
		f.Add(s)
	}
	f.Fuzz(checkParse)
}

func FuzzFormat(f *testing.F) {
	for _, s := range sources(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) { intime.Run(t, func() { checkFormat(t, source) }) })
}

// Every prefix of a study, and every study without one of its words, is a likely text of an author at work.
func TestUnfinishedTexts(t *testing.T) {
	for _, file := range glob(t, "testdata/studies/*.cohort") {
		words := strings.SplitAfter(read(t, file), " ")
		for i := 0; i < len(words); i += 1 + i/25 {
			checkParse(t, strings.Join(words[:i], ""))
			checkFormat(t, strings.Join(slices.Delete(slices.Clone(words), i, i+1), ""))
		}
	}
}

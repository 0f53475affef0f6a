package syntax_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

var update = flag.Bool("update", false, "write what the tests get into testdata")

// Each testdata/*.txtar is one sentence, the section input, and those of the sections tree, errors and formatted
// that the file is about.
func TestGolden(t *testing.T) {
	for _, file := range glob(t, "testdata/*.txtar") {
		t.Run(file, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) < 2 || archive.Files[0].Name != "input" {
				t.Fatalf("want the section input and another (%v)", err)
			}
			got := results(string(archive.Files[0].Data))
			for i := range archive.Files[1:] {
				section := &archive.Files[i+1]
				want := string(section.Data)
				if diff := cmp.Diff(want, got[section.Name]); diff != "" && !*update {
					t.Errorf("%s (-want +got):\n%s", section.Name, diff)
				}
				section.Data = []byte(got[section.Name])
			}
			save(t, file, txtar.Format(archive))
		})
	}
}

// results are the sections that a golden file can have.
func results(source string) map[string]string {
	f, list := syntax.Parse("input", source)
	var errors strings.Builder
	if err := diag.Render(&errors, "input", source, list); err != nil {
		return nil
	}
	formatted, _ := syntax.Format(source)
	return map[string]string{"tree": syntax.Dump(f), "errors": errors.String(), "formatted": formatted}
}

func save(t *testing.T, file string, data []byte) {
	t.Helper()
	if !*update {
		return
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// expression is one entry of testdata/expressions.txt: a line with an expression, and below it "=>" and its tree,
// or the message of its first error.
type expression struct{ text, want string }

const arrow = "    => "

func expressions(t testing.TB) []expression {
	t.Helper()
	var out []expression
	for line := range strings.Lines(read(t, "testdata/expressions.txt")) {
		line = strings.TrimSuffix(line, "\n")
		tree, isTree := strings.CutPrefix(line, arrow)
		switch {
		case isTree && len(out) > 0:
			out[len(out)-1].want = tree
		case line != "" && !strings.HasPrefix(line, "#"):
			out = append(out, expression{text: line})
		}
	}
	return out
}

func TestExpressions(t *testing.T) {
	for _, c := range expressions(t) {
		if got := tree(c.text); got != c.want && !*update {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
	var b strings.Builder
	for line := range strings.Lines(read(t, "testdata/expressions.txt")) {
		if strings.HasPrefix(line, arrow) {
			continue
		}
		b.WriteString(line)
		if text := strings.TrimSuffix(line, "\n"); text != "" && !strings.HasPrefix(text, "#") {
			b.WriteString(arrow + tree(text) + "\n")
		}
	}
	save(t, "testdata/expressions.txt", []byte(b.String()))
}

// tree is the dump of an expression, or the message of its first error.
func tree(text string) string {
	f, list := syntax.Parse("", "define x = "+text)
	if list.Failed() {
		return list.Error()
	}
	dump := strings.TrimSuffix(syntax.Dump(f), ")\n")
	return strings.TrimPrefix(dump, "(Define Name:x X:")
}

func TestStudiesParse(t *testing.T) {
	for _, file := range glob(t, "testdata/studies/*.cohort") {
		f, list := syntax.Parse(file, read(t, file))
		if len(list) > 0 {
			var b strings.Builder
			if err := diag.Render(&b, file, f.Source, list); err != nil {
				t.Fatal(err)
			}
			t.Error(b.String())
		}
		if f.Study == nil || len(f.Decls) < 2 {
			t.Errorf("%s: study %v and %d declarations", file, f.Study, len(f.Decls))
		}
		checkFormat(t, f.Source)
	}
}

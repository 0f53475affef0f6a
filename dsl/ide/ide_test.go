package ide_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/ide"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/internal/deptest"
)

var update = flag.Bool("update", false, "write what the desk answers into testdata")

// mark stands for the place in a text that is asked about.
const mark = "‸"

// clinic is the shared catalog of the stage traces.
func clinic(t testing.TB) *ide.Desk {
	t.Helper()
	var target dsl.Target
	for _, name := range []string{"clinic.yaml", "clinic.csv"} {
		text, err := os.ReadFile(filepath.Join("../testdata/catalogs", name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "clinic.yaml" {
			target.Catalog, _ = catalog.Parse(name, text)
		} else {
			target.Vocabulary, _ = catalog.ParseVocabulary(text)
		}
	}
	return ide.New(target)
}

// Each testdata/*.txtar is a text in pieces: "head" goes before every case and "tail" after it. A case is a text with
// a mark, and behind it the section "says": what the desk answers there.
func answers(t *testing.T, pattern string, ask func(d *ide.Desk, text string, offset int) string) {
	t.Helper()
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s (%v)", pattern, err)
	}
	desk := clinic(t)
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, tail := "", ""
		for i, f := range a.Files {
			switch f.Name {
			case "head":
				head = string(f.Data)
			case "tail":
				tail = string(f.Data)
			case "says":
			default:
				text := strings.TrimSuffix(string(f.Data), "\n")
				offset := len(head) + strings.Index(text, mark)
				if offset < len(head) || i+1 == len(a.Files) || a.Files[i+1].Name != "says" {
					t.Fatalf("%s: %s needs a mark and the section says", file, f.Name)
				}
				got := ask(desk, head+strings.Replace(text, mark, "", 1)+tail, offset)
				if diff := cmp.Diff(string(a.Files[i+1].Data), got); diff != "" && !*update {
					t.Errorf("%s: %s (-want +got):\n%s", file, f.Name, diff)
				}
				a.Files[i+1].Data = []byte(got)
			}
		}
		if old, _ := os.ReadFile(file); *update && !bytes.Equal(old, txtar.Format(a)) {
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestComplete(t *testing.T) {
	answers(t, "complete*.txtar", func(d *ide.Desk, text string, offset int) string {
		c := d.Complete(text, offset)
		var b strings.Builder
		kind := ""
		for _, item := range c.Items {
			if item.Kind != kind {
				kind = item.Kind
				fmt.Fprintf(&b, "%s:\n", kind)
			}
			fmt.Fprintln(&b, strings.TrimRight("  "+item.Label+"  "+item.Detail, " "))
		}
		if c.More {
			b.WriteString("and more\n")
		}
		if len(c.Items) > 0 && text[c.From:offset] != "" {
			fmt.Fprintf(&b, "for %q\n", text[c.From:offset])
		}
		return b.String()
	})
}

func TestHover(t *testing.T) {
	answers(t, "hover*.txtar", func(d *ide.Desk, text string, offset int) string {
		note, ok := d.Hover(text, offset)
		if !ok {
			return ""
		}
		return fmt.Sprintf("%q\n%s\n", text[note.Span.From.Offset:note.Span.To.Offset], note.Text)
	})
}

func TestDefinition(t *testing.T) {
	answers(t, "definition*.txtar", func(d *ide.Desk, text string, offset int) string {
		span, ok := d.Definition(text, offset)
		if !ok {
			return ""
		}
		line := strings.Split(text, "\n")[span.From.Line-1]
		return fmt.Sprintf("%d:%d %s\n", span.From.Line, span.From.Column, strings.TrimSpace(line))
	})
}

func TestSymbols(t *testing.T) {
	answers(t, "symbols*.txtar", func(d *ide.Desk, text string, _ int) string {
		var b strings.Builder
		var write func(indent string, all []ide.Symbol)
		write = func(indent string, all []ide.Symbol) {
			for _, s := range all {
				fmt.Fprintf(&b, "%s%s %s (%d to %d)\n", indent, s.Kind, s.Name, s.Span.From.Line, s.Span.To.Line)
				write(indent+"  ", s.Children)
			}
		}
		write("", d.Symbols(text))
		return b.String()
	})
}

// Names that queries may not use are offered nowhere: not at any place of any trace.
func TestHiddenNamesAreNeverOffered(t *testing.T) {
	desk := clinic(t)
	files, err := filepath.Glob("../testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	asked := 0
	for _, file := range files[:20] {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(a.Files[0].Data)
		for offset := 0; offset <= len(text) && len(text) < 2000; offset += 7 {
			for _, item := range desk.Complete(text, offset).Items {
				asked++
				for _, hidden := range []string{"consent", "nickname", "remark", "letter"} {
					if strings.HasPrefix(item.Label, hidden) {
						t.Errorf("%s:%d offers %s", file, offset, item.Label)
					}
				}
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d items were offered", asked)
	}
	for _, word := range []string{"consent", "nickname", "remark", "letter"} {
		if note, ok := desk.Hover("define x = "+word, 12); ok {
			t.Errorf("%s is explained: %s", word, note.Text)
		}
	}
}

// Libraries are offered by name, and their versions.
func TestLibraries(t *testing.T) {
	yaml, err := os.ReadFile("../../examples/library/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, faults := catalog.Parse("catalog.yaml", yaml)
	if faults.Failed() || len(c.Libraries) == 0 {
		t.Fatal(faults)
	}
	desk := ide.New(dsl.Target{Catalog: c})
	library := c.Libraries[0]
	for text, want := range map[string]string{"import a from \"": library.Name, fmt.Sprintf("import a from %q version \"", library.Name): library.Version} {
		items := desk.Complete(text, len(text)).Items
		if len(items) == 0 || items[0].Label != want {
			t.Errorf("%s: %v, want %s", text, items, want)
		}
	}
}

// Without a catalog there are still the words of the language and the names of the file.
func TestWithoutCatalog(t *testing.T) {
	desk := ide.New(dsl.Target{})
	text := "codes a = X:1\ncohort c {\n  index first drug in "
	items := desk.Complete(text, len(text)).Items
	if len(items) == 0 || items[0].Label != "a" {
		t.Errorf("got %v", items)
	}
	if list := desk.Diagnose("q.cohort", "study \"x\"\ncodes a = X:1\n"); len(list) > 0 {
		t.Errorf("without a catalog only the grammar is checked: %v", list)
	}
	if list := desk.Diagnose("q.cohort", "stdy"); !list.Failed() {
		t.Error("a fault of the grammar is not told")
	}
}

// No text is too broken or too long for an answer.
func FuzzDesk(f *testing.F) {
	f.Add("cohort c {\n include any condition where (status = \"", 40)
	f.Add("codes a = ICD10:", 15)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		desk := clinic(t)
		c := desk.Complete(text, offset)
		if c.From > c.To || c.To > max(offset, len(text)) {
			t.Errorf("from %d to %d", c.From, c.To)
		}
		desk.Hover(text, offset)
		desk.Definition(text, offset)
		desk.Symbols(text)
	})
}

// The page for editors lists the words with the help that editors show.
func TestWordsAreDocumented(t *testing.T) {
	const page = "../../docs/editors.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	head, _, ok := strings.Cut(string(text), "\n| form |")
	if !ok {
		head = strings.TrimRight(string(text), "\n") + "\n"
	}
	var b strings.Builder
	b.WriteString(head + "\n| form | help |\n|---|---|\n")
	for _, w := range ide.Words {
		fmt.Fprintf(&b, "| `%s` | %s |\n", w.Form, w.Help)
	}
	if b.String() == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of date; run `go test ./dsl/ide -update`", page)
	}
	if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Every word of the language has help.
func TestEveryWordHasHelp(t *testing.T) {
	desk := clinic(t)
	for _, word := range syntax.Vocabulary() {
		if word == "unit" {
			continue // a column that no source of this version has
		}
		if _, ok := desk.Hover("define x = "+word, 12); !ok {
			t.Errorf("%s has no help", word)
		}
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/catalog", "dsl/check", "dsl/diag", "dsl/plan", "dsl/syntax")
	deptest.Ban(t, "editors ask about the catalog and the vocabulary only; it also builds to WebAssembly", "net", "os/exec", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave", "github.com/officina-enclave/officina/policy")
}

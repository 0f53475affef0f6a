// Package doctest_test runs what the documents show.
package doctest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/examples"
)

// TestQueries compiles every block of the documents that is fenced as cohort, against examples/catalog.yaml.
//
//   - A block that begins with study, or with a comment above it, is a whole file, and laid out as the formatter does.
//   - A block fenced as "cohort head" is what the shorter blocks after it in the same document stand under; fenced as
//     "cohort head PILOT" they are compiled against the catalog of that pilot.
//   - A block fenced as "cohort library" is a whole file that imports from examples/library.
//   - A shorter block holds statements of a cohort called people, which is indexed by first drug in metformin
//     unless it says another index, and reports of it; without a report it is counted. What begins with codes, param,
//     cohort or test stands outside the cohort.
//   - A block fenced as "cohort CODE" is refused for that reason, and the block fenced as text below it is what
//     the compiler says.
func TestQueries(t *testing.T) {
	blocks := 0
	for _, document := range documents(t) {
		to, head := target(t, ""), ""
		for _, b := range fenced(t, document) {
			if b.kind != "cohort" {
				continue
			}
			blocks++
			t.Run(b.at, func(t *testing.T) {
				switch text := strings.Join(b.lines, "\n") + "\n"; {
				case strings.HasPrefix(b.info, "head"):
					head = text
					if _, pilot, ok := strings.Cut(b.info, " "); ok {
						to = target(t, "pilots/"+pilot+"/")
					}
				case b.info == "library":
					compiles(t, library(t), text)
					formatted(t, text)
				case whole(text):
					compiles(t, to, text)
					formatted(t, text)
				case b.info == "":
					compiles(t, to, framed(head, b.lines))
				default:
					refused(t, to, framed(head, b.lines), b)
				}
			})
		}
	}
	if blocks < 15 {
		t.Errorf("only %d queries were found in the documents", blocks)
	}
}

func whole(text string) bool {
	return strings.HasPrefix(text, "study ") || strings.HasPrefix(text, "#") && strings.Contains(text, "\nstudy ")
}

// framed makes a whole file of a shorter block: what begins at the margin is a report or goes into the cohort.
func framed(head string, lines []string) string {
	var cohort, others, reports []string
	into := &cohort
	for _, line := range lines {
		switch word, _, _ := strings.Cut(line, " "); {
		case word == "report":
			into = &reports
		case slices.Contains([]string{"codes", "param", "cohort", "test"}, word):
			into = &others
		case word != "" && word != "}":
			into = &cohort
		}
		*into = append(*into, line)
	}
	if !slices.ContainsFunc(cohort, func(line string) bool { return strings.HasPrefix(line, "index ") }) {
		cohort = append(cohort, "index first drug in metformin")
	}
	if len(reports) == 0 {
		reports = []string{"report count of people"}
	}
	return head + strings.Join(others, "\n") + "\ncohort people {\n" + strings.Join(cohort, "\n") + "\n}\n" + strings.Join(reports, "\n") + "\n"
}

func compiles(t *testing.T, to dsl.Target, text string) {
	t.Helper()
	if _, remarks := dsl.Compile("query.cohort", text, nil, to); len(remarks) > 0 {
		var b strings.Builder
		if err := diag.Render(&b, "query.cohort", text, remarks); err != nil {
			t.Fatal(err)
		}
		t.Error(b.String())
	}
}

func formatted(t *testing.T, text string) {
	t.Helper()
	laidOut, _ := dsl.Format(text)
	if d := cmp.Diff(laidOut, text); d != "" {
		t.Errorf("not as cohort fmt lays it out (-fmt +document):\n%s", d)
	}
}

func refused(t *testing.T, to dsl.Target, text string, b *block) {
	t.Helper()
	_, remarks := dsl.Compile("query.cohort", text, nil, to)
	var said []string
	for _, d := range remarks {
		if d.Code != b.info {
			t.Errorf("refused for %s, not for %s", d.Code, b.info)
		}
		said = append(said, d.Message+" ["+d.Code+"]")
		for _, hint := range d.Hints {
			said = append(said, "hint: "+hint)
		}
	}
	if b.next == nil || b.next.kind != "text" {
		t.Fatal("no text block below says what the compiler answers")
	}
	if d := cmp.Diff(said, b.next.lines); d != "" {
		t.Errorf("(-compiler +document):\n%s", d)
	}
}

// target is the demo, or the pilot in a folder.
func target(t *testing.T, folder string) dsl.Target {
	t.Helper()
	return parsed(t, func(name string) ([]byte, error) { return examples.Files.ReadFile(folder + name) })
}

// library has the catalog that pins the library of the examples.
func library(t *testing.T) dsl.Target {
	t.Helper()
	const file = "libraries/italian-pilots@1.0.cohort"
	text, err := os.ReadFile("../../examples/library/" + file)
	if err != nil {
		t.Fatal(err)
	}
	to := parsed(t, func(name string) ([]byte, error) {
		if name == "vocabulary.csv" {
			return examples.Files.ReadFile(name)
		}
		return os.ReadFile("../../examples/library/" + name)
	})
	to.Libraries = catalog.NewLibraries(to.Catalog, map[string][]byte{file: text})
	return to
}

func parsed(t *testing.T, read func(string) ([]byte, error)) dsl.Target {
	t.Helper()
	text := func(name string) []byte {
		b, err := read(name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c, remarks := catalog.Parse("catalog.yaml", text("catalog.yaml"))
	if remarks.Failed() {
		t.Fatal(remarks)
	}
	v, remarks := catalog.ParseVocabulary(text("vocabulary.csv"))
	if remarks.Failed() {
		t.Fatal(remarks)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// documents are the README and what lies in docs, not the design records.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) < 6 {
		t.Fatalf("found only %v (%v)", names, err)
	}
	return append(names, "../../README.md")
}

// block is a fenced block of a document.
type block struct {
	at         string // document and line, such as language.md:12
	line       int    // of its first line in the document, from 0
	kind, info string // the first word after the fence, and the rest
	lines      []string
	next       *block // the block after it, when nothing stands between
}

func fenced(t *testing.T, document string) []*block {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	var out []*block
	var open, above *block
	for i, line := range strings.Split(string(text), "\n") {
		switch after, fence := strings.CutPrefix(line, "```"); {
		case fence && open == nil:
			open = &block{at: at(document, i+1), line: i + 1}
			open.kind, open.info, _ = strings.Cut(after, " ")
			if above != nil {
				above.next = open
			}
			out, above = append(out, open), nil
		case fence:
			open, above = nil, open
		case open != nil:
			open.lines = append(open.lines, line)
		default:
			above = nil
		}
	}
	if open != nil {
		t.Fatalf("%s: the block is not closed", open.at)
	}
	return out
}

func at(document string, line int) string {
	return filepath.Base(document) + ":" + strconv.Itoa(line)
}

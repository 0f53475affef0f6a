package dsl_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
)

var update = flag.Bool("update", false, "write testdata/errors anew")

// wrong is a file of wrong programs. Its comment names the catalog ("catalog: clinic") and, of a program that stands for
// a longer one, how often it is repeated ("times: NAME 3000"). Each NAME.cohort is followed by NAME.out, what the
// compiler answers. Libraries and a catalog of its own may stand before them.
type wrong struct {
	file    string
	archive *txtar.Archive
	target  dsl.Target
	times   map[string]int
}

func wrongs(t *testing.T) []*wrong {
	t.Helper()
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no wrong programs (%v)", err)
	}
	var out []*wrong
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		w := &wrong{file: file, archive: a, times: map[string]int{}}
		w.settings(t)
		out = append(out, w)
	}
	return out
}

func (w *wrong) settings(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(string(w.archive.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "catalog":
			w.target = dsl.Target{Vocabulary: words(t, read(t, "testdata/catalogs/"+value+".csv"))}
			w.catalog(t, []byte(read(t, "testdata/catalogs/"+value+".yaml")))
		case "times":
			name, n, _ := strings.Cut(value, " ")
			times, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			w.times[name] = times
		}
	}
	texts := map[string][]byte{}
	for _, f := range w.archive.Files {
		if f.Name == "catalog.yaml" {
			w.catalog(t, f.Data)
		}
		texts[f.Name] = f.Data
	}
	w.target.Libraries = catalog.NewLibraries(w.target.Catalog, texts)
}

func (w *wrong) catalog(t *testing.T, text []byte) {
	t.Helper()
	c, list := catalog.Parse("catalog.yaml", text)
	if list.Failed() {
		t.Fatal(list)
	}
	w.target.Catalog = c
}

func words(t *testing.T, text string) *catalog.Vocabulary {
	t.Helper()
	v, list := catalog.ParseVocabulary([]byte(text))
	if list.Failed() {
		t.Fatal(list)
	}
	return v
}

// answer is what the compiler says of a program.
func (w *wrong) answer(t *testing.T, name, text string) (string, diag.List) {
	t.Helper()
	if n, ok := w.times[name]; ok {
		text = strings.Repeat(text, n)
	}
	_, list := dsl.Compile(name, text, nil, w.target)
	var b strings.Builder
	if err := diag.Render(&b, name, text, list); err != nil {
		t.Fatal(err)
	}
	return b.String(), list
}

// Wrong programs, each with all that is said of it; each says what to do.
func TestWrongPrograms(t *testing.T) {
	programs, shown := 0, map[string]bool{}
	for _, w := range wrongs(t) {
		for i, f := range w.archive.Files {
			name, ok := strings.CutSuffix(f.Name, ".cohort")
			if !ok || strings.HasPrefix(name, "libraries/") {
				continue
			}
			programs++
			got, list := w.answer(t, f.Name, string(f.Data))
			if len(list) == 0 {
				t.Errorf("%s: %s is not wrong", w.file, name)
			}
			for _, d := range list {
				shown[d.Code] = true
				if len(d.Hints) == 0 && d.Code != "syntax" { // there it is not always known
					t.Errorf("%s: %s: nothing says what to do: %s [%s]", w.file, name, d.Message, d.Code)
				}
			}
			if i+1 == len(w.archive.Files) || w.archive.Files[i+1].Name != name+".out" {
				t.Fatalf("%s: no %s.out after %s", w.file, name, f.Name)
			}
			out := &w.archive.Files[i+1]
			if *update {
				out.Data = []byte(got)
			} else if d := cmp.Diff(string(out.Data), got); d != "" {
				t.Errorf("%s: %s (-want +got):\n%s", w.file, name, d)
			}
		}
		if *update {
			if err := os.WriteFile(w.file, txtar.Format(w.archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if programs < 120 {
		t.Errorf("%d programs", programs)
	}
	for _, code := range codeWords(t) {
		if !shown[code] {
			t.Errorf("no wrong program is answered with %s", code)
		}
	}
	t.Logf("%d programs", programs)
}

// codeWords are all codes that the compiler can say: those of testdata/codes.txt, which internal/stagetest compares with
// the messages.
func codeWords(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9-]+) `).FindAllStringSubmatch(read(t, "testdata/codes.txt"), -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}

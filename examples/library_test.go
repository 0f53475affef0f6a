package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Every set of every library is well formed, is of code systems that the catalog has, and is all of one source.
func TestLibraries(t *testing.T) {
	text, err := os.ReadFile("library/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, remarks := catalog.Parse("library/catalog.yaml", text)
	if len(remarks) > 0 {
		t.Fatal(remarks)
	}
	texts := map[string][]byte{}
	files, _ := filepath.Glob("library/libraries/*.cohort")
	for _, file := range files {
		if texts["libraries/"+filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if len(c.Libraries) != len(texts) {
		t.Errorf("%d libraries are pinned, of %d", len(c.Libraries), len(texts))
	}
	libraries := catalog.NewLibraries(c, texts)
	if faults := libraries.Check(); len(faults) > 0 {
		t.Fatal(faults)
	}
	v, _ := catalog.ParseVocabulary([]byte("code,label,parents\n"))
	to := dsl.Target{Catalog: c, Vocabulary: v, Libraries: libraries}
	for _, l := range c.Libraries {
		text, _ := libraries.Text(l.Name, l.Version)
		if laid, remarks := dsl.Format(text); laid != text || len(remarks) > 0 {
			t.Errorf("%s is not formatted: %v", l.File(), remarks)
		}
		file, _ := syntax.Parse(l.File(), text)
		for _, d := range file.Decls {
			set, ok := d.(*syntax.Codes)
			if !ok {
				t.Fatalf("%s declares more than code sets", l.File())
			}
			compileSet(t, to, text, set)
		}
	}
}

// compileSet compiles a cohort of those who have one of the codes, in the source that has the set's systems.
func compileSet(t *testing.T, to dsl.Target, library string, set *syntax.Codes) {
	t.Helper()
	system, _, _ := catalog.SplitCurie(set.Terms[0].Curie)
	for _, s := range to.Catalog.Sources {
		if !strings.Contains(" "+strings.Join(s.Systems, " ")+" ", " "+system+" ") {
			continue
		}
		query := library + "\nstudy \"x\"\ncohort c {\n  index    2020-01-01\n  include registered at index\n  include any " + s.Name + " in " + set.Name.Name + "\n}\nreport count of c\n"
		p, remarks := dsl.Compile("set.cohort", query, nil, to)
		if p == nil {
			t.Errorf("%s: %v", set.Name.Name, remarks)
		}
		return
	}
	t.Errorf("%s: no source has codes of %s", set.Name.Name, system)
}

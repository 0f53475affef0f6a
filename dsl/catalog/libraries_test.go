package catalog_test

import (
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Texts are found by name and version, and only if they are the ones that the catalog pins.
func TestLibraries(t *testing.T) {
	pin := func(name, version, text string) catalog.Library {
		return catalog.Library{Name: name, Version: version, Digest: catalog.LibraryDigest([]byte(text))}
	}
	c := &catalog.Catalog{Libraries: []catalog.Library{pin("pilots", "1.0", "old"), pin("pilots", "1.1", "new"), pin("cancer", "2.0", "abc"), pin("gone", "1", "")}}
	l := catalog.NewLibraries(c, map[string][]byte{
		"libraries/pilots@1.0.cohort": []byte("old"), "libraries/pilots@1.1.cohort": []byte("newer"),
		"libraries/cancer@2.0.cohort": []byte("abc"), "libraries/secret@1.cohort": []byte("not pinned"),
	})
	for _, c := range []struct{ name, version, text, code, says, hint string }{
		{"pilots", "1.0", "old", "", "", ""},
		{"cancer", "2.0", "abc", "", "", ""},
		{"cancer", "", "abc", "", "", ""},
		{"pilots", "1.1", "", "library-changed", "not the one that the catalog pins", "get the published libraries/pilots@1.1.cohort again"},
		{"pilots", "", "", "library-unknown", "several versions", `write version "1.1"`},
		{"pilots", "1.2", "", "library-unknown", `no version "1.2"`, `did you mean "1.0"?`},
		{"pilot", "1.0", "", "library-unknown", `no library "pilot"`, `did you mean "pilots"?`},
		{"secret", "1", "", "library-unknown", `no library "secret"`, "one of: cancer, gone, pilots"},
		{"gone", "1", "", "library-unknown", "its text is not there", "libraries/gone@1.cohort"},
	} {
		text, problem := l.Text(c.name, c.version)
		if problem == nil {
			if c.code != "" || text != c.text {
				t.Errorf("%s %s: %q, want %q %s", c.name, c.version, text, c.text, c.code)
			}
			continue
		}
		if text != "" || problem.Code != c.code || !strings.Contains(problem.Message, c.says) || !strings.Contains(strings.Join(problem.Hints, "; "), c.hint) {
			t.Errorf("%s %s: %+v, want %+v", c.name, c.version, *problem, c)
		}
	}
	var codes []string
	for _, d := range l.Check() {
		codes = append(codes, d.Code)
	}
	if got := strings.Join(codes, " "); got != "library-changed library-unknown" {
		t.Errorf("Check tells %s", got)
	}
	if _, problem := (catalog.Libraries{}).Text("pilots", "1.0"); problem == nil || problem.Code != "library-unknown" {
		t.Errorf("without libraries: %v", problem)
	}
}

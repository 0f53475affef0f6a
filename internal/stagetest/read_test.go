package stagetest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/internal/stagetest"
)

// write puts a trace beside the shared catalogs, so that its own comment can name one.
func write(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "catalogs"), os.DirFS(folder+"/catalogs")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "trace.txtar")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const query = "-- query.cohort --\nstudy \"x\"\ncohort c { index first drug }\nreport count of c\n"

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing expected": {"A sentence.\ncatalog: clinic\n" + query, "it expects nothing"},
		"no sentence":      {"catalog: clinic\n" + query + "-- plan --\n", "needs a sentence"},
		"no query":         {"A sentence.\ncatalog: clinic\n-- plan --\n", "needs a sentence and the section query.cohort"},
		"unknown section":  {"A sentence.\ncatalog: clinic\n" + query + "-- plans --\n", "no section is called plans"},
		"no such catalog":  {"A sentence.\ncatalog: nowhere\n" + query + "-- plan --\n", "nowhere.yaml"},
		"bad catalog":      {"A sentence.\ncatalog: clinic\n" + query + "-- catalog.yaml --\ndataset: x\n-- plan --\n", "[missing"},
		"bad params":       {"A sentence.\ncatalog: clinic\n" + query + "-- params --\na: 3\n-- plan --\n", "not `name = value`"},
		"bad times":        {"A sentence.\ncatalog: clinic\ntimes: many\n" + query + "-- plan --\n", "many"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stagetest.Read(write(t, c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A plan cannot be expected of a query with errors, and the message shows them.
func TestRunNeedsAPlan(t *testing.T) {
	trace, err := stagetest.Read(write(t, "A sentence.\ncatalog: clinic\n"+strings.Replace(query, "first drug", "first drugs", 1)+"-- plan --\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trace.Run(); err == nil || !strings.Contains(err.Error(), "[unknown-source]") {
		t.Errorf("got %v, want the errors of the query", err)
	}
}

// Update fills the sections that are there, and adds none.
func TestUpdate(t *testing.T) {
	file := write(t, "A sentence.\ncatalog: clinic\n"+query+"-- errors --\nold\n-- outline --\n")
	trace, err := stagetest.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	diffs, err := trace.Run()
	if err != nil || len(diffs) != 2 || diffs[0].Want != "old\n" || diffs[0].Got != "" {
		t.Fatalf("got %v, %v; want the two sections", diffs, err)
	}
	if err := trace.Update(diffs); err != nil {
		t.Fatal(err)
	}
	if trace, err = stagetest.Read(file); err != nil {
		t.Fatal(err)
	}
	if diffs, err = trace.Run(); err != nil || len(diffs) > 0 {
		t.Errorf("after an update: %v, %v", diffs, err)
	}
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "-- plan --") || !strings.Contains(string(text), "cohort c") {
		t.Errorf("the file became (%v):\n%s", err, text)
	}
}

func TestCodesReadsCallsAndLiterals(t *testing.T) {
	dir := t.TempDir()
	source := `package p
func say(at int, code, text string) {}
func f(word string) {
	say(1, "called", "text")
	say(2, word, "not a literal")
	g(T{Code: "literal", Text: "no code"})
	other("elsewhere")
}
`
	for name, text := range map[string]string{"p.go": source, "p_test.go": "package p\nvar x = T{Code: \"in-a-test\"}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := stagetest.Codes(dir)
	if diff := cmp.Diff([]string{"called", "literal"}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := stagetest.Codes(t.TempDir()); err == nil {
		t.Error("a folder without Go files has no error")
	}
}

func TestMeaningsRefuses(t *testing.T) {
	for _, text := range []string{"word\n", "a One.\na Two.\n"} {
		if got, err := stagetest.Meanings(text); err == nil {
			t.Errorf("%q gave %v", text, got)
		}
	}
}

// A code that no trace shows has no page.
func TestPageNeedsAnExample(t *testing.T) {
	if _, err := stagetest.Page(nil, map[string]string{"unheard-of": "It never happens."}, traces(t)); err == nil {
		t.Error("a code without an example has a page")
	}
}

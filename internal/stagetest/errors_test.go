package stagetest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/internal/stagetest"
)

const page = "../../docs/errors.md"

// classes are what a run can end with, in the order of their exit codes.
var classes = []struct {
	class enclave.Class
	means string
}{
	{enclave.Internal, "Something failed inside the enclave. The message has a reference; give it to the operator. Nothing else is said, because the cause may hold a patient's value."},
	{enclave.Invalid, "What was sent has faults: a query, a catalog, a command line. Mend them and send it again."},
	{enclave.Denied, "Policy does not allow it. Every rule that denies is named with its title and whom to ask."},
	{enclave.Withheld, "The run is complete, and every cell is hidden: an outcome, no failure. Ask for fewer and larger groups."},
	{enclave.Exhausted, "A budget of the study or of the dataset is used up."},
	{enclave.Unauthenticated, "It is not known who asks."},
	{enclave.NotFound, "There is no such dataset, study or answer, or it is not yours to see."},
	{enclave.Unavailable, "A part of the enclave does not answer. Try again later."},
}

func meanings(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(folder + "/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	out, err := stagetest.Meanings(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Every code that the compiler can say has a sentence and is shown by a trace; Page fails on a code without one.
func TestEveryCodeIsExplained(t *testing.T) {
	codes, err := stagetest.Codes("../../dsl", "../../dsl/check", "../../dsl/syntax")
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) < 60 {
		t.Errorf("found %d codes; is Codes still able to read the messages?", len(codes))
	}
	if diff := cmp.Diff(codes, slices.Sorted(maps.Keys(meanings(t)))); diff != "" {
		t.Errorf("codes.txt (-codes of the compiler +codes.txt):\n%s", diff)
	}
}

// Every diagnostic says what to do.
func TestEveryDiagnosticHasAHint(t *testing.T) {
	for _, trace := range traces(t) {
		_, list := trace.Compile()
		for _, d := range list {
			if len(d.Hints) == 0 && d.Code != "syntax" {
				t.Errorf("%s: no hint: %s [%s]", trace.File, d.Message, d.Code)
			}
		}
	}
}

func TestErrorsPage(t *testing.T) {
	var table []stagetest.Class
	for _, c := range classes {
		table = append(table, stagetest.Class{Word: string(c.class), Exit: c.class.Exit(), Means: c.means})
	}
	got, err := stagetest.Page(table, meanings(t), traces(t))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(page)
	switch {
	case *update && got != string(want):
		err = os.WriteFile(page, []byte(got), 0o644)
	case err == nil:
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("docs/errors.md is out of date; run `go test ./internal/stagetest -update` (-want +got):\n%s", diff)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The table has every class of enclave/error.go.
func TestErrorsPageHasEveryClass(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../../enclave/error.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var declared, listed []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Class" {
			word, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, word)
		}
		return true
	})
	for i, c := range classes {
		listed = append(listed, string(c.class))
		if c.class.Exit() != i+1 {
			t.Errorf("%s has exit code %d; the table is in their order", c.class, c.class.Exit())
		}
	}
	slices.Sort(declared)
	slices.Sort(listed)
	if diff := cmp.Diff(declared, listed); diff != "" {
		t.Errorf("classes (-enclave/error.go +this table):\n%s", diff)
	}
}

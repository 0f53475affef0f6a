package explain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/internal/deptest"
)

// Both tables say the same things and fill in the same parts.
func TestTablesHaveTheSameKeys(t *testing.T) {
	holes := regexp.MustCompile(`\{\d\}`)
	for code, table := range tables {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(english.words)), slices.Sorted(maps.Keys(table.words))); diff != "" {
			t.Errorf("-english +%s:\n%s", code, diff)
		}
		for key, text := range table.words {
			got, want := holes.FindAllString(text, -1), holes.FindAllString(english.words[key], -1)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s (-english +%s):\n%s", key, text, code, diff)
			}
		}
	}
}

// Every node of a plan has words: its kind is a case of cond or value. The kinds are read from package plan, so that a
// new one fails here.
func TestEveryNodeHasWords(t *testing.T) {
	kinds := map[string]bool{}
	walk(t, "../plan/expr.go", func(n ast.Node) {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != "expr" || f.Recv == nil {
			return
		}
		if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
			kinds[star.X.(*ast.Ident).Name] = true
		}
	})
	if len(kinds) < 20 {
		t.Fatalf("found %d kinds of node; is the test still able to read them?", len(kinds))
	}
	walk(t, "words.go", func(n ast.Node) {
		c, ok := n.(*ast.CaseClause)
		if !ok {
			return
		}
		for _, x := range c.List {
			if star, ok := x.(*ast.StarExpr); ok {
				if sel, ok := star.X.(*ast.SelectorExpr); ok {
					delete(kinds, sel.Sel.Name)
				}
			}
		}
	})
	for kind := range kinds {
		t.Errorf("plan.%s has no words", kind)
	}
}

func walk(t *testing.T, file string, visit func(ast.Node)) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool { visit(n); return true })
}

// Every kind of report, and every word that a node may carry, has its sentence.
func TestEveryWordOfANodeHasWords(t *testing.T) {
	var keys []string
	for _, k := range plan.Kinds {
		keys = append(keys, "kind."+k.Name)
	}
	for _, which := range []plan.Which{plan.First, plan.Last, plan.Nth, plan.Nearest, plan.Highest, plan.Lowest} {
		keys = append(keys, "pick."+string(which))
	}
	for _, key := range keys {
		if english.words[key] == "" {
			t.Errorf("%s has no words", key)
		}
	}
}

// No explanation of a stage trace has a hole, and together they use the whole table.
func TestTracesUseTheTable(t *testing.T) {
	files, err := filepath.Glob("../testdata/explain-*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no traces")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if at := regexp.MustCompile(`⟨[^⟩]*⟩|\{\d\}`).Find(text); at != nil {
			t.Errorf("%s: %s", file, at)
		}
	}
}

func TestContract(t *testing.T) {
	for in, want := range map[string]string{
		"prima di la data": "prima della data", "di il giorno": "del giorno", "a l'ultima": "all'ultima", "da il giorno a la data": "dal giorno alla data",
		"in la coorte": "nella coorte", "di “di il titolo” di i giorni": "di “di il titolo” dei giorni", "nadi la": "nadi la", "da 18 a 65": "da 18 a 65",
	} {
		if got := contract(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if strings.Contains(contract("di le"), "della") {
		t.Error("the wrong article")
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/catalog", "dsl/plan")
	deptest.Ban(t, "an explanation is made from the plan and the vocabulary; it also builds to WebAssembly", "net", "os/exec", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave", "github.com/officina-enclave/officina/dsl/syntax")
}

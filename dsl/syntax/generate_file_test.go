package syntax_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// file draws a whole text with the dump that its tree must have.
func (g generator) file() sample {
	study := sample{`study "A # study" version "1.0" purpose DUO:0000007, MONDO:0005148 approval "CE-1" dataset demo`,
		`(Study Title:"A # study" Version:"1.0" Purpose:[DUO:0000007 MONDO:0005148] Approval:"CE-1" Dataset:demo)`}
	text, tree := []string{study.text}, []string{study.tree}
	for range rapid.IntRange(1, 4).Draw(g.T, "declarations") {
		forms := []func(generator) sample{generator.importing, generator.param, generator.codeSet, generator.define, generator.cohort, generator.report, generator.test}
		d := forms[rapid.IntRange(0, len(forms)-1).Draw(g.T, "declaration")](g)
		text, tree = append(text, d.text), append(tree, d.tree)
	}
	return sample{strings.Join(text, "\n"), strings.Join(tree, "\n") + "\n"}
}

func (g generator) importing() sample {
	return sample{`import a, b from "library" version "2"`, `(Import Names:[a b] Library:"library" Version:"2")`}
}

func (g generator) param() sample {
	x := g.expr()
	return sample{"param p: duration = " + x.text, fmt.Sprintf("(Param Name:p Type:duration Default:%s)", x.tree)}
}

func (g generator) codeSet() sample {
	return sample{"codes a = ICD10:E11 with descendants, ICD10:C50..C58, b except ICD10:E11.9",
		"(Codes Name:a Terms:[(CodeTerm Curie:ICD10:E11 Descendants:true) (CodeTerm Curie:ICD10:C50 To:C58) (CodeTerm Name:b)] Except:[(CodeTerm Curie:ICD10:E11.9)])"}
}

func (g generator) define() sample {
	x := g.expr()
	return sample{"define d = " + x.text, fmt.Sprintf("(Define Name:d X:%s)", x.tree)}
}

func (g generator) cohort() sample {
	text, tree := "cohort c extends other {", "(Cohort Name:c Extends:other"
	for range rapid.IntRange(1, 4).Draw(g.T, "statements") {
		s := g.statement()
		text, tree = text+" "+s.text, tree+"\n  "+s.tree
	}
	return sample{text + " }", tree + ")"}
}

func (g generator) statement() sample {
	x, a, b := g.expr(), g.operand(), g.operand()
	switch g.pick("index", "lookback", "include", "exclude", "define", "window", "followup", "outcome", "competing", "censor") {
	case "index":
		return sample{"index " + x.text, fmt.Sprintf("(Index X:%s)", x.tree)}
	case "lookback":
		return sample{"lookback 365 days", "(Lookback D:365 days)"}
	case "include":
		return sample{`include "A rule" ` + x.text, fmt.Sprintf(`(Rule Label:"A rule" Cond:%s)`, x.tree)}
	case "exclude":
		return sample{"exclude " + a.text, fmt.Sprintf("(Rule Exclude:true Cond:%s)", a.tree)} // a text alone would be a label
	case "window":
		return sample{"window w from " + a.text + " to " + b.text, fmt.Sprintf("(Window Name:w From:%s To:%s)", a.tree, b.tree)}
	case "followup":
		return sample{"followup including index from " + a.text + " until " + b.text, fmt.Sprintf("(Followup IncludingIndex:true From:%s Until:%s)", a.tree, b.tree)}
	case "outcome":
		return sample{"outcome o = " + x.text, fmt.Sprintf("(Outcome Name:o X:%s)", x.tree)}
	case "competing":
		return sample{"competing " + x.text, fmt.Sprintf("(Competing X:%s)", x.tree)}
	case "censor":
		return sample{"censor at " + x.text, fmt.Sprintf("(Censor X:%s)", x.tree)}
	}
	return g.define()
}

func (g generator) report() sample {
	a, b, c := g.operand(), g.operand(), g.operand()
	return sample{`report table "A" of c by ` + a.text + " in bands (<18, 18 to <65, >=65) as \"Age\", " + b.text + " { value: " + c.text + ` as "V", x  rows: y }`,
		fmt.Sprintf(`(Report Kind:table Title:"A" Cohort:c By:[(Dimension X:%s Bands:[(Band High:18) (Band Low:18 High:65) (Band Low:65)] Label:"Age") (Dimension X:%s)] `+
			`Clauses:[(Clause Key:value Values:[(ClauseValue X:%s Label:"V") (ClauseValue X:x)]) (Clause Key:rows Values:[(ClauseValue X:y)])])`, a.tree, b.tree, c.tree)}
}

func (g generator) test() sample {
	cell := func() string {
		return g.pick("anna", "missing", "-5", "7 %", "2019-01-01", "2019-01-01T10:30", `"a, (text"`, "ICD10:E11", "true")
	}
	text, tree := `test "A" of c { param p = -5 person (id, sex)`, `(Test Title:"A" Cohort:c Params:[(TestParam Name:p X:(Unary Op:- X:5))] Tables:[(TestTable Name:person Columns:[id sex] Rows:[`
	var rows []string
	for range rapid.IntRange(1, 3).Draw(g.T, "rows") {
		a, b := cell(), cell()
		text += fmt.Sprintf(" (%s, %s)", a, b)
		rows = append(rows, strings.ReplaceAll(fmt.Sprintf("(TestRow Cells:[%s %s])", a, b), "-5", "(Unary Op:- X:5)"))
	}
	return sample{text + " wearable.cgm (id) }", tree + strings.Join(rows, " ") + "]) (TestTable Name:wearable.cgm Columns:[id])])"}
}

// spread writes other white space and remarks into the spaces of a text, where that changes nothing: not in texts in
// quotes, nor before a unit.
func (g generator) spread(text string) string {
	var b strings.Builder
	quoted, last := false, ""
	for _, word := range strings.SplitAfter(text, " ") {
		quoted = quoted != (strings.Count(word, `"`)%2 == 1)
		b.WriteString(word)
		if last = strings.TrimSpace(word); !quoted && last != "as" && !strings.ContainsAny(last[max(0, len(last)-1):], "0123456789") && strings.HasSuffix(word, " ") {
			b.WriteString(g.pick("", "", "", "", " ", "\n", "\n\n", "# a (remark\n", "\n  # one \"line\n\n"))
		}
	}
	return b.String()
}

// Generated texts give the tree they must, and keep it, whatever their lines and remarks, when they are laid out. Together
// they have every kind of node; OFFICINA_FILES is how many there are.
func TestGeneratedFiles(t *testing.T) {
	n := 300
	if text := os.Getenv("OFFICINA_FILES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	drawn := rapid.Custom(func(r *rapid.T) [2]sample {
		g := generator{r, 2}
		s := g.file()
		return [2]sample{s, {g.spread(s.text), s.tree}}
	})
	for seed := range n {
		for _, s := range drawn.Example(seed) {
			f, list := syntax.Parse("", s.text)
			if got := syntax.Dump(f); list.Failed() || got != s.tree {
				t.Fatalf("%s\n got %v %s\nwant %s", s.text, list, got, s.tree)
			}
			checkFormat(t, s.text)
			visit(reflect.ValueOf(f.Study), seen)
			visit(reflect.ValueOf(f.Decls), seen)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(seen)) {
		t.Logf("%7d %s", seen[kind], kind)
	}
	for _, kind := range nodeKinds(t) {
		if seen[kind] == 0 {
			t.Errorf("no text has a node %s", kind)
		}
	}
}

// visit counts the kinds of nodes, and for those with a word that tells their sort, the words.
func visit(v reflect.Value, seen map[string]int) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), seen)
		}
	case reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), seen)
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[string]() && v.String() != "" {
			seen[v.Type().Name()+" "+v.String()]++
		}
	case reflect.Struct:
		if v.IsZero() {
			return
		}
		seen[v.Type().Name()]++
		for i := range v.NumField() {
			if !v.Type().Field(i).Anonymous && v.Type().Field(i).IsExported() {
				visit(v.Field(i), seen)
			}
		}
	}
}

// nodeKinds lists what visit can see, from the source of the tree: structs with a place, and constants of words.
func nodeKinds(t *testing.T) (out []string) {
	for _, file := range []string{"ast.go", "expr.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.TypeSpec:
				if s, ok := n.Type.(*ast.StructType); ok && len(s.Fields.List[0].Names) == 0 {
					out = append(out, n.Name.Name)
				}
			case *ast.ValueSpec:
				kind, ok := n.Type.(*ast.Ident)
				for _, v := range n.Values {
					if lit, isLit := v.(*ast.BasicLit); ok && isLit {
						word, _ := strconv.Unquote(lit.Value)
						out = append(out, kind.Name+" "+word)
					}
				}
			}
			return true
		})
	}
	if len(out) < 100 {
		t.Fatalf("only %d kinds of node found", len(out))
	}
	return out
}

func TestGeneratedExpressions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := generator{r, 4}.expr()
		if got := tree(s.text); got != s.tree {
			r.Fatalf("%s\n got %s\nwant %s", s.text, got, s.tree)
		}
		checkFormat(t, "define x = "+s.text)
	})
}

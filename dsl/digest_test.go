package dsl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

func read(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// clinic is the dataset that most traces ask.
func clinic(t testing.TB) dsl.Target {
	t.Helper()
	c, list := catalog.Parse("clinic.yaml", []byte(read(t, "testdata/catalogs/clinic.yaml")))
	if len(list) > 0 {
		t.Fatal(list)
	}
	v, list := catalog.ParseVocabulary([]byte(read(t, "testdata/catalogs/clinic.csv")))
	if len(list) > 0 {
		t.Fatal(list)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// rule compiles a cohort with one rule.
func rule(t testing.TB, target dsl.Target, text string) *plan.Plan {
	t.Helper()
	query := "study \"x\"\ncohort c {\n  index first condition\n  include \"rule\" " + text + "\n}\nreport count of c\n"
	p, list := dsl.Compile("query.cohort", query, nil, target)
	if list.Failed() {
		t.Fatalf("%s: %v", text, list)
	}
	return p
}

// Texts that mean the same share a digest where that can be told cheaply, and others never do
// (LANGUAGE, Meaning 8): testdata/digests.txt.
func TestDigests(t *testing.T) {
	target, same, different := clinic(t), 0, 0
	for line := range strings.Lines(read(t, "testdata/digests.txt")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "--") {
			continue
		}
		op := "  ==  "
		l, r, ok := strings.Cut(line, op)
		if !ok {
			op = "  !=  "
			if l, r, ok = strings.Cut(line, op); !ok {
				t.Fatalf("neither == nor !=: %s", line)
			}
		}
		a, b := rule(t, target, l), rule(t, target, r)
		if equal := a.Digest() == b.Digest(); equal != (op == "  ==  ") {
			t.Errorf("%s\n%s%s", line, a.Canonical(), b.Canonical())
		}
		if op == "  ==  " {
			same++
		} else {
			different++
		}
	}
	if same < 50 || different < 20 {
		t.Errorf("only %d pairs that mean the same and %d that do not", same, different)
	}
}

// Names, labels, comments and layout are no part of the meaning; the order of rules is.
func TestLabelsAreNoMeaning(t *testing.T) {
	target := clinic(t)
	compile := func(text string) *plan.Plan {
		p, list := dsl.Compile("query.cohort", text, nil, target)
		if list.Failed() {
			t.Fatal(list)
		}
		return p
	}
	plain := compile(`study "a" cohort c { index first drug include smoker exclude any visit } report table of c by sex`)
	for name, text := range map[string]string{
		"words":   `study "b" version "2" purpose DUO:0000007 approval "z" cohort d { index first drug include "x" smoker exclude "y" any visit } report table "t" of d by sex as "S"`,
		"layout":  "study \"a\" # remark\ncohort c {\n  index first drug\n  include smoker\n  exclude any visit\n}\nreport table of c by sex\n",
		"defines": `study "a" define s = smoker codes unused = ICD10:E11 cohort c { index first drug define v = any visit include s exclude v } report table of c by sex`,
	} {
		if got := compile(text); got.Digest() != plain.Digest() {
			t.Errorf("%s change the digest:\n%s%s", name, plain.Canonical(), got.Canonical())
		}
	}
	for name, text := range map[string]string{
		"the order of rules": `study "a" cohort c { index first drug exclude any visit include smoker } report table of c by sex`,
		"a dimension":        `study "a" cohort c { index first drug include smoker exclude any visit } report table of c by site`,
		"the kind of report": `study "a" cohort c { index first drug include smoker exclude any visit } report count of c`,
		"another cohort":     `study "a" cohort c { index first drug include smoker exclude any visit } cohort d { index first visit } report table of c by sex`,
	} {
		if got := compile(text); got.Digest() == plain.Digest() {
			t.Errorf("%s does not change the digest", name)
		}
	}
}

// A column of a name means what it means of the pick that the name stands for.
func TestColumnOfANameIsThatOfThePick(t *testing.T) {
	a, err := txtar.ParseFile("testdata/digests-picked.txt")
	if err != nil {
		t.Fatal(err)
	}
	var plans []*plan.Plan
	for _, f := range a.Files {
		p, list := dsl.Compile(f.Name, string(f.Data), nil, clinic(t))
		if list.Failed() {
			t.Fatal(list)
		}
		plans = append(plans, p)
	}
	if plans[0].Digest() != plans[1].Digest() {
		t.Errorf("written out:\n%snamed:\n%s", plans[0].Canonical(), plans[1].Canonical())
	}
}

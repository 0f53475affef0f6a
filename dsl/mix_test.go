package dsl_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/plan"
)

// lines are the lines that begin with a word of the queries of all traces without errors.
func lines(t testing.TB, word string) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces (%v)", err)
	}
	var out []string
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(a.Files, func(f txtar.File) bool { return f.Name == "errors" || f.Name == "catalog.yaml" }) {
			continue
		}
		for line := range strings.Lines(string(a.Files[0].Data)) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, word+" ") && !strings.HasSuffix(line, "{") {
				out = append(out, line)
			}
		}
	}
	if len(out) == 0 {
		t.Fatalf("no trace has a line that begins with %s", word)
	}
	return out
}

// Statements of the traces, mixed anew: many mixes have errors, as names are missing, and all of them come to an end
// with a sealed plan or an error. Sealing a plan again changes nothing.
func TestMixedStatements(t *testing.T) {
	target := clinic(t)
	parts := map[string][]string{}
	for _, word := range []string{"codes", "param", "index", "include", "exclude", "lookback", "window", "followup", "define", "report"} {
		parts[word] = lines(t, word)
	}
	compiled := 0
	rapid.Check(t, func(r *rapid.T) {
		pick := func(word string, most int) string {
			return strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(parts[word]), 0, most, rapid.ID).Draw(r, word), "\n") + "\n"
		}
		text := "study \"mix\"\n" + pick("codes", 6) + pick("param", 1) + pick("define", 1) +
			"cohort c {\n" + rapid.SampledFrom(parts["index"]).Draw(r, "index") + "\n" + pick("lookback", 1) + pick("window", 2) + pick("followup", 1) +
			pick("define", 3) + pick("include", 3) + pick("exclude", 1) + "}\nreport count of c\n" + pick("report", 2)
		start := time.Now()
		p, list := dsl.Compile("query.cohort", text, nil, target)
		if took := time.Since(start); took > budget {
			r.Fatalf("took %v:\n%s", took, text)
		}
		if (p == nil) != list.Failed() {
			r.Fatalf("a plan: %v; diagnostics: %v\n%s", p != nil, list, text)
		}
		if p == nil {
			return
		}
		compiled++
		before := p.Canonical()
		if again := plan.New(*p); again.Canonical() != before || again.Digest() != p.Digest() {
			r.Fatalf("sealed again:\n%s%s", before, again.Canonical())
		}
		if strings.Contains(before, "unknown *") {
			r.Fatalf("the plan has a part without a text:\n%s", before)
		}
	})
	if compiled == 0 {
		t.Error("no mix compiled")
	}
	t.Logf("%d mixes compiled", compiled)
}

package dsl_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/internal/intime"
)

// seeds are the queries of the traces.
func seeds(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("no traces (%v)", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, s := range a.Files {
			if s.Name == "query.cohort" {
				f.Add(string(s.Data), "7 %")
			}
		}
	}
}

// budget is how long a text of at most 64 KiB may take, with a margin for machines under load.
const budget = 10 * time.Second

// For every text and value of a parameter: no panic, an end in time, a plan or an error and never both or neither,
// and every place inside the text.
func FuzzCompile(f *testing.F) {
	seeds(f)
	target := clinic(f)
	f.Fuzz(func(t *testing.T, text, value string) {
		var p *plan.Plan
		var list diag.List
		intime.Run(t, func() { p, list = dsl.Compile("query.cohort", text, map[string]string{"p": value}, target) })
		if (p == nil) != list.Failed() {
			t.Errorf("a plan: %v; diagnostics: %v", p != nil, list)
		}
		for _, d := range list {
			if d.Code == "" || d.Message == "" || d.Span.From.Offset > d.Span.To.Offset || d.Span.To.Offset > len(text) {
				t.Errorf("bad diagnostic %+v", d)
			}
			for _, r := range d.Related {
				if r.Span.From.Offset > r.Span.To.Offset || r.Span.To.Offset > len(text) {
					t.Errorf("bad place %+v", r)
				}
			}
		}
		if p == nil {
			return
		}
		again, _ := dsl.Compile("query.cohort", text, map[string]string{"p": value}, target)
		if again == nil || again.Canonical() != p.Canonical() {
			t.Error("compiling again gives another plan")
		}
	})
}

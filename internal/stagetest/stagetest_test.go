package stagetest_test

import (
	"flag"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl/explain"
	"github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/dsl/syntax"
	"github.com/officina-enclave/officina/internal/stagetest"
)

var update = flag.Bool("update", false, "write the traces and docs/errors.md anew")

const folder = "../../dsl/testdata"

// traces are all traces, each read once.
func traces(t *testing.T) []*stagetest.Trace {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s (%v)", folder, err)
	}
	out := make([]*stagetest.Trace, len(files))
	for i, file := range files {
		if out[i], err = stagetest.Read(file); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestTraces(t *testing.T) {
	for _, trace := range traces(t) {
		t.Run(strings.TrimSuffix(filepath.Base(trace.File), ".txtar"), func(t *testing.T) {
			diffs, err := trace.Run()
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := trace.Update(diffs); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, d := range diffs {
				t.Errorf("%s (-want +got):\n%s", d.Stage, cmp.Diff(d.Want, d.Got))
			}
		})
	}
}

// Every plan of the traces can be explained in every language, and linted.
func TestEveryPlanIsExplained(t *testing.T) {
	hole := regexp.MustCompile(`⟨[^⟩]*⟩|\{\d\}`)
	explained := 0
	for _, trace := range traces(t) {
		p, _ := trace.Compile()
		if p == nil {
			continue
		}
		explained++
		for _, language := range explain.Languages() {
			text, err := explain.Prose(p, trace.Target.Vocabulary, language)
			if at := hole.FindString(text); at != "" || err != nil {
				t.Errorf("%s in %s: %q (%v)", trace.File, language, at, err)
			}
		}
		file, _ := syntax.Parse("query.cohort", trace.Query)
		lint.Check(lint.Query{File: file, Plan: p, Target: trace.Target})
	}
	if explained < 50 {
		t.Errorf("only %d plans were explained", explained)
	}
}

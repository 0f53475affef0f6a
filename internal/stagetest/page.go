package stagetest

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Class is a way in which a run ends: its word, the exit code of the command lines, and what it means.
type Class struct {
	Word  string
	Exit  int
	Means string
}

// Page writes docs/errors.md: the classes of a run, and each code of a query with its sentence (see [Meanings]) and
// the plainest example among the traces.
func Page(classes []Class, means map[string]string, traces []*Trace) (string, error) {
	var b strings.Builder
	b.WriteString(`# Errors

This page is made from the compiler's own tests (` + "`go test ./internal/stagetest -update`" + `); every example is a
[stage trace](../dsl/testdata). What an error says depends on the query, the catalog, the published vocabulary and policy,
never on data.

## Of a run

| class | exit code | meaning |
|---|---|---|
`)
	for _, c := range classes {
		fmt.Fprintf(&b, "| `%s` | %d | %s |\n", c.Word, c.Exit, c.Means)
	}
	b.WriteString("\n## In a query\n\nAll faults of a query come at once, at most " + fmt.Sprint(diag.Max) +
		", sorted by place. A fault has a code, a place, a sentence and what to do;\na warning says so and does not stop the query.\n")
	examples := examplesOf(traces)
	for _, code := range slices.Sorted(maps.Keys(means)) {
		e, ok := examples[code]
		if !ok {
			return "", fmt.Errorf("no trace shows %s", code)
		}
		text, err := e.render()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n```text\n%s```\n", code, means[code], text)
	}
	return b.String(), nil
}

// example is one diagnostic of a trace.
type example struct {
	trace  *Trace
	d      diag.Diagnostic
	others int // diagnostics of the trace
}

// examplesOf returns for each code the first diagnostic of the trace with the fewest.
func examplesOf(traces []*Trace) map[string]example {
	out := map[string]example{}
	for _, t := range traces {
		if _, ok := t.section("errors"); !ok {
			continue
		}
		_, list := t.Compile()
		list = list.Sorted()
		for _, d := range slices.Backward(list) {
			e := example{t, d, len(list)}
			if old, ok := out[d.Code]; !ok || old.trace == t || e.compare(old) < 0 {
				out[d.Code] = e
			}
		}
	}
	return out
}

func (e example) compare(f example) int {
	return cmp.Or(cmp.Compare(e.others, f.others), cmp.Compare(filepath.Base(e.trace.File), filepath.Base(f.trace.File)))
}

func (e example) render() (string, error) {
	var b strings.Builder
	err := diag.Render(&b, "query.cohort", e.trace.Query, diag.List{e.d})
	return b.String(), err
}

// Meanings reads codes.txt: a code and its sentence, one a line; # begins a remark.
func Meanings(text string) (map[string]string, error) {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		code, sentence, ok := strings.Cut(line, " ")
		if _, twice := out[code]; !ok || twice {
			return nil, fmt.Errorf("codes.txt: a code and one sentence: %s", line)
		}
		out[code] = strings.TrimSpace(sentence)
	}
	return out, nil
}

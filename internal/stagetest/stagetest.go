// Package stagetest reads stage traces: one file shows what every stage of the compiler makes of one query.
//
// A [Trace] is a txtar file. Its comment is one sentence of prose, and a line "catalog: NAME" when the query is
// compiled against a shared catalog (catalogs/NAME.yaml beside the traces, with catalogs/NAME.csv as its
// vocabulary); a line "times: N" repeats the query's text N times, to show a limit. Its sections are what goes in (query.cohort; catalog.yaml and vocabulary.csv where none is
// shared; params, one "name = value" a line; libraries/NAME@VERSION.cohort that the catalog pins) and, after them, what must come out: [Stages]. Only the stages
// that a file has are compared; a file without any is an error, as it would test nothing.
//
// The package is above the whole path, so that dsl imports nothing upward. Only tests import it.
package stagetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Stages are the sections that a trace can expect, in the order of the path.
var Stages = []string{"errors", "tree", "plan", "outline", "explain-en", "explain-it", "policy-input", "sql"}

var inputs = []string{"query.cohort", "catalog.yaml", "vocabulary.csv", "params"}

// Trace is one file.
type Trace struct {
	File    string
	Prose   string // the sentence
	Query   string
	Params  map[string]string
	Target  dsl.Target
	archive *txtar.Archive
}

// Read reads a trace and what it refers to.
func Read(file string) (*Trace, error) {
	a, err := txtar.ParseFile(file)
	if err != nil {
		return nil, err
	}
	t := &Trace{File: file, archive: a}
	if err := t.read(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

func (t *Trace) read() error {
	expects := false
	for _, f := range t.archive.Files {
		stage := slices.Contains(Stages, f.Name)
		if !stage && !slices.Contains(inputs, f.Name) && !strings.HasPrefix(f.Name, "libraries/") {
			return fmt.Errorf("no section is called %s", f.Name)
		}
		expects = expects || stage
	}
	if !expects {
		return fmt.Errorf("it expects nothing; add one of the sections %s", strings.Join(Stages, ", "))
	}
	settings := t.comment()
	query, ok := t.section("query.cohort")
	if !ok || !strings.HasSuffix(t.Prose, ".") {
		return errors.New("it needs a sentence and the section query.cohort")
	}
	times, err := strconv.Atoi(cmp.Or(settings["times"], "1"))
	if err != nil {
		return err
	}
	t.Query = strings.Repeat(query, times)
	if err := t.params(); err != nil {
		return err
	}
	return t.target(settings["catalog"])
}

// comment parts the prose from the settings below it.
func (t *Trace) comment() map[string]string {
	settings := map[string]string{}
	var prose []string
	for line := range strings.Lines(string(t.archive.Comment)) {
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, ": "); ok && (key == "catalog" || key == "times") {
			settings[key] = value
			continue
		}
		prose = append(prose, line)
	}
	t.Prose = strings.TrimSpace(strings.Join(prose, " "))
	return settings
}

func (t *Trace) section(name string) (string, bool) {
	for _, f := range t.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

// params reads "name = value", one a line.
func (t *Trace) params() error {
	t.Params = map[string]string{}
	text, _ := t.section("params")
	for line := range strings.Lines(text) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			return fmt.Errorf("params: not `name = value`: %s", line)
		}
		t.Params[name] = value
	}
	return nil
}

// target parses the catalog and the vocabulary: the file's own sections go before the shared ones.
func (t *Trace) target(shared string) error {
	text, ok := t.section("catalog.yaml")
	words, okWords := t.section("vocabulary.csv")
	base := filepath.Join(filepath.Dir(t.File), "catalogs", shared)
	if !ok {
		b, err := os.ReadFile(base + ".yaml")
		if err != nil {
			return err
		}
		text = string(b)
	}
	if !okWords {
		b, err := os.ReadFile(base + ".csv")
		if err != nil {
			return err
		}
		words = string(b)
	}
	var list, more diag.List
	t.Target.Catalog, list = catalog.Parse("catalog.yaml", []byte(text))
	t.Target.Vocabulary, more = catalog.ParseVocabulary([]byte(words))
	if list = slices.Concat(list, more); len(list) > 0 {
		return list
	}
	texts := map[string][]byte{}
	for _, f := range t.archive.Files {
		if strings.HasPrefix(f.Name, "libraries/") {
			texts[f.Name] = f.Data
		}
	}
	t.Target.Libraries = catalog.NewLibraries(t.Target.Catalog, texts)
	return nil
}

// Compile runs the compiler on the trace's query.
func (t *Trace) Compile() (*plan.Plan, diag.List) {
	return dsl.Compile("query.cohort", t.Query, t.Params, t.Target)
}

// Diff is one section that is not as expected.
type Diff struct{ Stage, Want, Got string }

// Run compares the sections that the trace expects with what the stages give.
func (t *Trace) Run() ([]Diff, error) {
	var out []Diff
	run := newRun(t)
	for _, f := range t.archive.Files {
		if !slices.Contains(Stages, f.Name) {
			continue
		}
		got, err := run.stage(f.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", t.File, f.Name, err)
		}
		if got != string(f.Data) {
			out = append(out, Diff{f.Name, string(f.Data), got})
		}
	}
	return out, nil
}

// Update writes the differences into the file, and nothing when there is none.
func (t *Trace) Update(diffs []Diff) error {
	for _, d := range diffs {
		for i, f := range t.archive.Files {
			if f.Name == d.Stage {
				t.archive.Files[i].Data = []byte(d.Got)
			}
		}
	}
	text := txtar.Format(t.archive)
	if old, err := os.ReadFile(t.File); err != nil || bytes.Equal(old, text) {
		return err
	}
	return os.WriteFile(t.File, text, 0o644)
}

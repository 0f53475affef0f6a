package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// exit finds the end of follow-up in an imported text.
var exit = regexp.MustCompile(`(?s)  followup including index until (.*?)\n}\n`)

// TestMembers runs imported definitions over hand-made persons. Who is a member, since when and until when was worked out by hand from what
// Circe does with the JSON; see dsl/circe/testdata/members. The test blocks call the end of the first entry left.
func TestMembers(t *testing.T) {
	files, _ := filepath.Glob("../../dsl/circe/testdata/members/*.txt")
	if len(files) < 15 {
		t.Fatalf("%d files, fewer than 15", len(files))
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			data := read(t, "../../dsl/circe/testdata/published/"+name+".json")
			r, err := circe.Import(name, data)
			if err != nil {
				t.Fatal(err)
			}
			text := exit.ReplaceAllString(r.Text, "  define left = $1\n}\n") + string(read(t, file))
			tests, diags := dsl.Tests(name, text, cdm(t, data, string(read(t, file))))
			if diags.Failed() || len(tests) == 0 {
				t.Fatal(diags, text)
			}
			for _, test := range tests {
				run(t, test)
			}
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var curie = regexp.MustCompile(`\b[A-Za-z]\w*:[A-Za-z0-9]\w*`)

// cdm is a CDM that knows the codes of a definition and of its test, none below another.
func cdm(t *testing.T, definition []byte, test string) dsl.Target {
	t.Helper()
	c, diags := catalog.Parse("catalog.yaml", read(t, "../../dsl/circe/testdata/catalog.yaml"))
	if diags.Failed() {
		t.Fatal(diags)
	}
	known := map[string]bool{}
	var v any
	if err := json.Unmarshal(definition, &v); err != nil {
		t.Fatal(err)
	}
	collect(v, known)
	for _, code := range curie.FindAllString(test, -1) {
		known[code] = true
	}
	words, diags := catalog.ParseVocabulary([]byte("code,label,parents\n" + strings.Join(slices.Sorted(maps.Keys(known)), ",x,\n") + ",x,\n"))
	if diags.Failed() {
		t.Fatal(diags)
	}
	return dsl.Target{Catalog: c, Vocabulary: words}
}

func collect(v any, known map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			collect(x, known)
		}
	case map[string]any:
		system, _ := v["VOCABULARY_ID"].(string)
		if code, ok := v["CONCEPT_CODE"].(string); ok && !strings.Contains(code, " ") {
			known[strings.ReplaceAll(system, " ", "_")+":"+code] = true
		}
		for _, x := range v {
			collect(x, known)
		}
	}
}

// run compares each person of a test alone: the engine tells counts only, and so is asked whether the expected values hold.
func run(t *testing.T, test dsl.Test) {
	t.Helper()
	for _, person := range test.Persons {
		if n := members(t, test, person.ID, nil); n == 1 != (expected(test, person.ID) != nil) {
			t.Errorf("%s is a member: %t", person.ID, n == 1)
		}
		for i, value := range expected(test, person.ID) {
			holds := &plan.Compare{Op: "=", L: test.Columns[i].Value, R: &plan.Const{Of: test.Columns[i].Value.Type(), Value: value}}
			if members(t, test, person.ID, holds) != 1 {
				t.Errorf("%s: %s is not %v", person.ID, test.Columns[i].Name, value)
			}
		}
	}
}

func expected(test dsl.Test, id string) []any {
	for _, e := range test.Expected {
		if e.ID == id {
			return e.Values
		}
	}
	return nil
}

// members counts the members among one person, of whom a condition holds.
func members(t *testing.T, test dsl.Test, id string, holds plan.Expr) int64 {
	t.Helper()
	p := *test.Plan
	p.Cohorts = slices.Clone(p.Cohorts)
	c := *p.Cohorts[test.Cohort]
	c.Rules = slices.Clone(c.Rules)
	if holds != nil {
		c.Rules = append(c.Rules, &plan.Rule{Cond: holds})
	}
	p.Cohorts[test.Cohort] = &c
	raw, err := reference.Run(t.Context(), &p, reference.Data{rows(test, id)})
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range rawtest.Read(t, raw)[0].Cells {
		return cell.Persons
	}
	return 0
}

// rows are those of one person. The CDM's rows of observation are those of observation_period too.
func rows(test dsl.Test, id string) reference.Person {
	out := reference.Person{Events: map[string][]reference.Row{}}
	for _, person := range test.Persons {
		if person.ID != id {
			continue
		}
		out.Attributes = person.Attributes
		for source, events := range person.Events {
			for _, e := range events {
				out.Events[source] = append(out.Events[source], e)
			}
		}
	}
	out.Events["observation_period"] = out.Events["observation"]
	return out
}

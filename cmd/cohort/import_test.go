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
	"github.com/officina-enclave/officina/enclave/cohorttest"
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

// run runs a test. The CDM's rows of observation are those of observation_period too.
func run(t *testing.T, test dsl.Test) {
	t.Helper()
	for _, person := range test.Persons {
		person.Events["observation_period"] = person.Events["observation"]
	}
	r, err := cohorttest.Run(test)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Differences {
		t.Errorf("%s: %s is %s, not %s %s", d.Person, d.What, d.Got, d.Expected, d.Why)
	}
}

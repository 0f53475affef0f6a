package circe_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/circe"
)

// published lists the files that were chosen before the importer was written; see testdata/published.md.
func published(t *testing.T) []string {
	t.Helper()
	files, _ := filepath.Glob("testdata/published/*.json")
	if len(files) != 60 {
		t.Fatalf("%d published definitions, not 60", len(files))
	}
	return files
}

func importFile(t *testing.T, file string) (*circe.Result, []byte, error) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := circe.Import(strings.TrimSuffix(filepath.Base(file), ".json"), data)
	return r, data, err
}

func TestEveryPublishedCohortCompiles(t *testing.T) {
	for _, file := range published(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, data, err := importFile(t, file)
			if err != nil {
				t.Skip(err) // listed in testdata/imported.md
			}
			p, diags := dsl.Compile("q.cohort", r.Text, nil, target(t, data))
			if diags.Failed() || p == nil {
				t.Errorf("%v\n%s", diags, r.Text)
			}
		})
	}
}

// target is the catalog with a vocabulary of the concepts that a definition names.
func target(t *testing.T, data []byte) dsl.Target {
	t.Helper()
	text, err := os.ReadFile("testdata/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, diags := catalog.Parse("catalog.yaml", text)
	if diags.Failed() {
		t.Fatal(diags)
	}
	v, diags := catalog.ParseVocabulary(vocabulary(t, data))
	if diags.Failed() {
		t.Fatal(diags)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// vocabulary lists the concepts anywhere in a definition, as connectors/omop names them.
func vocabulary(t *testing.T, data []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"code", "label", "parents"})
	seen := map[string]bool{}
	concepts(v, func(system, code, name string) {
		curie := strings.ReplaceAll(system, " ", "_") + ":" + code
		if !seen[curie] && !strings.Contains(code, " ") {
			seen[curie] = true
			_ = w.Write([]string{curie, name, ""})
		}
	})
	w.Flush()
	return []byte(b.String())
}

func concepts(v any, yield func(system, code, name string)) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			concepts(x, yield)
		}
	case map[string]any:
		text := func(key string) string {
			s := v[key]
			if l, ok := s.([]any); ok && len(l) == 1 {
				s = l[0]
			}
			out, _ := s.(string)
			return out
		}
		if text("CONCEPT_CODE") != "" && text("VOCABULARY_ID") != "" {
			yield(text("VOCABULARY_ID"), text("CONCEPT_CODE"), text("CONCEPT_NAME"))
		}
		for _, x := range v {
			concepts(x, yield)
		}
	}
}

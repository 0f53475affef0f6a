package circe_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/dsl/diag"
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

// TestEveryPublishedCohortCompiles compiles each for a dataset whose grid of dates is a month, which is the finest that a
// catalog file can say; those that name a day within a month are refused for that alone, and compile where each day
// may be asked.
func TestEveryPublishedCohortCompiles(t *testing.T) {
	var refused []string
	for _, file := range published(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, data, err := importFile(t, file)
			if err != nil {
				t.Skip(err) // listed in testdata/imported.md
			}
			to := target(t, data)
			codes := refusals(r.Text, to)
			if slices.Equal(codes, []string{"off-grid"}) && remarksGrid(r) {
				refused = append(refused, r.Title)
				codes = refusals(r.Text, byDays(to))
			}
			if len(codes) > 0 {
				t.Errorf("%v\n%s", codes, r.Text)
			}
		})
	}
	if want := []string{"pl-54", "pl-59"}; !slices.Equal(refused, want) {
		t.Errorf("a grid of months refuses %v, not %v", refused, want)
	}
}

// TestADateThatIsAnEndOfThePeriodCompiles: a dataset that begins after the day may be asked for it.
func TestADateThatIsAnEndOfThePeriodCompiles(t *testing.T) {
	for _, name := range []string{"pl-54", "pl-59"} {
		r, data, err := importFile(t, "testdata/published/"+name+".json")
		if err != nil {
			t.Fatal(err)
		}
		to := target(t, data)
		c := *to.Catalog
		c.Period.Start, _ = catalog.ParseDate("2019-12-02")
		if to.Catalog = &c; len(refusals(r.Text, to)) > 0 {
			t.Error(name, refusals(r.Text, to))
		}
	}
}

// refusals are the codes of the errors of a text, each once; "no-plan" where there is neither a plan nor an error.
func refusals(text string, to dsl.Target) (codes []string) {
	p, diags := dsl.Compile("q.cohort", text, nil, to)
	for _, d := range diags {
		if d.Severity == diag.Error && !slices.Contains(codes, d.Code) {
			codes = append(codes, d.Code)
		}
	}
	if p == nil && codes == nil {
		return []string{"no-plan"}
	}
	return codes
}

// remarksGrid reports whether the importer said that a grid of months refuses a date.
func remarksGrid(r *circe.Result) bool {
	return slices.ContainsFunc(r.Notes, func(n string) bool { return strings.HasPrefix(n, "grid: ") })
}

// byDays is the dataset without a grid of dates.
func byDays(to dsl.Target) dsl.Target {
	c := *to.Catalog
	c.Period.Grid = catalog.Grid{}
	to.Catalog = &c
	return to
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

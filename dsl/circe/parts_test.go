package circe_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/circe"
)

// TestParts compares what becomes of one part of Circe at a time. An expression without concept sets gets those of
// parts-sets.json.
func TestParts(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/parts.txtar")
	if err != nil {
		t.Fatal(err)
	}
	before := string(txtar.Format(archive))
	for i := 0; i+1 < len(archive.Files); i += 2 {
		archive.Files[i+1].Data = []byte(outcome(t, archive.Files[i].Data))
	}
	now := string(txtar.Format(archive))
	if *update {
		if err := os.WriteFile("testdata/parts.txtar", []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(before, now); d != "" {
		t.Errorf("differs (-update writes it):\n%s", d)
	}
}

// outcome is the statements of the cohort, and the report.
func outcome(t *testing.T, data []byte) string {
	t.Helper()
	var e map[string]any
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if e["ConceptSets"] == nil && e["expression"] == nil {
		sets, err := os.ReadFile("testdata/parts-sets.json")
		if err != nil {
			t.Fatal(err)
		}
		e["ConceptSets"] = json.RawMessage(sets)
		if data, err = json.Marshal(e); err != nil {
			t.Fatal(err)
		}
	}
	r, err := circe.Import("c", data)
	if err != nil {
		return err.Error() + "\n"
	}
	to := target(t, unwrapped(t, e, data))
	if remarksGrid(r) {
		to = byDays(to)
	}
	if p, diags := dsl.Compile("q.cohort", r.Text, nil, to); p == nil {
		t.Errorf("%v\n%s", diags, r.Text)
	}
	text := r.Text
	if e["expression"] == nil {
		_, text, _ = strings.Cut(text, "cohort c {\n")
		text, _, _ = strings.Cut(text, "}\n\nreport")
	}
	text = strings.ReplaceAll(text, "  define observed_to = end of last observation_period ongoing at index\n", "")
	text = strings.ReplaceAll(text, "\n  followup including index until observed_to\n", "")
	return text + r.Report()
}

// unwrapped is an expression without its envelope.
func unwrapped(t *testing.T, e map[string]any, data []byte) []byte {
	t.Helper()
	if text, ok := e["expression"].(string); ok {
		return []byte(text)
	}
	return data
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                  "not a cohort expression of Circe: it is not JSON: unexpected end of JSON input",
		`[]`:                 "not a cohort expression of Circe: it has no PrimaryCriteria",
		`{"expression":"x"}`: "not a cohort expression of Circe: its expression is a text that is not JSON",
		`{"PrimaryCriteria":{"CriteriaList":[]}}`: "not a cohort expression of Circe: it has no entry events",
	} {
		if _, err := circe.Import("c", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

package opa

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/officina-enclave/officina/policy"
	"go.yaml.in/yaml/v3"
)

// boardCase is one entry of policy/testdata/*.yaml: what differs from usual.yaml, and what policy says.
type boardCase struct {
	Case   string
	Given  map[string]any
	Allow  bool
	Denied map[string]string // rule to contact: all of them
	Terms  map[string]any    // those that the case is about
}

// input is the usual input with the case's changes.
func (c boardCase) input(t testing.TB) policy.Input {
	t.Helper()
	var in policy.Input
	dec := json.NewDecoder(bytes.NewReader(c.document(t)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		t.Fatalf("%s: %v", c.Case, err)
	}
	return in
}

// document is the JSON of the usual input with the case's changes.
func (c boardCase) document(t testing.TB) []byte {
	t.Helper()
	var usual map[string]any
	readYAML(t, "usual.yaml", &usual)
	merge(usual, c.Given)
	text, err := json.Marshal(usual)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// merge replaces values of base by those of change; maps are merged, lists replaced.
func merge(base, change map[string]any) {
	for key, value := range change {
		inner, ok := value.(map[string]any)
		under, has := base[key].(map[string]any)
		if ok && has {
			merge(under, inner)
		} else {
			base[key] = value
		}
	}
}

func readYAML(t testing.TB, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// readCases returns the cases of every file, by file name.
func readCases(t testing.TB) map[string][]boardCase {
	t.Helper()
	all := map[string][]boardCase{}
	for _, name := range []string{"access.yaml", "purpose.yaml", "content.yaml", "unreadable.yaml"} {
		var cases []boardCase
		readYAML(t, name, &cases)
		all[name] = cases
	}
	return all
}

func TestBoardCases(t *testing.T) {
	engine := defaultEngine(t)
	for name, cases := range readCases(t) {
		for _, c := range cases {
			t.Run(name+"/"+c.Case, func(t *testing.T) {
				decision, _ := engine.Decide(t.Context(), c.input(t))
				if decision.Allow != c.Allow {
					t.Errorf("allow is %t, want %t", decision.Allow, c.Allow)
				}
				contacts := map[string]string{}
				for _, d := range decision.Denials {
					contacts[d.Rule] = d.Contact
				}
				if diff := cmp.Diff(c.Denied, contacts); diff != "" && len(c.Denied)+len(contacts) > 0 {
					t.Errorf("denials (-want +got)\n%s", diff)
				}
				if diff := cmp.Diff(c.Terms, only(t, decision.Terms, c.Terms)); diff != "" && c.Terms != nil {
					t.Errorf("terms (-want +got)\n%s", diff)
				}
			})
		}
	}
}

// only returns the fields of terms that want has, as YAML would read them.
func only(t *testing.T, terms policy.Terms, want map[string]any) map[string]any {
	t.Helper()
	text, err := yaml.Marshal(terms)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(got, func(key string, _ any) bool { _, ok := want[key]; return !ok })
	return got
}

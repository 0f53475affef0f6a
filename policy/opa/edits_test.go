package opa

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/officina-enclave/officina/policy"
	"go.yaml.in/yaml/v3"
)

// boardEdit is an entry of testdata/edits.yaml.
type boardEdit struct {
	Edit                        string
	Board                       map[string]any
	Ordinary, Genomic, Location map[string]any
	Refused                     string
}

// bundle is the default bundle with the edit.
func (e boardEdit) bundle(t *testing.T) fstest.MapFS {
	t.Helper()
	files := defaultFiles(t)
	var data map[string]any
	if err := yaml.Unmarshal(files[policy.DataFile].Data, &data); err != nil {
		t.Fatal(err)
	}
	merge(data, map[string]any{"board": e.Board})
	text, err := yaml.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	files[policy.DataFile] = &fstest.MapFile{Data: text}
	return files
}

// A board may edit any value within its bounds: the bundle's tests pass and the terms follow. What is out of
// bounds is refused.
func TestBoardEdits(t *testing.T) {
	text, err := os.ReadFile("testdata/edits.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var edits []boardEdit
	if err := yaml.Unmarshal(text, &edits); err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		t.Run(e.Edit, func(t *testing.T) {
			t.Parallel()
			if e.Refused != "" {
				_, err := Load(t.Context(), e.bundle(t))
				if !errors.Is(err, ErrBundle) || !errors.Is(err, policy.ErrBoard) || !strings.Contains(err.Error(), e.Refused) {
					t.Errorf("got %v\nwant %s", err, e.Refused)
				}
				return
			}
			b := mustLoad(t, e.bundle(t))
			permitted := map[string]any{"genomic": true, "location": true}
			follow(t, b, "ordinary", map[string]any{}, e.Ordinary)
			follow(t, b, "genomic", map[string]any{"study": map[string]any{"permissions": permitted}, "plan": map[string]any{"touches": map[string]any{"genomic": true}}}, e.Genomic)
			follow(t, b, "location", map[string]any{"study": map[string]any{"permissions": permitted}, "plan": map[string]any{"touches": map[string]any{"location": true}}}, e.Location)
		})
	}
}

// follow compares the terms of a query with those wanted.
func follow(t *testing.T, b *Bundle, name string, given, want map[string]any) {
	t.Helper()
	d, err := b.eval(t.Context(), value(t, boardCase{Case: name, Given: given}.input(t)))
	if err != nil || !d.Allow {
		t.Fatalf("%s: denied: %+v, %v", name, d.Denials, err)
	}
	if diff := cmp.Diff(want, only(t, d.Terms, want)); diff != "" || want == nil {
		t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

// What a bundle says of itself is what its files say.
func TestBundleSaysWhatItHolds(t *testing.T) {
	files := boardEdit{Board: map[string]any{"contact": "board@clinic.example", "terms": map[string]any{"min_cell": 20}}}.bundle(t)
	b := mustLoad(t, files)
	if got := b.Board(); got.Contact != "board@clinic.example" || got.Terms.MinCell != 20 || len(b.Changed()) > 0 {
		t.Errorf("board %+v, changed %v", got, b.Changed())
	}
	if d, err := b.eval(t.Context(), without(t, usual(t), "study", "persons")); err != nil || d.Denials[0].Contact != "board@clinic.example" {
		t.Errorf("denied with %+v, %v", d.Denials, err)
	}
	files["extra.rego"] = &fstest.MapFile{Data: []byte("package officina.extra\n\nimport rego.v2\n\nx if input.now == \"\"\n")}
	files["status.rego"].Data = append(files["status.rego"].Data, '\n')
	delete(files, "status_test.rego")
	want := []string{"extra.rego", "status.rego", "status_test.rego"}
	if diff := cmp.Diff(want, mustLoad(t, files).Changed()); diff != "" {
		t.Errorf("changed (-want +got)\n%s", diff)
	}
}

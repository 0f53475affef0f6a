package disclosure_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/internal/canon"
)

func encode(t testing.TB, released *disclosure.Released) []byte {
	t.Helper()
	text, err := json.Marshal(released)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// everyKind has one report of each kind, with shown and hidden cells.
const everyKind = `
terms: {min_cell: 10, round_to: 5}
rules: [include adult, exclude pregnant]
reports:
  - {kind: count, title: all, cells: [{keys: [], persons: 44}]}
  - {kind: attrition, title: flow, cells: [{keys: [0, 0], persons: 20}, {keys: [1, 2], persons: 14}, {keys: [2, 0], persons: 44}]}
  - {kind: table, title: by sex, by: [{name: sex, keys: [female, male]}], cells: [{keys: [0], persons: 28}, {keys: [1], persons: 16}]}
  - kind: summary
    title: hba1c
    value: hba1c
    cells: [{keys: [], persons: 44, values: [50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 54, 54, 54, 54, 54, 54, 54, 54, 54, 54]}]
`

// TestDocument pins the JSON that is stored, signed and read by others.
func TestDocument(t *testing.T) {
	released, err := parse(everyKind).apply()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, encode(t, released), "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n")
	const file = "testdata/document.json"
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestDocumentComesBack(t *testing.T) {
	released, err := parse(everyKind).apply()
	if err != nil {
		t.Fatal(err)
	}
	var got []disclosure.Table
	if err := json.Unmarshal(encode(t, released), &got); err != nil {
		t.Fatal(err)
	}
	same := cmp.Comparer(func(a, b disclosure.Value) bool { return a == b })
	if diff := cmp.Diff(released.Tables(), got, same); diff != "" {
		t.Errorf("after a round trip (-want +got):\n%s", diff)
	}
}

// TestDocumentIsCanonical takes the document through RFC 8785 and back, as a stored release goes.
func TestDocumentIsCanonical(t *testing.T) {
	released, err := parse(everyKind).apply()
	if err != nil {
		t.Fatal(err)
	}
	text, err := canon.Marshal(released)
	if err != nil {
		t.Fatal(err)
	}
	var tables []disclosure.Table
	if err := canon.Unmarshal(text, &tables); err != nil {
		t.Fatal(err)
	}
	again, err := canon.Marshal(tables)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("canonical text changed on the way back: %v", err)
	}
}

func TestZeroValueIsTheMark(t *testing.T) {
	text, err := json.Marshal(disclosure.Value{})
	if err != nil || string(text) != `{"status":"suppressed"}` {
		t.Errorf("zero value in JSON: %s, %v", text, err)
	}
	if x, ok := (disclosure.Value{}).Float(); ok {
		t.Errorf("the mark has the number %v", x)
	}
}

func TestValue(t *testing.T) {
	var v disclosure.Value
	if err := json.Unmarshal([]byte(`{"status":"ok","value":52.5}`), &v); err != nil {
		t.Fatal(err)
	}
	if x, ok := v.Float(); !ok || x != 52.5 || !v.Shown() || v.String() != "52.5" {
		t.Errorf("got %v (%v), shown %v, %q", x, ok, v.Shown(), v.String())
	}
}

func TestDocumentsThatAreNotOurs(t *testing.T) {
	for name, text := range map[string]string{
		"mark with a number":    `{"keys":[],"persons":{"status":"suppressed","value":3}}`,
		"number without status": `{"keys":[],"persons":{"value":3}}`,
		"ok without a number":   `{"keys":[],"persons":{"status":"ok"}}`,
		"unknown status":        `{"keys":[],"persons":{"status":"zero"}}`,
		"a bare number":         `{"keys":[],"persons":3}`,
		"a word for a number":   `{"keys":[],"persons":{"status":"ok","value":"three"}}`,
		"no keys":               `{"persons":{"status":"ok","value":15}}`,
		"keys of numbers":       `{"keys":[1]}`,
		"a list":                `[]`,
	} {
		var row disclosure.Row
		if err := json.Unmarshal([]byte(text), &row); !errors.Is(err, disclosure.ErrDocument) {
			t.Errorf("%s: %v, want ErrDocument", name, err)
		}
	}
}

func FuzzRow(f *testing.F) {
	f.Add([]byte(`{"keys":["female"],"persons":{"status":"ok","value":15},"mean":{"status":"suppressed"}}`))
	f.Add([]byte(`{"keys":[],"percent":{"status":"ok","value":12.5}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var row disclosure.Row
		if json.Unmarshal(text, &row) != nil {
			return
		}
		once, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		var again disclosure.Row
		if err := json.Unmarshal(once, &again); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		twice, err := json.Marshal(again)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s became %s: %v", once, twice, err)
		}
	})
}

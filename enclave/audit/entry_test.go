package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/internal/canon"
)

func Example() {
	e := audit.Entry{
		Kind: audit.KindPolicy, Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Policy: canon.Sum([]byte("the bundle")), Action: "activated",
	}
	text, err := e.Canonical()
	fmt.Println(string(text), err)
	e.Ref = "patient 17"
	_, err = e.Canonical()
	fmt.Println(err)
	// Output:
	// {"action":"activated","kind":"policy","policy":"sha256:bab59f2948216e8ff89b7fc8655f94db6143a00897c68860d3bcf0ff9c2e5212","time":"2026-03-04T05:06:07Z","v":1} <nil>
	// not a valid audit entry: ref of policy has the wrong shape
}

func read(t testing.TB, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// samples gives one valid entry of each kind, as text.
func samples(t testing.TB) map[string]string {
	t.Helper()
	list := map[string]string{}
	for line := range strings.Lines(read(t, "testdata/entries.jsonl")) {
		var e struct{ Kind string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		list[e.Kind] = strings.TrimSuffix(line, "\n")
	}
	return list
}

func sample(t testing.TB, kind audit.Kind) audit.Entry {
	t.Helper()
	e, err := audit.ParseEntry([]byte(samples(t)[string(kind)]))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEveryKindIsReadAndWrittenAlike(t *testing.T) {
	list := samples(t)
	for _, kind := range []audit.Kind{
		audit.KindIngest, audit.KindIntent, audit.KindDenied, audit.KindOutcome,
		audit.KindRecovered, audit.KindStudy, audit.KindPolicy, audit.KindKey,
	} {
		text := list[string(kind)]
		e, err := audit.ParseEntry([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if e.Kind != kind {
			t.Errorf("%s read as %s", kind, e.Kind)
		}
		again, err := e.Canonical()
		if d := cmp.Diff(text, string(again)); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", kind, err, d)
		}
	}
}

func TestRefusedEntries(t *testing.T) {
	all := samples(t)
	for line := range strings.Lines(read(t, "testdata/refused.txt")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		col := strings.SplitN(line, "|", 4)
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		text := change(t, all[col[0]], col[1], col[2])
		_, err := audit.ParseEntry(text)
		if !errors.Is(err, audit.ErrEntry) {
			t.Errorf("%s %s %s (%s): got %v", col[0], col[1], col[2], col[3], err)
			continue
		}
		if v := strings.Trim(col[2], `[]"`); len(v) > 8 && strings.Contains(err.Error(), v) {
			t.Errorf("the error shows the value: %v", err)
		}
	}
}

// change returns the canonical text with one field set to a JSON value, or without it.
func change(t testing.TB, text, field, value string) []byte {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	if delete(m, field); value != "" {
		m[field] = json.RawMessage(value)
	}
	changed, err := canon.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if string(changed) == text {
		t.Fatalf("%s = %s changes nothing", field, value)
	}
	return changed
}

func TestOtherSpellingsAreRefused(t *testing.T) {
	text := samples(t)["intent"]
	for name, other := range map[string]string{
		"white space":  strings.Replace(text, ",", ", ", 1),
		"line end":     text + "\n",
		"escape":       strings.Replace(text, `"intent"`, `"\u0069ntent"`, 1),
		"number":       strings.Replace(text, `"v":1`, `"v":1.0`, 1),
		"key twice":    strings.Replace(text, `"v":1`, `"v":1,"v":1`, 1),
		"two values":   text + text,
		"cut short":    text[:len(text)-1],
		"time's zeros": strings.Replace(text, ".89Z", ".890Z", 1),
		"nothing":      "",
		"null":         "null",
	} {
		if _, err := audit.ParseEntry([]byte(other)); !errors.Is(err, audit.ErrEntry) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestTooManyDenials(t *testing.T) {
	e := sample(t, audit.KindDenied)
	e.Denials = strings.Split(strings.Repeat("rule ", 64)+"rule", " ")
	if _, err := e.Canonical(); !errors.Is(err, audit.ErrEntry) {
		t.Errorf("got %v", err)
	}
}

func TestTimeIsUTCInMilliseconds(t *testing.T) {
	e := sample(t, audit.KindPolicy)
	e.Time = time.Date(2026, 3, 4, 6, 6, 7, 890_999_999, time.FixedZone("CET", 3600))
	text, err := e.Canonical()
	if err != nil || !bytes.Contains(text, []byte(`"time":"2026-03-04T05:06:07.89Z"`)) {
		t.Errorf("%s %v", text, err)
	}
}

// No string that one would write about a patient fits any field.
func TestNoTextIsSmuggledIn(t *testing.T) {
	word := rapid.StringMatching(`[A-Z][a-z]{1,20}|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]|[0-9]{1,31}(\.[0-9]{1,3})?|[A-Z][0-9]{2}\.[0-9]|19[0-9]{2}-[01][0-9]-[0-3][0-9]|[a-z]+ [a-z]+`)
	fields := []string{"id", "study", "dataset", "snapshot", "subject", "plan", "text", "policy", "decision", "terms", "release", "class", "ref", "action"}
	texts := samples(t)
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom([]string{"intent", "outcome", "denied", "recovered", "ingest", "study", "policy", "key"}).Draw(rt, "kind")
		value, _ := json.Marshal(word.Draw(rt, "word"))
		text := change(t, texts[kind], rapid.SampledFrom(fields).Draw(rt, "field"), string(value))
		if _, err := audit.ParseEntry(text); !errors.Is(err, audit.ErrEntry) {
			rt.Errorf("%s: got %v", text, err)
		}
	})
}

func TestConflict(t *testing.T) {
	intent, outcome := sample(t, audit.KindIntent), sample(t, audit.KindOutcome)
	if got := intent.Conflict(outcome); got != "" {
		t.Errorf("differ in %q", got)
	}
	outcome.Terms = canon.Sum([]byte("looser terms"))
	if got := intent.Conflict(outcome); got != "terms" {
		t.Errorf("differ in %q", got)
	}
}

func FuzzParseEntry(f *testing.F) {
	for _, text := range samples(f) {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"kind":"intent","v":1}`))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := audit.ParseEntry(text)
		if err != nil {
			if !errors.Is(err, audit.ErrEntry) {
				t.Fatal(err)
			}
			return
		}
		again, err := e.Canonical()
		if err != nil || !bytes.Equal(text, again) {
			t.Fatalf("%v\n%s\n%s", err, text, again)
		}
	})
}

func TestANewerEntrySaysUpgrade(t *testing.T) {
	for _, text := range []string{`{"v":2}`, `{"class":["ok"],"v":2}`} {
		if _, err := audit.ParseEntry([]byte(text)); !errors.Is(err, audit.ErrEntry) || !strings.Contains(err.Error(), "upgrade") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

package inspect_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

func recovered(n int) audit.Entry {
	e := outcome(n)
	e.Kind, e.Class, e.Release = audit.KindRecovered, audit.ClassUnavailable, ""
	return e
}

func withTerms(e audit.Entry, terms string) audit.Entry {
	e.Terms = digest(terms)
	return e
}

func TestStoriesThatAgree(t *testing.T) {
	for name, c := range map[string]struct {
		story      []audit.Entry
		unfinished []string
	}{
		"nothing":           {nil, nil},
		"one run":           {[]audit.Entry{intent(1), outcome(1)}, nil},
		"two runs, crossed": {[]audit.Entry{intent(1), intent(2), outcome(1), outcome(2)}, nil},
		"cut off":           {[]audit.Entry{intent(3), intent(1), outcome(1), intent(2)}, []string{run(2), run(3)}},
		"closed later":      {[]audit.Entry{intent(1), denied(2), recovered(1)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := verify(t, forge(t, texts(t, c.story...)...), nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.unfinished, report.Unfinished); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestStoriesThatContradictThemselves(t *testing.T) {
	for name, c := range map[string]struct {
		story []audit.Entry
		says  string
	}{
		"outcome without intent": {[]audit.Entry{intent(1), outcome(2)}, "entry 1: run " + run(2) + " has an outcome without an intent"},
		"outcome before intent":  {[]audit.Entry{outcome(1), intent(1)}, "entry 0: run " + run(1) + " has an outcome without an intent"},
		"outcome twice":          {[]audit.Entry{intent(1), outcome(1), outcome(1)}, "entry 2: run " + run(1) + " has ended before"},
		"recovered after all":    {[]audit.Entry{intent(1), outcome(1), recovered(1)}, "entry 2: run " + run(1) + " has ended before"},
		"begun twice":            {[]audit.Entry{intent(1), intent(1)}, "entry 1: run " + run(1) + " has begun before"},
		"begun after a denial":   {[]audit.Entry{denied(1), intent(1)}, "entry 1: run " + run(1) + " has begun before"},
		"denied after it began":  {[]audit.Entry{intent(1), denied(1)}, "entry 1: run " + run(1) + " is denied after it began"},
		"outcome after a denial": {[]audit.Entry{denied(1), outcome(1)}, "entry 1: run " + run(1) + " has ended before"},
		"other terms at the end": {[]audit.Entry{intent(1), withTerms(outcome(1), "looser")}, "entry 1: run " + run(1) + " ends with another terms"},
	} {
		_, err := verify(t, forge(t, texts(t, c.story...)...), nil)
		if !errors.Is(err, inspect.ErrChain) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What the key has signed, but the writer would not have written.
func TestSignedEntriesOfNoKind(t *testing.T) {
	for _, text := range []string{"", "{}", "patient 17", `{"kind":"gossip","time":"2026-03-04T05:06:07Z","v":1}`} {
		_, err := verify(t, forge(t, texts(t, denied(0))[0], []byte(text)), nil)
		if !errors.Is(err, inspect.ErrChain) || !errors.Is(err, audit.ErrEntry) || !strings.Contains(err.Error(), "entry 1:") {
			t.Errorf("%q: got %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "17") {
			t.Errorf("the error shows the entry: %v", err)
		}
	}
}

// A contradiction is no excuse for not telling of an edit.
func TestEditIsReportedBeforeContradiction(t *testing.T) {
	dir := forge(t, texts(t, outcome(1), denied(2))...)
	edit("tile/entries/000.p/2", `"purpose"`, `"consent"`)(t, dir)
	if _, err := verify(t, dir, nil); !errors.Is(err, inspect.ErrEdited) {
		t.Errorf("got %v", err)
	}
}

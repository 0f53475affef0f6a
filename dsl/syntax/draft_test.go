package syntax_test

import (
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/syntax"
)

const started = `study "x"
codes a = ICD10:E11
cohort c {
  index first drug in a since 2018-01-01
  include "x" any condition in (a, b
  exclude `

// A draft is what the text ends in, whatever stands before it.
func TestDraftOf(t *testing.T) {
	for _, c := range []struct{ text, tokens, cohort string }{
		{"", "", ""},
		{"study", "study", ""},
		{"study \"x\"\ncodes a = ICD10:E11, ", "codes a = ICD10:E11 ,", ""},
		{started, "exclude", "c"},
		{started + "any condition before index", "exclude any condition before index", "c"},
		{started + "any condition\n}\n", "", ""},
		{started + "any condition\n}\nreport count of c", "report count of c", ""},
		{started + "any condition\nreport count of c", "report count of c", ""},
		{"cohort c {\n", "", "c"},
		{"cohort c {\n  define x = first of (\n index", "define x = first of ( index", "c"},
		{"cohort c { # comment\n index 2020-01-01 lookback", "lookback", "c"},
	} {
		d := syntax.DraftOf(c.text)
		var words []string
		for _, token := range d.Tokens {
			words = append(words, token.Text)
		}
		if got := strings.Join(words, " "); got != c.tokens || d.Cohort != c.cohort {
			t.Errorf("%q: %q in %q; want %q in %q", c.text, got, d.Cohort, c.tokens, c.cohort)
		}
	}
}

// What the grammar takes at a place.
func TestDraftTakes(t *testing.T) {
	for _, c := range []struct {
		text, takes, not string
	}{
		{"", "study|codes|cohort", "include|before|}"},
		{"cohort c {", "index|include|}", "study|before"},
		{started, "any|no|age at|zz is", "before|zz where (|zz :"},
		{started + "any", "zz where (|of (", "any|index"},
		{started + "any condition", "before|in|where (|within|and|include|}", "any|report"},
		{started + "any condition in", "zz with|ICD10:E11|(", "before"},
		{"report count", "of|\"title\"", "by"},
		{"report summary of c {", "value :|}", "zz where ("},
		{"study \"x\"", "version|purpose|codes", "of"},
	} {
		d := syntax.DraftOf(c.text)
		for _, words := range strings.Split(c.takes, "|") {
			if !d.Takes(words) {
				t.Errorf("%q does not take %q", c.text, words)
			}
		}
		for _, words := range strings.Split(c.not, "|") {
			if d.Takes(words) {
				t.Errorf("%q takes %q", c.text, words)
			}
		}
	}
}

// Any text can be cut and drafted.
func FuzzDraft(f *testing.F) {
	f.Add(started)
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, token := range syntax.Tokens(text) {
			if token.Range.From.Offset < end || text[token.Range.From.Offset:token.Range.To.Offset] != token.Text {
				t.Fatalf("token %q is not at its place", token.Text)
			}
			end = token.Range.To.Offset
		}
		syntax.DraftOf(text).Takes("any")
	})
}

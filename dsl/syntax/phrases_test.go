package syntax_test

import (
	"strings"
	"testing"
)

// phraseTexts has each kind of phrase, and those that end in what another could begin with.
var phraseTexts = []string{
	"before x", "after (x)", "on x", "on or before x", "on or after x", "since x", "until x + 3 days", "ongoing at x", "ending before x", "ending after x",
	"within 3 days before x", "within washout after x", "within 3 days of x", "between 1 and 2 weeks before x", "between m and n after x",
	"from x to y", "during followup", "inside baseline", "during (b before x)", "inside (b, c)",
	"followed by b", "preceded by (b before x)", "followed by b in c where (x)", "followed by b within 3 days", "preceded by b within washout",
	"at least 3 days apart", "at least washout apart",
}

// Two phrases beside each other are read as the one and the other. Where "within D" is not a phrase of its own, the
// set before a phrase with "before" or "after" stands in parentheses, which leave no node; else the days are the next phrase's.
func TestTwoPhrasesBesideEachOther(t *testing.T) {
	const head, tail = "(Exists Quant:any Set:(EventSet Source:a Phrases:[", "]))"
	phrase := func(text string) string {
		return strings.TrimSuffix(strings.TrimPrefix(tree("any a "+text), head), tail)
	}
	drawnIn := 0
	for _, p := range phraseTexts {
		for _, q := range phraseTexts {
			want := head + phrase(p) + " " + phrase(q) + tail
			if got := tree("any (a " + p + ") " + q); got != want {
				t.Errorf("any (a %s) %s\n got %s\nwant %s", p, q, got, want)
			}
			checkFormat(t, "define x = any (a "+p+") "+q)
			if drawsIn(p, q) {
				drawnIn++
				continue
			}
			if got := tree("any a " + p + " " + q); got != want {
				t.Errorf("any a %s %s\n got %s\nwant %s", p, q, got, want)
			}
		}
	}
	if drawnIn != 4 {
		t.Errorf("%d pairs need parentheses, want 4", drawnIn)
	}
}

// drawsIn reports whether the phrase q would take the duration at the end of p.
func drawsIn(p, q string) bool {
	return strings.Contains(p, " by b within ") && (strings.HasPrefix(q, "before ") || strings.HasPrefix(q, "after "))
}

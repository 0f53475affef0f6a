package diag_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/diag"
)

func TestNear(t *testing.T) {
	words := []string{"include", "exclude", "before", "between", "at", "and", "hba1c_base", "età"}
	for word, want := range map[string]string{
		"include":    "include",
		"inclde":     "include", // one missing
		"inncludee":  "include", // two too many
		"incldue":    "include", // two exchanged
		"Before":     "before",  // case
		"befor":      "before",
		"att":        "at",
		"hba1c-base": "hba1c_base",
		"eta":        "età",
		"":           "",
		"x":          "",
		"in":         "",
		"afterwards": "",
		"bfre":       "before", // two of six
		"bfr":        "",       // three of six
	} {
		got, ok := diag.Near(word, words)
		if got != want || ok != (want != "") {
			t.Errorf("Near(%q) = %q, %v; want %q", word, got, ok, want)
		}
	}
	if _, ok := diag.Near("x", nil); ok {
		t.Error("a word among none")
	}
	if got, _ := diag.Near("abcx", []string{"abcd", "abce"}); got != "abcd" {
		t.Errorf("of two words as near, %q is not the first", got)
	}
	if _, ok := diag.Near(strings.Repeat("a", 1000), []string{strings.Repeat("a", 1000)}); ok {
		t.Error("a word that is too long is compared")
	}
}

// Near finds a word after any one slip of the finger.
func TestNearFindsOneSlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-z]{4,12}`).Draw(t, "word")
		i := rapid.IntRange(0, len(word)-2).Draw(t, "i")
		letter := rapid.StringMatching(`[a-z]`).Draw(t, "letter")
		slips := []string{
			word[:i] + word[i+1:],
			word[:i] + letter + word[i:],
			word[:i] + letter + word[i+1:],
			word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:],
		}
		for _, slip := range slips {
			if got, _ := diag.Near(slip, []string{word}); got != word {
				t.Errorf("Near(%q) does not find %q", slip, word)
			}
		}
	})
}

func TestSlipOf(t *testing.T) {
	for _, c := range []struct {
		typed, word string
		want        diag.Slip
	}{
		{"before", "before", diag.Case},
		{"Before", "before", diag.Case},
		{"", "", diag.Case},
		{"befor", "before", diag.Missing},
		{"eforeb", "before", diag.Far},
		{"ebfore", "before", diag.Missing},
		{"hba1", "hba1c", diag.Missing},
		{"beforee", "before", diag.Wrong},
		{"befove", "before", diag.Wrong},
		{"daz", "day", diag.Wrong},
		{"days", "day", diag.Wrong},
		{"day", "days", diag.Missing},
		{"bfre", "before", diag.Far},
		{"xbeforx", "before", diag.Far},
		{"et", "età", diag.Missing},
		{"eta", "età", diag.Wrong},
	} {
		if got := diag.SlipOf(c.typed, c.word); got != c.want {
			t.Errorf("SlipOf(%q, %q) = %d, want %d", c.typed, c.word, got, c.want)
		}
	}
	if got, _ := diag.Near("men", []string{"min", "mean"}); got != "mean" {
		t.Errorf("of two words as near, %q is not the likelier slip", got)
	}
}

func ExampleNear() {
	fmt.Println(diag.Near("metfromin", []string{"insulin", "metformin"}))
	// Output: metformin true
}

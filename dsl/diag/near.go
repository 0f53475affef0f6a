package diag

import (
	"strings"
	"unicode/utf8"
)

// maxWord bounds the words that [Near] looks at, in runes.
const maxWord = 64

// Near returns the word that was probably meant: the nearest of the given ones, ignoring case, when at most a
// third of its letters, and at most two, are wrong, missing, too many, or exchanged with their neighbour. Of
// words as near as each other, the likelier by [SlipOf], then the first.
func Near(word string, among []string) (string, bool) {
	best, found := "", false
	limit, slip := 3, Far
	for _, w := range among {
		d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(w)))
		if d > max(len(w), len(word))/3 || d > limit {
			continue
		}
		if s := SlipOf(word, w); d < limit || s < slip {
			best, found, limit, slip = w, true, d, s
		}
	}
	return best, found
}

// Slip says how a word may have become another, from the likeliest to the least likely.
type Slip int

// The slips. Of the ways to spoil a word by one letter, few leave one out or exchange two, and many put in a letter or
// a wrong one; so when one of the few gives the word that was typed, it is the likelier.
const (
	Case    Slip = iota // the same word in other case
	Missing             // a letter left out, or two neighbours exchanged
	Wrong               // a wrong letter, or one too many
	Far                 // more than one slip
)

// SlipOf says by which slip a word was typed for another, ignoring case; words that are very long are far.
func SlipOf(typed, word string) Slip {
	if max(len(typed)-len(word), len(word)-len(typed)) > utf8.UTFMax || len(word) > utf8.UTFMax*maxWord {
		return Far
	}
	a, b := []rune(strings.ToLower(typed)), []rune(strings.ToLower(word))
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(a) == 0 && len(b) == 0:
		return Case
	case len(a) == 0 && len(b) == 1, len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]:
		return Missing
	case len(a) == 1 && len(b) <= 1:
		return Wrong
	}
	return Far
}

// distance is the Damerau-Levenshtein distance of two words in its restricted form (optimal string alignment:
// no part is edited twice), or a large number for words that are too long or too different in length.
func distance(a, b []rune) int {
	if len(a) > maxWord || len(b) > maxWord || max(len(a)-len(b), len(b)-len(a)) > 2 {
		return maxWord
	}
	var rows [3][maxWord + 1]int
	for j := range b {
		rows[0][j+1] = j + 1
	}
	for i := range a {
		row, above, twoAbove := &rows[(i+1)%3], &rows[i%3], &rows[(i+2)%3]
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], twoAbove[j-1]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}

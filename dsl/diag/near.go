package diag

import "strings"

// maxWord bounds the words that [Near] looks at, in runes.
const maxWord = 64

// Near returns the word that was probably meant: the nearest of the given ones, ignoring case, when at most a
// third of its letters, and at most two, are wrong, missing, too many, or exchanged with their neighbour. Of
// words as near as each other, the first.
func Near(word string, among []string) (string, bool) {
	best, found := "", false
	limit := 3
	for _, w := range among {
		d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(w)))
		if d < limit && d <= max(len(w), len(word))/3 {
			best, found, limit = w, true, d
		}
	}
	return best, found
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

package dsl

import (
	"slices"
	"strings"
	"unicode"

	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// lexicon tells words from slips of the finger: it holds the words of the language, of the catalog, of the labels of a
// text's codes and of the text itself, but for those that are in question.
type lexicon struct {
	words   map[string]bool // in lower case; names in parts, at each _
	triples map[string]bool // of the letters of those
}

func newLexicon(f *syntax.File, t Target, question []repair) lexicon {
	l := lexicon{map[string]bool{}, map[string]bool{}}
	for _, w := range slices.Concat(syntax.Vocabulary(), check.Words(t.Catalog)) {
		l.add(w)
	}
	end := 0
	for _, w := range f.Words() {
		l.add(f.Source[end:w.Range.From.Offset]) // texts in quotes, comments, codes
		end = w.Range.To.Offset
		if !slices.ContainsFunc(question, func(r repair) bool { return r.to == w.Text || r.word.Text == w.Text }) {
			l.add(w.Text)
		}
	}
	for _, field := range strings.FieldsFunc(f.Source, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",()", r) }) {
		if t.Vocabulary.Known(field) {
			l.add(t.Vocabulary.Label(field))
		}
	}
	return l
}

// parts are the words of a text; a name has several where it has _ in it.
func parts(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func (l lexicon) add(text string) {
	for _, p := range parts(text) {
		if l.words[p] {
			continue
		}
		l.words[p] = true
		for _, t := range triples(p) {
			l.triples[t] = true
		}
	}
}

// score is how much a name looks like the other words, from 0 to 1: 1 where all its parts are among them.
// A name of one letter, which nobody makes of two by a slip, is as good.
func (l lexicon) score(name string) (sum float64) {
	ps := parts(name)
	if len(name) == 1 {
		return 1
	}
	for _, p := range ps {
		if l.words[p] {
			sum++
			continue
		}
		n, ts := 0, triples(p)
		for _, t := range ts {
			if l.triples[t] {
				n++
			}
		}
		sum += 0.8 * float64(n) / float64(len(ts))
	}
	return sum / float64(max(1, len(ps)))
}

// triples lists the triples of letters of a word, with its beginning and its end.
func triples(word string) []string {
	rs := []rune("^" + word + "$")
	var out []string
	for i := range len(rs) - 2 {
		out = append(out, string(rs[i:i+3]))
	}
	return out
}

// sameScore is how far apart the scores of words may be that look equally likely.
const sameScore = 0.05

// likeliest leaves, of repairs that are as good as each other, those whose right word looks most like a word; of these
// one at the error itself, rather than elsewhere.
func (l lexicon) likeliest(found []repair, at diag.Span) []repair {
	var best float64
	if len(found) == 1 {
		return found
	}
	for _, r := range found {
		best = max(best, l.score(r.to))
	}
	found = slices.DeleteFunc(found, func(r repair) bool { return l.score(r.to) < best-sameScore })
	here := func(r repair) bool { return r.word.Range.From == at.From }
	if slices.ContainsFunc(found, here) {
		found = slices.DeleteFunc(found, func(r repair) bool { return !here(r) })
	}
	return found
}

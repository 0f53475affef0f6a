package syntax

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/words"
)

// Word is a word of a text: one of the language, a name or a unit.
type Word struct {
	Place
	Text   string
	Before string // the token before it, comments apart
}

// Declares reports whether the word is the name that a declaration or statement gives.
func (w Word) Declares() bool {
	return slices.Contains([]string{"import", "param", "codes", "define", "cohort", "window", "outcome"}, w.Before)
}

// Words lists the words of the text in their order, also of one with errors; none of a text beyond a limit.
func (f *File) Words() []Word {
	var out []Word
	before := lexer.Token{}
	for _, t := range code(f.tokens) {
		switch t.Type {
		case kindWord, kindKeyword, kindAs, kindUnit:
			out = append(out, Word{Place{spanOf(t)}, t.Value, before.Value})
		}
		before = t
	}
	return out
}

// Vocabulary lists the words of the language, and the names that it gives a meaning.
func Vocabulary() []string {
	return slices.Concat(strings.Fields(words.Reserved), strings.Fields(contextual), durations,
		strings.Fields("data_end data_start end expect id person start unit"))
}

package syntax

import (
	"slices"

	"github.com/alecthomas/participle/v2/lexer"
)

// Token is a word or sign of a text. Kind is the name of its rule in the lexer: Word, Keyword, Number, Unit, String,
// Unclosed (a string without its end), Curie, Date, Ordinal, Relation, Arithmetic, Mark, As, Comment, Other.
type Token struct {
	Place
	Kind string
	Text string
}

var kindNames = func() map[lexer.TokenType]string {
	names := map[lexer.TokenType]string{}
	for name, kind := range definition.Symbols() {
		names[kind] = name
	}
	return names
}()

// Tokens cuts a text into tokens, comments included. It takes any text; one of more than [MaxBytes] has none.
func Tokens(source string) []Token {
	if len(source) > MaxBytes {
		return nil
	}
	return exported(tokens(source))
}

func exported(ts []lexer.Token) []Token {
	out := make([]Token, 0, len(ts))
	for _, t := range ts {
		if !t.EOF() {
			out = append(out, Token{Place{spanOf(t)}, kindNames[t.Type], t.Value})
		}
	}
	return out
}

// Draft is the declaration or statement that a text ends in, while it is written.
type Draft struct {
	Tokens []Token // without comments; none between two declarations or statements
	Cohort string  // name of the cohort that is being written; "" at the top level
	Body   bool    // in the body of a cohort

	tokens []lexer.Token
}

// DraftOf finds what a text ends in; what stands before it need not be right. The text is cut at the place of
// interest by the caller, and before the word that is being typed.
func DraftOf(source string) Draft {
	if len(source) > MaxBytes {
		return Draft{}
	}
	var d Draft
	ts := code(tokens(source))
	ts = ts[:len(ts)-1]
	from, depth := 0, 0
	cohort := false // in the head of a cohort
	for i, t := range ts {
		switch {
		case begins(ts, i, depth, declWords) && !(d.Body && t.Value == "define"):
			from, depth, d.Body, cohort = i, 0, false, t.Value == "cohort"
			d.Cohort = ""
		case cohort && t.Value == "{":
			from, depth, d.Body, cohort = i+1, 0, true, false
			if i > 1 {
				d.Cohort = nameAfter(ts[:i], "cohort")
			}
		case d.Body && depth == 0 && t.Value == "}":
			from, d.Body, d.Cohort = i+1, false, ""
		case d.Body && begins(ts, i, depth, stmtWords):
			from, depth = i, 0
		case t.Value == "(" || t.Value == "{":
			depth++
		case t.Value == ")" || t.Value == "}":
			depth = max(0, depth-1)
		}
	}
	d.tokens = ts[from:]
	d.Tokens = exported(d.tokens)
	return d
}

// nameAfter is the word behind the last token that is word.
func nameAfter(ts []lexer.Token, word string) string {
	for i := len(ts) - 2; i >= 0; i-- {
		if ts[i].Value == word {
			return ts[i+1].Value
		}
	}
	return ""
}

// begins reports whether one of the words stands at i and begins a declaration or statement there: at the beginning of a
// line, or elsewhere where it has no other use and no bracket is open.
func begins(ts []lexer.Token, i, depth int, words []string) bool {
	t := ts[i]
	if t.Type == kindString || !slices.Contains(words, t.Value) {
		return false
	}
	twofold := slices.Contains([]string{"index", "followup", "codes", "cohort", "test", "window", "outcome"}, t.Value)
	line := i == 0 || t.Pos.Line > ts[i-1].Pos.Line
	if twofold || t.Type != kindKeyword {
		return depth == 0 && (line || i > 0 && (ts[i-1].Value == "}" || ts[i-1].Value == "{"))
	}
	return line || depth == 0
}

// Takes reports whether the grammar lets the words follow the draft; more may be needed after them.
func (d Draft) Takes(words string) bool {
	more := code(tokens(words))
	first := more[0].Value
	switch {
	case len(d.tokens) == 0 && d.Body:
		return slices.Contains(stmtWords, first) || first == "}"
	case len(d.tokens) == 0:
		return slices.Contains(declWords, first)
	}
	ts := slices.Concat(d.tokens, more)
	end := len(ts) - 1
	at := 0
	if d.Body {
		_, at = attempt(peeking(ts), statements, among(append(stmtWords, "}")))
	} else if d.tokens[0].Value == "cohort" {
		_, at = attempt(peeking(ts), declarations, afterHead)
	} else {
		_, at = attempt(peeking(ts), declarations, among(declWords))
	}
	return at < 0 || at >= end
}

// among accepts the end of a text, and some words.
func among(words []string) func(lexer.Token) bool {
	return func(t lexer.Token) bool { return t.EOF() || slices.Contains(words, t.Value) }
}

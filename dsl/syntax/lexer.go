package syntax

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/words"
)

// A unit of more than letters, by UCUM: %, mmol/mol, 10*9/L, mm[Hg], mL/min/{1.73_m2}. It is a token after a
// number or after "as" only, so that a/b stays a division. A unit of letters is a plain word.
const (
	unitNote  = `\{[A-Za-z0-9_.]+\}`
	unitAtom  = `(?:%|10\*-?\d+|[A-Za-zµμ]*\[[A-Za-z0-9_']+\]|[A-Za-zµμ][A-Za-z0-9µμ]*)(?:` + unitNote + `)?`
	unitToken = `(?:1|` + unitAtom + `)(?:/(?:` + unitAtom + `|` + unitNote + `))+` +
		`|%|10\*-?\d+|[A-Za-zµμ]*\[[A-Za-z0-9_']+\]|[A-Za-zµμ][A-Za-z0-9µμ]*` + unitNote + `|[µμ][A-Za-z]+`
)

// codeToken is a code without its system. The end of a range, ..C58, is a token right after a code only.
const codeToken = `[A-Za-z0-9]+(?:[._/-][A-Za-z0-9]+)*`

// definition says what the tokens are, to the grammar and to the test of [tokens]. It never fails: what is no token of the language becomes Unclosed or Other, and no rule of the
// grammar takes those. Rules in lower case give no token.
var definition = lexer.MustStateful(lexer.Rules{
	"Root": {
		{Name: "space", Pattern: `[ \t\r\n]+`},
		{Name: "Comment", Pattern: `#[^\n]*`},
		{Name: "Date", Pattern: `\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2})?\b`},
		{Name: "Ordinal", Pattern: `\d+(?:st|nd|rd|th)\b`},
		{Name: "Number", Pattern: `\d+(?:\.\d+)?`, Action: lexer.Push("Unit")},
		{Name: "String", Pattern: `"(?:\\.|[^"\\\n])*"`},
		{Name: "Unclosed", Pattern: `"[^\n]*`},
		{Name: "Curie", Pattern: `[A-Z][A-Za-z0-9_]*:` + codeToken, Action: lexer.Push("Range")},
		{Name: "As", Pattern: `as\b`, Action: lexer.Push("Unit")},
		{Name: "Keyword", Pattern: `(?:` + strings.Join(strings.Fields(words.Reserved), "|") + `)\b`},
		{Name: "Word", Pattern: `[A-Za-z_][A-Za-z0-9_]*`},
		{Name: "Relation", Pattern: `>=|<=|!=|[=<>]`},
		{Name: "Arithmetic", Pattern: `[-+*/]`},
		{Name: "Mark", Pattern: `\.\.|[(){},.:]`},
		{Name: "Other", Pattern: `(?s:.)`},
	},
	"Unit": {
		{Name: "space", Pattern: `[ \t\r\n]+`},
		{Name: "Unit", Pattern: unitToken, Action: lexer.Pop()},
		lexer.Return(),
	},
	"Range": {
		{Name: "Range", Pattern: `\.\.` + codeToken, Action: lexer.Pop()},
		lexer.Return(),
	},
})

// The kinds of token.
var (
	kindComment  = definition.Symbols()["Comment"]
	kindDate     = definition.Symbols()["Date"]
	kindOrdinal  = definition.Symbols()["Ordinal"]
	kindNumber   = definition.Symbols()["Number"]
	kindCurie    = definition.Symbols()["Curie"]
	kindRange    = definition.Symbols()["Range"]
	kindAs       = definition.Symbols()["As"]
	kindUnit     = definition.Symbols()["Unit"]
	kindOther    = definition.Symbols()["Other"]
	kindUnclosed = definition.Symbols()["Unclosed"]
	kindMark     = definition.Symbols()["Mark"]
	kindRelation = definition.Symbols()["Relation"]
	kindArith    = definition.Symbols()["Arithmetic"]
	kindWord     = definition.Symbols()["Word"]
	kindKeyword  = definition.Symbols()["Keyword"]
	kindString   = definition.Symbols()["String"]
)

// code returns the tokens without comments: what the grammar sees.
func code(all []lexer.Token) []lexer.Token {
	return slices.DeleteFunc(slices.Clone(all), func(t lexer.Token) bool { return t.Type == kindComment })
}

// Reserved reports whether a word is never a name; a catalog should not call a source or column so.
func Reserved(word string) bool { return keywords[word] }

// replay is a lexer of tokens that were read before.
type replay struct{ rest []lexer.Token }

// peeking is what participle parses from.
func peeking(ts []lexer.Token) *lexer.PeekingLexer {
	p, _ := lexer.Upgrade(&replay{ts}) // fails only when the lexer does
	return p
}

// Next implements [lexer.Lexer]; the last token, the end of the text, comes again and again.
func (r *replay) Next() (lexer.Token, error) {
	t := r.rest[0]
	r.rest = r.rest[min(1, len(r.rest)-1):]
	return t, nil
}

// start is the place of a token's first byte.
func start(t lexer.Token) diag.Pos {
	return diag.Pos{Offset: t.Pos.Offset, Line: t.Pos.Line, Column: t.Pos.Column}
}

// spanOf is the place of a token; no token contains a line break.
func spanOf(t lexer.Token) diag.Span {
	from := start(t)
	to := from
	to.Offset += len(t.Value)
	to.Column += utf8.RuneCountInString(t.Value)
	return diag.Span{From: from, To: to}
}

// place covers a list of tokens.
func place(ts []lexer.Token) Place {
	if len(ts) == 0 {
		return Place{}
	}
	return Place{spanOf(ts[0]).Join(spanOf(ts[len(ts)-1]))}
}

// limits refuses a text that is too long, is not UTF-8, or holds a character that is not visible.
func limits(source string) (list diag.List) {
	if len(source) > MaxBytes {
		list.Add(tooLong(diag.At(source, MaxBytes), len(source)))
		return list
	}
	for i, r := range source {
		_, size := utf8.DecodeRuneInString(source[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			list.Add(notUTF8(diag.At(source, i)))
			return list
		case hidden(r), r == '\r' && !strings.HasPrefix(source[i:], "\r\n"):
			list.Add(controlCharacter(diag.At(source, i), r))
			return list
		}
	}
	return nil
}

// hidden holds for control characters, and for those that change the direction of text or its division into
// lines: a reader would see another query than the one that runs (Unicode Technical Standard 55, section 2).
func hidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t' || r == '\r' || r >= ' ' && r <= '~':
		return false
	case r == '\u2028' || r == '\u2029':
		return true
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r)
}

// tokenLimits refuses strings without an end, too many tokens, and what is nested too deeply. It counts what takes
// time to parse: long lists of codes do not.
func tokenLimits(ts []lexer.Token) (count int, list diag.List) {
	n := nesting{}
	for i, t := range ts {
		if t.Type != kindCurie && t.Type != kindRange && t.Value != "," {
			count++
		}
		n.next(ts[i:])
		switch {
		case count > MaxTokens:
			list.Add(tooManyTokens(spanOf(t)))
			return count, list
		case n.deep():
			list.Add(tooDeep(spanOf(t)))
			return count, list
		case len(list) == diag.Max:
			return count, list
		case t.Type == kindUnclosed:
			list.Add(unterminatedString(spanOf(t)))
		}
	}
	return count, list
}

// nesting follows how deep tokens are nested: in brackets, and in forms that end with a date in which another form may
// stand, "first a before first b before …". That is known exactly to the grammar only; here a run of such forms ends
// where an operator, a comma or another condition begins, and a "between" takes the next "and".
type nesting struct {
	around   []int // the forms around each open bracket
	forms    int   // after the last open bracket
	total    int   // of all those
	betweens int   // that wait for their "and"
}

func (n *nesting) deep() bool { return len(n.around)+n.total > MaxNesting }

// next goes on to the first of ts.
func (n *nesting) next(ts []lexer.Token) {
	switch t := ts[0]; t.Value {
	case "(", "{":
		n.around, n.forms = append(n.around, n.forms), 0
	case ")", "}":
		n.end()
		if last := len(n.around) - 1; last >= 0 {
			n.around, n.forms = n.around[:last], n.around[last]
		}
	case "between":
		n.form(ts)
		n.betweens++
	case "and":
		if n.betweens--; n.betweens < 0 {
			n.end()
		}
	case "+", "-":
		if len(ts) < 3 || ts[1].Type != kindNumber || !slices.Contains(durations, ts[2].Value) {
			n.end()
		}
	case ",", "or", "*", "/", "when", "then", "otherwise":
		n.end()
	default:
		if t.Type == kindRelation || slices.Contains(stmtWords, t.Value) && t.Value != "index" && t.Value != "followup" {
			n.end()
		}
		n.form(ts)
	}
}

// form counts the form that begins at the first of ts, if one does; `age in year of` has two, as `year of` is in it.
func (n *nesting) form(ts []lexer.Token) {
	var next [7]lexer.Token
	copy(next[:4], ts)
	if t := ts[0]; t.Value == "first" || t.Value == "last" || t.Type == kindOrdinal || t.Type == kindWord && formAhead(next) {
		n.forms++
		n.total++
	}
}

// end ends the forms since the last open bracket.
func (n *nesting) end() {
	n.total -= n.forms
	n.forms, n.betweens = 0, 0
}

package syntax

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/words"
)

// fault is one place where the grammar does not fit.
type fault struct {
	tokens   []lexer.Token
	from, at int                     // the first token of the declaration or statement, and the one that does not fit
	complete bool                    // what is before the fault is a whole declaration or statement
	try      func([]lexer.Token) int // parses tokens: -1, or the index of the one that does not fit
}

// The words that the grammar knows beside the reserved ones.
const contextual = `age apart approval censor change code codes competing contains count covered dataset date days
descendants distinct episodes event extends followed gap highest hours import including inside known least lowest max
mean median min minutes missing month months most nearest observed ongoing outcome percent preceded proportion purpose
quarter registered sd share sum test that unknown value version weeks window year years`

// missing are the words whose absence is common, in the order they are tried.
var missing = []string{"with", "in", "at", "then", "=", ",", "of", "(", ")", ":", "{", "until", "otherwise"}

// Trials are kept short: a near word or a missing one is looked for in a statement of at most maxTrial tokens,
// up to trialAhead tokens behind the fault.
const (
	maxTrial   = 1000
	trialAhead = 200
)

// typed are characters of other languages and of word processors, with what to write instead.
var typed = map[string]string{
	"≥": "`>=`", "≤": "`<=`", "≠": "`!=`", "“": "`\"`", "”": "`\"`", "„": "`\"`", "'": "`\"`",
	"–": "`-`", "−": "`-`", "\u00a0": "an ordinary space", "&": "`and`", "|": "`or`", ";": "a new line",
}

// explain says what is wrong, from the surest explanation to the most general.
func (f fault) explain() diag.Diagnostic {
	d := f.tell()
	if d.Code != "syntax" {
		return d
	}
	if word, near, ok := f.near(); ok {
		d := unexpected(spanOf(word), "`"+word.Value+"`", "did you mean `"+near+"`?")
		d.Fix = &diag.Edit{Span: d.Span, Text: near}
		return d
	}
	if hint, ok := f.habit(); ok {
		d.Hints = []string{hint}
	}
	return d
}

// tell says what is wrong without looking for what was meant.
func (f fault) tell() diag.Diagnostic {
	t := f.tokens[f.at]
	span := spanOf(t)
	if what, place, ok := f.later(); ok {
		return notYet(place, what)
	}
	if f.named() && Reserved(t.Value) {
		return reservedWord(span, t.Value)
	}
	if f.at > f.from && f.breaksOff() && !f.complete {
		return incomplete(spanOf(f.tokens[f.at-1]), "the `"+f.tokens[f.from].Value+"`")
	}
	return unexpected(span, quoted(t))
}

// named reports whether a new name belongs at the fault.
func (f fault) named() bool {
	return f.at == f.from+1 && slices.Contains([]string{"param", "codes", "define", "cohort", "window", "outcome", "import"}, f.tokens[f.from].Value)
}

// breaksOff reports whether the fault is that something else begins before the end.
func (f fault) breaksOff() bool {
	t := f.tokens[f.at]
	return t.EOF() || t.Value == "}" || slices.Contains(declWords, t.Value) || slices.Contains(stmtWords, t.Value)
}

// beginsLine reports whether the fault is the first token on its line.
func (f fault) beginsLine() bool {
	return f.at > 0 && f.tokens[f.at].Pos.Line > f.tokens[f.at-1].Pos.Line
}

// habit gives a hint for what people often write or forget.
func (f fault) habit() (string, bool) {
	t := f.tokens[f.at]
	if instead, ok := typed[t.Value]; ok {
		return "write " + instead, true
	}
	if f.at == f.from {
		return "", false
	}
	before := f.tokens[f.at-1]
	switch {
	case f.complete && t.Value == "}":
		return "it closes nothing: delete it", true
	case f.breaksOff() && f.has("when") && !f.has("otherwise"):
		return "a `when` ends with `otherwise` and a value", true
	case f.has("nearest"):
		return "put the date after `nearest to` in parentheses", true
	case f.breaksOff() && f.has("followup") && f.has("from"):
		return "put the date after `from` in parentheses", true
	case before.Value == "where" && t.Value != "(":
		return "`where` takes its condition in parentheses: where (…)", true
	case t.Value == "=" && f.tokens[f.from].Value == "param":
		return "give its type: `param name: duration = …`", true
	case before.Type == kindRange && t.Value == ":":
		return "the last code of a range has no system: `ICD10:C50..C58`", true
	case before.Type == kindCurie && t.Value == "..":
		return "a range of codes has no spaces: `ICD10:C50..C58`", true
	case before.Value == "=" && t.Value == "=":
		return "write `=` once", true
	}
	if source, ok := f.pickless(); ok {
		return "choose one event: `first " + source + "` or `last " + source + "`", true
	}
	return f.insert()
}

// pickless finds events before the fault of which none is chosen, as in `value of measurement in hba1c > 7`: with a pick
// the parser must get further.
func (f fault) pickless() (source string, ok bool) {
	for i := f.at - 1; i > f.from; i-- {
		if f.tokens[i-1].Value != "of" || f.tokens[i].Type != kindWord {
			continue
		}
		if ts, ok := f.with(i, i, "first"); ok {
			if at := f.try(ts); at < 0 || at > f.at-f.from+1 {
				return f.tokens[i].Value, true
			}
		}
	}
	return "", false
}

// has reports whether a word stands before the fault.
func (f fault) has(word string) bool {
	return slices.ContainsFunc(f.tokens[f.from:f.at], func(t lexer.Token) bool { return t.Value == word })
}

// near looks for a word of the language whose like stands at the fault, or just before it: with it in place
// the parser must get further.
func (f fault) near() (lexer.Token, string, bool) {
	for _, i := range []int{f.at, f.at - 1} {
		if i < f.from || f.tokens[i].Type != kindWord {
			continue
		}
		words := strings.Fields(words.Reserved + " " + contextual)
		for range 4 {
			word, ok := diag.Near(f.tokens[i].Value, words)
			if !ok {
				break
			}
			if f.helps(i, i+1, word) {
				return f.tokens[i], word, true
			}
			words = slices.DeleteFunc(words, func(w string) bool { return w == word })
		}
	}
	return lexer.Token{}, "", false
}

// insert looks for a word that is missing before the fault: with it, all must fit.
func (f fault) insert() (string, bool) {
	for _, word := range missing {
		if ts, ok := f.with(f.at, f.at, word); ok && f.try(ts) < 0 {
			return "write `" + word + "` before " + quoted(f.tokens[f.at]), true
		}
	}
	return "", false
}

// helps reports whether the parser gets beyond the fault with the word instead of tokens i to j.
func (f fault) helps(i, j int, word string) bool {
	ts, ok := f.with(i, j, word)
	if !ok {
		return false
	}
	at := f.try(ts)
	return at < 0 || at > f.at-f.from
}

// with returns the tokens of the statement with the word instead of tokens i to j; false where it is too long.
func (f fault) with(i, j int, word string) ([]lexer.Token, bool) {
	if f.at-f.from > maxTrial {
		return nil, false
	}
	ts := tokens(word)
	ts[0].Pos = f.tokens[i].Pos
	end := f.tokens[len(f.tokens)-1]
	return slices.Concat(f.tokens[f.from:i], ts[:1], f.tokens[j:min(len(f.tokens), f.at+trialAhead)], []lexer.Token{end}), true
}

// quoted is a token as messages show it.
func quoted(t lexer.Token) string {
	switch {
	case t.EOF():
		return "the end"
	case len(t.Value) > 40:
		return "this"
	}
	return "`" + t.Value + "`"
}

// form is a form of the language that this version does not have: tokens as they are written, where <Word>,
// <Number> and so on stand for any token of that kind.
type form struct {
	tokens string
	what   string // subject and verb of the message
	begins bool   // begins a declaration or statement
}

// laterForms are looked up only where the grammar does not fit.
var laterForms = []form{
	{tokens: "<Word> matches <Word>", what: "matched cohorts are"},
	{tokens: "index each", what: "several index dates a person are"},
	{tokens: "report <Word> of (", what: "reports of several cohorts are"},
	{tokens: "report <Word> <String> of (", what: "reports of several cohorts are"},
	{tokens: "<Number> ..", what: "ranges of numbers are"},
	{tokens: "<Unit> ..", what: "ranges of numbers are"},
}

// later finds a form that this version does not have, beginning at most four tokens before the fault and
// reaching it.
func (f fault) later() (what string, place diag.Span, ok bool) {
	for i := max(f.from, f.at-4); i <= f.at; i++ {
		for _, form := range laterForms {
			n := form.length(f.tokens[i:])
			if i+n > f.at-1 && n > 0 && (!form.begins || f.begins(i)) {
				return form.what, spanOf(f.tokens[i]).Join(spanOf(f.tokens[i+n-1])), true
			}
		}
	}
	return "", diag.Span{}, false
}

// begins reports whether a declaration or statement begins at token i.
func (f fault) begins(i int) bool { return i == f.from || i == f.at && f.complete }

// length is the number of tokens at the beginning of ts that match the form, or 0.
func (f form) length(ts []lexer.Token) int {
	parts := strings.Fields(f.tokens)
	if len(ts) < len(parts) {
		return 0
	}
	for i, part := range parts {
		kind, isKind := definition.Symbols()[strings.Trim(part, "<>")]
		if isKind && ts[i].Type != kind || !isKind && ts[i].Value != part {
			return 0
		}
	}
	return len(parts)
}

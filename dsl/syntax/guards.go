package syntax

import (
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The types of this file stand before alternatives of the grammar. Each looks at the next tokens, at most seven, takes
// none, and holds or not.
type (
	ifAs       struct{} // a unit to convert to, not a label
	ifLink     struct{} // and, or
	ifRelation struct{} // what compares or tests the value before it
	ifTerm     struct{} // an item of a list that may be a code or code set
	ifText     struct{} // an item of a list that is a text
	ifNamed    struct{} // a name that begins no form
	ifForm     struct{} // a form of ordinary words
	ifFixed    struct{} // a form of reserved words
	ifUnit     struct{} // the unit of the number before it
	ifOffset   struct{} // + or - and a written duration
	ifEpisodes struct{}
	ifIn       struct{} // codes, not bands
	ifPhrase   struct{} // a phrase, not what follows the event set
	ifWithin   struct{} // the duration of a sequence, not a phrase of its own
)

// holds is what a guard returns.
func holds(ok bool) error {
	if ok {
		return nil
	}
	return participle.NextMatch
}

// ahead returns the next n tokens.
func ahead(lex *lexer.PeekingLexer, n int) [7]lexer.Token {
	var out [7]lexer.Token
	from := lex.MakeCheckpoint()
	for i := range n {
		out[i] = *lex.Next()
	}
	lex.LoadCheckpoint(from)
	return out
}

func (*ifAs) Parse(lex *lexer.PeekingLexer) error {
	return holds(lex.Peek().Value == "as" && ahead(lex, 2)[1].Type != kindString)
}

func (*ifLink) Parse(lex *lexer.PeekingLexer) error {
	w := lex.Peek().Value
	return holds(w == "and" || w == "or")
}

func (*ifRelation) Parse(lex *lexer.PeekingLexer) error {
	switch t := lex.Peek(); t.Value {
	case "between", "is", "contains":
		return nil
	case "in":
		return holds(ahead(lex, 2)[1].Value != "bands")
	default:
		return holds(t.Type == kindRelation)
	}
}

func (*ifTerm) Parse(lex *lexer.PeekingLexer) error {
	switch lex.Peek().Type {
	case kindCurie:
		return nil
	case kindWord:
		next := ahead(lex, 2)[1].Value
		return holds(next == "with" || next == "," || next == ")")
	}
	return holds(false)
}

func (*ifText) Parse(lex *lexer.PeekingLexer) error {
	if lex.Peek().Type != kindString {
		return holds(false)
	}
	next := ahead(lex, 2)[1].Value
	return holds(next == "," || next == ")")
}

func (*ifNamed) Parse(lex *lexer.PeekingLexer) error {
	switch t := lex.Peek(); {
	case t.Type == kindWord:
		return holds(!formAhead(ahead(lex, 4)))
	case t.Value == "index":
		ts := ahead(lex, 3)
		return holds(ts[1].Value != "of" || ts[2].Type != kindWord)
	default:
		return holds(t.Value == "followup")
	}
}

func (*ifForm) Parse(lex *lexer.PeekingLexer) error {
	return holds(lex.Peek().Type == kindWord && formAhead(ahead(lex, 4)))
}

func (*ifFixed) Parse(lex *lexer.PeekingLexer) error {
	kind := lex.Peek().Type
	return holds(kind == kindKeyword || kind == kindOrdinal)
}

// formAhead tells by four tokens whether a form of ordinary words begins at the first.
func formAhead(ts [7]lexer.Token) bool {
	next, third := ts[1], ts[2]
	switch ts[0].Value {
	case "age":
		return next.Value == "at" || next.Value == "in" && third.Value == "year" && ts[3].Value == "of"
	case "registered":
		return next.Value == "at"
	case "count":
		return next.Value == "of" || (next.Value == "days" || next.Value == "codes") && third.Value == "of"
	case "sum", "mean", "median", "min", "max", "sd":
		return next.Type == kindWord && third.Value == "of"
	case "days":
		return next.Value == "between" || next.Value == "covered"
	case "weeks", "months", "years", "hours", "minutes":
		return next.Value == "between"
	case "proportion":
		return next.Value == "covered"
	case "year", "quarter", "month":
		return next.Value == "of"
	case "nearest":
		return next.Value == "to"
	case "highest", "lowest":
		return next.Type == kindWord || next.Value == "("
	case "share":
		return next.Value == "of" && (third.Type == kindWord || third.Value == "(")
	case "percent":
		return next.Value == "change"
	case "observed":
		return next.Value == "from"
	}
	return false
}

// notUnits are words that may follow a number and begin something else; no unit is called so.
var notUnits = []string{"window", "outcome", "competing", "censor", "import", "test", "apart"}

func (*ifUnit) Parse(lex *lexer.PeekingLexer) error {
	switch t := lex.Peek(); {
	case t.Type == kindUnit:
		return nil
	case t.Type != kindWord || slices.Contains(notUnits, t.Value):
		return holds(false)
	}
	next := ahead(lex, 2)[1].Value
	return holds(next != ":" && next != "(" && next != ".")
}

// durations are the words for units of time.
var durations = []string{"day", "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute", "minutes"}

func (*ifOffset) Parse(lex *lexer.PeekingLexer) error {
	if lex.Peek().Type != kindArith {
		return holds(false)
	}
	ts := ahead(lex, 3)
	return holds((ts[0].Value == "+" || ts[0].Value == "-") && ts[1].Type == kindNumber && slices.Contains(durations, ts[2].Value))
}

func (*ifEpisodes) Parse(lex *lexer.PeekingLexer) error {
	return holds(lex.Peek().Value == "episodes" && ahead(lex, 2)[1].Value == "of")
}

func (*ifIn) Parse(lex *lexer.PeekingLexer) error {
	return holds(lex.Peek().Value == "in" && ahead(lex, 2)[1].Value != "bands")
}

func (*ifPhrase) Parse(lex *lexer.PeekingLexer) error {
	switch lex.Peek().Value {
	case "before", "after", "since", "until", "ending", "within", "from", "during", "inside", "ongoing", "followed", "preceded":
		return nil
	case "on":
		return holds(ahead(lex, 2)[1].Value != "distinct")
	case "at":
		return holds(ahead(lex, 2)[1].Value == "least")
	case "between":
		ts := ahead(lex, 7)
		i := 1 + durationLength(ts[1:])
		if i == 1 || ts[i].Value != "and" {
			return holds(false)
		}
		n := durationLength(ts[i+1:])
		return holds(n > 0 && (ts[i+1+n].Value == "before" || ts[i+1+n].Value == "after"))
	}
	return holds(false)
}

// durationLength counts the tokens of the duration that ts begins with; 0 is none.
func durationLength(ts []lexer.Token) int {
	switch {
	case ts[0].Type == kindWord:
		return 1
	case ts[0].Type != kindNumber:
		return 0
	case ts[1].Type == kindWord || ts[1].Type == kindUnit:
		return 2
	}
	return 1
}

func (*ifWithin) Parse(lex *lexer.PeekingLexer) error {
	if lex.Peek().Value != "within" {
		return holds(false)
	}
	ts := ahead(lex, 4)
	n := durationLength(ts[1:])
	return holds(!slices.Contains([]string{"before", "after", "of"}, ts[1+n].Value))
}

package syntax

import (
	"fmt"
	"strconv"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Every message of this package, one function each, by code word.

func tooLong(at diag.Pos, n int) diag.Diagnostic {
	return diag.Diagnostic{Code: "too-long", Span: diag.Span{From: at, To: at},
		Message: fmt.Sprintf("the text has %d bytes; at most %d are read", n, MaxBytes),
		Hints:   []string{"divide the study into several files"}}
}

func tooManyTokens(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "too-long", Span: s,
		Message: fmt.Sprintf("the text has more than %d words, numbers and signs, beside codes and commas; the rest is not read", MaxTokens),
		Hints:   []string{"divide the study into several files"}}
}

func notUTF8(at diag.Pos) diag.Diagnostic {
	return diag.Diagnostic{Code: "not-utf8", Span: diag.Span{From: at, To: at},
		Message: "this byte is not UTF-8 text",
		Hints:   []string{"save the file as UTF-8"}}
}

func controlCharacter(at diag.Pos, r rune) diag.Diagnostic {
	return diag.Diagnostic{Code: "control-character", Span: diag.Span{From: at, To: at},
		Message: fmt.Sprintf("the character %U is not visible and is not allowed", r),
		Hints:   []string{"delete it"}}
}

func unterminatedString(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "unterminated-string", Span: s,
		Message: "this text in quotes does not end on its line",
		Hints:   []string{"close it with `\"`"}}
}

func tooDeep(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "too-deep", Span: s,
		Message: fmt.Sprintf("nested more than %d deep", MaxNesting),
		Hints:   []string{"name a part of it with `define`"}}
}

func unexpected(s diag.Span, what string, hints ...string) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: what + " cannot stand here", Hints: hints}
}

func incomplete(s diag.Span, what string) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: what + " is not complete here"}
}

func outsideCohort(s diag.Span, word string) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: "`" + word + "` stands inside a cohort only",
		Hints: []string{"move it between the `{` and `}` of a cohort"}}
}

func unclosedCohort(s diag.Span, head diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "unclosed-cohort", Span: s, Message: "a cohort is not closed before this",
		Hints:   []string{"write `}` after its last statement"},
		Related: []diag.Related{{Span: head, Message: "the cohort begins here"}}}
}

func reservedWord(s diag.Span, word string) diag.Diagnostic {
	return diag.Diagnostic{Code: "reserved-word", Span: s,
		Message: "`" + word + "` is a word of the language and cannot be a name",
		Hints:   []string{"choose another name, such as `my_" + word + "`"}}
}

func notYet(s diag.Span, what string) diag.Diagnostic {
	return diag.Diagnostic{Code: "not-yet", Span: s, Message: what + " not in this version of the language",
		Hints: []string{"docs/language.md lists what is"}}
}

func twice(s diag.Span, what string, first diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "twice", Span: s, Message: what + " is given twice",
		Hints:   []string{"delete one of the two"},
		Related: []diag.Related{{Span: first, Message: "the first is here"}}}
}

func badNumber(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "bad-number", Span: s, Message: "this number is too large",
		Hints: []string{"choose another unit"}}
}

func notWhole(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "bad-number", Span: s,
		Message: "how many must be a whole number up to " + strconv.Itoa(maxCount),
		Hints:   []string{"write it in digits, such as `2`"}}
}

func notACode(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "mixed-list", Span: s,
		Message: "a list with a code in it takes codes and names of code sets only",
		Hints:   []string{"write texts in a list of their own, joined with `or`"}}
}

func noDescendants(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: "only a code has descendants, not a code set",
		Hints: []string{"write `with descendants` where the set is declared"}}
}

func distinctConditions(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: "only events can be on distinct days, not conditions",
		Hints: []string{"delete `on distinct days`"}}
}

func notAPlace(s diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "bad-number", Span: s,
		Message: "a place in an order is a whole number from 1 to " + strconv.Itoa(maxCount),
		Hints:   []string{"write `1st`, `2nd`, `3rd` and so on"}}
}

func wrongOrdinal(s diag.Span, right string) diag.Diagnostic {
	return diag.Diagnostic{Code: "bad-number", Span: s, Message: "this place in an order has the wrong ending",
		Hints: []string{"write `" + right + "`"}}
}

func noWindow(s diag.Span, what string) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s, Message: "`" + what + " covered by` needs a window of days as the last phrase of its events",
		Hints: []string{"end with `during followup`, `during` and the name of a window, or `from … to …`"}}
}

func rowWidth(s diag.Span, cells, columns int, names diag.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: "syntax", Span: s,
		Message: fmt.Sprintf("this row has %s for %s", counted(cells, "cell"), counted(columns, "column")),
		Hints:   []string{"write one cell for each column; `missing` is an empty one"},
		Related: []diag.Related{{Span: names, Message: "the columns are here"}}}
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

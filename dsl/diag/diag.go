// Package diag holds what the compiler says about a query: where, which rule, and what to do next.
//
// A diagnostic has a code word (its page is in docs/errors.md), a span of the source text, one sentence,
// hints, and related places. Stages collect diagnostics in a [List] instead of stopping at the first, so
// that a researcher sees all errors at once (at most [Max], sorted by position).
//
// Diagnostics depend on the query text and the public catalog only, never on patient data.
package diag

import (
	"cmp"
	"slices"
	"strings"
)

const (
	// Max is the number of diagnostics shown at once.
	Max = 20
	// MaxSentence is the most bytes of a message or hint.
	MaxSentence = 1000
)

// Pos is a place in a source text. Offset counts bytes from 0; Line and Column count from 1, Column in runes.
type Pos struct {
	Offset int `json:"offset"`
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Span is the half-open range [From, To) of a source text.
type Span struct {
	From Pos `json:"from"`
	To   Pos `json:"to"`
}

// Join returns the smallest span that covers s and t.
func (s Span) Join(t Span) Span {
	if t.From.Offset < s.From.Offset {
		s.From = t.From
	}
	if t.To.Offset > s.To.Offset {
		s.To = t.To
	}
	return s
}

// Severity tells errors, which stop compilation, from warnings, which do not.
type Severity string

// The two severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Related points at a second place that explains a diagnostic.
type Related struct {
	Span    Span   `json:"span"`
	Message string `json:"message"`
}

// Edit is a change of a source text: what is in the span becomes the text.
type Edit struct {
	Span Span   `json:"span"`
	Text string `json:"text"`
}

// Diagnostic is one remark about a source text. Fix, where there is one, is what the first hint says to do.
type Diagnostic struct {
	Code     string    `json:"code"`
	Severity Severity  `json:"severity"`
	Span     Span      `json:"span"`
	Message  string    `json:"message"`
	Hints    []string  `json:"hints,omitempty"`
	Related  []Related `json:"related,omitempty"`
	Fix      *Edit     `json:"fix,omitempty"`
}

// List collects diagnostics. The zero value is ready to use.
type List []Diagnostic

// Add appends d, as an error unless it says otherwise. A sentence of more than [MaxSentence] bytes, which quotes a name
// without end, is cut.
func (l *List) Add(d Diagnostic) {
	if d.Severity == "" {
		d.Severity = Error
	}
	d.Message = cut(d.Message)
	d.Hints, d.Related = slices.Clone(d.Hints), slices.Clone(d.Related)
	for i := range d.Hints {
		d.Hints[i] = cut(d.Hints[i])
	}
	for i := range d.Related {
		d.Related[i].Message = cut(d.Related[i].Message)
	}
	*l = append(*l, d)
}

// cut shortens a sentence in its middle, so that its end can still be read.
func cut(s string) string {
	if len(s) <= MaxSentence {
		return s
	}
	half := MaxSentence/2 - len("…")
	return strings.ToValidUTF8(s[:half], "") + "…" + strings.ToValidUTF8(s[len(s)-half:], "")
}

// Failed reports whether the list holds an error.
func (l List) Failed() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sorted returns at most [Max] diagnostics by position, each place and code once.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Span.From.Offset, b.Span.From.Offset), cmp.Compare(a.Code, b.Code))
	})
	out = slices.CompactFunc(out, func(a, b Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message
	})
	return out[:min(len(out), Max)]
}

// Error makes a failed List usable as a Go error; the text names the first diagnostic.
func (l List) Error() string {
	if len(l) == 0 {
		return "no diagnostics"
	}
	d := l.Sorted()[0]
	return d.Message + " [" + d.Code + "]"
}

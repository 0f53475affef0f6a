package connectors

import (
	"fmt"
	"strings"
)

// Error is a fault of an input file. It tells the place and the rule, never the value that was found there.
type Error struct {
	File   string
	Line   int    // from 1; 0 when the fault is of the whole file
	Column string // a header or a catalog column; "" when the fault is of a whole line
	Reason string // what is wrong, and what to do
	Err    error  // the cause, where it holds no value; may be nil
}

// Error renders e as "file:line: column c: reason".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&b, ": column %q", e.Column)
	}
	b.WriteString(": " + e.Reason)
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

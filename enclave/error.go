package enclave

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/policy"
)

// Class is how a run can fail, or be withheld.
type Class string

// The classes.
const (
	Internal        Class = "internal"
	Invalid         Class = "invalid"
	Denied          Class = "denied"
	Withheld        Class = "withheld" // an outcome, not an error: every cell is hidden
	Exhausted       Class = "exhausted"
	Unauthenticated Class = "unauthenticated"
	NotFound        Class = "not-found"
	Unavailable     Class = "unavailable"
)

// exits are the exit codes of the command lines.
var exits = map[Class]int{Internal: 1, Invalid: 2, Denied: 3, Withheld: 4, Exhausted: 5, Unauthenticated: 6, NotFound: 7, Unavailable: 8}

// Exit returns the exit code of c.
func (c Class) Exit() int { return exits[c] }

// Error is what a researcher may read. It depends on the query, on policy and on public terms only.
type Error struct {
	Class       Class
	Message     string          // a sentence that says what to do
	Ref         string          // of a run, to tell the operator
	Denials     []policy.Denial // of Denied
	Diagnostics diag.List       // of Invalid

	cause error // for the operator; never shown to a researcher
}

// Because makes an error whose cause only the operator is told.
func Because(class Class, message string, cause error) *Error {
	return &Error{Class: class, Message: message, cause: cause}
}

// MarshalJSON writes e as programs read it: {code, exit, message, ref, denials, diagnostics}.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code        Class           `json:"code"`
		Exit        int             `json:"exit"`
		Message     string          `json:"message"`
		Ref         string          `json:"ref,omitempty"`
		Denials     []policy.Denial `json:"denials,omitempty"`
		Diagnostics diag.List       `json:"diagnostics,omitempty"`
	}{e.Class, e.Class.Exit(), e.Message, e.Ref, e.Denials, e.Diagnostics})
}

// Error renders the message, every denial and the reference.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Class, e.Message)
	for _, d := range e.Denials {
		fmt.Fprintf(&b, "\n  %s [%s]\n    %s\n    ask: %s", d.Title, d.Rule, d.Message, d.Contact)
	}
	if e.Ref != "" {
		fmt.Fprintf(&b, "\n  reference: %s", e.Ref)
	}
	return b.String()
}

// Public returns err if it is an [Error], and else an internal one that says nothing of it.
func Public(err error, ref string) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Class: Internal, Message: "something failed inside the enclave; give the operator the reference", Ref: ref}
}

// ExitCode is that of the class.
func (e *Error) ExitCode() int { return e.Class.Exit() }

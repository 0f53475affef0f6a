package releasetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
)

// expect compares an expectation with what happened, and returns the text that would have been right.
func (w *world) expect(ctx context.Context, c *command) (want string, err error) {
	if len(c.args) == 0 {
		return "", errors.New("expect what?")
	}
	if c.args[0] == "audit" {
		entries, err := w.entries(ctx)
		return "expect audit\n" + indented(showEntries(entries)), err
	}
	if w.last == nil {
		return "", errors.New("nothing was submitted yet")
	}
	switch c.args[0] {
	case "same":
		return "expect " + w.sameness() + "\n", nil
	case "differs":
		return "expect " + w.sameness() + "\n", nil
	}
	if w.last.err != nil {
		return w.failure(ctx)
	}
	return w.success(ctx)
}

// sameness tells how the last release stands to the one before.
func (w *world) sameness() string {
	r := w.last.release
	switch {
	case r == nil:
		return "released"
	case bytes.Equal(r.Document, w.released) && r.Envelope.Repeat && !w.last.ran:
		return "same"
	case !bytes.Equal(r.Document, w.released) && !r.Envelope.Repeat && w.last.ran:
		return "differs"
	}
	return fmt.Sprintf("# the same bytes: %t, a repeat: %t, ran: %t", bytes.Equal(r.Document, w.released), r.Envelope.Repeat, w.last.ran)
}

// success checks the receipt and shows the tables.
func (w *world) success(ctx context.Context) (string, error) {
	r := w.last.release
	keys, err := w.node.PublicKeys(ctx)
	if err != nil {
		return "", err
	}
	receipt, err := r.Envelope.Receipt.Encode()
	if err != nil {
		return "", err
	}
	if _, err := keys.Verify(receipt, r.Document); err != nil {
		return "", err
	}
	if r.Withheld {
		return "expect withheld\n", nil
	}
	tables, err := showTables(r.Document)
	return "expect released\n" + indented(tables), err
}

// failure checks that nothing came out, and that what must be recorded is.
func (w *world) failure(ctx context.Context) (string, error) {
	var told *enclave.Error
	if !errors.As(w.last.err, &told) || w.last.release != nil {
		return "", fmt.Errorf("an error that no researcher may see: %w", w.last.err)
	}
	switch told.Class {
	case enclave.Denied:
		return w.denied(ctx, told)
	case enclave.Invalid:
		return "expect invalid" + codes(told.Diagnostics) + "\n", w.ranNot()
	}
	return "expect " + string(told.Class) + "\n", nil
}

func (w *world) ranNot() error {
	if w.last.ran {
		return errors.New("the engine ran")
	}
	return nil
}

// denied checks that each denial says what to do and whom to ask, and that the log has them.
func (w *world) denied(ctx context.Context, told *enclave.Error) (string, error) {
	var rules []string
	for _, d := range told.Denials {
		if d.Title == "" || d.Message == "" || d.Contact == "" {
			return "", fmt.Errorf("denial %s lacks a title, a message or a contact", d.Rule)
		}
		rules = append(rules, d.Rule)
	}
	seen := w.audited
	entries, err := w.entries(ctx)
	w.audited = seen
	if err != nil {
		return "", err
	}
	slices.Sort(rules)
	rules = slices.Compact(rules)
	if n := len(entries); n == 0 || entries[n-1].Kind != audit.KindDenied || !slices.Equal(entries[n-1].Denials, rules) {
		return "", errors.New("the log's last entry is not this denial")
	}
	return strings.TrimSpace("expect denied "+strings.Join(rules, " ")) + "\n", w.ranNot()
}

// codes lists the codes of errors, each once, in the order of the text.
func codes(list diag.List) string {
	var out []string
	for _, d := range list {
		if d.Severity == diag.Error && !slices.Contains(out, d.Code) {
			out = append(out, d.Code)
		}
	}
	return " " + strings.Join(out, " ")
}

// diagnostics are the messages of a query that is not valid, for whoever mends the story.
func (w *world) diagnostics() string {
	var told *enclave.Error
	if w.last == nil || !errors.As(w.last.err, &told) {
		return ""
	}
	out := ""
	for _, d := range told.Diagnostics {
		out += fmt.Sprintf("  %s at %v: %s %v\n", d.Code, d.Span, d.Message, d.Hints)
	}
	return out
}

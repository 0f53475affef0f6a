package obo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/officina-enclave/officina/connectors"
)

const (
	maxLine       = 1 << 20
	byteOrderMark = "\ufeff"
)

// reader reads stanza by stanza.
type reader struct {
	name  string
	terms map[string]*term
	open  *term // nil: in the header, or in a stanza that is no term
	line  int
}

func (r *reader) read(ctx context.Context, in io.Reader) error {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxLine)
	header := false
	for s.Scan() {
		r.line++
		if r.line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		text := strings.TrimSpace(strings.TrimPrefix(s.Text(), byteOrderMark))
		if !utf8.ValidString(text) {
			return r.fault(r.line, "is not UTF-8; convert the file")
		}
		if header = header || strings.HasPrefix(text, "format-version:"); !header && strings.HasPrefix(text, "[") {
			return r.fault(r.line, "the header has no format-version: this is not an OBO file")
		}
		if err := r.next(text); err != nil {
			return err
		}
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return r.fault(r.line+1, fmt.Sprintf("a line has more than %d bytes", maxLine))
	case err != nil:
		return &connectors.Error{File: r.name, Line: r.line + 1, Reason: "cannot be read (cut short or damaged?); fetch it again", Err: err}
	case !header:
		return r.fault(0, "has no format-version: this is not an OBO file")
	}
	return r.close()
}

// next takes one line.
func (r *reader) next(text string) error {
	switch {
	case text == "" || text[0] == '!':
		return nil
	case text[0] == '[':
		if err := r.close(); err != nil {
			return err
		}
		if r.open = nil; text == "[Term]" {
			r.open = &term{line: r.line}
		}
		return nil
	case r.open == nil:
		return nil
	}
	tag, rest, ok := strings.Cut(text, ":")
	if !ok {
		return r.fault(r.line, "is not a tag with its value, such as name: Seizure")
	}
	return r.take(tag, strings.TrimSpace(rest))
}

// take notes a tag of a term.
func (r *reader) take(tag, rest string) error {
	t := r.open
	switch tag {
	case "id", "is_a", "alt_id", "replaced_by":
		id := first(value(rest))
		if id == "" {
			return r.fault(r.line, tag+" has no value")
		}
		switch tag {
		case "id":
			if t.id != "" {
				return r.fault(r.line, "the term has an id already; was a line with [Term] lost?")
			}
			t.id = id
		case "is_a":
			t.parents = append(t.parents, id)
		case "alt_id":
			t.old = append(t.old, id)
		case "replaced_by":
			t.becomes = append(t.becomes, id)
		}
	case "name":
		t.name = strings.Join(strings.Fields(value(rest)), " ")
	case "is_obsolete":
		t.obsolete = value(rest) == "true"
	}
	return nil
}

// close ends a stanza.
func (r *reader) close() error {
	t := r.open
	if t == nil {
		return nil
	}
	if t.id == "" {
		return r.fault(t.line, "the term has no id")
	}
	if other, twice := r.terms[t.id]; twice {
		return r.fault(t.line, fmt.Sprintf("the term has a stanza already, at line %d; keep one", other.line))
	}
	if len(r.terms) == MaxTerms {
		return r.fault(t.line, fmt.Sprintf("there are more than %d terms", MaxTerms))
	}
	r.terms[t.id] = t
	return nil
}

func first(text string) string {
	f := strings.Fields(text)
	if len(f) == 0 {
		return ""
	}
	return f[0]
}

// escapes are those of the format; any other escaped character is itself.
var escapes = map[byte]byte{'n': ' ', 't': ' ', 'W': ' '}

// value takes the escapes out of a value, and ends it where a comment (!) or trailing modifiers ({a="b"}) begin.
func value(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text):
			i++
			if plain, ok := escapes[text[i]]; ok {
				b.WriteByte(plain)
			} else {
				b.WriteByte(text[i])
			}
		case c == '!' && (b.Len() == 0 || strings.HasSuffix(b.String(), " ")), c == '{' && modifiers(text[i:]):
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// modifiers reports whether text, which begins with a brace, is a list of names with values, as in {source="PMID:1"}.
// Names of terms may hold braces too.
func modifiers(text string) bool {
	name, _, ok := strings.Cut(text[1:], "=\"")
	return ok && name != "" && !strings.ContainsAny(name, " \t}")
}

package csv

import (
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors"
)

// lookRows is the number of rows whose content is searched for direct identifiers.
const lookRows = 1000

// inspect checks the head of the table's file: its headers fit the mapping, and no column looks like a
// direct identifier. It returns the file's size.
func (t *table) inspect(root *os.Root) (int64, error) {
	f, err := t.open(root)
	if err != nil {
		return 0, err
	}
	defer f.disk.Close()
	if err := (&reading{file: f, table: t}).place(t.names()); err != nil {
		return 0, err
	}
	for _, h := range t.Identifying {
		if f.index(h) < 0 {
			return 0, &connectors.Error{File: f.name, Line: 1, Column: h, Reason: "listed as identifying, but the file does not have it"}
		}
	}
	if err := t.look(f); err != nil {
		return 0, err
	}
	info, err := f.disk.Stat()
	if err != nil {
		return 0, f.fault(err)
	}
	return info.Size(), nil
}

// look searches headers and first rows.
func (t *table) look(f *file) error {
	for i, h := range f.header {
		if t.known(h) {
			continue
		}
		if word := identifyingHeader(h); word != "" {
			return t.refuse(f, i, 1, word)
		}
	}
	for range lookRows {
		record, err := f.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i, text := range record {
			if word := identifyingText(text); word != "" && !t.known(f.header[i]) {
				line, _ := f.rows.FieldPos(i)
				return t.refuse(f, i, line, word)
			}
		}
	}
	return nil
}

// known reports whether the mapping says that the header holds an identifier.
func (t *table) known(header string) bool {
	return slices.Contains(t.Identifying, header) || header != "" && t.Columns[connectors.Person].Column == header
}

func (t *table) refuse(f *file, column, line int, word string) error {
	fault := &connectors.Error{File: f.name, Line: line, Column: f.header[column]}
	fault.Reason = "looks like " + word + "; list it under identifying, so that it is certainly not loaded"
	for _, name := range t.names() {
		if t.Columns[name].Column == fault.Column {
			fault.Reason = "looks like " + word + ", and the mapping loads it as " + name +
				"; a direct identifier must not be loaded: list it under identifying instead"
		}
	}
	return fault
}

// identifiers are words that make a header a direct identifier, alone or among other words.
var identifiers = []struct{ what, words string }{
	{"a fiscal code", "codice fiscale|codicefiscale|fiscal code|tax code|cod fisc"},
	{"a national number", "ssn|social security number|nhs number|passport|tessera sanitaria"},
	{"an insurance number", "insurance number|policy number"},
	{"an e-mail address", "email|e mail|mail"},
	{"a telephone number", "phone|telephone|mobile|telefono|cellulare|tel"},
	{"a postal address", "street|postal address|home address|indirizzo"},
	{"a name", "first name|last name|given name|family name|middle name|maiden name|full name|patient name|" +
		"surname|forename|firstname|lastname|nome|cognome|nominativo"},
}

var notWord = regexp.MustCompile(`[^\p{L}\p{N}]+`)

// identifyingHeader says what the header seems to hold, or "".
func identifyingHeader(header string) string {
	words := " " + strings.TrimSpace(notWord.ReplaceAllString(strings.ToLower(header), " ")) + " "
	if words == " name " {
		return "a name"
	}
	for _, id := range identifiers {
		for w := range strings.SplitSeq(id.words, "|") {
			if strings.Contains(words, " "+w+" ") {
				return id.what
			}
		}
	}
	return ""
}

var (
	// fiscalCode is the Italian codice fiscale of a person (D.M. 23 December 1976, with the letters that
	// replace digits when two persons would share a code).
	fiscalCode = regexp.MustCompile(`^(?i)[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]$`)
	// email is a mailbox as people write it; RFC 5322 allows more.
	email = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$`)
	// phone is an international number (ITU-T E.164: + and up to 15 digits).
	phone = regexp.MustCompile(`^\+[1-9][0-9 ()./-]{7,18}[0-9]$`)
)

// identifyingText says what the text seems to be, or "".
func identifyingText(text string) string {
	switch {
	case len(text) == 16 && fiscalCode.MatchString(text):
		return "a fiscal code"
	case strings.Contains(text, "@") && email.MatchString(text):
		return "an e-mail address"
	case strings.HasPrefix(text, "+") && phone.MatchString(text):
		return "a telephone number"
	}
	return ""
}

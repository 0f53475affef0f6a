package omop

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/officina-enclave/officina/connectors"
)

// integer normalizes the text of a whole number: other programs write ids as 8507.0. "" stays "".
func integer(text string) (string, bool) {
	text = strings.TrimSuffix(text, ".0")
	if text == "" || plain(text) {
		return text, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return strconv.FormatInt(n, 10), err == nil
}

// plain reports whether a text is the normal form of a whole number above 0 that fits every column.
func plain(text string) bool {
	if text[0] < '1' || len(text) > 18 {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// date takes the day of a date or a timestamp. "" stays "".
func date(text string) (string, bool) {
	if text == "" {
		return "", true
	}
	day, rest := text[:min(len(text), len(time.DateOnly))], text[min(len(text), len(time.DateOnly)):]
	_, err := time.Parse(time.DateOnly, day)
	return day, err == nil && (rest == "" || rest[0] == ' ' || rest[0] == 'T')
}

// cell makes a cell of a text that is of its type, or of "" a missing one.
func cell(text string, ok bool) (connectors.Cell, int) {
	switch {
	case !ok:
		return connectors.Cell{}, 1
	case text == "":
		return connectors.Cell{}, 0
	}
	return connectors.Known(text), 0
}

func id(_ *Source, texts []string) (connectors.Cell, int) { return cell(integer(texts[0])) }

func day(_ *Source, texts []string) (connectors.Cell, int) { return cell(date(texts[0])) }

func number(_ *Source, texts []string) (connectors.Cell, int) {
	_, err := strconv.ParseFloat(texts[0], 64)
	return cell(texts[0], texts[0] == "" || err == nil)
}

// word names a concept by a word of the catalog: other if it has none, missing if it is 0.
func word(words map[string]string, other string) maker {
	return func(_ *Source, texts []string) (connectors.Cell, int) {
		concept, ok := integer(texts[0])
		if !ok || concept == "" || concept == "0" {
			return cell("", ok)
		}
		if w, listed := words[concept]; listed {
			return connectors.Known(w), 0
		}
		return connectors.Known(other), 0
	}
}

// birth makes a date of year, month, day and birth_datetime, by the convention that the package tells.
func birth(_ *Source, texts []string) (connectors.Cell, int) {
	var parts [3]string
	for i := range parts {
		var ok bool
		if parts[i], ok = integer(texts[i]); !ok {
			return connectors.Cell{}, i + 1
		}
	}
	exact, ok := date(texts[3])
	year, month, day := parts[0], parts[1], parts[2]
	switch {
	case !ok:
		return connectors.Cell{}, 4
	case year != "" && month != "" && day != "":
	case exact != "":
		return connectors.Known(exact), 0
	case year == "":
		return connectors.Cell{}, 0
	case month == "":
		month, day = "6", "15"
	default:
		day = "1"
	}
	text := fmt.Sprintf("%04s-%02s-%02s", year, month, day)
	if _, ok := date(text); !ok {
		return connectors.Cell{}, 3
	}
	return connectors.Known(text), 0
}

// death looks the person's death up.
func (s *Source) death(texts []string) (connectors.Cell, int) {
	person, _ := integer(texts[0]) // judged as the identifier
	return cell(s.deaths[person], true)
}

// code makes the CURIE of a concept; one that is not given is "no matching concept".
func (s *Source) code(texts []string) (connectors.Cell, int) {
	concept, ok := integer(texts[0])
	if !ok {
		return connectors.Cell{}, 1
	}
	return connectors.Known(s.concepts.curie(concept)), 0
}

// among makes the CURIE of a concept of some systems, and OMOP:ID of others.
func among(systems []string) maker {
	return func(s *Source, texts []string) (connectors.Cell, int) {
		made, bad := s.code(texts)
		if system, _, _ := strings.Cut(made.Text, ":"); bad > 0 || slices.Contains(systems, system) {
			return made, bad
		}
		concept, _ := integer(texts[0])
		return connectors.Known("OMOP:" + concept), 0
	}
}

// unit prefers the standard concept's UCUM code to what the hospital wrote.
func (s *Source) unit(texts []string) (connectors.Cell, int) {
	concept, ok := integer(texts[0])
	if !ok {
		return connectors.Cell{}, 1
	}
	if code, ucum := strings.CutPrefix(s.concepts.curie(concept), "UCUM:"); ucum {
		return connectors.Known(code), 0
	}
	return cell(texts[1], true)
}

package ingest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Why a cell counts as missing.
const (
	notInteger  = "not a whole number"
	notNumber   = "not a number"
	notDate     = "not a date"
	notTime     = "not a date and time"
	zoned       = "a time with a zone, not one on the clock of the place"
	notBool     = "neither true nor false"
	notListed   = "not one of the listed words"
	outOfBounds = "outside the catalog's bounds"
	unknownUnit = "no unit, or one that does not convert"
	noRule      = "the catalog has no unit rule for the code"
)

// reader turns the text of a cell into a value as stored, or says why it cannot.
type reader func(text string) (v any, bad string)

func readerOf(col catalog.Column, c *catalog.Catalog) reader {
	switch {
	case col.Name == connectors.Value:
		return readNumber // bounds hold after conversion
	case col.Type.Kind == catalog.Int:
		return func(text string) (any, string) { return readInt(text, col.Bounds) }
	case col.Type.Kind == catalog.Number:
		return func(text string) (any, string) {
			x, bad := readNumber(text)
			if bad != "" {
				return nil, bad
			}
			return within(x.(float64), col.Bounds)
		}
	case col.Type.Kind == catalog.DateKind:
		return readDate
	case col.Type.Kind == catalog.Bool:
		return readBool
	case col.Type.Kind == catalog.Code:
		return readWord(col, c)
	}
	return func(text string) (any, string) { return text, "" }
}

func readInt(text string, bounds *catalog.Bounds) (any, string) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, notInteger
	}
	if _, bad := within(float64(n), bounds); bad != "" {
		return nil, bad
	}
	return n, ""
}

func readNumber(text string) (any, string) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return nil, notNumber
	}
	return x, ""
}

func readDate(text string) (any, string) {
	t, bad := readTime(text, false)
	if bad != "" {
		return nil, bad
	}
	return t, ""
}

// readTime reads YYYY-MM-DD or YYYY-MM-DDTHH:MM, also with seconds and with a space for the T, and cuts it off to the
// minute or to the day. A day is no minute. What tells a zone is refused: its clock may be another than that of
// the rest, and its day another day.
func readTime(text string, minutes bool) (t time.Time, bad string) {
	if d, err := catalog.ParseDate(text); err == nil && !minutes {
		return d.Time(), ""
	}
	if len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == ' ' {
		text = text[:len(time.DateOnly)] + "T" + text[len(time.DateOnly)+1:]
	}
	m, err := catalog.ParseMoment(text)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05", text) // also with parts of seconds
		m = catalog.Moment(floorMinutes(t))
	}
	switch {
	case err == nil && minutes:
		return m.Time(), ""
	case err == nil:
		return m.Day().Time(), ""
	case hasZone(text):
		return t, zoned
	case minutes:
		return t, notTime
	}
	return t, notDate
}

func floorMinutes(t time.Time) int64 { return t.Truncate(time.Minute).Unix() / 60 }

func hasZone(text string) bool {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700"} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}

func readBool(text string) (any, string) {
	if text != "true" && text != "false" {
		return nil, notBool
	}
	return text == "true", ""
}

// readWord takes a listed word; a code of a system also with the system's name before it.
func readWord(col catalog.Column, c *catalog.Catalog) reader {
	listed := col.Values
	if col.Keys == "sites" {
		listed = c.Keys(col, nil)
	}
	return func(text string) (any, string) {
		if col.System != "" {
			text = strings.TrimPrefix(text, col.System+":")
		}
		if len(listed) > 0 && !slices.Contains(listed, text) {
			return nil, notListed
		}
		return text, ""
	}
}

func within(x float64, b *catalog.Bounds) (any, string) {
	if b != nil && (x < b.Low || x > b.High) {
		return nil, outOfBounds
	}
	return x, ""
}

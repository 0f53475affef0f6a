package ingest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Why a cell counts as missing.
const (
	notInteger  = "not a whole number"
	notNumber   = "not a number"
	notDate     = "not a date"
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
	d, err := catalog.ParseDate(text)
	if err != nil {
		return nil, notDate
	}
	return d.Time(), ""
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

package ide

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// relations are the signs of a comparison.
var relations = []string{"=", "!=", "<", "<=", ">", ">="}

// strings are the words that a text in quotes may be: those of the column that it is compared with.
func (c *cursor) strings() []Item {
	n := len(c.draft.Tokens)
	if c.tok(1) == "dataset" {
		return items("value", c.target.Catalog.Dataset)
	}
	if n > 0 && c.draft.Tokens[0].Text == "import" {
		return c.libraries()
	}
	at := -1 // the sign or the word `in` after the compared value
	if slices.Contains(relations, c.tok(1)) {
		at = n - 1
	} else if open := c.opener(n); open > 0 && c.draft.Tokens[open-1].Text == "in" {
		at = open - 1
	}
	if at < 0 {
		return nil
	}
	fact, ok := c.compared(at)
	if !ok || fact.Type.Kind != catalog.Code {
		return nil
	}
	return items("value", fact.Keys...)
}

// libraries are the names of the catalog's libraries, or the versions of the one that is named.
func (c *cursor) libraries() []Item {
	var out []Item
	for _, l := range c.target.Catalog.Libraries {
		switch c.tok(1) {
		case "from":
			out = append(out, Item{Label: l.Name, Kind: "value", Detail: "library"})
		case "version":
			if c.tok(2) == `"`+l.Name+`"` {
				out = append(out, Item{Label: l.Version, Kind: "value"})
			}
		}
	}
	return out
}

var durations = []string{"days", "weeks", "months", "years"}

// lengths are the words behind which a length of time stands.
var lengths = []string{"within", "between", "lookback", "gap", "least", "max", "and", "+-"}

// units are the units of the number before the place, or after `as`.
func (c *cursor) units() []Item {
	n := len(c.draft.Tokens)
	if c.tok(1) == "as" {
		fact, _ := c.compared(n - 1)
		return items("unit", fact.Units...)
	}
	if slices.Contains(relations, c.tok(2)) {
		fact, ok := c.compared(n - 2)
		if !ok && c.draft.Tokens[0].Text == "param" {
			return items("unit", durations...)
		}
		return items("unit", fact.Units...)
	}
	if slices.Contains([]string{"+", "-"}, c.tok(2)) {
		fact, ok := c.compared(n - 2)
		if ok && fact.Type.Kind != catalog.DateKind {
			return items("unit", fact.Units...)
		}
		return items("unit", durations...)
	}
	for i := 2; i <= 4; i++ { // x between 3 and 5
		if c.tok(i) == "between" {
			if fact, ok := c.compared(n - i); ok && len(fact.Units) > 0 {
				return items("unit", fact.Units...)
			}
		}
	}
	if slices.Contains(lengths, c.tok(2)) && c.tok(2) != "least" || c.takes("days apart") {
		return items("unit", durations...)
	}
	return nil
}

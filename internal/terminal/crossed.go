package terminal

import (
	"strings"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

// maxCrossed is the most keys of a last dimension that are laid out as columns.
const maxCrossed = 8

// isCrossed tells whether t is read best with the last dimension across: a frequency table of two or more.
func isCrossed(t disclosure.Table) bool {
	n := len(t.Dimensions)
	return t.Kind == "table" && n >= 2 && len(t.Dimensions[n-1].Keys) <= maxCrossed
}

// crossed lays out counts with one column for each key of the last dimension. Percentages are left out, since
// their base would be unclear. A key that is the same as in the row above is not said again.
func crossed(t disclosure.Table) grid {
	last := len(t.Dimensions) - 1
	across := t.Dimensions[last].Keys
	g := grid{keys: last}
	for _, d := range t.Dimensions[:last] {
		g.head = append(g.head, clean(d.Name))
	}
	for _, key := range across {
		g.head = append(g.head, clean(key))
	}
	var above []string
	for i := 0; i+len(across) <= len(t.Rows); i += len(across) {
		down := t.Rows[i].Keys[:last]
		g.rows = append(g.rows, keysBelow(above, down))
		above = down
		for _, row := range t.Rows[i : i+len(across)] {
			cells := &g.rows[len(g.rows)-1]
			*cells = append(*cells, number("persons", row.Values["persons"]))
		}
	}
	return g
}

// keysBelow leaves out the first keys that the row above has too, but never the last.
func keysBelow(above, keys []string) []string {
	out := make([]string, len(keys))
	same := above != nil
	for i, k := range keys {
		same = same && above[i] == k && i < len(keys)-1
		if !same {
			out[i] = clean(k)
		}
	}
	return out
}

// acrossLine names the dimension that the columns of a crossed table stand for, and their total.
func acrossLine(t disclosure.Table) string {
	names := []string{"columns: " + clean(t.Dimensions[len(t.Dimensions)-1].Name)}
	if t.Total != nil {
		names = append(names, "total of "+clean(t.Total.Of)+": "+number("persons", t.Total.Persons))
	}
	return strings.Join(names, "; ")
}

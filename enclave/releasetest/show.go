package releasetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
)

const (
	suppressed = "-"
	absent     = "."
)

// showTables writes the tables of a release in short.
func showTables(document []byte) (string, error) {
	d, err := enclave.ParseDocument(document)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, t := range d.Tables {
		parts = append(parts, fmt.Sprintf("%s of %s\n", t.Kind, t.Cohort)+indented(showTable(t)))
	}
	return strings.Join(parts, ""), nil
}

func showTable(t disclosure.Table) string {
	head := dimensionNames(t)
	for _, c := range t.Columns {
		name := c.Name
		if c.Unit != "" && c.Unit != "%" {
			name += " (" + c.Unit + ")"
		}
		head = append(head, name)
	}
	grid := [][]string{head}
	var hidden []string
	for _, r := range t.Rows {
		if t.Kind != "attrition" && allHidden(r) {
			hidden = append(hidden, rowName(r))
			continue
		}
		grid = append(grid, showRow(t, r))
	}
	out := ""
	if len(grid) > 1 {
		out = align(grid)
	}
	if t.Total != nil && t.Kind != "attrition" && t.Total.Persons.Shown() {
		out += "total " + t.Total.Persons.String() + "\n"
	}
	switch {
	case len(hidden) == 0:
	case len(t.Dimensions) > 1:
		out += fmt.Sprintf("hidden: %d others\n", len(hidden))
	default:
		out += "hidden: " + strings.Join(hidden, ", ") + "\n"
	}
	return out
}

func dimensionNames(t disclosure.Table) []string {
	var out []string
	for _, d := range t.Dimensions {
		out = append(out, d.Name)
	}
	return out
}

func allHidden(r disclosure.Row) bool {
	for _, v := range r.Values {
		if v.Shown() {
			return false
		}
	}
	return true
}

func rowName(r disclosure.Row) string {
	if len(r.Keys) == 0 {
		return "all"
	}
	return strings.Join(r.Keys, " / ")
}

func showRow(t disclosure.Table, r disclosure.Row) []string {
	cells := slices.Clone(r.Keys)
	for _, c := range t.Columns {
		v, ok := r.Values[c.Name]
		switch {
		case !ok:
			cells = append(cells, absent)
		case !v.Shown():
			cells = append(cells, suppressed)
		default:
			cells = append(cells, v.String())
		}
	}
	return cells
}

// align writes rows in columns, two blanks apart.
func align(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			line += fmt.Sprintf("%-*s  ", widths[i], cell)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// showEntries writes one line an entry.
func showEntries(entries []audit.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		words := []string{string(e.Kind)}
		if e.Kind != audit.KindDenied && e.Class != "" {
			words = append(words, string(e.Class))
		}
		if e.Action != "" {
			words = append(words, e.Action)
		}
		b.WriteString(strings.Join(append(words, e.Denials...), " ") + "\n")
	}
	return b.String()
}

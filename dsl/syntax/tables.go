package syntax

import (
	"strings"
	"unicode/utf8"
)

// maxCell bounds the width to which the cells of a column are filled up: what is wider sticks out.
const maxCell = 32

// markTest gives each parameter, table and row of a test its line, the rows below their columns.
func (f *File) markTest(m map[int]mark, t *Test) {
	widest := 0
	for _, table := range t.Tables {
		if n := utf8.RuneCountInString(table.Name.Name); n <= maxCell {
			widest = max(widest, n)
		}
	}
	for _, p := range t.Params {
		m[p.Range.From.Offset] = mark{word: "param", line: true, indent: 2}
	}
	for _, table := range t.Tables {
		ts := f.within(table)
		m[ts[0].Pos.Offset] = mark{word: "table", line: true, indent: 2}
		name := len(f.within(table.Name))
		m[ts[name].Pos.Offset] = mark{word: "columns", pad: max(1, widest+1-utf8.RuneCountInString(table.Name.Name))}
		for _, r := range table.Rows {
			m[r.Range.From.Offset] = mark{word: "row", line: true, indent: 2 + widest + 1}
		}
	}
}

// alignCells lines up the columns of each table, unless one of its rows is broken into several lines.
func alignCells(rows []row) {
	var table []*row
	whole := true
	flush := func() {
		if whole {
			fillCells(table)
		}
		table, whole = nil, true
	}
	for i := range rows {
		r := &rows[i]
		switch {
		case r.alone:
		case r.mark.word == "row":
			table = append(table, r)
		case r.mark.line:
			flush()
			if r.mark.word == "table" {
				table = append(table, r)
			}
		default:
			whole = false
		}
	}
	flush()
}

// fillCells fills up the space after the commas of a table's lines.
func fillCells(table []*row) {
	var widest []int
	for _, r := range table {
		for j, c := range r.cells() {
			if j == len(widest) {
				widest = append(widest, 0)
			}
			if w := r.cellWidth(c); w <= maxCell {
				widest[j] = max(widest[j], w)
			}
		}
	}
	for _, r := range table {
		cells := r.cells()
		for j, c := range cells[:max(0, len(cells)-1)] {
			r.pieces[c.to].space = strings.Repeat(" ", 1+max(0, widest[j]-r.cellWidth(c)))
		}
	}
}

// cell is a part of a line: pieces from one index to another, the comma at its end included.
type cell struct{ from, to int }

// cellWidth is the width of a cell without the space before it.
func (r *row) cellWidth(c cell) int {
	return r.width(c.to) - r.width(c.from) - len(r.pieces[c.from].space)
}

// cells are those between the brackets of the line.
func (r *row) cells() []cell {
	var out []cell
	from := 0
	for i, p := range r.pieces {
		switch {
		case p.token.Type != kindMark:
		case p.token.Value == "(":
			from = i + 1
		case p.token.Value == "," || p.token.Value == ")":
			out = append(out, cell{from, i + 1})
			from = i + 1
		}
	}
	return out
}

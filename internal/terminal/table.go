package terminal

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

// Mark stands for a number that is not shown.
const Mark = "·"

// barWidth is the length of the longest bar.
const barWidth = 20

// Table writes t to w: what it is, its rows, and how it was protected. The error is that of w.
func Table(w io.Writer, s Style, t disclosure.Table) error {
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(s.bold(clean(t.Title)) + "\n")
	}
	b.WriteString(s.faint(subtitle(t)) + "\n\n")
	g := gridOf(t)
	b.WriteString(s.paint(g) + "\n\n")
	for _, line := range footer(t, g.marked()) {
		b.WriteString(s.faint(line) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// subtitle says what the table is.
func subtitle(t disclosure.Table) string {
	text := fmt.Sprintf("%s of %s", clean(t.Kind), clean(t.Cohort))
	if isCrossed(t) {
		text += "; " + acrossLine(t)
	}
	return text
}

// footer says how the table was protected, what the mark means where there is one, and how to see more.
func footer(t disclosure.Table, marked bool) []string {
	lines := []string{fmt.Sprintf("%s mode, minimum cell count %d, rounded to %d, %d of %d cells hidden",
		clean(t.Protection.Mode), t.Protection.MinCell, t.Protection.RoundTo, t.Hidden, t.Cells)}
	for _, note := range t.Notes {
		meaning, legend := strings.CutPrefix(note, "suppressed: ")
		if legend {
			note = Mark + " " + meaning
		}
		if marked || !legend {
			lines = append(lines, clean(note))
		}
	}
	if t.Hidden > 0 && t.Tip != "" {
		lines = append(lines, "tip: "+clean(t.Tip))
	}
	return lines
}

// grid is a table as text: the first keys columns and the bars are words, the others numbers.
type grid struct {
	head []string
	rows [][]string
	keys int
	bars bool // the last column holds bars
}

// right tells whether a column is aligned to the right.
func (g grid) right(column int) bool {
	return column >= g.keys && !(g.bars && column == len(g.head)-1)
}

// marked tells whether a number of g is hidden.
func (g grid) marked() bool {
	return slices.ContainsFunc(g.rows, func(row []string) bool { return slices.Contains(row[g.keys:], Mark) })
}

func gridOf(t disclosure.Table) grid {
	if isCrossed(t) {
		return crossed(t)
	}
	g := grid{keys: len(t.Dimensions)}
	for _, d := range t.Dimensions {
		g.head = append(g.head, clean(d.Name))
	}
	for _, c := range t.Columns {
		g.head = append(g.head, columnHead(c))
	}
	for _, row := range t.Rows {
		g.rows = append(g.rows, cellsOf(t, row))
	}
	if len(t.Dimensions) == 1 {
		g.addBars(t)
	}
	if t.Total != nil && t.Kind != "attrition" { // whose first row is its total
		g.addTotal(t)
	}
	return g
}

func columnHead(c disclosure.Column) string {
	if c.Unit == "" || c.Unit == "%" {
		return clean(c.Label)
	}
	return clean(c.Label + " (" + c.Unit + ")")
}

func cellsOf(t disclosure.Table, row disclosure.Row) []string {
	var cells []string
	for i := range t.Dimensions {
		key := ""
		if i < len(row.Keys) {
			key = clean(row.Keys[i])
		}
		cells = append(cells, key)
	}
	for _, c := range t.Columns {
		text := ""
		if v, ok := row.Values[c.Name]; ok {
			text = number(c.Name, v)
		}
		cells = append(cells, text)
	}
	return cells
}

// number writes a released number as its column does: percentages with one decimal, figures with three
// significant digits, counts as they are.
func number(column string, v disclosure.Value) string {
	x, ok := v.Float()
	switch {
	case !ok:
		return Mark
	case column == "percent":
		return strconv.FormatFloat(x, 'f', 1, 64)
	case column == "mean" || column == "sd":
		return significant(x)
	}
	return v.String()
}

// significant writes x with three significant digits and no exponent, unless it is very large or small.
func significant(x float64) string {
	magnitude := math.Floor(math.Log10(math.Abs(x)))
	if x == 0 || magnitude < -6 || magnitude > 12 {
		return strconv.FormatFloat(x, 'g', 3, 64)
	}
	return strconv.FormatFloat(x, 'f', max(0, 2-int(magnitude)), 64)
}

// addBars draws a bar for each row, in proportion to the released count of persons.
func (g *grid) addBars(t disclosure.Table) {
	column := "persons"
	if t.Kind == "attrition" {
		column = "remaining"
	}
	largest := 0.0
	for _, row := range t.Rows {
		x, _ := row.Values[column].Float()
		largest = max(largest, x)
	}
	if largest == 0 {
		return
	}
	g.bars, g.head = true, append(g.head, "")
	for i, row := range t.Rows {
		x, _ := row.Values[column].Float()
		length := int(math.Round(barWidth * x / largest))
		if x > 0 {
			length = max(length, 1)
		}
		g.rows[i] = append(g.rows[i], strings.Repeat("█", length))
	}
}

// addTotal adds the row of the shown persons.
func (g *grid) addTotal(t disclosure.Table) {
	i := slices.IndexFunc(t.Columns, func(c disclosure.Column) bool { return c.Name == "persons" })
	if i < 0 || g.keys == 0 {
		return
	}
	row := make([]string, len(g.head))
	row[0] = "total of " + clean(t.Total.Of)
	row[g.keys+i] = number("persons", t.Total.Persons)
	g.rows = append(g.rows, row)
}

package terminal

import (
	"slices"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

// minKey is the narrowest that a column of keys is wrapped to.
const minKey = 16

// fit makes a grid that is drawn with draw no wider than width, as far as that can be done without touching a
// number: a number broken over two lines would be read as another one.
func (g grid) fit(width int, draw func(grid) string) grid {
	for _, narrow := range []func(grid, int) grid{grid.withoutBars, grid.wrapKeys} {
		if excess := lipgloss.Width(draw(g)) - width; excess > 0 {
			g = narrow(g, excess)
		}
	}
	return g
}

func (g grid) withoutBars(int) grid {
	if !g.bars {
		return g
	}
	g.bars = false
	g.head = g.head[:len(g.head)-1]
	g.rows = slices.Clone(g.rows)
	for i, row := range g.rows {
		g.rows[i] = row[:len(g.head)]
	}
	return g
}

// wrapKeys takes excess characters off the key columns, from the first on.
func (g grid) wrapKeys(excess int) grid {
	for column := 0; column < g.keys && excess > 0; column++ {
		width := g.width(column)
		narrow := max(minKey, width-excess)
		if narrow < width {
			g = g.wrapped(column, narrow)
			excess -= width - narrow
		}
	}
	return g
}

func (g grid) wrapped(column, width int) grid {
	g.head = slices.Clone(g.head)
	g.head[column] = ansi.Truncate(g.head[column], width, "…") // headings have one line
	g.rows = slices.Clone(g.rows)
	for i, row := range g.rows {
		g.rows[i] = slices.Clone(row)
		g.rows[i][column] = lipgloss.Wrap(row[column], width, "")
	}
	return g
}

// width is that of the widest cell of a column, its heading included.
func (g grid) width(column int) int {
	w := lipgloss.Width(g.head[column])
	for _, row := range g.rows {
		w = max(w, lipgloss.Width(row[column]))
	}
	return w
}

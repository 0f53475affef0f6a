package terminal

import (
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

// paint draws a grid, without a line feed at the end.
func (s Style) paint(g grid) string {
	if !s.Lines {
		return plain(g)
	}
	if s.Width > 0 {
		g = g.fit(s.Width, s.draw)
	}
	return s.draw(g)
}

func (s Style) draw(g grid) string {
	return table.New().
		Border(lipgloss.RoundedBorder()).
		BorderStyle(s.face(lipgloss.NewStyle().Faint(true))).
		BorderColumn(false).
		Headers(g.head...).
		Rows(g.rows...).
		StyleFunc(func(row, column int) lipgloss.Style {
			face := lipgloss.NewStyle().Padding(0, 1)
			if g.right(column) {
				face = face.Align(lipgloss.Right)
			}
			if row == table.HeaderRow {
				return s.face(face.Bold(true))
			}
			return face
		}).
		Render()
}

// plain aligns a grid with spaces, two between columns.
func plain(g grid) string {
	all := append([][]string{g.head}, g.rows...)
	lines := make([]string, len(all))
	for n, row := range all {
		cells := make([]string, len(row))
		for i, cell := range row {
			gap := strings.Repeat(" ", g.width(i)-lipgloss.Width(cell))
			if cells[i] = cell + gap; g.right(i) {
				cells[i] = gap + cell
			}
		}
		lines[n] = strings.TrimRight(strings.Join(cells, "  "), " ")
	}
	return strings.Join(lines, "\n")
}

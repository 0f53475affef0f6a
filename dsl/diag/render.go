package diag

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The layout of the source lines that [Render] shows: columns from tab to tab, and the most runes of a line.
const (
	tabStop  = 4
	maxRunes = 120
)

// Render writes a list as text, in the order of [List.Sorted]: for each diagnostic where it is and what it says,
// the source line with the span underlined, the hints, and the related places. A span of several lines is
// underlined on its first. A warning's message begins with "warning: ".
//
//	t2d.cohort:2:11: `befor` cannot stand here [syntax]
//	   |   include any drug befor index
//	   |                    ^^^^^
//	   = hint: did you mean `before`?
//
// Characters that a terminal would obey instead of show are replaced. The error is that of w.
func Render(w io.Writer, file, source string, list List) error {
	lines := strings.Split(source, "\n")
	for i, d := range list.Sorted() {
		var b strings.Builder
		if i > 0 {
			b.WriteByte('\n')
		}
		d.write(&b, visible(file), lines)
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}

func (d Diagnostic) write(b *strings.Builder, file string, lines []string) {
	prefix := ""
	if d.Severity == Warning {
		prefix = "warning: "
	}
	fmt.Fprintf(b, "%s:%d:%d: %s%s [%s]\n", file, d.Span.From.Line, d.Span.From.Column, prefix, visible(d.Message), d.Code)
	if n := d.Span.From.Line; n >= 1 && n <= len(lines) {
		excerpt, carets := underline(lines[n-1], d.Span)
		fmt.Fprintf(b, "   | %s\n   | %s\n", excerpt, carets)
	}
	for _, h := range d.Hints {
		fmt.Fprintf(b, "   = hint: %s\n", visible(h))
	}
	for _, r := range d.Related {
		fmt.Fprintf(b, "   = see line %s: %s\n", strconv.Itoa(r.Span.From.Line), visible(r.Message))
	}
}

// underline lays out one line of source and the carets under a span that begins on it, at least one. Of a long
// line it shows the part around the beginning of the span.
func underline(line string, s Span) (excerpt, carets string) {
	cells := layout(strings.TrimSuffix(line, "\r"))
	from := min(s.From.Column-1, len(cells))
	to := len(cells)
	if s.To.Line == s.From.Line {
		to = max(from, min(s.To.Column-1, to))
	}
	left, right := 0, len(cells)
	if len(cells) > maxRunes {
		left = max(0, from-maxRunes/2)
		right = min(right, left+maxRunes)
	}
	before, under, after := cells[left:from], cells[from:min(to, right)], cells[min(to, right):right]
	if left > 0 {
		before = append([]string{"…"}, before...)
	}
	if right < len(cells) {
		after = append(after[:len(after):len(after)], "…")
	}
	excerpt = strings.Join(before, "") + strings.Join(under, "") + strings.Join(after, "")
	return excerpt, strings.Repeat(" ", width(before)) + strings.Repeat("^", max(1, width(under)))
}

// layout turns a line into one text a rune, with the tabs expanded.
func layout(line string) (cells []string) {
	col := 0
	for _, r := range line {
		cell := show(r)
		if r == '\t' {
			cell = strings.Repeat(" ", tabStop-col%tabStop)
		}
		cells = append(cells, cell)
		col += width(cells[len(cells)-1:])
	}
	return cells
}

// show returns r, or what stands for it when it is not to be sent to a terminal.
func show(r rune) string {
	switch {
	case r < ' ' && r != '\t':
		return string('\u2400' + r) // the control pictures
	case r == '\t' || unicode.IsPrint(r):
		return string(r)
	}
	return string(utf8.RuneError)
}

// visible is a text on one line with every character shown.
func visible(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "\t", " ") {
		b.WriteString(show(r))
	}
	return b.String()
}

// wide are the runes of two columns (Unicode Standard Annex 11, wide and fullwidth).
var wide = []*unicode.RangeTable{unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, {
	R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x303e, Stride: 1}, {Lo: 0xff01, Hi: 0xff60, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, {Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1}},
}}

// width is the number of columns that texts take on a screen.
func width(texts []string) (n int) {
	for _, s := range texts {
		for _, r := range s {
			switch {
			case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			case unicode.In(r, wide...):
				n += 2
			default:
				n++
			}
		}
	}
	return n
}

// At returns the place of a byte offset, which is cut to the length of the source.
func At(source string, offset int) Pos {
	offset = max(0, min(offset, len(source)))
	before := source[:offset]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return Pos{Offset: offset, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(line) + 1}
}

package lsp

import (
	"sort"
	"strings"
	"unicode/utf16"

	"github.com/officina-enclave/officina/dsl/diag"
)

// lines finds the line of a byte offset.
type lines struct {
	text   string
	starts []int // offset of the first byte of each line
}

func newLines(text string) lines {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return lines{text, starts}
}

// position is the place of a byte offset. An offset inside a character is that of its beginning.
func (l lines) position(offset int) position {
	offset = max(0, min(offset, len(l.text)))
	line := sort.SearchInts(l.starts, offset+1) - 1
	units := 0
	for i, r := range l.text[l.starts[line]:] {
		if l.starts[line]+i >= offset {
			break
		}
		units += runeLen(r)
	}
	return position{line, units}
}

func (l lines) rangeOf(from, to int) textRange { return textRange{l.position(from), l.position(to)} }

func (l lines) span(s diag.Span) textRange { return l.rangeOf(s.From.Offset, s.To.Offset) }

// offsetOf is the byte offset of a place; one beyond the end of its line, or of the text, is that end.
func offsetOf(text string, p position) int {
	at := 0
	for range p.Line {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	units := 0
	for i, r := range text[at:] {
		if r == '\n' || units+runeLen(r) > p.Character {
			return at + i
		}
		units += runeLen(r)
	}
	return len(text)
}

// runeLen is the number of UTF-16 units of a character; a byte that is no UTF-8 is one, as its replacement is.
func runeLen(r rune) int { return max(1, utf16.RuneLen(r)) }

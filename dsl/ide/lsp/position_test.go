package lsp

import (
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/internal/deptest"
)

// A place of the protocol and a byte offset are the same place, whatever characters are before it.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("a è𝔸\n\r\"'中"))).Draw(t, "text")
		offset := rapid.IntRange(0, len(text)).Draw(t, "offset")
		for offset < len(text) && !utf8.RuneStart(text[offset]) {
			offset++
		}
		p := newLines(text).position(offset)
		if got := offsetOf(text, p); got != offset {
			t.Fatalf("%q: offset %d is %v, and that is %d", text, offset, p, got)
		}
		line := text[:offset]
		for i := len(line) - 1; i >= 0; i-- {
			if line[i] == '\n' {
				line = line[i+1:]
				break
			}
		}
		if want := len(utf16.Encode([]rune(line))); p.Character != want {
			t.Fatalf("%q: offset %d is character %d, want %d", text, offset, p.Character, want)
		}
	})
}

// A place beyond a line or the text is its end, and one inside a surrogate pair the beginning of the character.
func TestPositionsOutside(t *testing.T) {
	for _, c := range []struct {
		text string
		p    position
		want int
	}{
		{"ab\ncd", position{0, 9}, 2}, {"ab\ncd", position{9, 0}, 5}, {"a𝔸b", position{0, 2}, 1}, {"a\xffb", position{0, 2}, 2}, {"", position{0, 0}, 0},
	} {
		if got := offsetOf(c.text, c.p); got != c.want {
			t.Errorf("%q at %v: %d, want %d", c.text, c.p, got, c.want)
		}
	}
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl/diag", "dsl/ide")
	deptest.Ban(t, "the server speaks over standard input and output only, and reads no files", "net/http", "os/exec", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave")
}

package terminal

import (
	"io"
	"os"
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"
)

// Style is how tables look. The zero Style is plain text.
type Style struct {
	Lines  bool // draw lines around the table
	Colour bool // use bold and faint type
	Width  int  // of the terminal, in characters; 0 when there is none
}

// StyleOf returns the style for w: plain unless w is a terminal, and without colour when NO_COLOR is set
// (no-color.org) or TERM is dumb.
func StyleOf(w io.Writer) Style {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return Style{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return Style{Lines: true, Colour: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: width}
}

func (s Style) bold(text string) string {
	return s.face(lipgloss.NewStyle().Bold(true)).Render(text)
}

func (s Style) faint(text string) string {
	return s.face(lipgloss.NewStyle().Faint(true)).Render(text)
}

// face is style, or its layout alone when there is no colour.
func (s Style) face(style lipgloss.Style) lipgloss.Style {
	if s.Colour {
		return style
	}
	return style.UnsetBold().UnsetFaint()
}

// clean makes text from a document safe to send to a terminal: white space becomes a space, and control and
// formatting characters (escape sequences, reversed writing) become �.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

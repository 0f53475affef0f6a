package releasetest

import (
	"fmt"
	"strings"
)

const indent = "  "

// script is a file: its lines, and the commands in them.
type script struct {
	lines    []string
	commands []*command
}

// command is one command: lines[from:to], blank lines at the end apart.
type command struct {
	from, to int
	verb     string
	args     []string
	block    string // without its indentation; every line ends with a newline
}

// parse finds the commands of a file.
func parse(text string) (*script, error) {
	s := &script{lines: strings.Split(strings.TrimSuffix(text, "\n"), "\n")}
	for i := 0; i < len(s.lines); {
		line := s.lines[i]
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			i++
			continue
		}
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			return nil, fmt.Errorf("line %d: belongs to no command", i+1)
		}
		words, err := split(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if len(words) == 0 || words[0] == "" {
			return nil, fmt.Errorf("line %d: names no command", i+1)
		}
		c := &command{from: i, verb: words[0], args: words[1:]}
		c.to = s.blockEnd(i + 1)
		for _, l := range s.lines[i+1 : c.to] {
			c.block += strings.TrimPrefix(l, indent) + "\n"
		}
		s.commands = append(s.commands, c)
		i = c.to
	}
	return s, nil
}

// blockEnd is the line after the last indented one from i on.
func (s *script) blockEnd(i int) int {
	end := i
	for ; i < len(s.lines); i++ {
		switch {
		case strings.HasPrefix(s.lines[i], indent):
			end = i + 1
		case strings.TrimSpace(s.lines[i]) != "":
			return end
		}
	}
	return end
}

// rewrite returns the file with other texts in the place of some commands.
func (s *script) rewrite(by map[*command]string) string {
	var b strings.Builder
	at := 0
	copyTo := func(to int) {
		for ; at < to; at++ {
			b.WriteString(s.lines[at] + "\n")
		}
	}
	for _, c := range s.commands {
		if text, ok := by[c]; ok {
			copyTo(c.from)
			b.WriteString(text)
			at = c.to
		}
	}
	copyTo(len(s.lines))
	return b.String()
}

// indented puts a block below a command.
func indented(block string) string {
	var b strings.Builder
	for line := range strings.Lines(block) {
		if line != "\n" {
			b.WriteString(indent)
		}
		b.WriteString(line)
	}
	return b.String()
}

// split parts a line at blanks; "…" keeps blanks together.
func split(line string) ([]string, error) {
	var words []string
	word, open, quoted := "", false, false
	for _, r := range line + " " {
		switch {
		case r == '"':
			quoted, open = !quoted, true
		case quoted || r != ' ' && r != '\t':
			word, open = word+string(r), true
		case open:
			words = append(words, word)
			word, open = "", false
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quotation mark is not closed")
	}
	return words, nil
}

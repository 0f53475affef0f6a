package syntax

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/words"
)

// maxUnit bounds the bytes of a unit, so that looking for one takes the same time wherever it stands.
const maxUnit = 256

var (
	unit     = regexp.MustCompile(`^(?:` + unitToken + `)`)
	keywords = func() map[string]bool {
		set := map[string]bool{}
		for _, w := range strings.Fields(words.Reserved) {
			set[w] = true
		}
		return set
	}()
)

// tokens lists the tokens of a text, comments included, with the end of the text as the last. They are those of
// [definition], whose regular expressions look at all that is left of the text for each token: this is linear.
func tokens(source string) []lexer.Token {
	s := scanner{rest: source, out: make([]lexer.Token, 0, len(source)/5+1), at: lexer.Position{Line: 1, Column: 1}}
	for s.blanks(); s.rest != ""; s.blanks() {
		kind, n := s.next()
		s.take(kind, n)
		switch kind {
		case kindNumber, kindAs:
			s.blanks()
			s.unit()
		case kindCurie:
			s.lastCode()
		}
	}
	return append(s.out, lexer.EOFToken(s.at))
}

// scanner cuts a text into tokens.
type scanner struct {
	rest string
	at   lexer.Position // of rest
	out  []lexer.Token
}

// skip goes on by n bytes.
func (s *scanner) skip(n int) {
	s.at.Advance(s.rest[:n])
	s.rest = s.rest[n:]
}

// take makes a token of the next n bytes.
func (s *scanner) take(kind lexer.TokenType, n int) {
	s.out = append(s.out, lexer.Token{Type: kind, Value: s.rest[:n], Pos: s.at})
	s.skip(n)
}

func (s *scanner) blanks() {
	s.skip(span(s.rest, func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }))
}

// unit takes a unit, if there is one.
func (s *scanner) unit() {
	if n := len(unit.FindString(s.rest[:min(len(s.rest), maxUnit)])); n > 0 {
		s.take(kindUnit, n)
	}
}

// lastCode takes the end of a range of codes, if there is one.
func (s *scanner) lastCode() {
	if strings.HasPrefix(s.rest, "..") {
		if n := codeEnd(s.rest, 2); n > 0 {
			s.take(kindRange, n)
		}
	}
}

// next tells the kind and the length of the token at the beginning of the rest, which is not empty.
func (s *scanner) next() (lexer.TokenType, int) {
	switch c := s.rest[0]; {
	case c == '#':
		return kindComment, line(s.rest)
	case digit(c):
		return number(s.rest)
	case c == '"':
		return quote(s.rest)
	case letter(c) || c == '_':
		return word(s.rest)
	case slices.Contains([]string{">=", "<=", "!="}, s.rest[:min(2, len(s.rest))]):
		return kindRelation, 2
	case strings.IndexByte("=<>", c) >= 0:
		return kindRelation, 1
	case strings.IndexByte("-+*/", c) >= 0:
		return kindArith, 1
	case strings.HasPrefix(s.rest, ".."):
		return kindMark, 2
	case strings.IndexByte("(){},.:", c) >= 0:
		return kindMark, 1
	}
	_, n := utf8.DecodeRuneInString(s.rest)
	return kindOther, n
}

// number cuts off a date, an ordinal or a number.
func number(s string) (lexer.TokenType, int) {
	n := span(s, digit)
	if end := date(s); end > 0 {
		return kindDate, end
	}
	if len(s) >= n+2 && slices.Contains([]string{"st", "nd", "rd", "th"}, s[n:n+2]) && boundary(s, n+2) {
		return kindOrdinal, n + 2
	}
	if n < len(s) && s[n] == '.' {
		if more := span(s[n+1:], digit); more > 0 {
			n += 1 + more
		}
	}
	return kindNumber, n
}

// date returns where the date, or date with a time, at the beginning of s ends; 0 if there is none.
func date(s string) int {
	if !shaped(s, "0000-00-00") {
		return 0
	}
	switch {
	case shaped(s[10:], "T00:00") && boundary(s, 16):
		return 16
	case boundary(s, 10):
		return 10
	}
	return 0
}

// shaped tells that s begins like the shape, where 0 stands for any digit.
func shaped(s, shape string) bool {
	if len(s) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if c := shape[i]; c == '0' && !digit(s[i]) || c != '0' && s[i] != c {
			return false
		}
	}
	return true
}

// quote cuts off a text in quotes, or the rest of the line where it does not end.
func quote(s string) (lexer.TokenType, int) {
	for i := 1; i < len(s) && s[i] != '\n'; i++ {
		switch {
		case s[i] == '"':
			return kindString, i + 1
		case s[i] == '\\':
			if i++; i < len(s) && s[i] == '\n' {
				return kindUnclosed, i
			}
		}
	}
	return kindUnclosed, line(s)
}

// word cuts off a code, a word of the language or a name.
func word(s string) (lexer.TokenType, int) {
	n := span(s, inWord)
	if upper := s[0] >= 'A' && s[0] <= 'Z'; upper && n < len(s) && s[n] == ':' {
		if end := codeEnd(s, n+1); end > 0 {
			return kindCurie, end
		}
	}
	switch w := s[:n]; {
	case w == "as":
		return kindAs, n
	case keywords[w]:
		return kindKeyword, n
	}
	return kindWord, n
}

// codeEnd returns where the code that begins at i ends: letters and digits, with single . _ / - between; 0 if there is none.
func codeEnd(s string, i int) (end int) {
	for {
		n := span(s[i:], func(c byte) bool { return letter(c) || digit(c) })
		if n == 0 {
			return end
		}
		if end = i + n; end == len(s) || strings.IndexByte("._/-", s[end]) < 0 {
			return end
		}
		i = end + 1
	}
}

// span counts the bytes at the beginning of s for which is holds.
func span(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return len(s)
}

// line counts the bytes before the end of the line.
func line(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func inWord(c byte) bool { return letter(c) || digit(c) || c == '_' }

// boundary tells that no word goes on at i.
func boundary(s string, i int) bool { return i == len(s) || !inWord(s[i]) }

package ide

import (
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// cursor is a place in a text, and what is around it.
type cursor struct {
	*Desk
	text   string
	offset int
	from   int          // where the word begins that ends at the place
	typed  string       // that word
	parsed *syntax.File // see file
	all    []declared   // see visible
	draft  syntax.Draft
	where  check.Where
	in     string          // "comment", "string" or ""
	taken  map[string]bool // answers of the grammar
}

// at finds what is around a place.
func (d *Desk) at(text string, offset int) *cursor {
	offset = max(0, min(offset, len(text)))
	c := &cursor{Desk: d, text: text, offset: offset, from: offset, taken: map[string]bool{}}
	for _, t := range slices.Backward(syntax.Tokens(text[:offset])) {
		if t.Range.To.Offset < offset {
			break
		}
		switch t.Kind {
		case "Comment":
			c.in, c.from = "comment", t.Range.From.Offset
		case "Unclosed":
			c.in, c.from = "string", t.Range.From.Offset+1
		case "Word", "Keyword", "As", "Unit", "Curie", "Other", "Ordinal":
			c.from = t.Range.From.Offset
		}
		if c.from < offset && strings.HasSuffix(text[:c.from], ".") && c.in == "" {
			c.from = wordStart(text[:c.from-1])
		}
		break
	}
	c.typed = text[c.from:offset]
	cut := c.from
	if c.in == "string" {
		cut--
	}
	c.draft = syntax.DraftOf(text[:cut])
	c.where = c.around(len(c.draft.Tokens))
	return c
}

// file is the tree of the text. Most completions do not need it, and it takes longer than all else.
func (c *cursor) file() *syntax.File {
	if c.parsed == nil {
		c.parsed, _ = syntax.Parse("", c.text)
	}
	return c.parsed
}

// wordStart is where the word begins that a text ends in, dots included.
func wordStart(text string) int {
	i := len(text)
	for i > 0 && (text[i-1] == '_' || text[i-1] == '.' || isAlnum(text[i-1])) {
		i--
	}
	return i
}

func isAlnum(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// tok is the text of the i-th token of the draft, counted from its end: 1 is the last.
func (c *cursor) tok(i int) string {
	if ts := c.draft.Tokens; i <= len(ts) {
		return ts[len(ts)-i].Text
	}
	return ""
}

func (c *cursor) kind(i int) string {
	if ts := c.draft.Tokens; i <= len(ts) {
		return ts[len(ts)-i].Kind
	}
	return ""
}

// opener finds the bracket that is open before the i-th token of the draft, or -1.
func (c *cursor) opener(i int) int {
	depth := 0
	for i--; i >= 0; i-- {
		switch c.draft.Tokens[i].Text {
		case ")", "}":
			depth++
		case "(", "{":
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return -1
}

// closed finds the bracket that the one at i closes, or -1.
func (c *cursor) closed(i int) int {
	depth := 0
	for ; i >= 0; i-- {
		switch c.draft.Tokens[i].Text {
		case ")", "}":
			depth++
		case "(", "{":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// around finds the innermost where (…) or that (…) before the i-th token, and the event set that it belongs to.
func (c *cursor) around(i int) check.Where {
	out := check.Where{Cohort: c.draft.Cohort}
	for i = c.opener(i); i > 0; i = c.opener(i) {
		if word := c.draft.Tokens[i-1].Text; word == "where" || word == "that" {
			out.Source, out.Codes = c.set(i - 2)
			return out
		}
	}
	if len(c.draft.Tokens) > 0 && out.Cohort == "" {
		out.Cohort = c.reported()
	}
	return out
}

// set reads the source and the codes of the event set that ends at the i-th token, backwards.
func (c *cursor) set(i int) (source string, codes []syntax.CodeTerm) {
	ts := c.draft.Tokens
	if i >= 0 && ts[i].Text == ")" {
		open := c.closed(i)
		if open < 1 || ts[open-1].Text != "in" {
			return c.sourceIn(open+1, i), nil // (condition before index) where …
		}
		codes, i = c.terms(open+1, i), open-2
	} else {
		for end := i + 1; i > 0; i-- {
			if ts[i].Text == "in" {
				codes, i = c.terms(i+1, end), i-1
				break
			}
			if _, ok := c.source(c.dotted(i)); ok {
				break
			}
		}
	}
	return c.dotted(i), codes
}

// sourceIn is the first source that is named between two tokens.
func (c *cursor) sourceIn(from, to int) string {
	for i := from; i < to && i < len(c.draft.Tokens); i++ {
		if _, ok := c.source(c.dotted(i)); ok {
			return c.dotted(i)
		}
	}
	return ""
}

// dotted is the name that ends at the i-th token.
func (c *cursor) dotted(i int) string {
	if i < 0 || i >= len(c.draft.Tokens) {
		return ""
	}
	name := c.draft.Tokens[i].Text
	for ; i >= 2 && c.draft.Tokens[i-1].Text == "."; i -= 2 {
		name = c.draft.Tokens[i-2].Text + "." + name
	}
	return name
}

// terms parses the codes between two tokens.
func (c *cursor) terms(from, to int) []syntax.CodeTerm {
	f, list := syntax.Parse("", "codes zz = "+c.between(from, to))
	if list.Failed() || len(f.Decls) != 1 {
		return nil
	}
	if d, ok := f.Decls[0].(*syntax.Codes); ok {
		return d.Terms
	}
	return nil
}

// between is the text of the tokens from one to before another.
func (c *cursor) between(from, to int) string {
	ts := c.draft.Tokens
	if from >= to || to > len(ts) {
		return ""
	}
	return c.text[ts[from].Range.From.Offset:ts[to-1].Range.To.Offset]
}

// reported is the cohort that the report or test being written is about.
func (c *cursor) reported() string {
	ts := c.draft.Tokens
	if ts[0].Text != "report" && ts[0].Text != "test" {
		return ""
	}
	for i, t := range ts {
		if t.Text == "of" && i+1 < len(ts) {
			if ts[i+1].Text == "(" && i+2 < len(ts) {
				i++
			}
			return ts[i+1].Text
		}
	}
	return ""
}

// boundaries are the words before which a compared value begins.
var boundaries = []string{"and", "or", "not", ",", "when", "then", "otherwise", "include", "exclude", "by", ":", "lookback"}

// compared asks about the value that ends before the i-th token: the left side of a comparison.
func (c *cursor) compared(i int) (check.Fact, bool) {
	depth := 0
	for j := i - 1; j >= 0; j-- {
		t := c.draft.Tokens[j]
		edge := depth == 0 && (slices.Contains(boundaries, t.Text) || t.Kind == "String" || t.Text == "=" && j == 2)
		switch t.Text {
		case ")", "}":
			depth++
		case "(", "{":
			depth--
			edge = depth < 0
		}
		if edge {
			if fact, ok := c.ask(c.between(j+1, i)); ok || depth < 0 {
				return fact, ok
			}
		}
	}
	return check.Fact{}, false
}

// ask says what is known of an expression that is written at the place.
func (c *cursor) ask(expression string) (check.Fact, bool) {
	if x := parsed(expression); x != nil {
		return check.Ask(c.file(), c.context(), c.where, x)
	}
	return check.Fact{}, false
}

// parsed is an expression as a tree; nil where it is none.
func parsed(text string) syntax.Expr {
	f, list := syntax.Parse("", "define zz = "+text)
	if list.Failed() || len(f.Decls) != 1 {
		return nil
	}
	if d, ok := f.Decls[0].(*syntax.Define); ok {
		return d.X
	}
	return nil
}

package catalog

import (
	"bytes"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/dsl/diag"
)

// reader walks a YAML tree and notes what is wrong with it, by position. Its methods return a zero value
// for what they could not read, so that one run tells every error.
type reader struct {
	text  []byte
	lines []int // the offset of each line
	out   diag.List
	later []func() // checks that need the whole file
	lives string   // what the places are called in which persons live; "": it is not said
}

// fields says how to read the value of each known key of a mapping.
type fields map[string]func(*yaml.Node)

// into reads a node with read and stores what it gives.
func into[T any](to *T, read func(*yaml.Node) T) func(*yaml.Node) {
	return func(n *yaml.Node) { *to = read(n) }
}

func newReader(text []byte) *reader {
	r := &reader{text: text, lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	return r
}

// root parses the text as one YAML document.
func (r *reader) root() (*yaml.Node, bool) {
	dec := yaml.NewDecoder(bytes.NewReader(r.text))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); err != nil {
		r.out.Add(r.badYAML(err))
		return nil, false
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		r.out.Add(secondDocument(r.span(&second)))
		return nil, false
	}
	return doc.Content[0], true
}

// span is the place of a node: a word is marked whole, anything else at its first character.
func (r *reader) span(n *yaml.Node) diag.Span {
	from := r.pos(n.Line, n.Column)
	length := 1
	if n.Kind == yaml.ScalarNode && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		length = max(1, utf8.RuneCountInString(n.Value))
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			length += 2
		}
	}
	return diag.Span{From: from, To: r.pos(from.Line, from.Column+length)}
}

// pos counts the offset of a line and a column; a place beyond the end of the line is the end of the line.
func (r *reader) pos(line, column int) diag.Pos {
	line = min(max(line, 1), len(r.lines))
	at := diag.Pos{Offset: r.lines[line-1], Line: line, Column: 1}
	for at.Column < column && at.Offset < len(r.text) && r.text[at.Offset] != '\n' {
		_, n := utf8.DecodeRune(r.text[at.Offset:])
		at.Offset += n
		at.Column++
	}
	return at
}

// fields reads a mapping with known keys.
func (r *reader) fields(n *yaml.Node, known fields, required ...string) {
	var seen []string
	r.entries(n, func(key, value *yaml.Node) {
		seen = append(seen, key.Value)
		read, ok := known[key.Value]
		if !ok {
			r.out.Add(unknownKey(r.span(key), key.Value, known))
			return
		}
		read(value)
	})
	for _, key := range required {
		if n.Kind == yaml.MappingNode && !slices.Contains(seen, key) {
			r.out.Add(missingKey(r.span(n), key))
		}
	}
}

// entries calls yield for each entry of a mapping in file order, each key once.
func (r *reader) entries(n *yaml.Node, yield func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "a mapping (key: value)")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			r.wrong(key, "a plain key")
		case seen[key.Value]:
			r.out.Add(duplicate(r.span(key), key.Value))
		default:
			seen[key.Value] = true
			yield(key, n.Content[i+1])
		}
	}
}

// list returns the items of a sequence.
func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "a list")
		return nil
	}
	return n.Content
}

// texts reads a list of texts, each once.
func (r *reader) texts(n *yaml.Node) []string {
	var out []string
	for _, item := range r.list(n) {
		s := r.word(item)
		if slices.Contains(out, s) {
			r.out.Add(duplicate(r.span(item), s))
		}
		out = append(out, s)
	}
	return out
}

// word reads a text. A number or a truth value is not taken for one.
func (r *reader) word(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" || n.Value == "" {
		r.wrong(n, "a text (in quotes, if it looks like a number)")
		return ""
	}
	return n.Value
}

// oneOf reads one of the allowed words.
func (r *reader) oneOf(allowed ...string) func(*yaml.Node) string {
	return func(n *yaml.Node) string {
		s := r.word(n)
		if s != "" && !slices.Contains(allowed, s) {
			r.out.Add(unknownWord(r.span(n), s, allowed))
			return ""
		}
		return s
	}
}

// name reads a name that matches pattern.
func (r *reader) name(pattern *regexp.Regexp) func(*yaml.Node) string {
	return func(n *yaml.Node) string {
		s := r.word(n)
		if s != "" && !pattern.MatchString(s) {
			r.out.Add(badName(r.span(n), s, pattern))
		}
		return s
	}
}

// flag reads true or false.
func (r *reader) flag(n *yaml.Node) bool {
	if n.Tag != "!!bool" {
		r.wrong(n, "true or false")
	}
	return n.Value == "true"
}

// number reads a finite number.
func (r *reader) number(n *yaml.Node) float64 {
	x, err := strconv.ParseFloat(n.Value, 64)
	if (n.Tag != "!!int" && n.Tag != "!!float") || err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		r.wrong(n, "a number")
		return 0
	}
	return x
}

// numbers reads a list of numbers in ascending order.
func (r *reader) numbers(n *yaml.Node) []float64 {
	var out []float64
	for _, item := range r.list(n) {
		x := r.number(item)
		if len(out) > 0 && x <= out[len(out)-1] {
			r.out.Add(notAscending(r.span(item)))
		}
		out = append(out, x)
	}
	return out
}

// date reads YYYY-MM-DD, which YAML may take for a time.
func (r *reader) date(n *yaml.Node) Date {
	d, err := ParseDate(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		r.wrong(n, "a date (YYYY-MM-DD)")
	}
	return d
}

func (r *reader) wrong(n *yaml.Node, want string) {
	r.out.Add(wrongType(r.span(n), want))
}

package syntax

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Format lays out a query. The author chooses where lines break and where one blank line stands; the layout
// chooses the rest:
//
//   - a declaration or statement begins its own line, statements two columns in; what goes on is four columns
//     in, or two more than the line whose bracket it is in;
//   - a study, a cohort and a report of several lines stand between blank lines;
//   - consecutive codes, param and define line up their "=", and consecutive rules what follows their labels;
//   - the rows of a test's table stand below each other, its columns lined up;
//   - comments stay, on their own line or at the end of one.
//
// The tokens are never changed, so the tree is the same; formatting twice is formatting once. A text with
// errors is not formatted: the list says what is wrong. One that white space would make longer than [MaxBytes] stays
// as it is.
func Format(source string) (string, diag.List) {
	f, list := Parse("", source)
	if list.Failed() {
		return "", list
	}
	rows := f.rows()
	indent(rows)
	space(rows)
	align(rows)
	alignCells(rows)
	var b strings.Builder
	for _, r := range rows {
		r.write(&b)
	}
	if b.Len() > MaxBytes {
		return source, list
	}
	return b.String(), list
}

// row is one line of the result.
type row struct {
	mark   mark    // zero for a comment or a line that goes on
	pieces []piece // of a comment on its own line: that comment
	remark string  // the comment at its end
	alone  bool    // is a comment
	blank  bool    // has a blank line before it
	indent int
}

// piece is a token with the space before it.
type piece struct {
	space string
	token lexer.Token
}

// rows divides the tokens into lines.
func (f *File) rows() []row {
	marks := f.marks()
	var rows []row
	var seen []lexer.Token // without comments
	last := lexer.Token{}
	for _, t := range f.tokens[:max(0, len(f.tokens)-1)] {
		breaks := t.Pos.Line - last.Pos.Line
		m := marks[t.Pos.Offset]
		comment := t.Type == kindComment
		switch {
		case len(rows) > 0 && comment && breaks == 0:
			rows[len(rows)-1].remark = tidy(t.Value)
		case len(rows) == 0 || breaks > 0 || m.line || last.Type == kindComment:
			rows = append(rows, row{mark: m, pieces: []piece{{token: t}}, alone: comment, blank: breaks > 1})
		case m.word != "" && last.Value != "{":
			r := &rows[len(rows)-1]
			r.pieces = append(r.pieces, piece{strings.Repeat(" ", cmp.Or(m.pad, 2)), t})
		default:
			r := &rows[len(rows)-1]
			r.pieces = append(r.pieces, piece{gap(seen, t), t})
		}
		if last = t; !comment {
			seen = append(seen, t)
		}
	}
	return rows
}

func tidy(comment string) string { return strings.TrimRight(comment, " \t\r") }

// indent sets the indents: first of lines with code, then of the comments above them.
func indent(rows []row) {
	var base int
	var open []int // the indents of the lines that opened the brackets around
	for i := range rows {
		r := &rows[i]
		switch {
		case r.alone:
			continue
		case r.mark.line:
			r.indent, open = r.mark.indent, nil
			base = r.indent + 4
		case r.mark.word != "": // a part of the study
			r.indent = 2
		case len(open) > 0 && r.pieces[0].token.Value == ")":
			r.indent = open[len(open)-1]
		case len(open) > 0:
			r.indent = open[len(open)-1] + 2
		default:
			r.indent = base
		}
		open = brackets(open, r)
	}
	for i := len(rows) - 2; i >= 0; i-- {
		if next := rows[i+1]; rows[i].alone {
			rows[i].indent = next.indent
			if next.mark.closes {
				rows[i].indent += 2
			}
		}
	}
}

// brackets follows the parentheses of a line.
func brackets(open []int, r *row) []int {
	for _, p := range r.pieces {
		switch {
		case p.token.Type != kindMark:
		case p.token.Value == "(":
			open = append(open, r.indent)
		case p.token.Value == ")" && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open
}

// space decides on the blank lines. Comments belong to the line below them, if no blank line is between.
func space(rows []row) {
	var apart, opened bool // the declaration before stands apart; the line before opens a body
	first := 0             // of the comments above the line
	for i := range rows {
		r := &rows[i]
		if r.alone {
			continue
		}
		switch {
		case !r.mark.line:
			for j := first; j <= i; j++ {
				rows[j].blank = false
			}
		case r.mark.closes:
			r.blank = false
		case r.mark.indent == 0:
			top := i
			for ; top > first && !rows[top].blank; top-- {
			}
			rows[top].blank = rows[top].blank || apart || r.mark.apart
			apart = r.mark.apart
		}
		if opened {
			rows[first].blank = false
		}
		opened = r.pieces[len(r.pieces)-1].token.Value == "{"
		first = i + 1
	}
	if len(rows) > 0 {
		rows[0].blank = false
	}
}

// maxColumn bounds the column at which lines are lined up.
const maxColumn = 64

// align pads consecutive lines of a kind to a common column.
func align(rows []row) {
	for i := 0; i < len(rows); {
		j, widest := i, 0
		for ; j < len(rows) && (j == i || !rows[j].blank && rows[j].kind() == rows[i].kind()); j++ {
			widest = max(widest, rows[j].width(rows[j].column()))
			if rows[j].kind() == "" {
				j++
				break
			}
		}
		for k := i; k < j; k++ {
			if c := rows[k].column(); c > 0 && j > i+1 {
				p := &rows[k].pieces[c]
				p.space += strings.Repeat(" ", widest-rows[k].width(c))
			}
		}
		i = j
	}
}

// kind names what a line is lined up with; "" is nothing.
func (r *row) kind() string {
	if c := r.column(); c == 0 || r.width(c) > maxColumn {
		return ""
	}
	switch r.mark.word {
	case "include", "exclude":
		return "rule"
	case "index", "lookback", "followup", "competing", "censor":
		return "time"
	}
	return r.mark.word
}

// column is the index of the piece that is lined up, or 0.
func (r *row) column() int {
	switch r.mark.word {
	case "codes", "param", "define", "outcome":
		return max(0, slices.IndexFunc(r.pieces, func(p piece) bool { return p.token.Value == "=" }))
	case "include", "exclude":
		if len(r.pieces) > 2 && r.pieces[1].token.Type == kindString {
			return 2
		}
	case "window":
		return max(0, slices.IndexFunc(r.pieces, func(p piece) bool { return p.token.Value == "from" }))
	case "index", "lookback", "followup", "competing", "censor":
		return min(1, len(r.pieces)-1)
	}
	return 0
}

// width is the width of the first n pieces in runes, with the spaces between them.
func (r *row) width(n int) (w int) {
	for _, p := range r.pieces[:n] {
		w += utf8.RuneCountInString(p.space + p.token.Value)
	}
	return w
}

func (r *row) write(b *strings.Builder) {
	if r.blank {
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat(" ", r.indent))
	for _, p := range r.pieces {
		b.WriteString(p.space)
		b.WriteString(tidy(p.token.Value))
	}
	if r.remark != "" {
		b.WriteString("  " + r.remark)
	}
	b.WriteByte('\n')
}

// mark says what begins at a token, for the layout. The zero mark is nothing; one without line keeps two
// spaces from what stands before it, or as many as pad says.
type mark struct {
	word   string // the token, or "clause", "table", "columns", "row", "cell"
	line   bool   // begins a line
	indent int
	pad    int
	apart  bool // stands between blank lines
	closes bool // is the closing bracket of a cohort, report or test
}

// studyParts are the words that begin a part of a study.
var studyParts = []string{"version", "purpose", "approval", "dataset"}

// marks finds what begins where, by offset.
func (f *File) marks() map[int]mark {
	m := map[int]mark{}
	if f.Study != nil {
		for i, t := range f.within(f.Study) {
			if i == 0 {
				m[t.Pos.Offset] = mark{word: t.Value, line: true, apart: true}
			} else if slices.Contains(studyParts, t.Value) {
				m[t.Pos.Offset] = mark{word: t.Value}
			}
		}
	}
	for _, d := range f.Decls {
		ts := f.within(d)
		head := mark{word: ts[0].Value, line: true}
		switch d := d.(type) {
		case *Cohort:
			head.apart = true
			f.markAll(m, d.Stmts)
			m[ts[len(ts)-1].Pos.Offset] = mark{word: "}", line: true, closes: true}
		case *Report:
			head.apart = f.markClauses(m, d, ts)
		case *Test:
			head.apart = true
			f.markTest(m, d)
			m[ts[len(ts)-1].Pos.Offset] = mark{word: "}", line: true, closes: true}
		}
		m[ts[0].Pos.Offset] = head
	}
	return m
}

func (f *File) markAll(m map[int]mark, stmts []Stmt) {
	for _, s := range stmts {
		t := f.within(s)[0]
		m[t.Pos.Offset] = mark{word: t.Value, line: true, indent: 2}
	}
}

// markClauses gives each clause its line when the clauses of a report are on more than one, and reports that.
func (f *File) markClauses(m map[int]mark, r *Report, ts []lexer.Token) bool {
	opening := slices.IndexFunc(ts, func(t lexer.Token) bool { return t.Type == kindMark && t.Value == "{" })
	if opening < 0 {
		return false
	}
	closing := ts[len(ts)-1]
	block := closing.Pos.Line > ts[opening].Pos.Line
	for _, c := range r.Clauses {
		m[c.Range.From.Offset] = mark{word: "clause", line: block, indent: 2}
	}
	if block {
		m[closing.Pos.Offset] = mark{word: "}", line: true, closes: true}
	}
	return block
}

// within lists the tokens of a node, without comments.
func (f *File) within(n Node) []lexer.Token {
	s := n.Span()
	before := func(t lexer.Token, offset int) int { return t.Pos.Offset - offset }
	i, _ := slices.BinarySearchFunc(f.tokens, s.From.Offset, before)
	j, _ := slices.BinarySearchFunc(f.tokens, s.To.Offset, before)
	return code(f.tokens[i:j])
}

// beforeParens are the words, beside the reserved ones, that keep a space from a bracket.
var beforeParens = []string{"competing", "highest", "inside", "lowest", "that"}

// gap is the space between the tokens before and the next one on the same line.
func gap(before []lexer.Token, t lexer.Token) string {
	n := len(before)
	if n == 0 {
		return ""
	}
	last := before[n-1]
	switch {
	case last.Value == "(", last.Value == ".", last.Value == "{" && t.Value == "}":
		return ""
	case slices.Contains([]string{")", ",", ".", ":"}, t.Value):
		return ""
	case t.Type == kindRange:
		return ""
	case t.Value == "(" && last.Type == kindWord && !slices.Contains(beforeParens, last.Value):
		return "" // a call
	case slices.Contains([]string{"-", "<", ">="}, last.Value) && (n == 1 || !operand(before[n-2])):
		return "" // -5, and <18 in bands
	}
	return " "
}

// operand reports whether an operator after t has t as its left side.
func operand(t lexer.Token) bool {
	switch t.Type {
	case kindMark:
		return t.Value == ")"
	case kindRelation, kindArith:
		return false
	case kindKeyword:
		return slices.Contains([]string{"index", "followup", "true", "false"}, t.Value)
	}
	return true
}

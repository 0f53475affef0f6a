// Package syntax turns the text of a cohort query into a tree, and lays the text out.
//
// [Parse] checks the limits of a text ([MaxBytes], [MaxTokens], [MaxNesting]), cuts it into tokens, and reads one declaration
// or statement at a time, so that several errors come at once and each costs only its own statement. The tree
// ([File], [Decl], [Stmt], [Expr], [EventSet]) mirrors the text: nothing is resolved, names and units are
// words, and every node has the span it was written as. What a text means is for package check to say.
//
// [Format] works on the tokens, not on the tree, and never adds, drops or changes one.
//
// The grammar is in grammar.go and grammar_events.go, every message in messages.go. This package alone knows the parser library
// (participle).
package syntax

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/officina-enclave/officina/dsl/diag"
)

// The limits of a text; beyond them nothing is parsed.
const (
	MaxBytes   = 64 << 10
	MaxTokens  = 8000 // words, numbers and signs, beside codes, commas and comments
	MaxNesting = 64   // of brackets, and of expressions in expressions
)

// File is one study: the tree of one text.
type File struct {
	Name   string // for messages, such as "t2d.cohort"
	Source string
	Study  *Study // nil where absent
	Decls  []Decl // in the order of the text

	tokens []lexer.Token // with comments and the end of the text
	size   int
}

// Size is how much of [MaxTokens] the text takes; 0 for a text beyond a limit.
func (f *File) Size() int { return f.size }

// Parse reads a query; name is for messages. The file is never nil. When the list has failed, the file holds
// what could be read; declarations and statements with an error are left out.
func Parse(name, source string) (*File, diag.List) { return parse(name, source, fault.explain) }

// Try is [Parse] without looking for what was meant: its messages are shorter, and it takes far less time where there are
// errors.
func Try(name, source string) (*File, diag.List) { return parse(name, source, fault.tell) }

func parse(name, source string, explain func(fault) diag.Diagnostic) (*File, diag.List) {
	f := &File{Name: name, Source: source}
	if list := limits(source); list.Failed() {
		return f, list
	}
	f.tokens = tokens(source)
	visible := code(f.tokens)
	size, list := tokenLimits(visible)
	if list.Failed() {
		return f, list
	}
	f.size = size
	p := parser{file: f, tokens: visible, lex: peeking(visible), explain: explain}
	p.run()
	return f, p.list.Sorted()
}

// Text returns the source of a span on one line, in the spacing of [Format] and without comments, so that it
// can serve as a title. Tokens that are partly in the span are left out.
func (f *File) Text(s diag.Span) string {
	var b strings.Builder
	ts := slices.DeleteFunc(f.within(Place{s}), func(t lexer.Token) bool { return spanOf(t).To.Offset > s.To.Offset })
	for i, t := range ts {
		b.WriteString(gap(ts[:i], t) + t.Value)
	}
	return b.String()
}

// The words that begin a declaration, and those that begin a statement of a cohort.
var (
	declWords = []string{"study", "import", "param", "codes", "define", "cohort", "report", "test"}
	stmtWords = []string{"index", "lookback", "include", "exclude", "window", "followup", "outcome", "competing", "censor", "define"}
)

// Where reading goes on after an error at the top level, in the head of a cohort, and in its body.
var (
	declStops = declWords
	testStops = slices.DeleteFunc(slices.Clone(declWords), func(w string) bool { return w == "param" || w == "codes" })
	headStops = slices.Concat(declWords, stmtWords, []string{"{"})
	bodyStops = slices.Concat(declWords, stmtWords, []string{"}"})
)

// parser goes over the tokens once. The grammar says where a declaration or statement ends; after an error the
// parser goes on at the next word that begins one.
type parser struct {
	file   *File
	tokens []lexer.Token // without comments; the last is the end of the text
	lex    *lexer.PeekingLexer
	list   diag.List

	explain func(fault) diag.Diagnostic
}

// next is the token to read next.
func (p *parser) next() lexer.Token { return *p.lex.Peek() }

// full stops reading once there are more errors than are shown.
func (p *parser) full() bool { return len(p.list) >= diag.Max }

func (p *parser) run() {
	for !p.next().EOF() && !p.full() {
		if t := p.next(); t.Value == "cohort" {
			p.cohort()
		} else if slices.Contains(stmtWords, t.Value) && t.Value != "define" {
			p.list.Add(outsideCohort(spanOf(t), t.Value))
			p.skip(p.lex.Cursor()+1, declStops)
		} else if g, ok := read(p, declarations, afterDecl, stopsOf(t)); ok {
			p.declare(g)
		}
	}
}

// stopsOf is where reading goes on after an error in the declaration that begins at t: a test has parameters of its own.
func stopsOf(t lexer.Token) []string {
	if t.Value == "test" {
		return testStops
	}
	return declStops
}

// declare adds one declaration that is not a cohort.
func (p *parser) declare(g *gDecl) {
	c := converter{list: &p.list}
	if g.Study == nil {
		p.file.Decls = append(p.file.Decls, c.decl(g))
		return
	}
	s := c.study(g.Study)
	if first := p.file.Study; first != nil {
		p.list.Add(twice(s.Range, "the study", first.Range))
		return
	}
	p.file.Study = s
}

// cohort reads a cohort; one with a broken head is left out, but the errors of its body are still found.
func (p *parser) cohort() {
	head := spanOf(p.next())
	g, ok := read(p, declarations, afterHead, headStops)
	if !ok {
		switch t := p.next(); {
		case t.Value == "{":
			p.lex.Next()
		case !slices.Contains(stmtWords, t.Value):
			return
		}
	}
	stmts, end := p.body(head)
	if ok {
		c := converter{list: &p.list}
		decl := c.head(g.Cohort)
		decl.Range, decl.Stmts = head.Join(end), stmts
		p.file.Decls = append(p.file.Decls, decl)
	}
}

// body reads the statements of a cohort up to its closing bracket and returns that bracket's place.
func (p *parser) body(head diag.Span) (stmts []Stmt, end diag.Span) {
	for !p.full() {
		t := p.next()
		end = spanOf(t)
		switch {
		case t.Value == "}":
			p.lex.Next()
			return stmts, end
		case t.EOF() || slices.Contains(declWords, t.Value) && t.Value != "define":
			p.list.Add(unclosedCohort(end, head))
			return stmts, end
		}
		if g, ok := read(p, statements, afterStmt, bodyStops); ok {
			c := converter{list: &p.list}
			stmts = append(stmts, c.stmt(g))
		}
	}
	return stmts, end
}

// What may follow a complete declaration, the head of a cohort, and a complete statement.
func afterDecl(t lexer.Token) bool {
	return t.EOF() || slices.Contains(declWords, t.Value) || slices.Contains(stmtWords, t.Value)
}

func afterHead(lexer.Token) bool { return true }

func afterStmt(t lexer.Token) bool { return t.Value == "}" || afterDecl(t) }

// attempt parses one G from lex. It returns nil where the grammar does not fit, and -1 or the index of the token
// that does not fit: with a tree, that is the one after it.
func attempt[G any](lex *lexer.PeekingLexer, g *participle.Parser[G], after func(lexer.Token) bool) (*G, int) {
	tree, err := g.ParseFromLexer(lex, participle.AllowTrailing(true))
	switch {
	case err != nil:
		return nil, lex.Cursor()
	case !after(*lex.Peek()):
		return tree, lex.Cursor()
	}
	return tree, -1
}

// read parses one G at the next token. After an error it reports it, skips to one of the stops, and returns false,
// unless the error begins a line of its own after a complete G.
func read[G any](p *parser, g *participle.Parser[G], after func(lexer.Token) bool, stops []string) (*G, bool) {
	from := p.lex.MakeCheckpoint()
	tree, at := attempt(p.lex, g, after)
	if at < 0 {
		return tree, true
	}
	p.lex.LoadCheckpoint(from)
	f := fault{tokens: p.tokens, from: from.Cursor(), at: at, complete: tree != nil, try: func(ts []lexer.Token) int {
		_, at := attempt(peeking(ts), g, after)
		return at
	}}
	p.list.Add(p.explain(f))
	p.skip(max(at, from.Cursor()+1), stops)
	return tree, f.complete && f.beginsLine()
}

// skip goes to the token at index i, and on to a stop.
func (p *parser) skip(i int, stops []string) {
	for t := p.next(); !t.EOF() && (p.lex.Cursor() < i || !p.stopsAt(stops)); t = p.next() {
		p.lex.Next()
	}
}

// stopsAt reports whether the next token is a stop. Words that have a second use inside expressions
// ("before index", "count codes of"), or can be names, are one only at the beginning of a line.
func (p *parser) stopsAt(stops []string) bool {
	t := p.next()
	if !slices.Contains(stops, t.Value) {
		return false
	}
	inside := t.Type == kindWord || slices.Contains([]string{"index", "followup", "codes", "cohort"}, t.Value)
	return !inside || t.Pos.Line > p.tokens[p.lex.Cursor()-1].Pos.Line
}

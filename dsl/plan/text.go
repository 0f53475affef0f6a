package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// node is an S-expression: a list with a head, or an atom when it has no parts. Words are further atoms, of which there
// can be very many.
type node struct {
	head  string
	parts []node
	words []string
	list  bool
	size  int // bytes on one line
}

func atom(s string) node   { return node{head: s, size: len(s)} }
func quoted(s string) node { return atom(strconv.Quote(s)) }

// form is a list; the parts are its own from now on.
func form(head string, parts ...node) node {
	n := node{head: head, parts: parts, list: true, size: len("()") + len(head)}
	for _, p := range parts {
		n.size += 1 + p.size
	}
	return n
}

// listed is a form whose parts are words.
func listed(head string, words []string) node { return form(head).withWords(words) }

func (n node) withWords(words []string) node {
	n.words = words
	for _, w := range words {
		n.size += 1 + len(w)
	}
	return n
}

func (n node) with(parts ...node) node {
	n.parts = append(slices.Clip(n.parts), parts...)
	for _, p := range parts {
		n.size += 1 + p.size
	}
	return n
}

func each[T any](xs []T, f func(T) node) []node {
	out := make([]node, len(xs))
	for i, x := range xs {
		out[i] = f(x)
	}
	return out
}

// flat writes n on one line.
func (n node) flat() string {
	var b strings.Builder
	b.Grow(n.size)
	n.writeFlat(&b)
	return b.String()
}

// begin is the beginning of the text on one line: enough to tell most expressions apart.
func (n node) begin() string {
	const enough = 128
	if n.size <= enough {
		return n.flat()
	}
	var b strings.Builder
	n.writeBegin(&b, enough)
	return b.String()[:enough]
}

// writeBegin writes at least most bytes of the text, if it has as many, and not much more.
func (n node) writeBegin(b *strings.Builder, most int) {
	if n.size+b.Len() <= most {
		n.writeFlat(b)
		return
	}
	if !n.list {
		b.WriteString(n.head)
		return
	}
	b.WriteByte('(')
	b.WriteString(n.head)
	for _, p := range n.parts {
		if b.Len() >= most {
			return
		}
		b.WriteByte(' ')
		p.writeBegin(b, most)
	}
	for _, w := range n.words {
		if b.Len() >= most {
			return
		}
		b.WriteByte(' ')
		b.WriteString(w)
	}
	b.WriteByte(')')
}

func (n node) writeFlat(b *strings.Builder) {
	if !n.list {
		b.WriteString(n.head)
		return
	}
	b.WriteByte('(')
	b.WriteString(n.head)
	for _, p := range n.parts {
		b.WriteByte(' ')
		p.writeFlat(b)
	}
	for _, w := range n.words {
		b.WriteByte(' ')
		b.WriteString(w)
	}
	b.WriteByte(')')
}

// page is the width up to which a list is written on one line.
const page = 100

func (n node) fits(indent int) bool { return !n.list || indent+n.size <= page }

// margins counts the bytes of the margins of n over several lines: it has as many bytes more than on one line.
func (n node) margins(indent int) int {
	if n.fits(indent) {
		return indent
	}
	sum := indent + len(n.words)*(indent+2)
	for _, p := range n.parts {
		sum += p.margins(indent + 2)
	}
	return sum
}

// lines writes nodes over several lines.
type lines struct {
	strings.Builder
	columns map[column]span
}

// column is a list of words that stand below each other; span is where it was written.
type (
	column struct {
		first  *string
		words  int
		indent int
	}
	span struct{ from, to int }
)

// write writes n over several lines where one would be longer than the page.
func (b *lines) write(n node, indent int) {
	margin(&b.Builder, indent)
	if n.fits(indent) {
		n.writeFlat(&b.Builder)
		return
	}
	b.WriteByte('(')
	b.WriteString(n.head)
	for _, p := range n.parts {
		b.WriteByte('\n')
		b.write(p, indent+2)
	}
	if len(n.words) > 0 {
		b.column(n.words, indent+2)
	}
	b.WriteByte(')')
}

// column writes each word on a line of its own. One list is often used at several places.
func (b *lines) column(words []string, indent int) {
	at := column{&words[0], len(words), indent}
	if s, ok := b.columns[at]; ok {
		b.WriteString(b.String()[s.from:s.to])
		return
	}
	from, start := b.Len(), "\n"+strings.Repeat(" ", indent)
	for _, w := range words {
		b.WriteString(start)
		b.WriteString(w)
	}
	b.columns[at] = span{from, b.Len()}
}

func margin(b *strings.Builder, indent int) {
	const spaces = "                                                                "
	for ; indent > len(spaces); indent -= len(spaces) {
		b.WriteString(spaces)
	}
	b.WriteString(spaces[:indent])
}

func (p *Plan) text() string {
	n := form("plan", atom(strconv.Itoa(Format)),
		form("dataset", quoted(p.Dataset), atom(p.Catalog), atom(p.Vocabulary)))
	for i, c := range p.Cohorts {
		cn := form("cohort", atom(strconv.Itoa(i)), form("index", exprNode(c.Index)))
		n = n.with(cn.with(each(c.Rules, ruleNode)...))
	}
	n = n.with(each(p.Reports, reportNode)...)
	b := lines{columns: map[column]span{}}
	b.Grow(n.size + n.margins(0) + len("\n"))
	b.write(n, 0)
	b.WriteByte('\n')
	return b.String()
}

func ruleNode(r *Rule) node {
	if r.Exclude {
		return form("exclude", exprNode(r.Cond))
	}
	return form("include", exprNode(r.Cond))
}

func reportNode(r *Report) node {
	n := form("report", atom(r.Kind), atom(strconv.Itoa(r.Cohort)))
	for _, d := range r.By {
		n = n.with(form("by", exprNode(d.X)).with(each(d.Keys, quoted)...).with(each(d.Bands, bandNode)...))
	}
	if r.Value != nil {
		n = n.with(form("value", exprNode(r.Value)))
	}
	return n
}

func bandNode(b Band) node { return form("band", limitNode(b.Low), limitNode(b.High)) }

func limitNode(x *float64) node {
	if x == nil {
		return atom("open")
	}
	return atom(number(*x))
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// String renders x as the canonical text does, on one line.
func String(x Expr) string { return exprNode(x).flat() }

// String renders s as the canonical text does, on one line.
func (s *EventSet) String() string { return s.node().flat() }

func exprNode(x Expr) node {
	switch x := x.(type) {
	case *Const:
		return constNode(x)
	case *Attr:
		return atom("person." + x.Column.Name)
	case *Field:
		return atom("event." + x.Column.Name)
	case *End:
		return atom(map[bool]string{false: "event.end-or-start", true: "event.open-end"}[x.Open])
	case *Index:
		return atom("index")
	case *InCohort:
		return form("in-cohort", atom(strconv.Itoa(x.Cohort)))
	case *IndexOf:
		return form("index-of", atom(strconv.Itoa(x.Cohort)))
	case *Count:
		if x.Distinct != "" {
			return form("count-distinct", atom(x.Distinct), x.Set.node())
		}
		return form("count", x.Set.node())
	case *Pick:
		return pickNode(x)
	case *Covered:
		return form("covered", exprNode(x.From), exprNode(x.To), x.Set.node())
	case *Agg:
		return form(x.Fn, atom(x.Column.Name), x.Set.node())
	case *Compare:
		return form(x.Op, exprNode(x.L), exprNode(x.R))
	case *And:
		return form("and", each(x.Xs, exprNode)...)
	case *Or:
		return form("or", each(x.Xs, exprNode)...)
	case *Not:
		return form("not", exprNode(x.X))
	case *AtLeast:
		return form("at-least", atom(strconv.Itoa(x.N))).with(each(x.Xs, exprNode)...)
	case *In:
		return form("in", exprNode(x.X)).with(each(x.Values, constNode)...)
	case *InCodes:
		return form("in-codes", exprNode(x.X)).withWords(x.Codes.Codes)
	case *IsMissing:
		return form("missing", exprNode(x.X))
	}
	return valueNode(x)
}

func valueNode(x Expr) node {
	switch x := x.(type) {
	case *Arith:
		return form(x.Op, exprNode(x.L), exprNode(x.R))
	case *Convert:
		return form("convert", atom(number(x.Factor)), atom(number(x.Offset)), exprNode(x.X))
	case *Call:
		return form(x.Fn, each(x.Args, exprNode)...)
	case *AddDate:
		return form("add-"+x.Unit, atom(strconv.Itoa(x.N)), exprNode(x.X))
	case *Elapsed:
		return form(x.Unit+"-between", exprNode(x.From), exprNode(x.To))
	case *Day:
		return form("day", exprNode(x.X))
	case *Part:
		return form(x.Which, exprNode(x.X))
	case *Case:
		n := form("case", each(x.Whens, func(w When) node { return form("when", exprNode(w.If), exprNode(w.Then)) })...)
		if x.CatchUnknown {
			return n.with(form("otherwise-or-unknown", exprNode(x.Else)))
		}
		return n.with(form("otherwise", exprNode(x.Else)))
	case *Extreme:
		return form(map[bool]string{false: "earliest", true: "latest"}[x.Last], each(x.Dates, exprNode)...)
	}
	return atom(fmt.Sprintf("(unknown %T)", x))
}

func pickNode(x *Pick) node {
	n := form(string(x.Which), atom(x.Column.Name))
	switch x.Which {
	case Nth:
		n = n.with(atom(strconv.Itoa(x.N)))
	case Nearest:
		n = n.with(exprNode(x.To))
	}
	return n.with(x.Set.node())
}

func constNode(c *Const) node {
	switch v := c.Value.(type) {
	case nil:
		return atom("nothing")
	case float64:
		return atom(number(v))
	case string:
		return quoted(v)
	case catalog.Date:
		return atom(v.String())
	case catalog.Moment:
		return atom(v.String())
	default:
		return atom(fmt.Sprint(v))
	}
}

func (s *EventSet) node() node {
	n := form("events", atom(s.Source.Name))
	switch {
	case len(s.Union) > 0:
		n = form("union", each(s.Union, (*EventSet).node)...)
	case s.Episodes != nil:
		n = form("episodes", s.Gap.node(), s.Episodes.node())
	}
	if s.Codes != nil {
		n = n.with(listed("codes", s.Codes.Codes))
	}
	if s.Without != nil {
		n = n.with(listed("without", s.Without.Codes))
	}
	if s.Where != nil {
		n = n.with(form("where", exprNode(s.Where)))
	}
	n = n.with(each(s.Bounds, func(b Bound) node { return form(b.Op, atom(b.Column), exprNode(b.At)) })...)
	if s.Apart != (Span{}) {
		n = n.with(form("apart", s.Apart.node()))
	}
	return n
}

func (s Span) node() node { return atom(strconv.Itoa(s.N) + "-" + s.Unit) }

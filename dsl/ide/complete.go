package ide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Completion is what may stand at a place. The items replace the text from From to To, which are byte offsets.
type Completion struct {
	From  int    `json:"from"`
	To    int    `json:"to"`
	Items []Item `json:"items"`
	// More says that there are others, which more letters would find.
	More bool `json:"more"`
}

// Item is one thing that may stand at a place.
type Item struct {
	Label  string `json:"label"`            // what it replaces the typed word with
	Kind   string `json:"kind"`             // keyword, source, column, codes, define, param, cohort, attribute, value, unit, code, report, clause
	Detail string `json:"detail,omitempty"` // its type, or the label of a code
	Help   string `json:"help,omitempty"`
}

// Complete says what may stand at an offset of a text, which need not be right anywhere. It offers what begins with the
// letters before the offset; of codes also those whose label has them.
func (d *Desk) Complete(text string, offset int) Completion {
	if len(text) > syntax.MaxBytes {
		return Completion{From: offset, To: offset}
	}
	c := d.at(text, offset)
	out := Completion{From: c.from, To: c.offset}
	switch c.in {
	case "comment":
		return out
	case "string":
		out.Items = c.begun(c.strings())
		return out
	}
	if codes, ok := c.codes(); ok {
		return codes
	}
	names, only := c.names()
	if !only {
		names = append(names, c.keywords()...)
	}
	out.Items = c.begun(names)
	return out
}

// begun keeps the items that begin with what is typed, each label once.
func (c *cursor) begun(items []Item) []Item {
	seen := map[string]bool{}
	typed := strings.ToLower(c.typed)
	out := []Item{}
	for _, item := range items {
		if !seen[item.Label] && strings.HasPrefix(strings.ToLower(item.Label), typed) {
			seen[item.Label] = true
			out = append(out, item)
		}
	}
	return out
}

// keywords are the forms of the language that the grammar takes here. On a new line a statement or declaration may begin
// even where the one before it has no end; what goes on with the one before comes first.
func (c *cursor) keywords() []Item {
	var out, begin []Item
	fresh := syntax.Draft{Body: c.draft.Body}
	line := strings.TrimLeft(c.text[:c.from], " \t")
	onNewLine := line == "" || strings.HasSuffix(strings.TrimRight(line, " \t"), "\n")
	value, date := c.isValue(), slices.Contains(dated, c.tok(1))
	for _, w := range Words {
		if !strings.HasPrefix(w.Form, strings.ToLower(c.typed)) {
			continue
		}
		ok := onNewLine && fresh.Takes(w.Form)
		words := cmp.Or(w.try, w.Form)
		switch {
		case ok:
		case w.Form == "event":
			ok = value && c.where.Source != ""
		case w.value:
			ok = value && c.takes(words) && (!date || slices.Contains(dates, w.Form))
		case (syntax.Draft{}).Takes(w.Form) || (syntax.Draft{Body: true}).Takes(w.Form):
			ok = fresh.Takes(w.Form) && c.takes(words) && c.takes(map[bool]string{true: "include", false: "report"}[fresh.Body])
		default:
			ok = c.takes(words) && !c.looksLikeAName(words)
		}
		label, _, _ := strings.Cut(w.Form, " …")
		switch item := (Item{Label: label, Kind: "keyword", Help: w.Help}); {
		case ok && fresh.Takes(w.Form):
			begin = append(begin, item)
		case ok:
			out = append(out, item)
		}
	}
	return append(out, begin...)
}

// isValue reports whether a value may begin here.
func (c *cursor) isValue() bool { return c.takes("1 is") && c.kind(1) != "Number" }

// looksLikeAName reports whether the grammar takes words here only as it takes any name: it says nothing of them.
func (c *cursor) looksLikeAName(words string) bool {
	first, rest, _ := strings.Cut(words, " ")
	return !syntax.Reserved(first) && len(c.draft.Tokens) > 0 && c.takes(strings.TrimSpace("zz "+rest))
}

func (c *cursor) takes(words string) bool {
	if taken, ok := c.taken[words]; ok {
		return taken
	}
	taken := c.draft.Takes(words)
	c.taken[words] = taken
	return taken
}

// dated are the words behind which a date stands, and dates the forms that give one.
var (
	dated = []string{"before", "after", "on", "since", "until", "at", "from", "to"}
	dates = []string{"first", "last", "first ever", "first of (", "last of (", "nearest to", "highest", "lowest", "date of",
		"start of", "end of", "data_start", "data_end", "event"}
)

// names are the names that may stand here; only says that nothing else may.
func (c *cursor) names() (out []Item, only bool) {
	ts := c.draft.Tokens
	if len(ts) == 0 {
		return nil, false
	}
	first, last := ts[0].Text, c.tok(1)
	switch {
	case len(ts) == 1 && after[first] != nil:
		return nil, true // a new name
	case len(ts) == 1 && first == "report":
		return reportKinds(), true
	case first == "param" && last == ":":
		return items("keyword", "bool", "int", "number", "string", "date", "duration", "code"), true
	case first == "test":
		return c.tests(), true
	case first == "report" && c.takes("zz :"):
		return c.clauses(), true
	case last == "extends" || last == "matches" || last == "cohort" || last == "of" && c.tok(2) == "index", c.isReported():
		return c.declared("cohort", "import"), true
	case last == "during" || last == "inside":
		return c.times(), false
	case last == "to" && c.tok(2) == "nearest":
		return c.person(true), false
	case c.kind(1) == "Number" || last == "as":
		return c.units(), false
	case last == "of" && c.takes("zz") && !c.takes("zz where (") && !c.isValue():
		return c.events(), false
	case slices.Contains([]string{"sum", "mean", "median", "min", "max", "sd"}, last):
		return c.everyColumn(numeric), true
	}
	return c.values(last), false
}

// tests are the names of a test block: its cohort, its tables, their columns.
func (c *cursor) tests() []Item {
	open := c.opener(len(c.draft.Tokens))
	switch {
	case c.tok(1) == "of":
		return c.declared("cohort", "import")
	case open < 0 || c.draft.Tokens[open].Text == "{":
		return append(items("keyword", "person", "expect", "param"), c.sources()...)
	}
	out := items("column", "id")
	switch table := c.dotted(open - 1); table {
	case "person":
		for _, col := range c.target.Catalog.Attributes {
			if queryable(col.Sensitivity) {
				out = append(out, Item{Label: col.Name, Kind: "attribute", Detail: col.Type.String()})
			}
		}
	case "expect":
		out = append(append(out, items("keyword", "index")...), c.declared("define", "outcome")...)
	default:
		s, ok := c.source(table)
		if !ok {
			return nil // a row of a table
		}
		for _, col := range columns(s) {
			out = append(out, Item{Label: col.Name, Kind: "column", Detail: col.Type.String()})
		}
	}
	return out
}

// times are what `during` may be followed by.
func (c *cursor) times() []Item {
	out := append(items("keyword", "followup"), c.declared("window")...)
	if c.where.Source != "" {
		out = append(out, items("keyword", "event")...)
	}
	return append(out, c.sources()...)
}

// isReported reports whether the cohort of a report stands here.
func (c *cursor) isReported() bool {
	ts := c.draft.Tokens
	return ts[0].Text == "report" && (c.tok(1) == "of" || c.tok(2) == "of" && c.tok(1) == "(" || c.tok(1) == "," && c.opener(len(ts)) > 0) &&
		!slices.ContainsFunc(ts, func(t syntax.Token) bool { return t.Text == "by" || t.Text == "{" })
}

// values are the sources, code sets and values that may stand here. Where the statement has a fault before the place, all.
func (c *cursor) values(last string) []Item {
	source, codes, value := c.takes("zz where ("), c.takes("zz with"), c.isValue()
	if c.lost() {
		source, codes, value = true, true, true
	}
	var out []Item
	if codes {
		out = append(out, c.declared("codes", "import")...)
		out = append(out, c.systems()...)
	}
	if source {
		out = append(out, c.sources()...)
	}
	if value {
		out = append(out, c.person(slices.Contains(dated, last))...)
	}
	return out
}

// lost reports whether the statement has a fault before the place, so that the grammar takes nothing here.
func (c *cursor) lost() bool {
	return !slices.ContainsFunc([]string{"zz", "1", "of", ",", ")", "}", "{", "and", "by", "=", `"x"`, `version "1"`, "include", "report", "before"}, c.takes)
}

// person are the values that an expression may name; dates only where a date must stand.
func (c *cursor) person(date bool) []Item {
	var out []Item
	fits := func(col catalog.Column) bool {
		return queryable(col.Sensitivity) && (!date || col.Type.Kind == catalog.DateKind)
	}
	if s, ok := c.source(c.where.Source); ok {
		for _, col := range columns(s) {
			if fits(col) {
				out = append(out, Item{Label: col.Name, Kind: "column", Detail: col.Type.String()})
			}
		}
	}
	out = append(out, c.declared("define", "param", "outcome")...)
	if c.where.Cohort != "" {
		out = append(out, Item{Label: "index", Kind: "keyword", Help: "the index date"})
	}
	for _, col := range c.target.Catalog.Attributes {
		if fits(col) {
			out = append(out, Item{Label: col.Name, Kind: "attribute", Detail: col.Type.String()})
		}
	}
	if !date && c.typed != "" && c.takes("zz of last") {
		for _, item := range c.everyColumn(func(catalog.Column) bool { return true }) {
			item.Label += " of"
			out = append(out, item)
		}
	}
	return out
}

func (c *cursor) declared(what ...string) []Item {
	var out []Item
	for _, d := range c.visible(what...) {
		out = append(out, Item{Label: d.name, Kind: d.what})
	}
	return out
}

// events are the definitions that choose one event.
func (c *cursor) events() []Item {
	var out []Item
	for _, d := range c.visible("define", "outcome") {
		if d.event {
			out = append(out, Item{Label: d.name, Kind: d.what})
		}
	}
	return out
}

func (c *cursor) sources() []Item {
	var out []Item
	for _, s := range c.target.Catalog.Sources {
		if queryable(s.Sensitivity) {
			out = append(out, Item{Label: s.Name, Kind: "source", Detail: strings.Join(s.Systems, ", ")})
		}
	}
	return out
}

// systems are the code systems, each ready for a code.
func (c *cursor) systems() []Item {
	var out []Item
	for _, name := range c.target.Catalog.SystemNames() {
		out = append(out, Item{Label: name + ":", Kind: "code", Detail: "code system"})
	}
	return out
}

// everyColumn lists columns of all sources, each name once, with the sources that have it.
func (c *cursor) everyColumn(fits func(catalog.Column) bool) []Item {
	var out []Item
	for _, s := range c.target.Catalog.Sources {
		if !queryable(s.Sensitivity) {
			continue
		}
		for _, col := range columns(s) {
			i := slices.IndexFunc(out, func(item Item) bool { return item.Label == col.Name })
			switch {
			case !fits(col):
			case i < 0:
				out = append(out, Item{Label: col.Name, Kind: "column", Detail: "of " + s.Name})
			default:
				out[i].Detail += ", " + s.Name
			}
		}
	}
	return out
}

func numeric(col catalog.Column) bool {
	return col.Type.Kind == catalog.Number || col.Type.Kind == catalog.Int
}

func reportKinds() []Item {
	var out []Item
	for _, k := range plan.Kinds {
		out = append(out, Item{Label: k.Name, Kind: "report", Help: k.Summary})
	}
	return out
}

// clauses are the clauses of the report that it does not have yet.
func (c *cursor) clauses() []Item {
	kind, _ := plan.KindOf(c.draft.Tokens[1].Text)
	var out []Item
	for _, key := range kind.Clauses {
		if !slices.ContainsFunc(c.draft.Tokens, func(t syntax.Token) bool { return t.Text == key }) {
			out = append(out, Item{Label: key + ":", Kind: "clause"})
		}
	}
	return out
}

func items(kind string, labels ...string) []Item {
	out := make([]Item, len(labels))
	for i, label := range labels {
		out[i] = Item{Label: label, Kind: kind}
	}
	return out
}

package ide

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// declared is a name that the text declares.
type declared struct {
	what   string // codes, param, define, cohort, window, outcome, or import: a code set or cohort of a library
	name   string
	cohort string // in which it is declared; "" at the top level
	event  bool   // it chooses one event
	span   diag.Span
}

// after says what follows the name in each declaration.
var after = map[string][]string{
	"codes": {"="}, "define": {"="}, "param": {":"}, "outcome": {"="}, "window": {"from"},
	"cohort": {"{", "extends", "matches"},
}

// declarations finds the names that a text declares by its tokens, so that a fault elsewhere hides none.
func declarations(text string) []declared {
	var out []declared
	ts := slices.DeleteFunc(syntax.Tokens(text), func(t syntax.Token) bool { return t.Kind == "Comment" })
	cohort, depth := "", 0
	imports := false
	for i, t := range ts {
		switch {
		case t.Text == "import" && t.Range.From.Column == 1:
			imports = true
		case imports && t.Kind == "Word":
			out = append(out, declared{what: "import", name: t.Text, span: t.Range})
		case imports && t.Text != ",":
			imports = false
		}
		switch t.Text {
		case "{":
			depth++
		case "}":
			if depth--; depth <= 0 {
				cohort, depth = "", 0
			}
		case "report", "study":
			if depth > 0 && t.Range.From.Column == 1 {
				cohort, depth = "", 0
			}
		}
		if i+2 >= len(ts) || ts[i+1].Kind != "Word" || !slices.Contains(after[t.Text], ts[i+2].Text) {
			continue
		}
		d := declared{what: t.Text, name: ts[i+1].Text, cohort: cohort, event: picks(ts[i+3:]), span: ts[i+1].Range}
		if t.Text == "cohort" {
			d.cohort, cohort, depth = "", d.name, 0
		}
		out = append(out, d)
	}
	return out
}

// picks reports whether an expression that begins with these tokens chooses an event.
func picks(ts []syntax.Token) bool {
	switch {
	case len(ts) < 2:
		return false
	case ts[0].Kind == "Ordinal":
		return true
	case ts[0].Text == "nearest":
		return ts[1].Text == "to"
	}
	return slices.Contains([]string{"first", "last", "highest", "lowest"}, ts[0].Text) && ts[1].Text != "of"
}

// visible are the declarations of a kind that a place in a cohort can name.
func (c *cursor) visible(what ...string) []declared {
	if c.all == nil {
		c.all = declarations(c.text)
	}
	return slices.DeleteFunc(slices.Clone(c.all), func(d declared) bool {
		return !slices.Contains(what, d.what) || d.cohort != "" && d.cohort != c.where.Cohort
	})
}

// named finds the declaration that a name means at a place: one of its cohort goes first.
func (c *cursor) named(name string) (declared, bool) {
	var found declared
	for _, d := range c.visible("codes", "param", "define", "cohort", "window", "outcome", "import") {
		if d.name == name && (found.name == "" || d.cohort != "") {
			found = d
		}
	}
	return found, found.name != ""
}

// Definition is the place where the name at an offset is declared.
func (d *Desk) Definition(text string, offset int) (diag.Span, bool) {
	word, c, ok := d.word(text, offset)
	if !ok {
		return diag.Span{}, false
	}
	found, ok := c.named(word.Text)
	return found.span, ok
}

// word is the token at an offset, with the cursor at its end.
func (d *Desk) word(text string, offset int) (syntax.Token, *cursor, bool) {
	if offset < 0 || offset > len(text) {
		return syntax.Token{}, nil, false
	}
	for _, t := range syntax.Tokens(text) {
		if t.Range.From.Offset <= offset && offset <= t.Range.To.Offset && (t.Kind != "Mark" && t.Kind != "Comment") {
			return t, d.at(text, t.Range.To.Offset), true
		}
	}
	return syntax.Token{}, nil, false
}

// Symbol is an entry of the outline of a text.
type Symbol struct {
	Name     string    `json:"name"`
	Detail   string    `json:"detail,omitempty"`
	Kind     string    `json:"kind"` // study, codes, param, define, cohort, window, outcome, rule or report
	Span     diag.Span `json:"span"`
	Children []Symbol  `json:"children,omitempty"`
}

// Symbols is the outline of a text: its declarations, and what is in each cohort. Statements with a fault are left out.
func (d *Desk) Symbols(text string) []Symbol {
	f, _ := syntax.Parse("", text)
	var out []Symbol
	if s := f.Study; s != nil {
		out = append(out, Symbol{Name: s.Title.Value, Kind: "study", Span: s.Range})
	}
	for _, decl := range f.Decls {
		out = append(out, symbol(f, decl))
	}
	return out
}

func symbol(f *syntax.File, n syntax.Node) Symbol {
	s := Symbol{Span: n.Span(), Kind: "define"}
	switch n := n.(type) {
	case *syntax.Codes:
		s.Name, s.Kind = n.Name.Name, "codes"
	case *syntax.Param:
		s.Name, s.Kind, s.Detail = n.Name.Name, "param", n.Type.Name
	case *syntax.Define:
		s.Name = n.Name.Name
	case *syntax.Report:
		s.Name, s.Kind, s.Detail = n.Kind.Name, "report", n.Title.Value
	case *syntax.Rule:
		s.Name, s.Kind = n.Label.Value, "rule"
	case *syntax.Cohort:
		s.Name, s.Kind = n.Name.Name, "cohort"
		for _, stmt := range n.Stmts {
			s.Children = append(s.Children, symbol(f, stmt))
		}
	default:
		s.Kind = "rule"
	}
	if s.Name == "" {
		s.Name = f.Text(n.Span())
	}
	return s
}

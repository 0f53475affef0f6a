package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Note is what a word of a text means, as Markdown.
type Note struct {
	Span diag.Span `json:"span"`
	Text string    `json:"text"`
}

// Hover says what the word at an offset means: a name of the file, a column, a code, a word of the language.
func (d *Desk) Hover(text string, offset int) (Note, bool) {
	word, c, ok := d.word(text, offset)
	if !ok || word.Kind == "String" || word.Kind == "Unclosed" {
		return Note{}, false
	}
	said := c.meaning(word)
	return Note{word.Range, said}, said != ""
}

func (c *cursor) meaning(word syntax.Token) string {
	if word.Kind == "Curie" {
		return c.code(word.Text)
	}
	if kind, ok := plan.KindOf(word.Text); ok && c.tok(1) == "report" {
		return fmt.Sprintf("**report %s**: %s", kind.Name, kind.Summary)
	}
	if !syntax.Reserved(word.Text) {
		if said := c.name(word.Text); said != "" {
			return said
		}
	}
	return cmp.Or(help(word.Text), help(word.Text+"s"))
}

// help is that of the form which begins with a word or, where none does, has it.
func help(word string) string {
	inside := ""
	for _, w := range Words {
		parts := strings.Fields(strings.ReplaceAll(w.Form, "(", " "))
		said := fmt.Sprintf("**%s**: %s", w.Form, w.Help)
		switch at := slices.Index(parts, word); {
		case at == 0:
			return said
		case at > 0 && inside == "":
			inside = said
		}
	}
	return inside
}

// code is the label of a code, and how many are below it.
func (c *cursor) code(curie string) string {
	label, ok := c.label(curie)
	if !ok {
		return ""
	}
	all := c.target.Vocabulary.Expand(c.target.Catalog.Systems, []catalog.Term{{Curie: curie, Descendants: true}}, nil)
	return fmt.Sprintf("**%s** %s\n\n%s below it", curie, label, count(len(all)-1, "code"))
}

// name says what a name of the text, of the event's source or of the catalog means.
func (c *cursor) name(name string) string {
	if s, ok := c.source(c.where.Source); ok {
		for _, col := range columns(s) {
			if col.Name == name {
				return c.column("column of "+s.Name, col)
			}
		}
	}
	if d, ok := c.named(name); ok {
		return c.declaration(d)
	}
	if col, ok := c.target.Catalog.Attribute(name); ok && queryable(col.Sensitivity) {
		return c.column("attribute of a person", col)
	}
	if s, ok := c.source(name); ok {
		return sourceNote(s)
	}
	return ""
}

// declaration says what a name of the file stands for.
func (c *cursor) declaration(d declared) string {
	head := fmt.Sprintf("**%s** %s", d.what, d.name)
	for _, decl := range c.file().Decls {
		switch decl := decl.(type) {
		case *syntax.Codes:
			if decl.Name.Range == d.span {
				return head + "\n\n" + c.codeSet(decl)
			}
		case *syntax.Param:
			if decl.Name.Range == d.span && decl.Default != nil {
				return fmt.Sprintf("%s: %s, by default %s", head, decl.Type.Name, c.file().Text(decl.Default.Span()))
			}
		case *syntax.Define:
			if decl.Name.Range == d.span {
				return head + c.expression(decl, check.Where{Cohort: c.where.Cohort})
			}
		case *syntax.Cohort:
			for _, s := range decl.Stmts {
				if def, ok := s.(*syntax.Define); ok && def.Name.Range == d.span {
					return head + c.expression(def, check.Where{Cohort: decl.Name.Name})
				}
			}
		}
	}
	return head
}

// expression is the type of a definition, and its text.
func (c *cursor) expression(d *syntax.Define, at check.Where) string {
	of := ""
	if fact, ok := check.Ask(c.file(), c.context(), at, d.X); ok {
		of = ": " + fact.Type.String()
	}
	return fmt.Sprintf("%s\n\n```cohort\n%s\n```", of, c.file().Text(d.X.Span()))
}

// shown is how many codes of a set are named.
const shown = 5

// codeSet counts the codes of a set and names the first.
func (c *cursor) codeSet(d *syntax.Codes) string {
	codes := check.Expand(c.file(), c.context(), d)
	lines := []string{count(len(codes), "code")}
	for i, code := range codes {
		if i == shown {
			lines = append(lines, "- …")
			break
		}
		label, _ := c.label(code)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("- `%s` %s", code, label)))
	}
	return strings.Join(lines, "\n")
}

// column says the type, the values, the bounds and the grid of a column.
func (c *cursor) column(what string, col catalog.Column) string {
	lines := []string{fmt.Sprintf("**%s**, %s: %s", col.Name, what, col.Type)}
	bounds, grid := col.Bounds, col.Grid
	if fact, ok := c.ask(col.Name); ok && len(fact.Units) > 0 {
		lines = append(lines, "in "+strings.Join(fact.Units, " or "))
		bounds, grid = fact.Bounds, fact.Grid
	}
	if keys := c.target.Catalog.Keys(col, c.target.Vocabulary); len(keys) > 0 {
		lines = append(lines, "one of "+strings.Join(keys[:min(len(keys), 12)], ", "))
	}
	if bounds != nil {
		lines = append(lines, fmt.Sprintf("from %g to %g", bounds.Low, bounds.High))
	}
	if len(col.AgeGrid.Cuts) > 0 {
		grid = col.AgeGrid
	}
	if said := gridNote(grid); said != "" {
		lines = append(lines, said)
	}
	return strings.Join(lines, "\n\n")
}

func gridNote(g catalog.Grid) string {
	switch {
	case g.Step > 0:
		return fmt.Sprintf("compared with multiples of %g only", g.Step)
	case g.Months > 0:
		return "compared with the first day of every " + count(g.Months, "month") + " only"
	case len(g.Cuts) > 0:
		return "compared with these only: " + strings.Trim(fmt.Sprint(g.Cuts), "[]")
	}
	return ""
}

func sourceNote(s catalog.Source) string {
	lines := []string{fmt.Sprintf("**%s**, a source of events", s.Name)}
	if len(s.Systems) > 0 {
		lines = append(lines, "coded in "+strings.Join(s.Systems, ", "))
	}
	var names []string
	for _, col := range columns(s) {
		names = append(names, col.Name)
	}
	return strings.Join(append(lines, "columns: "+strings.Join(names, ", ")), "\n\n")
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

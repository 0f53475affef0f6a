// Package ide is what editors ask about a query: its faults, what may stand at a place, what a word means, how the text
// is laid out.
//
// A [Desk] holds the catalog and the vocabulary of one dataset, and answers about any text, right or not: all its answers
// are plain values that can be written as JSON, so that a language server (dsl/ide/lsp) and an HTTP service share them.
// It reads the catalog and the published vocabulary only. Names that a query may not use (internal and free-text columns)
// are never offered or explained.
//
// Places are byte offsets of the text. Limits are those of the language: a text of more than 64 KiB gets a diagnostic and
// no completion; at most [MaxItems] codes are offered at once.
package ide

import (
	"sync"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// MaxItems is the most codes that are offered at once.
const MaxItems = 50

// Desk answers questions about queries to one dataset. It may be used from several goroutines.
type Desk struct {
	target dsl.Target
	bare   bool // there is no catalog
	mu     sync.Mutex
	labels map[string]*index // of code systems, made when first asked
}

// New makes a desk. Without a catalog it knows the words of the language and the names of the file only.
func New(t dsl.Target) *Desk {
	d := &Desk{target: t, labels: map[string]*index{}, bare: t.Catalog == nil}
	if d.bare {
		d.target.Catalog = &catalog.Catalog{}
	}
	if t.Vocabulary == nil {
		d.target.Vocabulary, _ = catalog.ParseVocabulary([]byte("code,label,parents\n"))
	}
	return d
}

// Diagnose lists the faults of a text, sorted by place. Without a catalog these are the faults of its grammar.
func (d *Desk) Diagnose(name, text string) diag.List {
	if d.bare {
		_, list := syntax.Parse(name, text)
		return list
	}
	_, list := dsl.Compile(name, text, nil, d.target)
	return list
}

// Format lays a text out. A text that cannot be laid out comes with its faults, and unchanged.
func (d *Desk) Format(text string) (string, diag.List) {
	out, list := dsl.Format(text)
	if list.Failed() {
		return text, list
	}
	return out, list
}

func (d *Desk) context() check.Context {
	return check.Context{Catalog: d.target.Catalog, Vocabulary: d.target.Vocabulary, Libraries: d.target.Libraries}
}

// queryable reports whether a query may name what has this class.
func queryable(s catalog.Sensitivity) bool { return s != catalog.Internal && s != catalog.FreeText }

// source is a source that queries may name.
func (d *Desk) source(name string) (catalog.Source, bool) {
	s, ok := d.target.Catalog.Source(name)
	return s, ok && queryable(s.Sensitivity)
}

// columns are the columns of a source that queries may name.
func columns(s catalog.Source) []catalog.Column {
	var out []catalog.Column
	for _, name := range s.ColumnNames() {
		if c, ok := s.Column(name); ok && queryable(c.Sensitivity) {
			out = append(out, c)
		}
	}
	return out
}

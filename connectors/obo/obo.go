// Package obo reads ontologies in the OBO flat file format, version 1.4 and before
// (https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html), such as hp.obo and mondo.obo, as the published codes of
// a dataset: what dsl/catalog calls a vocabulary.
//
// Of a [Term] are read id, name, is_a, alt_id, is_obsolete and replaced_by; other tags and other stanzas are passed over.
//
//   - A term is a code whose label is its name and whose parents are its is_a.
//   - An id of old (alt_id) and an obsolete term that has one replacement (replaced_by) stand below what they became: data
//     that were coded before are found by what the code means today. Other obsolete terms have no parents, and terms that
//     curators should only consider are no replacement.
//   - Relationships are not parents, part_of neither: a part of the heart is not a kind of heart, and "with descendants"
//     asks for kinds.
//   - A term whose id is not a CURIE, such as an address on the web, is passed over, and so is a parent that has no stanza;
//     [Vocabulary.Notes] counts them.
//
// Limits: lines of at most 1 MiB, [MaxTerms] terms.
package obo

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// MaxTerms is the largest number of terms of a file.
const MaxTerms = 5_000_000

// Vocabulary is what a file says.
type Vocabulary struct {
	Terms []catalog.Entry // by code
	Notes []string        // what was passed over, for the data steward
}

// term is a stanza while it is read.
type term struct {
	id, name              string
	parents, old, becomes []string
	obsolete              bool
	line                  int
}

// Read reads an OBO file; name is its name, for messages. Only terms of the given code systems are kept; none given
// means all. A fault is a *connectors.Error with its line.
func Read(ctx context.Context, name string, in io.Reader, systems []string) (Vocabulary, error) {
	r := &reader{name: name, terms: map[string]*term{}}
	if err := r.read(ctx, in); err != nil {
		return Vocabulary{}, err
	}
	return r.vocabulary(systems), nil
}

// systemWord is what a catalog takes for the name of a code system.
var systemWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,62}$`)

// isCurie reports whether the catalog can have a code of that id, and its system.
func isCurie(id string) (system string, ok bool) {
	system, code, ok := catalog.SplitCurie(id)
	return system, ok && systemWord.MatchString(system) && !strings.HasPrefix(code, "//")
}

// vocabulary makes rows of the terms, in the order of their ids.
func (r *reader) vocabulary(systems []string) Vocabulary {
	kept := map[string]*catalog.Entry{}
	foreign, orphans := 0, 0
	keep := func(id string) bool {
		system, ok := isCurie(id)
		return ok && (len(systems) == 0 || slices.Contains(systems, system))
	}
	for _, id := range slices.Sorted(maps.Keys(r.terms)) {
		if t := r.terms[id]; keep(id) {
			kept[id] = &catalog.Entry{Code: id, Label: cmp.Or(t.name, id)}
		} else {
			foreign++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(r.terms)) {
		for _, old := range r.terms[id].old { // before the parents: an old id has none of its own
			if kept[id] != nil && kept[old] == nil && keep(old) {
				kept[old] = &catalog.Entry{Code: old, Label: fmt.Sprintf("%s (now %s)", kept[id].Label, id)}
			}
			if kept[id] != nil && kept[old] != nil {
				kept[old].Parents = append(kept[old].Parents, id)
			}
		}
	}
	for id, t := range r.terms {
		if kept[id] == nil {
			continue
		}
		for _, parent := range t.above() {
			if kept[parent] == nil {
				orphans++
				continue
			}
			kept[id].Parents = append(kept[id].Parents, parent)
		}
	}
	out := Vocabulary{Notes: notes(r.name, foreign, orphans)}
	for _, id := range slices.Sorted(maps.Keys(kept)) {
		e := *kept[id]
		slices.Sort(e.Parents)
		e.Parents = slices.DeleteFunc(slices.Compact(e.Parents), func(p string) bool { return p == id })
		out.Terms = append(out.Terms, e)
	}
	return out
}

// above lists what stands above a term.
func (t *term) above() []string {
	if !t.obsolete {
		return t.parents
	}
	if len(t.becomes) == 1 {
		return t.becomes
	}
	return nil
}

func notes(name string, foreign, orphans int) (out []string) {
	if foreign > 0 {
		out = append(out, fmt.Sprintf("%s: terms passed over, because their ids are not codes of the code systems: %d", name, foreign))
	}
	if orphans > 0 {
		out = append(out, fmt.Sprintf("%s: parents passed over, because they are not among the terms: %d", name, orphans))
	}
	return out
}

func (r *reader) fault(line int, reason string) error {
	return &connectors.Error{File: r.name, Line: line, Reason: reason}
}

package omop

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
	"github.com/officina-enclave/officina/connectors/omop/internal/hierarchy"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Vocabulary writes the published codes of the CDM as dsl/catalog reads them. It has every concept of the table concept,
// and says nothing about which of them occur in the data. How parents are found, [ReadVocabulary] tells.
func (s *Source) Vocabulary(ctx context.Context) ([]byte, error) {
	w := words{folder: s.folder, concepts: s.concepts, keep: all}
	entries, err := w.entries(ctx)
	return catalog.FormatVocabulary(entries), err
}

// ReadVocabulary reads the tables concept, concept_ancestor and concept_relationship alone, as OHDSI's Athena ships them, from
// a folder or a zip archive. Only concepts of the given code systems are kept; none given means all. progress, which may be
// nil, is told how many bytes of how many are read. The notes say what was passed over. A fault is a *connectors.Error.
//
// The parents are the direct ones by concept_ancestor among the concepts that are kept, so that walking down from a code
// reaches exactly its descendants in that table, also where the concepts between them are missing. Concepts that
// concept_ancestor does not have beside themselves (it has standard and classification concepts only, so not ICD10CM)
// have the parents that concept_relationship gives them ("Is a", "Subsumes") among concepts of that kind.
func ReadVocabulary(ctx context.Context, location string, systems []string, progress func(done, total int64)) (entries []catalog.Entry, notes []string, err error) {
	f, err := folder.Open(location)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if !f.Has(conceptFile) {
		return nil, nil, f.Missing(conceptFile)
	}
	keep := all
	if len(systems) > 0 {
		keep = func(curie string) bool {
			system, _, _ := strings.Cut(curie, ":")
			return slices.Contains(systems, system)
		}
	}
	w := words{folder: f, keep: keep, watch: watchOf(f, progress)}
	if w.concepts, err = readConcepts(ctx, f, w.watch); err != nil {
		return nil, nil, err
	}
	entries, err = w.entries(ctx)
	return entries, f.Notes(), err
}

func all(string) bool { return true }

// watchOf adds up what is read of the tables: concept twice.
func watchOf(f *folder.Folder, progress func(done, total int64)) func(int64) {
	if progress == nil {
		return nil
	}
	done, total := int64(0), f.Size(conceptFile)
	for _, table := range []string{conceptFile, ancestorFile, relationshipFile} {
		if f.Has(table) {
			total += f.Size(table)
		}
	}
	return func(read int64) {
		done += read
		progress(done, total)
	}
}

// words makes a vocabulary.
type words struct {
	folder   *folder.Folder
	concepts concepts
	keep     func(curie string) bool
	watch    func(bytes int64)
}

// node is a concept of the vocabulary.
type node struct{ id, curie, label string }

func (w words) entries(ctx context.Context) ([]catalog.Entry, error) {
	nodes, err := w.nodes(ctx)
	if err != nil {
		return nil, err
	}
	at := make(map[string]uint32, len(nodes))
	for i, n := range nodes {
		at[n.id] = uint32(i)
	}
	parents, err := w.parents(ctx, at)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.Entry, len(nodes))
	for i, n := range nodes {
		out[i] = catalog.Entry{Code: n.curie, Label: n.label}
		for _, p := range parents[i] {
			out[i].Parents = append(out[i].Parents, nodes[p].curie)
		}
	}
	return out, nil
}

// nodes lists the concepts by CURIE, with "no matching concept" among them.
func (w words) nodes(ctx context.Context) ([]node, error) {
	zero := node{"0", w.concepts.curie("0"), "No matching concept"}
	var out []node
	if w.keep(zero.curie) {
		out = append(out, zero)
	}
	err := watched(ctx, w.folder, conceptFile, conceptColumns, w.watch, func(texts []string, _ int) error {
		id, _ := integer(texts[0]) // judged by readConcepts
		if curie := w.concepts.curie(id); curie != zero.curie && w.keep(curie) {
			out = append(out, node{id, curie, cmp.Or(strings.TrimSpace(texts[3]), curie)})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b node) int { return strings.Compare(a.curie, b.curie) })
	return slices.CompactFunc(out, func(a, b node) bool { return a.curie == b.curie }), err
}

// parents gives each node its direct parents.
func (w words) parents(ctx context.Context, at map[string]uint32) ([][]uint32, error) {
	var pairs []hierarchy.Pair
	standard := make([]bool, len(at)) // stands in concept_ancestor above or below another
	want := []folder.Column{must("ancestor_concept_id"), must("descendant_concept_id")}
	err := watched(ctx, w.folder, ancestorFile, want, w.watch, func(texts []string, _ int) error {
		if p, ok := pair(at, texts[0], texts[1]); ok {
			pairs = append(pairs, p)
			standard[p.Ancestor], standard[p.Descendant] = true, true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	parents := hierarchy.Parents(len(at), pairs)
	return parents, w.relate(ctx, at, standard, parents)
}

// relate adds the parents by valid relationships of the concepts that are not standard.
func (w words) relate(ctx context.Context, at map[string]uint32, standard []bool, parents [][]uint32) error {
	want := []folder.Column{must("concept_id_1"), must("concept_id_2"), must("relationship_id"), may("invalid_reason")}
	err := watched(ctx, w.folder, relationshipFile, want, w.watch, func(texts []string, _ int) error {
		above, below := texts[0], texts[1]
		switch {
		case texts[3] != "" || texts[2] != "Is a" && texts[2] != "Subsumes":
			return nil
		case texts[2] == "Is a":
			above, below = below, above
		}
		p, ok := pair(at, above, below)
		if ok && !standard[p.Ancestor] && !standard[p.Descendant] && !slices.Contains(parents[p.Descendant], p.Ancestor) {
			parents[p.Descendant] = append(parents[p.Descendant], p.Ancestor)
		}
		return nil
	})
	for _, p := range parents {
		slices.Sort(p)
	}
	return err
}

// pair finds two different concepts that are there.
func pair(at map[string]uint32, ancestor, descendant string) (p hierarchy.Pair, ok bool) {
	above, _ := integer(ancestor)
	below, _ := integer(descendant)
	a, ok := at[above]
	d, too := at[below]
	return hierarchy.Pair{Ancestor: a, Descendant: d}, ok && too && a != d
}

package omop

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
	"github.com/officina-enclave/officina/connectors/omop/internal/hierarchy"
)

// node is a concept of the vocabulary.
type node struct{ id, curie, label string }

// Vocabulary writes the published codes of the CDM as dsl/catalog reads them: a CSV file with code, label and parents.
// It has every concept of the table concept, and says nothing about which of them occur in the data.
//
// The parents are the direct ones by concept_ancestor among the concepts that are there, so that walking down from a code
// reaches exactly its descendants in that table, also where the concepts between them are missing. Where
// concept_ancestor is absent or empty they are those of concept_relationship ("Is a", "Subsumes").
func (s *Source) Vocabulary(ctx context.Context) ([]byte, error) {
	nodes, err := s.nodes(ctx)
	if err != nil {
		return nil, err
	}
	at := make(map[string]uint32, len(nodes))
	for i, n := range nodes {
		at[n.id] = uint32(i)
	}
	parents, err := s.parents(ctx, at)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write([]string{"code", "label", "parents"}) // a bytes.Buffer does not fail
	for i, n := range nodes {
		var above []string
		for _, p := range parents[i] {
			above = append(above, nodes[p].curie)
		}
		_ = w.Write([]string{n.curie, n.label, strings.Join(above, " ")})
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

// nodes lists the concepts by CURIE, with "no matching concept" among them.
func (s *Source) nodes(ctx context.Context) ([]node, error) {
	zero := node{"0", s.concepts.curie("0"), "No matching concept"}
	out := []node{zero}
	err := scan(ctx, s.folder, conceptFile, conceptColumns, func(texts []string, _ int) error {
		id, _ := integer(texts[0]) // judged by readConcepts
		if curie := s.concepts.curie(id); curie != zero.curie {
			out = append(out, node{id, curie, cmp.Or(strings.TrimSpace(texts[3]), curie)})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b node) int { return strings.Compare(a.curie, b.curie) })
	return slices.CompactFunc(out, func(a, b node) bool { return a.curie == b.curie }), err
}

// parents gives each node its direct parents.
func (s *Source) parents(ctx context.Context, at map[string]uint32) ([][]uint32, error) {
	var pairs []hierarchy.Pair
	rows := 0
	want := []folder.Column{must("ancestor_concept_id"), must("descendant_concept_id")}
	err := scan(ctx, s.folder, ancestorFile, want, func(texts []string, _ int) error {
		rows++
		pairs = appendPair(pairs, at, texts[0], texts[1])
		return nil
	})
	if err != nil || rows > 0 {
		return hierarchy.Parents(len(at), pairs), err
	}
	return s.related(ctx, at)
}

// related takes the parents from the relationships that are valid.
func (s *Source) related(ctx context.Context, at map[string]uint32) ([][]uint32, error) {
	parents := make([][]uint32, len(at))
	want := []folder.Column{must("concept_id_1"), must("concept_id_2"), must("relationship_id"), may("invalid_reason")}
	err := scan(ctx, s.folder, relationshipFile, want, func(texts []string, _ int) error {
		var pair []hierarchy.Pair
		switch {
		case texts[3] != "":
		case texts[2] == "Is a":
			pair = appendPair(nil, at, texts[1], texts[0])
		case texts[2] == "Subsumes":
			pair = appendPair(nil, at, texts[0], texts[1])
		}
		for _, p := range pair {
			if !slices.Contains(parents[p.Descendant], p.Ancestor) {
				parents[p.Descendant] = append(parents[p.Descendant], p.Ancestor)
			}
		}
		return nil
	})
	for _, p := range parents {
		slices.Sort(p)
	}
	return parents, err
}

// appendPair adds a pair of two different concepts that are there.
func appendPair(pairs []hierarchy.Pair, at map[string]uint32, ancestor, descendant string) []hierarchy.Pair {
	above, _ := integer(ancestor)
	below, _ := integer(descendant)
	a, ok := at[above]
	d, too := at[below]
	if !ok || !too || a == d {
		return pairs
	}
	return append(pairs, hierarchy.Pair{Ancestor: a, Descendant: d})
}

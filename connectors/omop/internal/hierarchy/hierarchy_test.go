package hierarchy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/officina-enclave/officina/connectors/omop/internal/hierarchy"
	"github.com/officina-enclave/officina/internal/deptest"
)

func Example() {
	// 0 is above 1 and 2, and all are above 3.
	pairs := []hierarchy.Pair{{0, 0}, {0, 3}, {0, 1}, {0, 2}, {1, 3}, {2, 3}}
	fmt.Println(hierarchy.Parents(4, pairs))
	// Output: [[] [0] [0] [1 2]]
}

// TestParentsAreTheReduction makes random hierarchies, closes them, reduces, and checks the definition: the closure
// comes back, and without any one of the parents it would not.
func TestParentsAreTheReduction(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + random.IntN(12)
		direct := make([][]uint32, n) // node → parents; a parent's number is lower
		for d := range n {
			for a := range d {
				if random.IntN(3) == 0 {
					direct[d] = append(direct[d], uint32(a))
				}
			}
		}
		want := closure(direct)
		pairs := slices.Clone(want)
		random.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
		parents := hierarchy.Parents(n, append(pairs, pairs...)) // a pair may stand twice
		if got := closure(parents); !slices.Equal(got, want) {
			t.Fatalf("parents %v reach %v, want %v", parents, got, want)
		}
		for d := range parents {
			for i := range parents[d] {
				fewer := slices.Clone(parents)
				fewer[d] = slices.Delete(slices.Clone(parents[d]), i, i+1)
				if slices.Equal(closure(fewer), want) {
					t.Fatalf("parent %d of %d is not needed: %v", parents[d][i], d, parents)
				}
			}
		}
	}
}

// A faulty table with a cycle ends, and everything in the cycle stays reachable.
func TestCycle(t *testing.T) {
	var pairs []hierarchy.Pair
	for a := range uint32(3) {
		for d := range uint32(3) {
			pairs = append(pairs, hierarchy.Pair{Ancestor: a, Descendant: d})
		}
	}
	if got := closure(hierarchy.Parents(3, pairs)); len(got) != 6 {
		t.Errorf("reaches %v, want every pair of two nodes", got)
	}
}

// closure walks from each node to all that are above it, and returns the sorted pairs.
func closure(parents [][]uint32) (out []hierarchy.Pair) {
	for d := range uint32(len(parents)) {
		seen := map[uint32]bool{d: true}
		for todo := slices.Clone(parents[d]); len(todo) > 0; todo = todo[1:] {
			if a := todo[0]; !seen[a] {
				seen[a] = true
				out = append(out, hierarchy.Pair{Ancestor: a, Descendant: d})
				todo = append(todo, parents[a]...)
			}
		}
	}
	slices.SortFunc(out, func(x, y hierarchy.Pair) int {
		return slices.Compare([]uint32{x.Ancestor, x.Descendant}, []uint32{y.Ancestor, y.Descendant})
	})
	return out
}

func TestDependencies(t *testing.T) { deptest.Only(t) }

// Package hierarchy turns the table of all ancestors into the table of direct parents.
package hierarchy

import (
	"cmp"
	"slices"
)

// Pair says that Ancestor stands above Descendant, directly or not. Both are numbers of nodes, from 0.
type Pair struct{ Ancestor, Descendant uint32 }

// Parents returns the transitive reduction of a transitively closed relation over n nodes: for each node its parents,
// ascending, such that walking from parent to child reaches exactly the descendants that the pairs name, and no
// parent is above another one of the same node. Pairs of a node with itself are left out; pairs is overwritten.
//
// If the relation is not closed, walking reaches what its closure has. Nodes of a cycle all stay reachable.
//
// Method (Aho, Garey and Ullman, The Transitive Reduction of a Directed Graph, SIAM J. Comput. 1(2), 1972): in a closed
// relation without cycles the direct children of a node are those descendants that are below none of its other
// descendants. A node has more descendants than any node below it, so taking them in that order meets every
// child before what is below it. The work is the sum over all parent-child pairs of the child's descendants.
func Parents(n int, pairs []Pair) [][]uint32 {
	below := descendants(n, pairs)
	parents := make([][]uint32, n)
	seen := make([]uint32, n) // a + 1: reached below a
	for a := range uint32(n) {
		slices.SortFunc(below[a], func(x, y Pair) int {
			return cmp.Or(cmp.Compare(len(below[y.Descendant]), len(below[x.Descendant])), cmp.Compare(x.Descendant, y.Descendant))
		})
		for _, p := range below[a] {
			d := p.Descendant
			if cycle := len(below[d]) >= len(below[a]); cycle || seen[d] != a+1 {
				parents[d] = append(parents[d], a)
				seen[d] = a + 1
				for _, q := range below[d] {
					seen[q.Descendant] = a + 1
				}
			}
		}
	}
	return parents
}

// descendants groups the pairs by ancestor, each group by descendant. Each group is a part of one list; groups are
// sorted, never resized.
func descendants(n int, pairs []Pair) [][]Pair {
	pairs = slices.DeleteFunc(pairs, func(p Pair) bool { return p.Ancestor == p.Descendant })
	pairs = byNumber(n, pairs, func(p Pair) uint32 { return p.Descendant })
	pairs = byNumber(n, pairs, func(p Pair) uint32 { return p.Ancestor })
	pairs = slices.Compact(pairs)
	below := make([][]Pair, n)
	for start := 0; start < len(pairs); {
		end, a := start, pairs[start].Ancestor
		for end < len(pairs) && pairs[end].Ancestor == a {
			end++
		}
		below[a] = pairs[start:end]
		start = end
	}
	return below
}

// byNumber sorts pairs by a number below n and keeps the order of those with the same (a counting sort).
func byNumber(n int, pairs []Pair, of func(Pair) uint32) []Pair {
	next := make([]int, n+1)
	for _, p := range pairs {
		next[of(p)+1]++
	}
	for i := range n {
		next[i+1] += next[i]
	}
	out := make([]Pair, len(pairs))
	for _, p := range pairs {
		out[next[of(p)]] = p
		next[of(p)]++
	}
	return out
}

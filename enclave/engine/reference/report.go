package reference

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
)

// tally gathers the persons of one report, by the text of their keys.
type tally struct{ groups map[string]*group }

// group is one cell in the making.
type group struct {
	keys    []int
	persons int64
	values  []*big.Int // of a summary: the decimals recorded
}

// add puts a person into the cells where the report counts them.
func (t *tally) add(r *plan.Report, p path) {
	switch r.Kind {
	case "attrition":
		for _, keys := range attritionKeys(p) {
			t.group(keys).persons++
		}
	case "count", "table", "summary":
		if !p.member() {
			return
		}
		keys := []int{}
		for _, d := range r.By {
			keys = append(keys, position(d, p.value(d.X)))
		}
		g := t.group(keys)
		g.persons++
		if r.Kind == "summary" {
			g.record(p.value(r.Value))
		}
	default:
		fail("there is no report %s", r.Kind)
	}
}

// group returns the cell with the given keys, and makes it if it is not there.
func (t *tally) group(keys []int) *group {
	if t.groups == nil {
		t.groups = map[string]*group{}
	}
	id := fmt.Sprint(keys)
	if t.groups[id] == nil {
		t.groups[id] = &group{keys: keys}
	}
	return t.groups[id]
}

func (g *group) record(v any) {
	if x, ok := double(v); ok {
		if units, ok := decimal(x); ok {
			g.values = append(g.values, units)
		}
	}
}

// attritionKeys says where an attrition counts a person: once where the person ends up, and once for each exclusion
// that kept the person although its condition was not recorded. See [disclosure.Cell].
func attritionKeys(p path) [][]int {
	const decided, notRecorded, keptAlthough = 0, 1, 2
	end := []int{p.step, decided}
	if !p.member() && !p.rules[p.step].Exclude && p.said[p.step] == unknown {
		end[1] = notRecorded
	}
	out := [][]int{end}
	for i, said := range p.said {
		if p.rules[i].Exclude && said == unknown {
			out = append(out, []int{i, keptAlthough})
		}
	}
	return out
}

// position is the place of v among the keys or bands of d; what is missing, or none of them, comes after the last.
func position(d *plan.Dimension, v any) int {
	if d.Bands == nil {
		if i := slices.Index(d.Keys, word(v)); v != nil && i >= 0 {
			return i
		}
		return len(d.Keys)
	}
	for i, b := range d.Bands {
		if x, ok := double(v); ok && (b.Low == nil || x >= *b.Low) && (b.High == nil || x < *b.High) {
			return i
		}
	}
	return len(d.Bands)
}

// word is a value as a key has it.
func word(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	fail("a %T is no key", v)
	return ""
}

// cells are the groups in the order of their keys.
func (t *tally) cells() []disclosure.Cell {
	groups := slices.SortedFunc(maps.Values(t.groups), func(a, b *group) int { return slices.Compare(a.keys, b.keys) })
	out := make([]disclosure.Cell, len(groups))
	for i, g := range groups {
		out[i] = g.cell()
	}
	return out
}

// cell sums up a group. The squares are exact.
func (g *group) cell() disclosure.Cell {
	c := disclosure.Cell{Keys: g.keys, Persons: g.persons, Recorded: int64(len(g.values))}
	c.Sum = quotient(total(g.values), unitsOfOne)
	squares := new(big.Int)
	for _, u := range g.values {
		squares.Add(squares, product(u, u))
	}
	c.SumSquares = quotient(squares, product(unitsOfOne, unitsOfOne))
	largest := slices.SortedFunc(slices.Values(g.values), func(a, b *big.Int) int { return -a.CmpAbs(b) })
	for i := range min(len(largest), len(c.Largest)) {
		c.Largest[i] = math.Abs(quotient(largest[i], unitsOfOne))
	}
	return c
}

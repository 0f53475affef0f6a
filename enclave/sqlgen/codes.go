package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// codes says which codes an event of s may have, and notes which rows that reads. Codes withheld from the study are
// taken out of the set before anything is read; where any code will do, an event whose code is missing stays.
func (c *scope) codes(s *plan.EventSet) []sql {
	_, clause := c.clauses[s]
	if s.Codes != nil {
		ids := c.seen(s)
		if !clause {
			c.use(s.Source.Name).code(ids...)
		}
		return []sql{inIDs(c.column(s, catalog.CodeOf), ids)}
	}
	if !clause {
		c.use(s.Source.Name).all = true
	}
	if without := c.withheld(s); len(without) > 0 {
		return []sql{{inIDs(c.column(s, catalog.CodeOf), without).in(atomLevel) + " IS NOT TRUE", isLevel}}
	}
	return nil
}

// sameCodes returns the conditions on the codes of each of sets, where these are the same for all.
func (c *scope) sameCodes(sets []*eventSet) (of []sql, same bool) {
	of = c.codes(sets[0].EventSet)
	for _, s := range sets[1:] {
		if !slices.Equal(of, c.codes(s.EventSet)) {
			return nil, false
		}
	}
	return of, true
}

// anyCode is the condition that an event has a code of one of sets; none if a set takes any code.
func (c *scope) anyCode(sets []*eventSet) []sql {
	var ids []uint32
	for _, s := range sets {
		if s.Codes == nil {
			return nil
		}
		ids = append(ids, c.seen(s.EventSet)...)
	}
	slices.Sort(ids)
	return []sql{inIDs(c.column(sets[0].EventSet, catalog.CodeOf), slices.Compact(ids))}
}

// seen are the ids of the set's codes but for those withheld.
func (c *scope) seen(s *plan.EventSet) []uint32 {
	without := c.withheld(s)
	return slices.DeleteFunc(c.known(s.Codes.Codes), func(id uint32) bool {
		_, found := slices.BinarySearch(without, id)
		return found
	})
}

func (c *scope) withheld(s *plan.EventSet) []uint32 {
	if s.Without == nil {
		return nil
	}
	return c.known(s.Without.Codes)
}

// known returns the ids of those codes that occur, sorted.
func (g *generator) known(codes []string) []uint32 {
	var ids []uint32
	for _, code := range codes {
		if id, ok := g.ids(code); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// inIDs tests whether x is one of ids, which are sorted. Ids follow the order of code texts, so a branch of a
// hierarchy is a few runs.
func inIDs(x sql, ids []uint32) sql {
	var tests []sql
	var single []string
	for len(ids) > 0 {
		run := 1
		for run < len(ids) && ids[run] == ids[run-1]+1 {
			run++
		}
		if run > 2 {
			tests = append(tests, sql{fmt.Sprintf("%s BETWEEN %d AND %d", x.in(atomLevel), ids[0], ids[run-1]), compareLevel})
		} else {
			for _, id := range ids[:run] {
				single = append(single, fmt.Sprint(id))
			}
		}
		ids = ids[run:]
	}
	switch len(single) {
	case 0:
	case 1:
		tests = append(tests, binary(x, "=", atom("%s", single[0]), compareLevel))
	default:
		tests = append(tests, sql{fmt.Sprintf("%s IN (%s)", x.in(atomLevel), strings.Join(single, ", ")), compareLevel})
	}
	if len(tests) == 0 {
		return atom("false")
	}
	return join("OR", orLevel, tests)
}

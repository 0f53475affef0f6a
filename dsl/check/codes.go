package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// codeSet expands a declared set, once; a set that refers to itself is an error.
func (c *checker) codeSet(d *syntax.Codes) *plan.CodeSet {
	set := &plan.CodeSet{Name: d.Name.Name}
	if slices.Contains(c.openCodes, d.Name.Name) {
		c.say(cycle(d.Name, c.openCodes))
		return set
	}
	c.openCodes = append(c.openCodes, d.Name.Name)
	defer func() { c.openCodes = c.openCodes[:len(c.openCodes)-1] }()
	set.Codes = c.expand(d.Terms, d.Except)
	return set
}

// expand gives the codes of terms without those of except, ascending and each once. It is done once for every
// place in the text. Expanded lists are shared, so nobody changes them.
func (c *checker) expand(terms, except []syntax.CodeTerm) []string {
	if done, ok := c.expanded[&terms[0]]; ok {
		return done
	}
	plain, named := c.terms(terms)
	out := slices.Concat(c.Vocabulary.Expand(c.Catalog.Systems, plain, nil), named)
	plain, named = c.terms(except)
	without := slices.Concat(c.Vocabulary.Expand(c.Catalog.Systems, plain, nil), named)
	slices.Sort(without)
	out = slices.DeleteFunc(out, func(code string) bool { _, found := slices.BinarySearch(without, code); return found })
	slices.Sort(out)
	c.expanded[&terms[0]] = slices.Compact(out)
	return c.expanded[&terms[0]]
}

// terms parts codes, for the vocabulary to expand, from named sets, expanded already.
func (c *checker) terms(terms []syntax.CodeTerm) (plain []catalog.Term, named []string) {
	for _, t := range terms {
		if t.Name != "" {
			if d, ok := c.codes[t.Name]; ok {
				named = append(named, c.codeSet(d).Codes...)
			} else {
				c.say(unknownName(syntax.Ident{Place: t.Place, Name: t.Name}, "unknown-codes", "code set", keys(c.codes)))
			}
			continue
		}
		system, _, _ := catalog.SplitCurie(t.Curie)
		if _, ok := c.Catalog.System(system); !ok {
			c.say(unknownSystem(t.Span(), system, c.Catalog.SystemNames()))
			continue
		}
		if !c.Vocabulary.Known(t.Curie) && c.Vocabulary.Covers(system) {
			c.say(codeUnknown(t.Span(), t.Curie))
		}
		plain = append(plain, catalog.Term{Curie: t.Curie, Descendants: t.Descendants})
	}
	return plain, named
}

// codesOf checks the "in" of an event set: the codes must be of systems that the source records.
func (c *checker) codesOf(source *catalog.Source, terms []syntax.CodeTerm, at diag.Span) *plan.CodeSet {
	set := &plan.CodeSet{}
	if len(terms) == 1 && terms[0].Name != "" {
		set.Name = terms[0].Name
	}
	if c.large {
		return set
	}
	set.Codes = c.expand(terms, nil)
	if c.coded += len(set.Codes); c.coded > MaxCodes {
		c.say(tooMany(at, "codes", c.coded, MaxCodes))
		c.large, set.Codes = true, nil
		return set
	}
	if len(source.Systems) == 0 {
		c.say(noCodes(at, source.Name))
		return set
	}
	fits := func(code string) bool {
		system, _, _ := catalog.SplitCurie(code)
		return slices.Contains(source.Systems, system)
	}
	if len(set.Codes) > 0 && !slices.ContainsFunc(set.Codes, fits) {
		c.say(otherSystem(at, source, set.Codes))
	}
	return set
}

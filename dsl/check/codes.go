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
	if d := c.codes[terms[0].Name]; len(terms) == 1 && d != nil && len(except) == 0 {
		c.expanded[&terms[0]] = c.codeSet(d).Codes // the set itself
		return c.expanded[&terms[0]]
	}
	plain, named := c.terms(terms)
	plainOut, namedOut := c.terms(except)
	out := c.Vocabulary.Expand(c.Catalog.Systems, plain, plainOut)
	if len(named) > 0 {
		out = slices.Concat(c.Vocabulary.Expand(c.Catalog.Systems, plain, nil), named)
		slices.Sort(out)
		out = slices.Compact(out)
		namedOut = append(namedOut, c.Vocabulary.Expand(c.Catalog.Systems, plainOut, nil)...)
	}
	if len(namedOut) > 0 {
		slices.Sort(namedOut)
		out = slices.DeleteFunc(slices.Clone(out), func(code string) bool { _, found := slices.BinarySearch(namedOut, code); return found })
	}
	c.expanded[&terms[0]] = out
	return out
}

// terms parts codes, for the vocabulary to expand, from named sets, expanded already.
func (c *checker) terms(terms []syntax.CodeTerm) (plain []catalog.Term, named []string) {
	for _, t := range terms {
		switch {
		case t.Name != "" && c.codes[t.Name] != nil:
			named = append(named, c.codeSet(c.codes[t.Name]).Codes...)
			continue
		case t.Name != "" && c.codeParam(t.Name):
			code, ok := c.valueOf(c.params[t.Name]).(*syntax.Curie)
			if !ok {
				continue // told where the parameter is declared
			}
			t = syntax.CodeTerm{Place: t.Place, Curie: code.Text}
		case c.absent[t.Name]:
			continue
		case t.Name != "":
			c.say(unknownName(syntax.Ident{Place: t.Place, Name: t.Name}, "unknown-codes", "code set", keys(c.codes)))
			continue
		}
		system, _, _ := catalog.SplitCurie(t.Curie)
		if _, ok := c.Catalog.System(system); !ok {
			c.say(unknownSystem(t.Span(), system, c.Catalog.SystemNames()))
			continue
		}
		term := catalog.Term{Curie: t.Curie, To: t.To, Descendants: t.Descendants}
		if isRange, ordered := term.Range(); isRange && !ordered {
			c.say(emptyRange(t))
			continue
		}
		for _, curie := range ends(t, system) {
			if !c.Vocabulary.Known(curie) && c.Vocabulary.Covers(system) {
				c.say(codeUnknown(t.Span(), curie))
			}
		}
		plain = append(plain, term)
	}
	return plain, named
}

// ends are the codes that a term names: one, or the two of a range.
func ends(t syntax.CodeTerm, system string) []string {
	if t.To == "" {
		return []string{t.Curie}
	}
	return []string{t.Curie, system + ":" + t.To}
}

// codeParam reports whether a name is a parameter that is one code.
func (c *checker) codeParam(name string) bool {
	p, ok := c.params[name]
	return ok && p.Type.Name == string(catalog.Code)
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

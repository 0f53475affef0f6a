package catalog

import (
	"maps"
	"slices"
	"strings"
)

// Expand returns the CURIEs that the terms stand for, without those of except, ascending and each once.
// A term "with descendants" gives the code itself, known or not, and what the vocabulary has below it
// by the rule of its code system; a code of a system that is not among systems has nothing below it.
// A range gives what [Term.To] says; of one whose ends are not in order the ends and what is below them.
func (v *Vocabulary) Expand(systems []CodeSystem, terms, except []Term) []string {
	set := map[string]bool{}
	for _, t := range terms {
		v.each(systems, t, func(curie string) { set[curie] = true })
	}
	for _, t := range except {
		v.each(systems, t, func(curie string) { delete(set, curie) })
	}
	return slices.Sorted(maps.Keys(set))
}

// each calls yield for every code of the term.
func (v *Vocabulary) each(systems []CodeSystem, t Term, yield func(string)) {
	name, code, ok := SplitCurie(t.Curie)
	system, _ := find(systems, name, systemName)
	if t.To == "" || !ok {
		v.eachOf(system, t.Curie, code, t.Descendants && ok, yield)
		return
	}
	v.eachOf(system, t.Curie, code, true, yield)
	for _, curie := range v.between(t.Curie, name+":"+t.To) {
		v.eachOf(system, curie, curie[len(name)+1:], true, yield)
	}
	v.eachOf(system, name+":"+t.To, t.To, true, yield)
}

// eachOf calls yield for one code, and where so asked for those below it.
func (v *Vocabulary) eachOf(system CodeSystem, curie, code string, descendants bool, yield func(string)) {
	yield(curie)
	if !descendants {
		return
	}
	switch system.Hierarchy {
	case "dotted":
		v.eachDotted(curie, code, yield)
	case "prefix":
		v.eachPrefixed(system, curie, code, yield)
	case "table", "obo":
		v.eachChild(curie, yield)
	}
}

// between returns the codes from from to to, by text. The slice is the vocabulary's own.
func (v *Vocabulary) between(from, to string) []string {
	i, _ := slices.BinarySearch(v.codes, from)
	j, known := slices.BinarySearch(v.codes, to)
	if known {
		j++
	}
	return v.codes[i:max(i, j)]
}

// eachDotted yields the codes below a dotted code: E11.2 is below E11, and E11.21 is below E11.2.
func (v *Vocabulary) eachDotted(curie, code string, yield func(string)) {
	if !strings.Contains(code, ".") {
		curie += "."
	}
	for _, c := range v.below(curie) {
		yield(c)
	}
}

// eachPrefixed yields the longer codes that begin with code, when all have a length that the system knows.
func (v *Vocabulary) eachPrefixed(system CodeSystem, curie, code string, yield func(string)) {
	level := func(code string) bool { return len(system.Levels) == 0 || slices.Contains(system.Levels, len(code)) }
	if !level(code) {
		return
	}
	for _, c := range v.below(curie) {
		if _, code, _ := SplitCurie(c); level(code) {
			yield(c)
		}
	}
}

// eachChild yields what the parents column puts below curie. Seen codes are passed over, so a cycle ends.
func (v *Vocabulary) eachChild(curie string, yield func(string)) {
	seen := map[string]bool{curie: true}
	for todo := []string{curie}; len(todo) > 0; todo = todo[1:] {
		for _, c := range v.children[todo[0]] {
			if !seen[c] {
				seen[c] = true
				yield(c)
				todo = append(todo, c)
			}
		}
	}
}

package catalog

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
)

// Entry is a published code as a vocabulary file has it.
type Entry struct {
	Code, Label string
	Parents     []string // the CURIEs of the codes directly above it
}

// FormatVocabulary writes entries as [ParseVocabulary] reads them, by code. It changes neither them nor their order; what
// is wrong with them ParseVocabulary tells.
func FormatVocabulary(entries []Entry) []byte {
	byCode := func(a, b Entry) int { return strings.Compare(a.Code, b.Code) }
	if !slices.IsSortedFunc(entries, byCode) {
		entries = slices.Clone(entries)
		slices.SortStableFunc(entries, byCode)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(vocabularyHeader) // a bytes.Buffer does not fail
	for _, e := range entries {
		_ = w.Write([]string{e.Code, e.Label, strings.Join(e.Parents, " ")})
	}
	w.Flush()
	return out.Bytes()
}

// Entries lists the codes of these code systems, by code; without any, all. Parents of other systems are left out.
func (v *Vocabulary) Entries(systems ...string) []Entry {
	kept := func(e Entry) bool {
		system, _, _ := SplitCurie(e.Code)
		return len(systems) == 0 || slices.Contains(systems, system)
	}
	out := make([]Entry, v.Len())
	for i := range out {
		out[i].Code, out[i].Label = v.codes.at(uint32(i)), v.labels.at(uint32(i))
	}
	for parent, e := range out {
		if !kept(e) {
			continue
		}
		for _, c := range v.children[v.from[parent]:v.from[parent+1]] {
			out[c].Parents = append(out[c].Parents, e.Code)
		}
	}
	return slices.DeleteFunc(out, func(e Entry) bool { return !kept(e) })
}

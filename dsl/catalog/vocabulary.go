package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Vocabulary holds the published codes of a dataset with their labels and parents. It says nothing about
// which codes occur in the data. It is not changed after [ParseVocabulary].
type Vocabulary struct {
	codes    []string // CURIEs, ascending
	labels   []string // by place in codes
	children map[string][]string
	digest   string
}

type entry struct {
	code, label string
	parents     []string
	at          diag.Pos
}

var vocabularyHeader = []string{"code", "label", "parents"}

// ParseVocabulary reads a CSV file (RFC 4180, UTF-8) with the columns code, label and parents: a CURIE, a
// text, and the CURIEs of the codes directly above it, parted by spaces (only needed for systems whose
// hierarchy is a table). At most [diag.Max] errors are told.
func ParseVocabulary(text []byte) (*Vocabulary, diag.List) {
	var out diag.List
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = len(vocabularyHeader)
	head, err := r.Read()
	if err != nil || !slices.Equal(head, vocabularyHeader) {
		out.Add(badHeader())
		return nil, out
	}
	rows := readEntries(r, &out)
	v := newVocabulary(rows, &out)
	if out.Failed() {
		return nil, out
	}
	return v, out
}

// readEntries reads the rows until the end or until there are enough errors.
func readEntries(r *csv.Reader, out *diag.List) []entry {
	var rows []entry
	for len(*out) < diag.Max {
		offset := int(r.InputOffset())
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out.Add(badCSV(err, offset))
			break // what follows a broken quote is not rows
		}
		line, column := r.FieldPos(0)
		e := entry{rec[0], rec[1], strings.Fields(rec[2]), diag.Pos{Offset: offset, Line: line, Column: column}}
		if d, bad := e.check(); bad {
			out.Add(d)
			continue
		}
		rows = append(rows, e)
	}
	return rows
}

func (e entry) check() (diag.Diagnostic, bool) {
	for _, curie := range append([]string{e.code}, e.parents...) {
		if _, _, ok := SplitCurie(curie); !ok {
			return notCurie(e.at, curie), true
		}
	}
	if e.label == "" || !utf8.ValidString(e.code+e.label) {
		return badLabel(e.at, e.code), true
	}
	return diag.Diagnostic{}, false
}

// newVocabulary sorts the rows and links parents to children.
func newVocabulary(rows []entry, out *diag.List) *Vocabulary {
	slices.SortStableFunc(rows, func(a, b entry) int { return strings.Compare(a.code, b.code) })
	v := &Vocabulary{children: map[string][]string{}}
	sum := sha256.New()
	fmt.Fprintln(sum, "officina/vocabulary/v1")
	for i, e := range rows {
		if i > 0 && rows[i-1].code == e.code {
			out.Add(twiceInVocabulary(e.at, e.code))
		}
		slices.Sort(e.parents)
		fmt.Fprintf(sum, "%q,%q,%q\n", e.code, e.label, e.parents)
		v.codes, v.labels = append(v.codes, e.code), append(v.labels, e.label)
		for _, p := range e.parents {
			v.children[p] = append(v.children[p], e.code)
		}
	}
	v.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	for _, e := range rows {
		for _, p := range e.parents {
			if !v.Known(p) {
				out.Add(unknownParent(e.at, e.code, p))
			}
		}
	}
	return v
}

// Digest is "sha256:" and the hexadecimal SHA-256 of the codes, labels and parents; the order of the rows does not matter.
func (v *Vocabulary) Digest() string { return v.digest }

// Len is the number of codes.
func (v *Vocabulary) Len() int { return len(v.codes) }

// Known reports whether the vocabulary has the code.
func (v *Vocabulary) Known(curie string) bool {
	_, ok := slices.BinarySearch(v.codes, curie)
	return ok
}

// Label returns the text of a code, or the CURIE itself when the vocabulary does not know it.
func (v *Vocabulary) Label(curie string) string {
	if i, ok := slices.BinarySearch(v.codes, curie); ok {
		return v.labels[i]
	}
	return curie
}

// Codes returns the CURIEs of one code system, ascending.
func (v *Vocabulary) Codes(system string) []string { return slices.Clone(v.below(system + ":")) }

// below returns the codes that begin with prefix, ascending. The slice is the vocabulary's own.
func (v *Vocabulary) below(prefix string) []string {
	from, _ := slices.BinarySearch(v.codes, prefix)
	n := len(v.codes) - from
	to, _ := slices.BinarySearchFunc(v.codes[from:], prefix, func(code, p string) int {
		if strings.HasPrefix(code, p) {
			return -1
		}
		return strings.Compare(code, p)
	})
	return v.codes[from : from+min(to, n)]
}

// Index returns the place of a code among all codes of the vocabulary, in ascending order: the id it would
// have in the dictionary of a snapshot that holds exactly these codes.
func (v *Vocabulary) Index(curie string) (uint32, bool) {
	i, ok := slices.BinarySearch(v.codes, curie)
	return uint32(i), ok
}

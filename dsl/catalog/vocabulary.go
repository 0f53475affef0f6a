package catalog

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/officina-enclave/officina/dsl/diag"
)

// MaxVocabularyBytes is the length of the longest vocabulary file.
const MaxVocabularyBytes = 1<<31 - 1

// Vocabulary holds the published codes of a dataset with their labels and parents. It says nothing about
// which codes occur in the data. It is not changed after [ParseVocabulary]; what it has expanded once it
// remembers, for all who use it at the same time.
//
// A code is known inside by its place among all codes in ascending order; so places compare as codes do.
type Vocabulary struct {
	codes  texts // CURIEs, ascending
	labels texts // by place
	// The children of i are children[from[i]:from[i+1]], ascending.
	from, children []uint32
	digest         string
	folded         func() texts // the labels without upper and lower case, made when first asked for
	memo           memo
}

// row is an entry of a file.
type row struct {
	Entry
	at diag.Pos
}

var vocabularyHeader = []string{"code", "label", "parents"}

// ParseVocabulary reads a CSV file (RFC 4180, UTF-8) with the columns code, label and parents: a CURIE, a
// text, and the CURIEs of the codes directly above it, parted by spaces (only needed for systems whose
// hierarchy is a table). At most [diag.Max] errors are told.
func ParseVocabulary(text []byte) (*Vocabulary, diag.List) {
	var out diag.List
	if len(text) > MaxVocabularyBytes {
		out.Add(vocabularyTooLong(MaxVocabularyBytes))
		return nil, out
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord, r.ReuseRecord = len(vocabularyHeader), true
	head, err := r.Read()
	if err != nil || !slices.Equal(head, vocabularyHeader) {
		out.Add(badHeader())
		return nil, out
	}
	rows := readRows(r, bytes.Count(text, []byte("\n")), &out)
	v := newVocabulary(rows, &out)
	if out.Failed() {
		return nil, out
	}
	return v, out
}

// readRows reads the rows until the end or until there are enough errors.
func readRows(r *csv.Reader, lines int, out *diag.List) []row {
	rows := make([]row, 0, lines)
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
		e := row{Entry{rec[0], rec[1], strings.Fields(rec[2])}, diag.Pos{Offset: offset, Line: line, Column: column}}
		slices.Sort(e.Parents)
		if d, bad := e.check(); bad {
			out.Add(d)
			continue
		}
		rows = append(rows, e)
	}
	return rows
}

func (e row) check() (diag.Diagnostic, bool) {
	if _, _, ok := SplitCurie(e.Code); !ok {
		return notCurie(e.at, e.Code), true
	}
	for _, curie := range e.Parents {
		if _, _, ok := SplitCurie(curie); !ok {
			return notCurie(e.at, curie), true
		}
	}
	if e.Label == "" || !utf8.ValidString(e.Code) || !utf8.ValidString(e.Label) {
		return badLabel(e.at, e.Code), true
	}
	return diag.Diagnostic{}, false
}

// newVocabulary sorts the rows and links parents to children.
func newVocabulary(rows []row, out *diag.List) *Vocabulary {
	byCode := func(a, b row) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), cmp.Compare(a.at.Offset, b.at.Offset))
	}
	if !slices.IsSortedFunc(rows, byCode) {
		slices.SortFunc(rows, byCode)
	}
	v, digest := &Vocabulary{}, make(chan string)
	go func() { digest <- vocabularyDigest(rows) }()
	codes, labels := 0, 0
	for i, e := range rows {
		if i > 0 && rows[i-1].Code == e.Code {
			out.Add(twiceInVocabulary(e.at, e.Code))
		}
		codes, labels = codes+len(e.Code), labels+len(e.Label)
	}
	v.codes = textsOf(len(rows), codes, func(i int) string { return rows[i].Code })
	v.codes.index()
	v.labels = textsOf(len(rows), labels, func(i int) string { return rows[i].Label })
	v.folded = sync.OnceValue(func() texts {
		return textsOf(v.Len(), len(v.labels.all), func(i int) string { return fold(v.labels.at(uint32(i))) })
	})
	v.link(rows, out)
	v.digest = <-digest
	return v
}

// link makes the children of the parents.
func (v *Vocabulary) link(rows []row, out *diag.List) {
	type pair struct{ parent, child uint32 }
	var pairs []pair
	v.from = make([]uint32, len(rows)+1)
	for i, e := range rows {
		for _, p := range e.Parents {
			parent, ok := v.codes.find(p)
			if !ok {
				out.Add(unknownParent(e.at, e.Code, p))
				continue
			}
			pairs = append(pairs, pair{parent, uint32(i)})
			v.from[parent+1]++
		}
	}
	for i := range rows {
		v.from[i+1] += v.from[i]
	}
	v.children = make([]uint32, len(pairs))
	next := slices.Clone(v.from)
	for _, p := range pairs { // by child, ascending
		v.children[next[p.parent]] = p.child
		next[p.parent]++
	}
}

// vocabularyDigest hashes one line a row.
func vocabularyDigest(rows []row) string {
	sum := sha256.New()
	line := []byte("officina/vocabulary/v1\n")
	for _, e := range rows {
		line = appendQuote(line, e.Code)
		line = append(line, ',')
		line = appendQuote(line, e.Label)
		line = append(line, ",["...)
		for i, p := range e.Parents {
			if i > 0 {
				line = append(line, ' ')
			}
			line = appendQuote(line, p)
		}
		line = append(line, "]\n"...)
		if len(line) > 1<<16 {
			sum.Write(line)
			line = line[:0]
		}
	}
	sum.Write(line)
	return "sha256:" + hex.EncodeToString(sum.Sum(nil))
}

// appendQuote is strconv.AppendQuote, which takes its time for texts that need no escapes.
func appendQuote(line []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return strconv.AppendQuote(line, text)
		}
	}
	line = append(line, '"')
	line = append(line, text...)
	return append(line, '"')
}

// Digest is "sha256:" and the hexadecimal SHA-256 of the codes, labels and parents; the order of the rows does not matter.
func (v *Vocabulary) Digest() string { return v.digest }

// Len is the number of codes.
func (v *Vocabulary) Len() int { return len(v.codes.ends) }

// Known reports whether the vocabulary has the code.
func (v *Vocabulary) Known(curie string) bool {
	_, ok := v.codes.find(curie)
	return ok
}

// Label returns the text of a code, or the CURIE itself when the vocabulary does not know it.
func (v *Vocabulary) Label(curie string) string {
	if i, ok := v.codes.find(curie); ok {
		return v.labels.at(i)
	}
	return curie
}

// Codes returns the CURIEs of one code system, ascending.
func (v *Vocabulary) Codes(system string) []string {
	var out []string
	i, end := v.below(system + ":")
	for ; i < end; i++ {
		out = append(out, v.codes.at(i))
	}
	return out
}

// Covers reports whether the vocabulary has any code of the system.
func (v *Vocabulary) Covers(system string) bool {
	i, end := v.below(system + ":")
	return i < end
}

// Containing returns the CURIEs of these code systems whose label contains text, whatever the case of its letters (by
// the simple case folding of Unicode), ascending. No text at all is in every label.
func (v *Vocabulary) Containing(systems []string, text string) []string {
	labels, text := v.folded(), fold(text)
	var out []string
	for _, system := range slices.Compact(slices.Sorted(slices.Values(systems))) {
		i, end := v.below(system + ":")
		for ; i < end; i++ {
			if strings.Contains(labels.at(i), text) {
				out = append(out, v.codes.at(i))
			}
		}
	}
	slices.Sort(out) // ICD10CM stands behind ICD10, but its codes before those of ICD10
	return out
}

// below returns the places of the codes that begin with prefix, which is not empty: from i to end, without end.
func (v *Vocabulary) below(prefix string) (i, end uint32) {
	last := len(prefix) - 1
	return v.codes.search(prefix), v.codes.search(prefix[:last] + string([]byte{prefix[last] + 1}))
}

// Index returns the place of a code among all codes of the vocabulary, in ascending order: the id it would
// have in the dictionary of a snapshot that holds exactly these codes.
func (v *Vocabulary) Index(curie string) (uint32, bool) {
	return v.codes.find(curie)
}

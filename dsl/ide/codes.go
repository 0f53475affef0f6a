package ide

import (
	"regexp"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// index holds the codes of one system, to look for by code or by label.
type index struct {
	codes  []string // CURIEs, ascending
	labels []string
	lower  []string // labels in lower case
}

// indexOf makes the index of a system once.
func (d *Desk) indexOf(system string) *index {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ix, ok := d.labels[system]; ok {
		return ix
	}
	ix := &index{codes: d.target.Vocabulary.Codes(system)}
	for _, code := range ix.codes {
		label := d.target.Vocabulary.Label(code)
		ix.labels = append(ix.labels, label)
		ix.lower = append(ix.lower, strings.ToLower(label))
	}
	d.labels[system] = ix
	return ix
}

// begun is a code that is being typed, or a part of its label: what stands behind the system on the line.
var begunCode = regexp.MustCompile(`([A-Z][A-Za-z0-9_]*):([^"#(){}:,=<>\n]*)$`)

// codes are the codes of the system before the place: those that begin with what is typed, then those with a word of
// their label that does, then those whose label has it anywhere.
func (c *cursor) codes() (Completion, bool) {
	m := begunCode.FindStringSubmatchIndex(c.text[max(0, c.offset-200):c.offset])
	if m == nil {
		return Completion{}, false
	}
	shift := max(0, c.offset-200)
	system, typed := c.text[shift+m[2]:shift+m[3]], c.text[shift+m[4]:c.offset]
	if _, ok := c.target.Catalog.System(system); !ok {
		return Completion{}, false
	}
	out := Completion{From: shift + m[0], To: c.offset, Items: []Item{}}
	out.Items, out.More = c.indexOf(system).find(system+":"+typed, strings.ToLower(typed))
	return out, len(out.Items) > 0 || !strings.Contains(typed, " ")
}

// find looks for codes by prefix and by label; more says that not all are given.
func (ix *index) find(prefix, text string) (out []Item, more bool) {
	from, _ := slices.BinarySearch(ix.codes, prefix)
	to := from
	for to < len(ix.codes) && to-from <= MaxItems && strings.HasPrefix(ix.codes[to], prefix) {
		to++
	}
	found := make([]int, 0, MaxItems+1)
	for i := from; i < to; i++ {
		found = append(found, i)
	}
	var inside []int
	for i := 0; i < len(ix.lower) && text != "" && len(found) <= MaxItems; i++ {
		switch at := strings.Index(ix.lower[i], text); {
		case at < 0 || i >= from && i < to:
		case at == 0 || ix.lower[i][at-1] == ' ':
			found = append(found, i)
		case len(inside) <= MaxItems:
			inside = append(inside, i)
		}
	}
	found = append(found, inside...)
	more = len(found) > MaxItems
	out = make([]Item, 0, MaxItems)
	for _, i := range found[:min(len(found), MaxItems)] {
		out = append(out, Item{Label: ix.codes[i], Kind: "code", Detail: ix.labels[i]})
	}
	return out, more
}

// Warm makes the indexes of all code systems, so that the first completion of a code does not wait for one.
func (d *Desk) Warm() {
	for _, name := range d.target.Catalog.SystemNames() {
		d.indexOf(name)
	}
}

// label is the label of a code, if the vocabulary has the code.
func (d *Desk) label(curie string) (string, bool) {
	system, _, _ := catalog.SplitCurie(curie)
	if _, ok := d.target.Catalog.System(system); !ok || !d.target.Vocabulary.Known(curie) {
		return "", false
	}
	return d.target.Vocabulary.Label(curie), true
}

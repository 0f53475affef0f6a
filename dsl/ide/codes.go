package ide

import (
	"regexp"
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
	var ranks [3][]int
	for i, code := range ix.codes {
		switch at := strings.Index(ix.lower[i], text); {
		case strings.HasPrefix(code, prefix):
			ranks[0] = append(ranks[0], i)
		case text == "" || at < 0:
		case at == 0 || ix.lower[i][at-1] == ' ':
			ranks[1] = append(ranks[1], i)
		default:
			ranks[2] = append(ranks[2], i)
		}
		if len(ranks[0]) > MaxItems {
			break
		}
	}
	out = []Item{}
	for _, rank := range ranks {
		for _, i := range rank {
			if len(out) == MaxItems {
				return out, true
			}
			out = append(out, Item{Label: ix.codes[i], Kind: "code", Detail: ix.labels[i]})
		}
	}
	return out, false
}

// label is the label of a code, if the vocabulary has the code.
func (d *Desk) label(curie string) (string, bool) {
	system, _, _ := catalog.SplitCurie(curie)
	if _, ok := d.target.Catalog.System(system); !ok || !d.target.Vocabulary.Known(curie) {
		return "", false
	}
	return d.target.Vocabulary.Label(curie), true
}

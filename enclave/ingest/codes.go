package ingest

import (
	"maps"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// dictionary gives the codes of the data and of the vocabulary dense ids from 0, ascending by text. While rows are
// read, a code goes by its place in the order of appearance.
type dictionary struct {
	published int               // the first codes: those of the vocabulary
	known     bool              // there is a vocabulary
	place     map[string]uint32 // code → place of appearance
	sorted    []string          // by id
	id        []uint32          // by place of appearance
}

// newDictionary begins with the codes that v knows of the catalog's systems; v may be nil.
func newDictionary(c *catalog.Catalog, v *catalog.Vocabulary) *dictionary {
	d := &dictionary{known: v != nil, place: map[string]uint32{}}
	for _, system := range c.SystemNames() {
		if v == nil {
			break
		}
		for _, code := range v.Codes(system) {
			d.add(code)
		}
	}
	d.published = len(d.place)
	return d
}

// add returns the place of a code.
func (d *dictionary) add(code string) uint32 {
	n, ok := d.place[code]
	if !ok {
		n = uint32(len(d.place))
		d.place[code] = n
	}
	return n
}

// finish fixes the ids and returns how many codes the vocabulary, if there is one, does not know.
func (d *dictionary) finish() (unknown int) {
	d.sorted = slices.Sorted(maps.Keys(d.place))
	d.id = make([]uint32, len(d.sorted))
	for i, code := range d.sorted {
		d.id[d.place[code]] = uint32(i)
	}
	if !d.known {
		return 0
	}
	return len(d.place) - d.published
}

// replace puts the id in the place of the row's code and returns the row.
func (d *dictionary) replace(s shape, row []any) []any {
	if s.coded {
		row[s.codeAt()] = d.id[row[s.codeAt()].(uint32)]
	}
	return row
}

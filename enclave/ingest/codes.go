package ingest

import (
	"maps"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// dictionary gives the codes of the data and of the vocabulary dense ids from 0, ascending by text.
type dictionary struct {
	published bool // there is a vocabulary
	ids       map[string]uint32
	sorted    []string
	unknown   int // codes of the data that the vocabulary does not have
}

// newDictionary begins with the codes that v knows of the catalog's systems; v may be nil.
func newDictionary(c *catalog.Catalog, v *catalog.Vocabulary) *dictionary {
	d := &dictionary{published: v != nil, ids: map[string]uint32{}}
	for _, system := range c.SystemNames() {
		if !d.published {
			break
		}
		for _, code := range v.Codes(system) {
			d.ids[code] = 0
		}
	}
	return d
}

func (d *dictionary) add(code string) {
	if _, ok := d.ids[code]; ok {
		return
	}
	d.ids[code] = 0
	if d.published {
		d.unknown++
	}
}

// finish fixes the ids and returns how many codes the vocabulary does not know.
func (d *dictionary) finish() (unknown int) {
	d.sorted = slices.Sorted(maps.Keys(d.ids))
	for i, code := range d.sorted {
		d.ids[code] = uint32(i)
	}
	return d.unknown
}

// replace puts the id in the place of the row's code and gives the row to add.
func (d *dictionary) replace(s shape, row []any, add func(...any) error) error {
	if s.coded {
		id, ok := d.ids[row[s.codeAt()].(string)]
		if !ok {
			return ErrChanged
		}
		row[s.codeAt()] = id
	}
	return add(row...)
}

package sqlgen

import (
	"maps"
	"slices"
)

// use is what the statement reads of one table.
type use struct {
	columns map[string]bool
	all     bool // rows of any code
	each    bool // something is kept for each person with a row
	codes   map[uint32]bool
}

func (g *generator) use(table string) *use {
	u := g.uses[table]
	if u == nil {
		u = &use{columns: map[string]bool{}, codes: map[uint32]bool{}}
		g.uses[table] = u
	}
	return u
}

func (u *use) column(names ...string) {
	for _, n := range names {
		u.columns[n] = true
	}
}

func (u *use) code(ids ...uint32) {
	for _, id := range ids {
		u.codes[id] = true
	}
}

func (g *generator) tables() []Table {
	var out []Table
	for _, name := range slices.Sorted(maps.Keys(g.uses)) {
		u := g.uses[name]
		t := Table{Name: name, Columns: slices.Sorted(maps.Keys(u.columns)), Each: u.each}
		if !u.all {
			t.Codes = slices.AppendSeq([]uint32{}, maps.Keys(u.codes))
			slices.Sort(t.Codes)
		}
		out = append(out, t)
	}
	return out
}

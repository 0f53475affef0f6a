package enginetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/reference"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store"
)

// seal stores data as a snapshot and opens it. Person i has the ordinal i. The tables are parted between persons.
func seal(t testing.TB, data tables) *store.Store {
	t.Helper()
	k, err := local.CreateFromSeed(t.TempDir(), 7)
	must(t, err)
	t.Cleanup(func() { must(t, k.Close()) })
	dir := t.TempDir()
	w, err := store.Begin(t.Context(), dir, k, data.of.catalog.Dataset, "sha256:0", "test")
	must(t, err)
	dictionary := data.dictionary()
	for part, persons := range parted(len(data.persons)) {
		stored{"person", data.of.catalog.Attributes}.seal(t, w, part, func(add func(reference.Row, uint32)) {
			for i := persons[0]; i < persons[1]; i++ {
				add(data.persons[i].Attributes, uint32(i))
			}
		}, nil)
		for _, s := range data.of.sources() {
			var columns []catalog.Column
			for _, name := range s.ColumnNames() {
				column, _ := s.Column(name)
				columns = append(columns, column)
			}
			stored{s.Name, columns}.seal(t, w, part, func(add func(reference.Row, uint32)) {
				for i := persons[0]; i < persons[1]; i++ {
					for _, e := range data.persons[i].Events[s.Name] {
						add(e, uint32(i))
					}
				}
			}, dictionary)
		}
	}
	sealCodes(t, w, dictionary)
	_, err = w.Commit(t.Context())
	must(t, err)
	s, err := store.Open(context.WithoutCancel(t.Context()), dir, k, data.of.catalog.Dataset, store.Options{})
	must(t, err)
	return s
}

// parted parts n persons into ranges: two, or three when there are many.
func parted(n int) [][2]int {
	if n < 20 {
		return [][2]int{{0, n / 2}, {n / 2, n}}
	}
	return [][2]int{{0, n / 3}, {n / 3, n - 2}, {n - 2, n}}
}

// dictionary numbers the codes of the rows, and those that are published, by their text.
func (d tables) dictionary() map[string]uint32 {
	all := map[string]uint32{}
	for _, code := range d.of.published {
		all[code] = 0
	}
	for _, p := range d.persons {
		for _, events := range p.Events {
			for _, e := range events {
				if code, ok := e[catalog.CodeOf].(string); ok {
					all[code] = 0
				}
			}
		}
	}
	for i, code := range slices.Sorted(maps.Keys(all)) {
		all[code] = uint32(i)
	}
	return all
}

// stored is a stored table: the person, then the columns of the catalog.
type stored struct {
	name    string
	columns []catalog.Column
}

func (s stored) types() []duck.Column {
	out := []duck.Column{{Name: "person", Type: duck.UInteger}}
	for _, c := range s.columns {
		kind := map[catalog.Kind]duck.Type{catalog.Bool: duck.Boolean, catalog.Int: duck.BigInt, catalog.Number: duck.Double, catalog.DateKind: duck.Date, catalog.TimeKind: duck.Timestamp}[c.Type.Kind]
		if c.Name == catalog.CodeOf {
			kind = duck.UInteger
		}
		out = append(out, duck.Column{Name: c.Name, Type: cmp.Or(kind, duck.Varchar)})
	}
	return out
}

// seal adds one part. A code is stored as its id in dictionary.
func (s stored) seal(t testing.TB, w *store.Writer, part int, fill func(add func(reference.Row, uint32)), dictionary map[string]uint32) {
	t.Helper()
	groups := map[string]string{"person": string(catalog.Plain)}
	sorted := []string{"person"}
	for _, c := range s.columns {
		groups[c.Name] = string(c.Sensitivity)
		switch c.Name {
		case catalog.CodeOf:
			sorted = append([]string{c.Name}, sorted...)
		case catalog.Start:
			sorted = append(sorted, c.Name)
		}
	}
	info := store.Table{Name: s.name, Part: part, Groups: groups, SortedBy: sorted}
	sealRows(t, w, info, s.types(), func(add func(...any)) {
		fill(func(r reference.Row, person uint32) {
			row := []any{person}
			for _, c := range s.columns {
				row = append(row, storedValue(r[c.Name], c, dictionary))
			}
			add(row...)
		})
	})
}

func storedValue(v any, c catalog.Column, dictionary map[string]uint32) any {
	switch v := v.(type) {
	case catalog.Date:
		return v.Time()
	case catalog.Moment:
		return v.Time()
	case string:
		if c.Name == catalog.CodeOf {
			return dictionary[v]
		}
	}
	return v
}

func sealCodes(t testing.TB, w *store.Writer, dictionary map[string]uint32) {
	t.Helper()
	info := store.Table{Name: "_codes", Groups: map[string]string{"id": "plain", "code": "plain"}, SortedBy: []string{"id"}}
	sealRows(t, w, info, []duck.Column{{Name: "id", Type: duck.UInteger}, {Name: "code", Type: duck.Varchar}}, func(add func(...any)) {
		for code, id := range dictionary {
			add(id, code)
		}
	})
}

// sealRows sorts the rows that fill adds and adds them to the snapshot.
func sealRows(t testing.TB, w *store.Writer, info store.Table, columns []duck.Column, fill func(add func(...any))) {
	t.Helper()
	s, err := duck.NewSorter(t.Context(), duck.Limits{}, columns)
	must(t, err)
	defer s.Close()
	fill(func(row ...any) { must(t, s.Append(row...)) })
	f, n, err := s.Parquet(t.Context(), info.SortedBy)
	must(t, err)
	defer f.Close()
	size, err := f.Stat()
	must(t, err)
	info.Rows = n
	must(t, w.Add(t.Context(), info, f, size.Size()))
}

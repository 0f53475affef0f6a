package enginetest

import (
	"cmp"
	"context"
	"fmt"
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
			if s.Kind == catalog.PlaceDay {
				continue
			}
			storedOf(s).seal(t, w, part, func(add func(reference.Row, uint32)) {
				for i := persons[0]; i < persons[1]; i++ {
					for _, e := range data.persons[i].Events[s.Name] {
						add(e, uint32(i))
					}
				}
			}, dictionary)
		}
		if data.of.catalog.Residence {
			sealHomes(t, w, part, persons)
		}
	}
	sealCodes(t, w, dictionary)
	for _, s := range data.of.sources() {
		if s.Kind == catalog.PlaceDay {
			sealPlaces(t, w, s, data)
		}
	}
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

// Persons share no place: each moves, on the day moved, from a place of their own to another. What stands in their events
// of places and days is stored for the place where they then live and, as nobody may see it, for the other one too.
var moved = days[5]

func placeOf(person, which int) string { return fmt.Sprintf("%d-%d", person, which) }

func sealHomes(t testing.TB, w *store.Writer, part int, persons [2]int) {
	t.Helper()
	groups := map[string]string{"person": string(catalog.Plain)}
	for _, name := range []string{"place", "start", "end"} {
		groups[name] = string(catalog.Location)
	}
	info := store.Table{Name: "residence", Part: part, Groups: groups, SortedBy: []string{"person", "start"}}
	columns := []duck.Column{{Name: "person", Type: duck.UInteger}, {Name: "place", Type: duck.Varchar}, {Name: "start", Type: duck.Date}, {Name: "end", Type: duck.Date}}
	sealRows(t, w, info, columns, func(add func(...any)) {
		for i := persons[0]; i < persons[1]; i++ {
			add(uint32(i), placeOf(i, 0), births[0].Time(), (moved - 1).Time())
			add(uint32(i), placeOf(i, 1), moved.Time(), nil)
		}
	})
}

// sealPlaces stores the values of places and days that lead to the events of the persons.
func sealPlaces(t testing.TB, w *store.Writer, s catalog.Source, data tables) {
	t.Helper()
	table := storedOf(s)
	groups := map[string]string{catalog.Place: string(s.Sensitivity)}
	types := table.types()
	types[0] = duck.Column{Name: catalog.Place, Type: duck.Varchar}
	for _, c := range table.columns {
		groups[c.Name] = string(c.Sensitivity)
	}
	info := store.Table{Name: s.Name, Groups: groups, SortedBy: []string{catalog.Place, catalog.Start}}
	sealRows(t, w, info, types, func(add func(...any)) {
		for i, p := range data.persons {
			for _, e := range p.Events[s.Name] {
				lives := map[bool]int{false: 0, true: 1}[e[catalog.Start].(catalog.Date) >= moved]
				values := table.values(e, nil)
				elsewhere := maps.Clone(e)
				elsewhere[catalog.Value] = 1234.5
				add(append([]any{placeOf(i, lives)}, values...)...)
				add(append([]any{placeOf(i, 1-lives)}, table.values(elsewhere, nil)...)...)
			}
		}
	})
}

// stored is a stored table: the person or the place, then the columns of the catalog.
type stored struct {
	name    string
	columns []catalog.Column
}

func storedOf(s catalog.Source) stored {
	out := stored{name: s.Name}
	for _, name := range s.ColumnNames() {
		column, _ := s.Column(name)
		out.columns = append(out.columns, column)
	}
	return out
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
			add(append([]any{person}, s.values(r, dictionary)...)...)
		})
	})
}

func (s stored) values(r reference.Row, dictionary map[string]uint32) (out []any) {
	for _, c := range s.columns {
		out = append(out, storedValue(r[c.Name], c, dictionary))
	}
	return out
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

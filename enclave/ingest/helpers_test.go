package ingest_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/connectors/csv"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store"
)

// centre is a dataset's folder with its keys.
type centre struct {
	dir  string
	keys keys.Keys
}

func newCentre(t testing.TB) centre {
	t.Helper()
	k, err := local.Create(filepath.Join(t.TempDir(), "keys"), local.Options{Mark: "test"})
	must(t, err)
	t.Cleanup(func() { k.Close() })
	return centre{t.TempDir(), k}
}

// options reads catalog, vocabulary and mapping from folder dir, data from data.
func (c centre) options(t testing.TB, dir, prefix, data string) ingest.Options {
	t.Helper()
	o := ingest.Options{Dir: c.dir, Keys: c.keys, Limits: duck.Limits{Threads: 2}}
	o.Catalog = readCatalog(t, filepath.Join(dir, prefix+"catalog.yaml"))
	if text, err := os.ReadFile(filepath.Join(dir, prefix+"vocabulary.csv")); err == nil {
		v, list := catalog.ParseVocabulary(text)
		if list.Failed() {
			t.Fatal(list)
		}
		o.Vocabulary = v
	}
	source, err := csv.Open(data, filepath.Join(dir, prefix+"mapping.yaml"))
	must(t, err)
	t.Cleanup(func() { source.Close() })
	o.Source = source
	return o
}

func readCatalog(t testing.TB, path string) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	c, list := catalog.Parse(path, text)
	if list.Failed() {
		t.Fatalf("%s: %v", path, list)
	}
	return c
}

// open opens the snapshot in force as a plan would, every column of every table.
func (c centre) open(t testing.TB, dataset string) *duck.DB {
	t.Helper()
	s, err := store.Open(t.Context(), c.dir, c.keys, dataset, store.Options{})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	groups := map[string]bool{}
	paths := map[string][]string{}
	for _, f := range s.Manifest().Files {
		for _, g := range f.Columns {
			groups[g] = true
		}
		columns := slices.Sorted(maps.Keys(f.Columns))
		image, err := s.Image(t.Context(), store.Request{Table: f.Table, Part: f.Part, Columns: columns, Groups: groups})
		must(t, err)
		t.Cleanup(image.Release)
		paths[f.Table] = append(paths[f.Table], image.Path())
	}
	var views []duck.View
	for table, p := range paths {
		views = append(views, duck.View{Name: table, Paths: p})
	}
	db, err := duck.Open(t.Context(), duck.Limits{Threads: 2}, views)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// persons lists the ordinals of one part of a table.
func (c centre) persons(t testing.TB, s *store.Store, table string, part int) (out []int64) {
	t.Helper()
	image, err := s.Image(t.Context(), store.Request{Table: table, Part: part, Columns: []string{"person"}, Groups: map[string]bool{"sensitive": true}})
	must(t, err)
	defer image.Release()
	db, err := duck.Open(t.Context(), duck.Limits{}, []duck.View{{Name: "t", Paths: []string{image.Path()}}})
	must(t, err)
	defer db.Close()
	for _, row := range query(t, db, "SELECT person FROM t ORDER BY person") {
		out = append(out, row[0].(int64))
	}
	return out
}

func query(t testing.TB, db *duck.DB, text string) (rows [][]any) {
	t.Helper()
	must(t, db.Select(t.Context(), text, nil, func(r duck.Row) error {
		rows = append(rows, slices.Clone(r))
		return nil
	}))
	return rows
}

func render(row []any) string {
	words := make([]string, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case nil:
			words[i] = "-"
		case time.Time:
			words[i] = strings.TrimSuffix(v.Format("2006-01-02T15:04:05.999"), "T00:00:00")
		default:
			words[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(words, " ")
}

// snapshot is the digest of the snapshot in force.
func (c centre) snapshot(t testing.TB, dataset string) string {
	t.Helper()
	s, err := store.Open(context.Background(), c.dir, c.keys, dataset, store.Options{})
	must(t, err)
	defer s.Close()
	return s.Manifest().Digest()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%T)", err, err)
	}
}

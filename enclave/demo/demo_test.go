package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/examples"
)

func TestContract(t *testing.T) {
	connectorstest.Run(t, func(*testing.T) connectors.Source { return Source{Seed: 1, Persons: 5000} })
}

// row is a row by column name; a missing cell is not in it.
type row map[string]string

func read(t testing.TB, s Source, table string) (out []row) {
	t.Helper()
	each(t, s, table, func(r row) { out = append(out, maps.Clone(r)) })
	return out
}

// each gives every row of a table to see, which must not keep it.
func each(t testing.TB, s Source, table string, see func(row)) {
	t.Helper()
	r := row{}
	err := s.Read(t.Context(), table, func(b connectors.Batch) error {
		for _, cells := range b.Rows {
			clear(r)
			for i, c := range cells {
				if c.Known {
					r[b.Columns[i]] = c.Text
				}
			}
			see(r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A person is the same whatever the number of persons, and another seed makes other persons.
func TestDeterminism(t *testing.T) {
	few, many, other := Source{Seed: 7, Persons: 200}, Source{Seed: 7, Persons: 600}, Source{Seed: 8, Persons: 200}
	for _, table := range few.Tables() {
		want := read(t, few, table)
		got := slices.DeleteFunc(read(t, many, table), func(r row) bool { return r["person"] >= "demo-0000200" })
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: the first 200 of 600 persons differ from 200 persons:\n%s", table, d)
		}
		if cmp.Equal(want, read(t, other, table)) {
			t.Errorf("%s: seeds 7 and 8 make the same rows", table)
		}
	}
}

// The bytes of the dataset are part of what the demo promises: change this number knowingly.
func TestRowCounts(t *testing.T) {
	s := Source{Seed: 1, Persons: 2000}
	got := map[string]int{}
	for _, table := range s.Tables() {
		got[table] = len(read(t, s, table))
	}
	want := map[string]int{"person": 2000, "condition": 2345, "drug": 14492, "measurement": 34066, "variant": 256}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func BenchmarkSource(b *testing.B) {
	s := Source{Seed: 1, Persons: 20_000}
	for b.Loop() {
		for _, table := range s.Tables() {
			if err := s.Read(b.Context(), table, func(connectors.Batch) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Every row fits the catalog: known columns, listed words, codes of the vocabulary, dates of the period.
func TestRowsFitTheCatalog(t *testing.T) {
	c, v := described(t)
	s := Source{Seed: 3, Persons: 3000}
	checkTable(t, c, v, read(t, s, "person"), func(name string) (catalog.Column, bool) { return c.Attribute(name) })
	for _, name := range s.Tables()[1:] {
		source, ok := c.Source(name)
		if !ok {
			t.Fatalf("the catalog has no source %s", name)
		}
		rows := read(t, s, name)
		checkTable(t, c, v, rows, source.Column)
		for _, r := range rows {
			if !v.Known(r["code"]) {
				t.Fatalf("%s: the vocabulary does not know %s", name, r["code"])
			}
			if system, _, _ := catalog.SplitCurie(r["code"]); !slices.Contains(source.Systems, system) {
				t.Fatalf("%s: %s is of a foreign system", name, r["code"])
			}
			if start, ok := r["start"]; ok && (start < c.Period.Start.String() || start > c.Period.End.String()) {
				t.Fatalf("%s: start %s is outside the period", name, start)
			}
		}
	}
}

func checkTable(t *testing.T, c *catalog.Catalog, v *catalog.Vocabulary, rows []row, column func(string) (catalog.Column, bool)) {
	t.Helper()
	for _, r := range rows {
		for name, value := range r {
			if name == connectors.Person || name == connectors.Unit {
				continue
			}
			col, ok := column(name)
			if !ok {
				t.Fatalf("the catalog has no column %s", name)
			}
			if keys := c.Keys(col, v); keys != nil && !slices.Contains(keys, value) {
				t.Fatalf("%s: %q is not a listed word", name, value)
			}
			if !fits(col.Type.Kind, value) {
				t.Fatalf("%s: %q is no %s", name, value, col.Type.Kind)
			}
		}
	}
}

func fits(kind catalog.Kind, value string) bool {
	var err error
	switch kind {
	case catalog.DateKind:
		_, err = catalog.ParseDate(value)
	case catalog.Number:
		_, err = strconv.ParseFloat(value, 64)
	case catalog.Int:
		_, err = strconv.Atoi(value)
	}
	return err == nil && value != ""
}

func described(t testing.TB) (*catalog.Catalog, *catalog.Vocabulary) {
	t.Helper()
	text, err := examples.Files.ReadFile("catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, remarks := catalog.Parse("examples/catalog.yaml", text)
	if len(remarks) > 0 {
		t.Fatal(remarks)
	}
	if text, err = examples.Files.ReadFile("vocabulary.csv"); err != nil {
		t.Fatal(err)
	}
	v, remarks := catalog.ParseVocabulary(text)
	if len(remarks) > 0 {
		t.Fatal(remarks)
	}
	return c, v
}

func TestCatalogAndGeneratorAgree(t *testing.T) {
	c, _ := described(t)
	if c.Mark != "demo" || c.Dataset != "precision-demo" {
		t.Errorf("the demo's catalog is %s, marked %q", c.Dataset, c.Mark)
	}
	if c.Period.Start != periodStart || c.Period.End != periodEnd {
		t.Errorf("the catalog's period is %s to %s, the generator's %s to %s", c.Period.Start, c.Period.End, periodStart, periodEnd)
	}
	if d := cmp.Diff(append([]string{"person"}, c.SourceNames()...), Source{}.Tables()); d != "" {
		t.Error(d)
	}
	var ids []string
	for _, s := range sites {
		ids = append(ids, s.what.id)
	}
	var want []string
	for _, s := range c.Sites {
		want = append(want, s.ID)
	}
	if d := cmp.Diff(want, ids); d != "" {
		t.Error(d)
	}
}

// Nothing is recorded before birth or after death, and no treatment ends before it begins.
func TestOrderOfLife(t *testing.T) {
	s := Source{Seed: 5, Persons: 4000}
	born, died := map[string]string{}, map[string]string{}
	for _, r := range read(t, s, "person") {
		born[r["person"]], died[r["person"]] = r["birth_date"], r["death"]
	}
	for _, table := range []string{"condition", "drug", "measurement"} {
		for _, r := range read(t, s, table) {
			who, start := r["person"], r["start"]
			if start < born[who] || (died[who] != "" && start > died[who]) {
				t.Fatalf("%s: %s born %s, died %s, has an event on %s", table, who, born[who], died[who], start)
			}
			if end := r["end"]; end != "" && end < start {
				t.Fatalf("%s: %s to %s", table, start, end)
			}
		}
	}
}

func TestNapoliIsNotMissing(t *testing.T) {
	_, v := described(t)
	if got := v.Label("ISTAT:NA"); got != "Napoli" {
		t.Errorf("ISTAT:NA is labelled %q", got)
	}
	napoli, missing := 0, 0
	for _, r := range read(t, Source{Seed: 1, Persons: 5000}, "person") {
		switch province, ok := r["province"]; {
		case !ok:
			missing++
		case province == "NA":
			napoli++
		}
	}
	if napoli < 100 || missing < 20 || missing > 200 {
		t.Errorf("%d persons of Napoli, %d without province", napoli, missing)
	}
}

func TestProvincesHaveLabels(t *testing.T) {
	_, v := described(t)
	total := 0.0
	for _, p := range provinces {
		total += p.weight
		if !v.Known("ISTAT:" + p.what) {
			t.Errorf("no label for province %s", p.what)
		}
	}
	if len(provinces) != 107 || len(v.Codes("ISTAT")) != 107 {
		t.Errorf("%d provinces, %d labels; want 107", len(provinces), len(v.Codes("ISTAT")))
	}
	if total < 59_300 || total > 59_550 { // census of 2011: 59,433,744
		t.Errorf("%v thousand residents", total)
	}
}

func TestUnknownTable(t *testing.T) {
	err := Source{Persons: 1}.Read(t.Context(), "visit", nil)
	if err == nil || !strings.Contains(err.Error(), "condition") {
		t.Errorf("error %v should name the tables there are", err)
	}
}

func ExampleSource() {
	s := Source{Seed: 1, Persons: 1000}
	rows := 0
	err := s.Read(context.Background(), "person", func(b connectors.Batch) error {
		rows += len(b.Rows)
		return nil
	})
	fmt.Println(s.Tables(), rows, err)
	// Output: [person condition drug measurement variant] 1000 <nil>
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		for _, table := range (Source{}).Tables() {
			_ = Source{Seed: 1, Persons: 2000}.Read(b.Context(), table, func(connectors.Batch) error { return nil })
		}
	}
}

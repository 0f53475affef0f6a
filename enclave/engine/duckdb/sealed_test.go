package duckdb_test

import (
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store"
)

// marker stands in the data where a patient's value would.
const marker = "zq7-patient-value"

// The catalog of the tests, as sqlgen needs it.
var (
	sex   = &catalog.Column{Name: "sex", Type: catalog.Type{Kind: catalog.Code}, Sensitivity: catalog.Quasi}
	note  = &catalog.Column{Name: "note", Type: catalog.Type{Kind: catalog.String}, Sensitivity: catalog.Sensitive}
	value = &catalog.Column{Name: "value", Type: catalog.Type{Kind: catalog.Number}, Sensitivity: catalog.Sensitive}
	start = &catalog.Column{Name: "start", Type: catalog.Type{Kind: catalog.DateKind}, Sensitivity: catalog.Sensitive}
	lab   = &catalog.Source{Name: "lab", Timed: true, Systems: []string{"LOINC"}, Value: value, Sensitivity: catalog.Sensitive}
)

// part is one part of a stored table.
type part struct {
	table   string
	number  int
	columns []duck.Column
	groups  map[string]string
	sorted  []string
	rows    [][]any
}

func (p part) seal(t testing.TB, w *store.Writer) {
	t.Helper()
	s, err := duck.NewSorter(t.Context(), duck.Limits{}, p.columns)
	must(t, err)
	defer s.Close()
	for _, row := range p.rows {
		must(t, s.Append(row...))
	}
	f, n, err := s.Parquet(t.Context(), p.sorted)
	must(t, err)
	defer f.Close()
	info, err := f.Stat()
	must(t, err)
	must(t, w.Add(t.Context(), store.Table{Name: p.table, Part: p.number, Groups: p.groups, Rows: n, SortedBy: p.sorted}, f, info.Size()))
}

func day(month time.Month, d int) time.Time { return time.Date(2020, month, d, 0, 0, 0, 0, time.UTC) }

// dataset is two parts of five persons: 0-2 in the first, 3-4 in the second.
//
//	person  sex     LOINC:A                LOINC:B
//	0       female  10 on 1 Jan            1 on 1 Jan
//	1       male    20 on 1 Jan, 25 later  -
//	2       -       30 on 1 Feb            -
//	3       female  (no value) on 1 Mar    2 on 1 Mar
//	4       male    -                      3 on 1 Jan
func dataset() []part {
	person := part{table: "person", columns: []duck.Column{{Name: "person", Type: duck.UInteger}, {Name: "sex", Type: duck.Varchar}, {Name: "note", Type: duck.Varchar}},
		groups: map[string]string{"person": "plain", "sex": "quasi", "note": "sensitive"}, sorted: []string{"person"}}
	labs := part{table: "lab", columns: []duck.Column{{Name: "person", Type: duck.UInteger}, {Name: "start", Type: duck.Date}, {Name: "code", Type: duck.UInteger}, {Name: "value", Type: duck.Double}},
		groups: map[string]string{"person": "sensitive", "start": "sensitive", "code": "sensitive", "value": "sensitive"}, sorted: []string{"code", "person", "start"}}
	codes := part{table: "_codes", columns: []duck.Column{{Name: "id", Type: duck.UInteger}, {Name: "code", Type: duck.Varchar}},
		groups: map[string]string{"id": "plain", "code": "plain"}, sorted: []string{"id"},
		rows: [][]any{{uint32(0), "HGNC:1"}, {uint32(1), "LOINC:A"}, {uint32(2), "LOINC:B"}}}
	const a, b = uint32(1), uint32(2)
	second := func(p part, rows ...[]any) part { p.number, p.rows = 1, rows; return p }
	persons2 := second(person, []any{uint32(3), "female", marker}, []any{uint32(4), "male", marker})
	labs2 := second(labs, []any{uint32(3), day(3, 1), a, nil}, []any{uint32(3), day(3, 1), b, 2.0}, []any{uint32(4), day(1, 1), b, 3.0})
	person.rows = [][]any{{uint32(0), "female", marker}, {uint32(1), "male", marker}, {uint32(2), nil, marker}}
	labs.rows = [][]any{
		{uint32(0), day(1, 1), a, 10.0}, {uint32(0), day(1, 1), b, 1.0},
		{uint32(1), day(1, 1), a, 20.0}, {uint32(1), day(6, 1), a, 25.0},
		{uint32(2), day(2, 1), a, 30.0},
	}
	return []part{person, persons2, labs, labs2, codes}
}

// sealed seals parts as a snapshot and opens it.
func sealed(t testing.TB, o store.Options, parts ...part) *store.Store {
	t.Helper()
	k, err := local.CreateFromSeed(t.TempDir(), 7)
	must(t, err)
	t.Cleanup(func() { must(t, k.Close()) })
	return opened(t, k, o, parts)
}

func opened(t testing.TB, k keys.Keys, o store.Options, parts []part) *store.Store {
	dir := t.TempDir()
	w, err := store.Begin(t.Context(), dir, k, "tiny", "sha256:0", "test")
	must(t, err)
	for _, p := range parts {
		p.seal(t, w)
	}
	_, err = w.Commit(t.Context())
	must(t, err)
	s, err := store.Open(t.Context(), dir, k, "tiny", o)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

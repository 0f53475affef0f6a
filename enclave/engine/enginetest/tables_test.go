package enginetest

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// dataset is what tables can look like.
type dataset struct {
	catalog   *catalog.Catalog
	codes     map[string][]string // by system: those that rows have
	published []string            // codes that the dictionary has besides
}

// sources are the tables of events, the intervals of observation included.
func (d dataset) sources() []catalog.Source {
	if d.catalog.Observed {
		return append(slices.Clone(d.catalog.Sources), catalog.Source{Name: "observation", Timed: true, End: true, Sensitivity: catalog.Quasi})
	}
	return d.catalog.Sources
}

// tables are persons with their events.
type tables struct {
	of      dataset
	persons reference.Data
}

// maker draws plans and tables. Equal seeds give equal draws.
type maker struct {
	*rand.Rand
	dataset
	source  *catalog.Source // inside a where condition
	indexed bool            // the index date is known
	others  int             // how many cohorts may be named
}

func newMaker(t testing.TB, seed, stream uint64) maker {
	t.Helper()
	generated.Do(func() { generatedCatalog = readCatalog(t, "testdata/catalog.yaml") })
	return makerOf(dataset{generatedCatalog, codes, published}, seed, stream)
}

// The catalog of the generated tables is read once, and never changed.
var (
	generated        sync.Once
	generatedCatalog *catalog.Catalog
)

func makerOf(d dataset, seed, stream uint64) maker {
	return maker{Rand: rand.New(rand.NewPCG(seed, stream)), dataset: d}
}

func readCatalog(t testing.TB, file string) *catalog.Catalog {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	c, remarks := catalog.Parse(file, text)
	if c == nil {
		t.Fatal(remarks)
	}
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if d, ok := err.(interface{ RestrictedDetail() string }); ok { // the data are ours
		t.Fatal(err, d.RestrictedDetail())
	}
	t.Fatal(err)
}

// chance is true once in n times.
func (m maker) chance(n int) bool { return m.IntN(n) == 0 }

func oneOf[T any](m maker, xs []T) T { return xs[m.IntN(len(xs))] }

// some is a list of distinct members of xs, in order; it may be empty.
func some[T any](m maker, xs []T, one int) []T {
	out := []T{}
	for _, x := range xs {
		if m.chance(one) {
			out = append(out, x)
		}
	}
	return out
}

// The awkward values. Those that come often stand more than once.
var (
	ints = []int64{0, 0, 1, 1, 2, 2, 3, 5, -1, -7, 40, 9_999_999_999, 10_000_000_000, 1<<53 + 1, -1<<53 - 1, math.MaxInt64, math.MinInt64}
	// 5e-9 and 0.001953125 are halfway between two decimals; from 1e10 on a number is in no sum.
	doubles = []float64{0, 0, 1, 1, 2, 2.5, 3, -3, 7.25, 0.1, 0.3, 40, 5e-9, -1.5e-8, 0.001953125, 48, 53, 123456.789, 9_999_999_999.5, 1e10, -1e10, 1e15, 1 << 53}
	texts   = []string{"f", "m", "iv", "oral", "het", "hom", "", "it's", "ATC:A", "LOINC:1", "true", "1"}
	codes   = map[string][]string{
		"ATC":   {"ATC:A", "ATC:A01", "ATC:B", "ATC:B01", "ATC:C"},
		"LOINC": {"LOINC:1", "LOINC:10", "LOINC:2"},
		"HGNC":  {"HGNC:1", "HGNC:2"},
		"OMIM":  {"OMIM:1"},
	}
	// absent are codes that no row has; the dictionary has those of published.
	absent    = []string{"ATC:A1", "LOINC:9", "HGNC:0"}
	published = []string{"ATC:A1", "OMIM:0"}
	days      = dates("2019-12-31", "2020-01-01", "2020-01-30", "2020-01-31", "2020-02-01", "2020-02-28", "2020-02-29", "2020-03-01",
		"2020-03-30", "2020-03-31", "2020-04-30", "2021-01-31", "2021-02-28", "2021-03-01", "2024-02-29")
	clocks  = []catalog.Moment{0, 1, 8*60 + 30, 12 * 60, 23*60 + 59}
	moments = atClocks(days[1:6], clocks)
	births  = dates("1955-03-01", "1960-02-29", "1980-01-31", "1980-02-29", "2002-02-28", "2020-02-29")
)

// atClocks are all times of day of all days.
func atClocks(days []catalog.Date, clocks []catalog.Moment) (out []catalog.Moment) {
	for _, d := range days {
		for _, c := range clocks {
			out = append(out, catalog.Moment(d)*24*60+c)
		}
	}
	return out
}

func dates(texts ...string) []catalog.Date {
	out := make([]catalog.Date, len(texts))
	for i, s := range texts {
		d, err := catalog.ParseDate(s)
		if err != nil {
			panic(err)
		}
		out[i] = d
	}
	return out
}

// tables draws persons with their events: mostly about forty, sometimes few or none.
func (m maker) tables() tables {
	n := oneOf(m, []int{0, 1, 4, 20, 40, 40, 40})
	gaps := 2 + m.IntN(6) // one value in so many is missing
	rates := map[string]int{}
	for _, s := range m.sources() {
		rates[s.Name] = oneOf(m, []int{0, 1, 3, 3, 6})
	}
	out := make(reference.Data, n)
	for i := range out {
		out[i] = reference.Person{Attributes: m.row(m.catalog.Attributes, gaps), Events: map[string][]reference.Row{}}
		for _, s := range m.sources() {
			for range m.IntN(rates[s.Name] + 1) {
				out[i].Events[s.Name] = append(out[i].Events[s.Name], m.event(s, gaps))
			}
		}
	}
	return tables{m.dataset, out}
}

func (m maker) row(columns []catalog.Column, gaps int) reference.Row {
	out := reference.Row{}
	for _, c := range columns {
		if !m.chance(gaps) {
			out[c.Name] = m.cell(c)
		}
	}
	return out
}

func (m maker) cell(c catalog.Column) any {
	switch c.Type.Kind {
	case catalog.Bool:
		return m.chance(2)
	case catalog.Int:
		return oneOf(m, ints)
	case catalog.Number:
		return oneOf(m, doubles)
	case catalog.DateKind:
		if len(c.AgeGrid.Cuts) > 0 {
			return oneOf(m, births)
		}
		return oneOf(m, days)
	}
	if len(c.Values) > 0 {
		return oneOf(m, c.Values)
	}
	return oneOf(m, texts)
}

// event draws a row of s. Its start is never missing; its end is not before that.
func (m maker) event(s catalog.Source, gaps int) reference.Row {
	columns := s.Columns
	if s.Value != nil {
		columns = append([]catalog.Column{*s.Value}, columns...)
	}
	out := m.row(columns, gaps)
	if s.Timed {
		start := oneOf(m, days) + catalog.Date(oneOf(m, []int{0, 0, 0, 1, m.IntN(40)}))
		end := start + catalog.Date(oneOf(m, []int{0, 1, 30, m.IntN(400)}))
		out[catalog.Start], out[catalog.End] = any(start), any(end)
		if s.Minutes {
			from, to := catalog.Moment(start)*24*60+oneOf(m, clocks), catalog.Moment(end)*24*60+oneOf(m, clocks)
			out[catalog.Start], out[catalog.End] = from, max(from, to)
		}
		if !s.End || m.chance(gaps) {
			delete(out, catalog.End)
		}
	}
	if len(s.Systems) > 0 && !m.chance(4*gaps) {
		out[catalog.CodeOf] = oneOf(m, m.codes[oneOf(m, s.Systems)])
	}
	return out
}

// without takes the events with one of the codes out of data. It is data itself when there are none.
func without(data reference.Data, withheld []string) reference.Data {
	if len(withheld) == 0 {
		return data
	}
	out := make(reference.Data, len(data))
	for i, p := range data {
		out[i] = reference.Person{Attributes: p.Attributes, Events: map[string][]reference.Row{}}
		for source, rows := range p.Events {
			out[i].Events[source] = slices.DeleteFunc(slices.Clone(rows), func(e reference.Row) bool {
				code, coded := e[catalog.CodeOf].(string)
				return coded && slices.Contains(withheld, code)
			})
		}
	}
	return out
}

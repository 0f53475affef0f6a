package sqlgen

import (
	"encoding/csv"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
)

// data are tables as CSV text, by name. Codes are CURIEs; an empty field is missing.
type data map[string]string

// open makes the stored tables of d and an instance that sees them. The dictionary holds the codes that occur.
func (r reader) open(d data) (*duck.DB, func(string) (uint32, bool)) {
	r.Helper()
	var codes []string
	for _, s := range r.catalog.Sources {
		for _, row := range rows(r, d[s.Name]) {
			codes = append(codes, row[catalog.CodeOf])
		}
	}
	slices.Sort(codes)
	codes = slices.DeleteFunc(slices.Compact(codes), func(c string) bool { return c == "" })
	id := func(curie string) (uint32, bool) {
		i, ok := slices.BinarySearch(codes, curie)
		return uint32(i), ok
	}
	views := []duck.View{r.dictionary(codes), r.table("person", r.catalog.Attributes, d["person"], id)}
	for _, s := range r.catalog.Sources {
		var columns []catalog.Column
		for _, n := range s.ColumnNames() {
			c, _ := s.Column(n)
			columns = append(columns, c)
		}
		views = append(views, r.table(s.Name, columns, d[s.Name], id))
	}
	db, err := duck.Open(r.Context(), duck.Limits{Threads: 2}, views)
	must(r, err)
	r.Cleanup(func() { must(r, db.Close()) })
	return db, id
}

// rows reads CSV with a header.
func rows(t testing.TB, text string) []map[string]string {
	t.Helper()
	in := csv.NewReader(strings.NewReader(text))
	in.TrimLeadingSpace, in.Comment = true, '#'
	records, err := in.ReadAll()
	must(t, err)
	var out []map[string]string
	for i, record := range records {
		if i == 0 {
			continue
		}
		row := map[string]string{}
		for j, field := range record {
			row[records[0][j]] = strings.TrimSpace(field)
		}
		out = append(out, row)
	}
	return out
}

func (r reader) dictionary(codes []string) duck.View {
	s := r.sorter([]duck.Column{{Name: "id", Type: duck.UInteger}, {Name: "code", Type: duck.Varchar}})
	for i, c := range codes {
		must(r, s.Append(uint32(i), c))
	}
	return r.view("_codes", s, "id")
}

var stored = map[catalog.Kind]duck.Type{
	catalog.Bool: duck.Boolean, catalog.Int: duck.BigInt, catalog.Number: duck.Double,
	catalog.Code: duck.Varchar, catalog.String: duck.Varchar, catalog.DateKind: duck.Date, catalog.TimeKind: duck.Timestamp,
}

func (r reader) table(name string, columns []catalog.Column, text string, id func(string) (uint32, bool)) duck.View {
	types := []duck.Column{{Name: "person", Type: duck.UInteger}}
	for _, c := range columns {
		kind := stored[c.Type.Kind]
		if c.Name == catalog.CodeOf {
			kind = duck.UInteger
		}
		types = append(types, duck.Column{Name: c.Name, Type: kind})
	}
	s := r.sorter(types)
	for _, row := range rows(r, text) {
		values := make([]any, len(types))
		for i, c := range types {
			values[i] = r.field(c.Type, row[c.Name], id)
		}
		must(r, s.Append(values...))
	}
	return r.view(name, s, "person")
}

func (r reader) field(kind duck.Type, text string, id func(string) (uint32, bool)) any {
	if text == "" {
		return nil
	}
	switch kind {
	case duck.Boolean:
		return text == "true"
	case duck.BigInt:
		n, err := strconv.ParseInt(text, 10, 64)
		must(r, err)
		return n
	case duck.Double:
		return r.float(form{atom: text})
	case duck.Date:
		d, err := catalog.ParseDate(text)
		must(r, err)
		return d.Time()
	case duck.Timestamp:
		m, err := catalog.ParseMoment(text)
		must(r, err)
		return m.Time()
	case duck.UInteger:
		if n, ok := id(text); ok {
			return n
		}
		return uint32(r.int(form{atom: text}))
	}
	return text
}

func (r reader) sorter(columns []duck.Column) *duck.Sorter {
	s, err := duck.NewSorter(r.Context(), duck.Limits{}, columns)
	must(r, err)
	return s
}

func (r reader) view(name string, s *duck.Sorter, orderBy string) duck.View {
	f, _, err := s.Parquet(r.Context(), []string{orderBy})
	must(r, err)
	must(r, s.Close())
	r.Cleanup(func() { must(r, f.Close()) })
	return duck.View{Name: name, Paths: []string{fmt.Sprintf("/proc/self/fd/%d", f.Fd())}}
}

// answers runs a query and returns its rows as text, "-" for what is missing and numbers to 12 digits.
func (r reader) answers(db *duck.DB, q *Query) [][]string {
	r.Helper()
	var out [][]string
	must(r, db.Select(r.Context(), q.SQL, q.Args, func(row duck.Row) error {
		texts := make([]string, len(row))
		for i, v := range row {
			switch v := v.(type) {
			case nil:
				texts[i] = "-"
			case float64:
				texts[i] = fmt.Sprintf("%.12g", v)
			case *big.Rat:
				x, _ := v.Float64()
				texts[i] = fmt.Sprintf("%.12g", x)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		out = append(out, texts)
		return nil
	}))
	return out
}

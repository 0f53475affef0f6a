package duckdb

import (
	"context"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/enclave/store"
)

// images are the decrypted tables of one run, over some parts.
type images struct {
	tables []sqlgen.Table
	parts  []int
	held   []*store.Image // of the first table all parts, then of the second, …; of the dictionary its only part
}

// open decrypts what the tables need of some parts. On an error nothing stays held.
func open(ctx context.Context, s *store.Store, tables []sqlgen.Table, parts []int, groups map[string]bool) (images, error) {
	var requests []store.Request
	for _, t := range tables {
		for _, part := range partsOfTable(t, parts) {
			requests = append(requests, store.Request{Table: t.Name, Part: part, Columns: t.Columns, Ranges: ranges(t.Codes), Groups: groups})
		}
	}
	held, err := s.Images(ctx, requests...)
	return images{tables, parts, held}, err
}

func (i images) release() {
	for _, image := range i.held {
		image.Release()
	}
}

// views shows the parts [from, to) of each table.
func (i images) views(from, to int) []duck.View {
	var out []duck.View
	rest := i.held
	for _, t := range i.tables {
		n := len(partsOfTable(t, i.parts))
		of := rest[:n]
		if rest = rest[n:]; t.Name != codesTable {
			of = of[from:to]
		}
		v := duck.View{Name: t.Name}
		for _, image := range of {
			v.Paths = append(v.Paths, image.Path())
		}
		out = append(out, v)
	}
	return out
}

// rows is the number of rows in each part of the tables of which something is kept for each person.
func (i images) rows() []int64 {
	out := make([]int64, len(i.parts))
	rest := i.held
	for _, t := range i.tables {
		n := len(partsOfTable(t, i.parts))
		for part, image := range rest[:n] {
			if t.Each {
				out[part] += image.Rows()
			}
		}
		rest = rest[n:]
	}
	return out
}

// partsOfTable is parts, but for the dictionary, which is not cut by persons.
func partsOfTable(t sqlgen.Table, parts []int) []int {
	if t.Name == codesTable {
		return whole
	}
	return parts
}

// whole is the only part of a table that is not cut by persons.
var whole = []int{0}

// partsOf numbers the ranges of persons of a snapshot.
func partsOf(s *store.Store) []int {
	var out []int
	for _, f := range s.Parts("person") {
		out = append(out, f.Part)
	}
	if out == nil {
		return whole // the store says best that the table is not there
	}
	return out
}

// ranges turns sorted code ids into the intervals that row groups are chosen by; nil is every row.
func ranges(codes []uint32) []store.Range {
	if codes == nil {
		return nil
	}
	r := store.Range{Column: catalog.CodeOf, Intervals: [][2]int64{}}
	for _, id := range codes {
		n := int64(id)
		if last := len(r.Intervals) - 1; last >= 0 && r.Intervals[last][1] == n-1 {
			r.Intervals[last][1] = n
			continue
		}
		r.Intervals = append(r.Intervals, [2]int64{n, n})
	}
	return []store.Range{r}
}

// groups are the column-key groups of the columns that p reads: what policy saw and allowed.
func groups(p *plan.Plan) map[string]bool {
	out := map[string]bool{}
	visit := func(x plan.Expr) bool {
		for _, s := range plan.Sets(x) {
			out[string(s.Source.Sensitivity)] = true
		}
		for _, c := range plan.Columns(x) {
			out[string(c.Sensitivity)] = true
		}
		return true
	}
	for _, x := range p.Exprs() {
		plan.Walk(x, visit)
	}
	return out
}

package duckdb

import (
	"context"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/enclave/store"
)

// images are the decrypted tables of one run.
type images struct {
	views []duck.View
	held  []*store.Image
}

func (i images) release() {
	for _, image := range i.held {
		image.Release()
	}
}

// open decrypts what the tables need of some parts. On an error nothing stays held.
func open(ctx context.Context, s *store.Store, tables []sqlgen.Table, parts []int, groups map[string]bool) (images, error) {
	var requests []store.Request
	var views []duck.View
	for _, t := range tables {
		of := parts
		if t.Name == codesTable {
			of = whole
		}
		views = append(views, duck.View{Name: t.Name, Paths: make([]string, 0, len(of))})
		for _, part := range of {
			requests = append(requests, store.Request{Table: t.Name, Part: part, Columns: t.Columns, Ranges: ranges(t.Codes), Groups: groups})
		}
	}
	held, err := s.Images(ctx, requests...)
	if err != nil {
		return images{}, err
	}
	rest := held
	for i := range views {
		n := cap(views[i].Paths)
		for _, image := range rest[:n] {
			views[i].Paths = append(views[i].Paths, image.Path())
		}
		rest = rest[n:]
	}
	return images{views, held}, nil
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

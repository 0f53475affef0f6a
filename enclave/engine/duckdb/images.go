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

// open decrypts what the tables need. On an error nothing stays held.
func open(ctx context.Context, s *store.Store, tables []sqlgen.Table, groups map[string]bool) (images, error) {
	var out images
	for _, t := range tables {
		view := duck.View{Name: t.Name}
		for _, part := range parts(s, t.Name) {
			image, err := s.Image(ctx, store.Request{Table: t.Name, Part: part, Columns: t.Columns, Ranges: ranges(t.Codes), Groups: groups})
			if err != nil {
				out.release()
				return images{}, err
			}
			out.held = append(out.held, image)
			view.Paths = append(view.Paths, image.Path())
		}
		out.views = append(out.views, view)
	}
	return out, nil
}

// parts lists the parts of a table. A table without any is asked for all the same: the store says it best.
func parts(s *store.Store, table string) []int {
	var out []int
	for _, f := range s.Parts(table) {
		out = append(out, f.Part)
	}
	if out == nil {
		return []int{0}
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

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
	tables []table
	parts  []int
	held   []*store.Image // of the first table its parts, then of the second, …
}

// table is a table that a statement reads, and the parts of it that are read.
type table struct {
	sqlgen.Table
	parts []int
	whole bool // not cut by persons: every statement sees all of it
}

// tableOf finds the parts of t: those of the persons or, when it is about no persons (the dictionary, the values of places
// and days), all that it has.
func tableOf(s *store.Store, t sqlgen.Table, parts []int) table {
	var all []int
	for _, f := range s.Parts(t.Name) {
		if _, personal := f.Columns["person"]; personal {
			return table{Table: t, parts: parts}
		}
		all = append(all, f.Part)
	}
	if all == nil {
		all = whole // the store says best that the table is not there
	}
	return table{t, all, true}
}

// open decrypts what the tables need of some parts. On an error nothing stays held.
func open(ctx context.Context, s *store.Store, tables []sqlgen.Table, parts []int, groups map[string]bool) (images, error) {
	out := images{parts: parts}
	var requests []store.Request
	for _, wanted := range tables {
		t := tableOf(s, wanted, parts)
		out.tables = append(out.tables, t)
		for _, part := range t.parts {
			requests = append(requests, store.Request{Table: t.Name, Part: part, Columns: t.Columns, Ranges: ranges(t.Codes), Groups: groups})
		}
	}
	var err error
	out.held, err = s.Images(ctx, requests...)
	return out, err
}

func (i images) release() {
	for _, image := range i.held {
		image.Release()
	}
}

// views shows the parts [from, to) of each table that is cut by persons, and all of the others.
func (i images) views(from, to int) []duck.View {
	var out []duck.View
	rest := i.held
	for _, t := range i.tables {
		of := rest[:len(t.parts)]
		if rest = rest[len(t.parts):]; !t.whole {
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
		for part, image := range rest[:len(t.parts)] {
			if t.Each && !t.whole {
				out[part] += image.Rows()
			}
		}
		rest = rest[len(t.parts):]
	}
	return out
}

// whole is the only part of a table that has one.
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
		if a, ok := x.(*plan.Attr); ok {
			out[string(a.Column.Sensitivity)] = true
		}
		for _, s := range plan.Sets(x) {
			groupsOf(s, plan.Columns(x), out)
			for _, m := range s.All() {
				groupsOf(m, plan.Fields(m.Where), out)
			}
		}
		return true
	}
	for _, x := range p.Exprs() {
		plan.Walk(x, visit)
	}
	return out
}

// groupsOf adds the groups of what every use of s reads, and of columns of s: those of the sets that it is made of.
func groupsOf(s *plan.EventSet, columns []catalog.Column, out map[string]bool) {
	for _, m := range s.All() {
		if m.Derived() {
			continue
		}
		out[string(m.Source.Sensitivity)] = true
		if m.Source.Kind == catalog.PlaceDay {
			out[string(catalog.Location)] = true // of residence
		}
		for _, c := range columns {
			if own, ok := m.Source.Column(c.Name); ok {
				out[string(own.Sensitivity)] = true
			}
		}
	}
}

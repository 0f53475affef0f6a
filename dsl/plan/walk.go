package plan

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// Walk calls visit for x and everything below it, event sets included, parents first. A false result of
// visit leaves the parts out.
func Walk(x Expr, visit func(Expr) bool) {
	if x == nil || !visit(x) {
		return
	}
	for _, s := range Sets(x) {
		s.walk(visit)
	}
	for _, part := range Parts(x) {
		Walk(part, visit)
	}
}

func (s *EventSet) walk(visit func(Expr) bool) {
	Walk(s.Where, visit)
	for _, b := range s.Bounds {
		Walk(b.At, visit)
	}
	for _, m := range s.Members() {
		m.walk(visit)
	}
}

// All returns s and the sets that its rows are made of, at any depth.
func (s *EventSet) All() []*EventSet {
	out := []*EventSet{s}
	for _, m := range s.Members() {
		out = append(out, m.All()...)
	}
	return out
}

// OfEvent reports whether x, which stands in a condition on events, depends on the event around it.
func OfEvent(x Expr) bool {
	switch x.(type) {
	case nil:
		return false
	case *Field, *End:
		return true
	}
	for _, set := range Sets(x) {
		for _, s := range set.All() { // a Where is about the set's own events
			for _, b := range s.Bounds {
				if OfEvent(b.At) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(Parts(x), OfEvent)
}

// Sets returns the event set of x itself, if it has one; those that its rows are made of are left to [EventSet.All].
func Sets(x Expr) []*EventSet {
	switch x := x.(type) {
	case *Count:
		return []*EventSet{x.Set}
	case *Pick:
		return []*EventSet{x.Set}
	case *Agg:
		return []*EventSet{x.Set}
	case *Covered:
		return []*EventSet{x.Set}
	}
	return nil
}

// Parts returns the direct parts of x, event sets apart.
func Parts(x Expr) []Expr {
	switch x := x.(type) {
	case *Count, *Agg:
		return nil
	case *Pick:
		if x.To != nil {
			return []Expr{x.To}
		}
		return nil
	case *Covered:
		return []Expr{x.From, x.To}
	}
	var parts []Expr
	mapChildren(x, func(part Expr) Expr { parts = append(parts, part); return part })
	return parts
}

// TieOrder is the order of columns that breaks ties between events of s: start, code, value, end, then the
// source's own columns in catalog order (LANGUAGE, Meaning 7).
func TieOrder(s *catalog.Source) []catalog.Column {
	var out []catalog.Column
	for _, name := range []string{catalog.Start, catalog.CodeOf, catalog.Value, catalog.End} {
		if c, ok := s.Column(name); ok {
			out = append(out, c)
		}
	}
	return append(out, s.Columns...)
}

// Columns returns the columns that x itself reads. A pick reads those that break ties, up to the picked one:
// events alike in these are alike in it.
func Columns(x Expr) []catalog.Column {
	switch x := x.(type) {
	case *Attr:
		return []catalog.Column{*x.Column}
	case *Field:
		return []catalog.Column{*x.Column}
	case *End:
		return []catalog.Column{*x.Column}
	case *Agg:
		return []catalog.Column{*x.Column}
	case *Pick:
		order := TieOrder(x.Set.Source)
		picked := slices.IndexFunc(order, func(c catalog.Column) bool { return c.Name == x.Column.Name })
		out := order[:picked+1]
		if v, ok := x.Set.Source.Column(catalog.Value); ok && (x.Which == Highest || x.Which == Lowest) && picked < slices.IndexFunc(order, isValue) {
			out = append(slices.Clone(out), v)
		}
		return out
	}
	return nil
}

// Fields returns the columns of the current event that x, a condition on events or a part of one, reads: also by what
// sets inside it say of the event around them, but not the columns of these sets.
func Fields(x Expr) []catalog.Column {
	switch x := x.(type) {
	case nil:
		return nil
	case *Field, *End:
		return Columns(x)
	}
	var out []catalog.Column
	for _, set := range Sets(x) {
		for _, s := range set.All() {
			for _, b := range s.Bounds {
				out = append(out, Fields(b.At)...)
			}
		}
	}
	for _, part := range Parts(x) {
		out = append(out, Fields(part)...)
	}
	return out
}

// Exprs returns the top expressions of p: index dates, rules, dimensions, values.
func (p *Plan) Exprs() []Expr {
	var xs []Expr
	for _, c := range p.Cohorts {
		xs = append(xs, c.Index)
		for _, r := range c.Rules {
			xs = append(xs, r.Cond)
		}
	}
	for _, r := range p.Reports {
		for _, d := range r.By {
			xs = append(xs, d.X)
		}
		if r.Value != nil {
			xs = append(xs, r.Value)
		}
	}
	return xs
}

// EventSets returns every event set of p, nested ones and those that others are made of included.
func (p *Plan) EventSets() []*EventSet {
	var sets []*EventSet
	for _, x := range p.Exprs() {
		Walk(x, func(x Expr) bool {
			for _, s := range Sets(x) {
				sets = append(sets, s.All()...)
			}
			return true
		})
	}
	return sets
}

func isValue(c catalog.Column) bool { return c.Name == catalog.Value }

// Restrict returns a plan in which no event with one of the codes is seen by any part: topics with special
// legal protection that a study is not permitted to see. The new plan has its own digest.
func (p *Plan) Restrict(withheld *CodeSet) *Plan {
	if withheld == nil || len(withheld.Codes) == 0 {
		return p
	}
	out := *p
	out.Cohorts = make([]*Cohort, len(p.Cohorts))
	for i, c := range p.Cohorts {
		nc := &Cohort{Name: c.Name, Index: restrict(c.Index, withheld)}
		for _, r := range c.Rules {
			nc.Rules = append(nc.Rules, &Rule{r.Exclude, restrict(r.Cond, withheld), r.Label})
		}
		out.Cohorts[i] = nc
	}
	out.Reports = make([]*Report, len(p.Reports))
	for i, r := range p.Reports {
		nr := *r
		nr.By = make([]*Dimension, len(r.By))
		for j, d := range r.By {
			nd := *d
			nd.X = restrict(d.X, withheld)
			nr.By[j] = &nd
		}
		if r.Value != nil {
			nr.Value = restrict(r.Value, withheld)
		}
		out.Reports[i] = &nr
	}
	return New(out)
}

func restrict(x Expr, withheld *CodeSet) Expr {
	f := func(x Expr) Expr { return restrict(x, withheld) }
	switch x := x.(type) {
	case *Count:
		return &Count{x.Set.restrict(withheld), x.Distinct}
	case *Pick:
		out := *x
		out.Set = x.Set.restrict(withheld)
		if x.To != nil {
			out.To = restrict(x.To, withheld)
		}
		return &out
	case *Agg:
		return &Agg{x.Fn, x.Set.restrict(withheld), x.Column}
	case *Covered:
		return &Covered{x.Set.restrict(withheld), restrict(x.From, withheld), restrict(x.To, withheld)}
	}
	return mapChildren(x, f)
}

// and is the union of two sets; o may be nil.
func (c *CodeSet) and(o *CodeSet) *CodeSet {
	all := slices.Clone(c.Codes)
	if o != nil {
		all = append(all, o.Codes...)
	}
	slices.Sort(all)
	return &CodeSet{Name: c.Name, Codes: slices.Compact(all)}
}

func (s *EventSet) restrict(withheld *CodeSet) *EventSet {
	out := *s
	out.Union = make([]*EventSet, len(s.Union))
	for i, m := range s.Union {
		out.Union[i] = m.restrict(withheld)
	}
	if s.Episodes != nil {
		out.Episodes = s.Episodes.restrict(withheld)
	}
	if len(s.Source.Systems) > 0 && !s.Derived() {
		out.Without = withheld.and(s.Without)
	}
	if s.Where != nil {
		out.Where = restrict(s.Where, withheld)
	}
	out.Bounds = slices.Clone(s.Bounds)
	for i, b := range s.Bounds {
		out.Bounds[i].At = restrict(b.At, withheld)
	}
	return &out
}

package policy

import (
	"math"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// FactsOf draws from a checked plan, never from query text, what policy may know of it. Draw them before
// the plan is restricted: policy decides on what was asked.
func FactsOf(p *plan.Plan, c *catalog.Catalog, v *catalog.Vocabulary) Facts {
	f := &facts{columns: map[string]catalog.Sensitivity{}, topics: topics(c, v)}
	f.Text = Text{Purpose: p.Labels.Purpose, Approval: p.Labels.Approval, Version: p.Labels.Version}
	for _, r := range p.Reports {
		f.Kinds = append(f.Kinds, r.Kind)
		f.Dimensions = max(f.Dimensions, len(r.By))
		for _, d := range r.By {
			f.ageBands(d)
		}
	}
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool { f.expr(x); return true })
	}
	for _, s := range p.EventSets() {
		f.events(s)
	}
	for name, class := range f.columns {
		f.Columns = append(f.Columns, Column{name, class})
		f.Touches.Genomic = f.Touches.Genomic || class == catalog.Genomic
		f.Touches.Location = f.Touches.Location || class == catalog.Location
	}
	slices.SortFunc(f.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	f.Sources, f.CodeSets, f.Kinds, f.Topics = words(f.Sources), words(f.CodeSets), words(f.Kinds), words(f.Topics)
	f.Touches.FreeDate = f.Touches.FreeDate || c.Period.Grid.Months == 0 && f.fixedDate
	return f.Facts
}

type facts struct {
	Facts
	columns   map[string]catalog.Sensitivity
	topics    map[string][]string // topics by code
	fixedDate bool
}

// topics lists the protected topics of each code.
func topics(c *catalog.Catalog, v *catalog.Vocabulary) map[string][]string {
	out := map[string][]string{}
	for _, t := range c.Protected {
		for _, code := range v.Expand(c.Systems, t.Terms, nil) {
			out[code] = append(out[code], t.Name)
		}
	}
	return out
}

func (f *facts) expr(x plan.Expr) {
	switch x := x.(type) {
	case *plan.Attr:
		f.columns["person."+x.Column.Name] = x.Column.Sensitivity
	case *plan.Const:
		f.Literals++
		_, date := x.Value.(catalog.Date)
		_, moment := x.Value.(catalog.Moment)
		f.fixedDate = f.fixedDate || date || moment
	case *plan.In:
		f.Literals += len(x.Values)
		f.codesNamed(x.X, x.Values...)
	case *plan.Compare:
		if c, ok := x.R.(*plan.Const); ok {
			f.codesNamed(x.L, c)
		}
	case *plan.InCodes:
		f.codes(x.Codes)
	case *plan.Pick, *plan.Agg:
		for _, c := range plan.Columns(x) {
			f.column(plan.Sets(x)[0], c)
		}
	}
}

// codesNamed notes the codes with which the code of an event is compared word by word.
func (f *facts) codesNamed(x plan.Expr, values ...*plan.Const) {
	columns := plan.Columns(x)
	if len(columns) == 0 || columns[len(columns)-1].Name != catalog.CodeOf {
		return
	}
	set := &plan.CodeSet{}
	for _, v := range values {
		if code, ok := v.Value.(string); ok {
			set.Codes = append(set.Codes, code)
		}
	}
	f.codes(set)
}

// events notes a source, the columns that every use of it reads, and those of its condition.
func (f *facts) events(s *plan.EventSet) {
	if s.Derived() {
		f.where(s) // its columns are those of the sets that it is made of
		return
	}
	f.Sources = append(f.Sources, s.Source.Name)
	if s.Source.Kind == catalog.PlaceDay { // a person has its values by where they live
		for _, name := range []string{"person", catalog.Place, catalog.Start, catalog.End} {
			f.columns["residence."+name] = catalog.Location
		}
		f.columns[s.Source.Name+"."+catalog.Place] = s.Source.Sensitivity
	}
	for _, name := range []string{catalog.Start, catalog.End, catalog.CodeOf} {
		if col, ok := s.Source.Column(name); ok {
			f.column(s, col)
		}
	}
	if len(s.Source.Systems) == 0 && !s.Source.Timed {
		f.columns[s.Source.Name+".person"] = s.Source.Sensitivity
	}
	if s.Codes != nil {
		f.codes(s.Codes)
	}
	f.where(s)
}

// where notes the columns of a condition on events, also those that a set inside it names of the event around it.
func (f *facts) where(s *plan.EventSet) {
	for _, c := range plan.Fields(s.Where) {
		f.column(s, c)
	}
}

// column notes a column of s or, where s is made of other sets, the columns that it comes from.
func (f *facts) column(s *plan.EventSet, col catalog.Column) {
	for _, set := range s.All() {
		if own, ok := set.Source.Column(col.Name); ok && !set.Derived() {
			f.columns[set.Source.Name+"."+col.Name] = own.Sensitivity
		}
	}
}

func (f *facts) codes(set *plan.CodeSet) {
	f.CodeSets = append(f.CodeSets, set.Codes...)
	for _, code := range set.Codes {
		f.Topics = append(f.Topics, f.topics[code]...)
	}
}

// ageBands notes the narrowest closed band of an age, in years. Bands of what is calculated from an age count as
// one year wide: their widths are no ages.
func (f *facts) ageBands(d *plan.Dimension) {
	aged := false
	plan.Walk(d.X, func(x plan.Expr) bool {
		a, ok := x.(*plan.Attr)
		aged = aged || ok && a.Column.Name == "birth_date"
		return true
	})
	_, _, plain := plan.Age(d.X)
	for _, b := range d.Bands {
		if !aged || b.Low == nil || b.High == nil {
			continue
		}
		width := 1
		if plain {
			width = int(math.Floor(*b.High - *b.Low))
		}
		if f.SmallestAgeBand == 0 || width < f.SmallestAgeBand {
			f.SmallestAgeBand = width
		}
	}
}

package lint

import (
	"math/rand/v2"
	"slices"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// Persons makes up n persons for a plan: their attributes by the catalog, and events of the sources that the plan reads.
// Half of the persons have events of each event set, around a day of their own; one in five has none of a source.
func Persons(p *plan.Plan, t dsl.Target, n int) reference.Data {
	m := &maker{Rand: rand.New(rand.NewPCG(1, 2)), target: t, words: wordsOf(p)}
	for _, s := range p.EventSets() {
		if !s.Derived() && s.Source.Name != "observation" {
			m.sets = append(m.sets, s)
		}
	}
	out := make(reference.Data, n)
	for i := range out {
		out[i] = m.person()
	}
	return out
}

type maker struct {
	*rand.Rand
	target dsl.Target
	sets   []*plan.EventSet
	words  map[string][]string // texts that the plan compares a column with, by its name
}

// wordsOf are the texts that a plan compares columns with.
func wordsOf(p *plan.Plan) map[string][]string {
	out := map[string][]string{}
	note := func(x plan.Expr, values ...*plan.Const) {
		var name string
		switch x := x.(type) {
		case *plan.Field:
			name = x.Column.Name
		case *plan.Pick:
			name = x.Column.Name
		case *plan.Attr:
			name = x.Column.Name
		}
		for _, v := range values {
			if s, ok := v.Value.(string); ok && name != "" {
				out[name] = append(out[name], s)
			}
		}
	}
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool {
			switch x := x.(type) {
			case *plan.Compare:
				if c, ok := x.R.(*plan.Const); ok {
					note(x.L, c)
				}
			case *plan.In:
				note(x.X, x.Values...)
			}
			return true
		})
	}
	return out
}

func (m *maker) chance(share float64) bool { return m.Float64() < share }

// day is a day of the dataset's period.
func (m *maker) day() catalog.Date {
	p := m.target.Catalog.Period
	return p.Start + catalog.Date(m.IntN(int(p.End-p.Start)+1))
}

func (m *maker) person() reference.Person {
	out := reference.Person{Attributes: reference.Row{}, Events: map[string][]reference.Row{}}
	for _, col := range m.target.Catalog.Attributes {
		if v := m.attribute(col); v != nil {
			out.Attributes[col.Name] = v
		}
	}
	own := m.day()
	without := map[string]bool{} // sources of which the person has nothing
	for _, s := range m.sets {
		if _, drawn := without[s.Source.Name]; !drawn {
			without[s.Source.Name] = m.chance(0.2)
		}
		if !without[s.Source.Name] && m.chance(0.5) {
			for range 1 + m.IntN(4) {
				out.Events[s.Source.Name] = append(out.Events[s.Source.Name], m.event(s, own))
			}
		}
	}
	if m.target.Catalog.Observed {
		p := m.target.Catalog.Period
		row := reference.Row{catalog.Start: p.Start + catalog.Date(m.IntN(1+int(p.End-p.Start)/3))}
		if m.chance(0.7) {
			row[catalog.End] = p.End - catalog.Date(m.IntN(1+int(p.End-p.Start)/3))
		}
		out.Events["observation"] = []reference.Row{row}
	}
	return out
}

// attribute is a value of an attribute, one time in twelve none; one in six has died.
func (m *maker) attribute(col catalog.Column) any {
	const century = 36_525
	switch {
	case col.Name == "death":
		if m.chance(1.0 / 6) {
			return m.day()
		}
		return nil
	case m.chance(1.0 / 12):
		return nil
	case col.Name == "birth_date":
		return m.target.Catalog.Period.End - catalog.Date(m.IntN(century))
	}
	return m.value(col, nil)
}

// event is one event of a set, mostly within a year of a day.
func (m *maker) event(s *plan.EventSet, around catalog.Date) reference.Row {
	row := reference.Row{}
	if s.Source.Timed {
		start := around + catalog.Date(m.NormFloat64()*180)
		if m.chance(0.2) {
			start = m.day()
		}
		p := m.target.Catalog.Period
		start = max(p.Start, min(start, p.End))
		row[catalog.Start] = m.moment(s.Source, start, 0)
		if s.Source.End && m.chance(0.8) {
			row[catalog.End] = m.moment(s.Source, start, m.IntN(60))
		}
	}
	var rule *catalog.UnitRule
	if len(s.Source.Systems) > 0 {
		code := m.code(s)
		row[catalog.CodeOf] = code
		if r, match := s.Source.UnitRuleFor([]string{code}); match == catalog.MatchOne {
			rule = &r
		}
	}
	if s.Source.Value != nil && !m.chance(0.05) {
		row[catalog.Value] = m.value(*s.Source.Value, rule)
	}
	for _, col := range s.Source.Columns {
		if !m.chance(0.1) {
			row[col.Name] = m.value(col, nil)
		}
	}
	return row
}

// moment is a day, or a minute of it, some days later.
func (m *maker) moment(s *catalog.Source, day catalog.Date, later int) any {
	day += catalog.Date(later)
	if s.Minutes {
		const minutes = 24 * 60
		at := catalog.Moment(day) * minutes
		if later == 0 {
			return at
		}
		return at + catalog.Moment(m.IntN(minutes))
	}
	return day
}

// code is one of the set's codes, or of those of its systems.
func (m *maker) code(s *plan.EventSet) string {
	if s.Codes != nil && len(s.Codes.Codes) > 0 {
		return s.Codes.Codes[m.IntN(len(s.Codes.Codes))]
	}
	system := s.Source.Systems[m.IntN(len(s.Source.Systems))]
	if codes := m.target.Vocabulary.Codes(system); len(codes) > 0 {
		return codes[m.IntN(len(codes))]
	}
	return system + ":0"
}

// value is a value of a column: within its bounds, among its words, or one that the plan names.
func (m *maker) value(col catalog.Column, rule *catalog.UnitRule) any {
	bounds := col.Bounds
	if rule != nil {
		bounds = rule.Bounds
	}
	if bounds == nil {
		bounds = &catalog.Bounds{Low: 0, High: 100}
	}
	switch col.Type.Kind {
	case catalog.Bool:
		return m.chance(0.5)
	case catalog.Int:
		return int64(bounds.Low) + m.Int64N(int64(bounds.High-bounds.Low)+1)
	case catalog.Number:
		return bounds.Low + m.Float64()*(bounds.High-bounds.Low)
	case catalog.DateKind:
		return m.day()
	case catalog.Code, catalog.String:
		words := slices.Concat(m.target.Catalog.Keys(col, m.target.Vocabulary), m.words[col.Name])
		if len(words) > 0 {
			return words[m.IntN(len(words))]
		}
		return "x"
	}
	return nil
}

package ingest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Why a row is rejected.
const (
	noPerson      = "no person"
	unknownPerson = "the person is not in the person table"
	noStart       = "no start, or not a date"
	badEnd        = "the end is not a date"
	outsidePeriod = "outside the catalog's period"
	endsBefore    = "ends before it starts"
	noCode        = "no code"
	badCode       = "not a code of a system that the catalog allows here"
)

// judge turns the rows of one table into stored rows.
type judge struct {
	shape   shape
	period  catalog.Period
	persons map[string]uint32
	at      map[string]int
	read    []reader                    // by place in shape.columns; nil: the source does not have it
	rules   map[string]catalog.UnitRule // code → rule

	out   []any    // the row as stored, but the code as text
	bad   []string // by place in shape.columns: why the cell counts as missing; "" if it does not
	known []bool   // by place in shape.columns: the source had a value
}

// newJudge fits the columns of the source to the table's.
func newJudge(s shape, c *catalog.Catalog, persons map[string]uint32, at map[string]int) (*judge, error) {
	n := len(s.columns)
	j := &judge{shape: s, period: c.Period, persons: persons, at: at, rules: map[string]catalog.UnitRule{},
		read: make([]reader, n), out: make([]any, len(s.own())+n), bad: make([]string, n), known: make([]bool, n)}
	for _, r := range s.source.Units {
		for _, code := range r.Codes {
			j.rules[code] = r
		}
	}
	allowed := s.own()
	for i, col := range s.columns {
		allowed = append(allowed, col.Name)
		if _, ok := at[col.Name]; ok {
			j.read[i] = readerOf(col, c)
		}
	}
	if s.source.Value != nil {
		allowed = append(allowed, connectors.Unit)
	}
	return j, fits(s, allowed, at)
}

func fits(s shape, allowed []string, at map[string]int) error {
	for _, name := range slices.Sorted(maps.Keys(at)) {
		if !slices.Contains(allowed, name) {
			return fmt.Errorf("%w: its table %s has a column %q, which the catalog does not have", ErrColumns, s.name, name)
		}
	}
	for _, name := range s.own() {
		if _, ok := at[name]; !ok && name != connectors.End {
			return fmt.Errorf("%w: its table %s has no column %q; map one", ErrColumns, s.name, name)
		}
	}
	return nil
}

// row fills j.out, j.bad and j.known from the cells, or says why the row is rejected.
func (j *judge) row(cells []connectors.Cell) (fault string) {
	cell := func(name string) connectors.Cell {
		if i, ok := j.at[name]; ok {
			return cells[i]
		}
		return connectors.Cell{}
	}
	j.out = j.out[:0]
	for _, place := range []func(cell func(string) connectors.Cell) string{j.person, j.time, j.code} {
		if fault := place(cell); fault != "" {
			return fault
		}
	}
	for i, col := range j.shape.columns {
		var v any
		v, j.bad[i] = nil, ""
		c := cell(col.Name)
		if j.known[i] = c.Known; c.Known {
			v, j.bad[i] = j.read[i](c.Text)
		}
		if x, ok := v.(float64); ok && col.Name == connectors.Value {
			v, j.bad[i] = j.canonical(x, cell(connectors.Unit))
		}
		j.out = append(j.out, v)
	}
	return ""
}

func (j *judge) person(cell func(string) connectors.Cell) string {
	id := cell(connectors.Person)
	if !id.Known {
		return noPerson
	}
	ordinal, ok := j.persons[id.Text]
	if !ok {
		return unknownPerson
	}
	j.out = append(j.out, ordinal)
	return ""
}

func (j *judge) time(cell func(string) connectors.Cell) string {
	if !j.shape.timed {
		return ""
	}
	start, err := catalog.ParseDate(cell(connectors.Start).Text)
	if err != nil {
		return noStart
	}
	last := start
	var end any
	if c := cell(connectors.End); j.shape.end && c.Known {
		if last, err = catalog.ParseDate(c.Text); err != nil {
			return badEnd
		}
		end = last.Time()
	}
	switch {
	case last < start:
		return endsBefore
	case start < j.period.Start || last > j.period.End:
		return outsidePeriod
	}
	if j.out = append(j.out, start.Time()); j.shape.end {
		j.out = append(j.out, end)
	}
	return ""
}

func (j *judge) code(cell func(string) connectors.Cell) string {
	if !j.shape.coded {
		return ""
	}
	c := cell(connectors.Code)
	if !c.Known {
		return noCode
	}
	system, _, ok := catalog.SplitCurie(c.Text)
	if !ok || !slices.Contains(j.shape.source.Systems, system) {
		return badCode
	}
	j.out = append(j.out, c.Text)
	return ""
}

// canonical converts a measured value into the unit of its code, or of its source.
func (j *judge) canonical(x float64, unit connectors.Cell) (any, string) {
	convert, bounds := catalog.Convert, j.shape.source.Value.Bounds
	to := j.shape.source.Value.Type.Unit
	if len(j.rules) > 0 {
		code, _ := j.out[j.shape.codeAt()].(string)
		rule, ok := j.rules[code]
		if !ok {
			return nil, noRule
		}
		convert, bounds, to = rule.Convert, rule.Bounds, rule.Unit
	}
	if to != "" || unit.Known {
		c, ok := convert(unit.Text, to)
		if !ok || !unit.Known {
			return nil, unknownUnit
		}
		x = c.Level(x)
	}
	return within(x, bounds)
}

package ingest

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Why a row is rejected.
const (
	noPerson      = "no person"
	unknownPerson = "the person is not in the person table"
	noPlace       = "no place"
	noStart       = "no start"
	badStart      = "the start is "
	badEnd        = "the end is "
	overlaps      = "overlaps another residence of the person"
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
	lived   map[uint32][]interval       // of a person, by an earlier row of residence

	out   []any    // the row as stored, but the code as text
	bad   []string // by place in shape.columns: why the cell counts as missing; "" if it does not
	known []bool   // by place in shape.columns: the source had a value
}

// newJudge fits the columns of the source to the table's.
func newJudge(s shape, c *catalog.Catalog, persons map[string]uint32, at map[string]int) (*judge, error) {
	n := len(s.columns)
	j := &judge{shape: s, period: c.Period, persons: persons, at: at,
		rules: map[string]catalog.UnitRule{}, lived: map[uint32][]interval{},
		read: make([]reader, n), out: make([]any, len(s.own())+n), bad: make([]string, n), known: make([]bool, n)}
	for _, r := range s.source.Units {
		if len(r.Codes) == 0 {
			j.rules[""] = r // of a source without a code
		}
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
	for _, place := range []func(cell func(string) connectors.Cell) string{j.person, j.place, j.time, j.alone, j.code} {
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
	if !j.shape.personal {
		return ""
	}
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

// place is a text: 075035 keeps its zero, and NA is Napoli.
func (j *judge) place(cell func(string) connectors.Cell) string {
	if !j.shape.placed {
		return ""
	}
	c := cell(connectors.Place)
	if !c.Known || c.Text == "" {
		return noPlace
	}
	j.out = append(j.out, c.Text)
	return ""
}

func (j *judge) time(cell func(string) connectors.Cell) string {
	if !j.shape.timed {
		return ""
	}
	c := cell(connectors.Start)
	if !c.Known {
		return noStart
	}
	start, bad := readTime(c.Text, j.shape.minutes)
	if bad != "" {
		return badStart + bad
	}
	last := start
	var end any
	if c := cell(connectors.End); j.shape.end && c.Known {
		if last, bad = readTime(c.Text, j.shape.minutes); bad != "" {
			return badEnd + bad
		}
		end = last
	}
	switch {
	case last.Before(start):
		return endsBefore
	case j.shape.name == connectors.ResidenceTable: // people live somewhere before the data begin
	case start.Before(j.period.Start.Time()) || !last.Before((j.period.End + 1).Time()):
		return outsidePeriod
	}
	if j.out = append(j.out, start); j.shape.end {
		j.out = append(j.out, end)
	}
	return ""
}

// interval is a run of days, both included.
type interval struct{ from, to catalog.Date }

const forever = catalog.Date(math.MaxInt32)

// alone tells a residence that shares a day with one of an earlier row: nobody lives in two places at a time, and the
// days of both would count twice.
func (j *judge) alone(func(string) connectors.Cell) string {
	if j.shape.name != connectors.ResidenceTable {
		return ""
	}
	person, days := j.out[0].(uint32), interval{dayOf(j.out[2]), forever}
	if j.out[3] != nil {
		days.to = dayOf(j.out[3])
	}
	for _, other := range j.lived[person] {
		if days.from <= other.to && other.from <= days.to {
			return overlaps
		}
	}
	j.lived[person] = append(j.lived[person], days)
	return ""
}

func dayOf(v any) catalog.Date { return catalog.Date(v.(time.Time).Unix() / 86400) }

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
	if len(j.shape.source.Units) > 0 {
		code := ""
		if j.shape.coded {
			code, _ = j.out[j.shape.codeAt()].(string)
		}
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

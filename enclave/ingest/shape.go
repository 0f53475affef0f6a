package ingest

import (
	"slices"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
)

// shape is a stored table.
type shape struct {
	name                string
	personal            bool // rows are of a person
	placed              bool // rows are of a place
	timed, minutes, end bool
	coded               bool
	source              catalog.Source   // of an event table
	columns             []catalog.Column // beside person, place, start, end and code; the value first, where it has one
	sensitivity         catalog.Sensitivity
}

const codesTable = "_codes"

var codesShape = shape{name: codesTable}

// shapesOf lists the tables of a catalog: the persons, the sources, the observation intervals, the residences.
func shapesOf(c *catalog.Catalog) []shape {
	out := []shape{{name: connectors.PersonTable, personal: true, columns: c.Attributes, sensitivity: catalog.Plain}}
	for _, s := range c.Sources {
		columns := s.Columns
		if s.Value != nil {
			columns = append([]catalog.Column{*s.Value}, columns...)
		}
		out = append(out, shape{name: s.Name, personal: s.Kind != catalog.PlaceDay, placed: s.Kind == catalog.PlaceDay,
			timed: s.Timed, minutes: s.Minutes, end: s.End, coded: len(s.Systems) > 0,
			source: s, columns: columns, sensitivity: s.Sensitivity})
	}
	if c.Observed {
		out = append(out, shape{name: connectors.ObservationTable, personal: true, timed: true, end: true, sensitivity: catalog.Sensitive})
	}
	if c.Residence {
		out = append(out, shape{name: connectors.ResidenceTable, personal: true, placed: true, timed: true, end: true, sensitivity: catalog.Location})
	}
	return out
}

// own lists the columns that every table of the shape's kind has, in stored order.
func (s shape) own() []string {
	if s.name == codesTable {
		return []string{"id", connectors.Code}
	}
	var names []string
	for _, c := range []struct {
		has  bool
		name string
	}{{s.personal, connectors.Person}, {s.placed, connectors.Place}, {s.timed, connectors.Start}, {s.end, connectors.End}, {s.coded, connectors.Code}} {
		if c.has {
			names = append(names, c.name)
		}
	}
	return names
}

func (s shape) codeAt() int { return slices.Index(s.own(), connectors.Code) }

// stored lists the columns as they are written.
func (s shape) stored() []duck.Column {
	if s.name == codesTable {
		return []duck.Column{{Name: "id", Type: duck.UInteger}, {Name: connectors.Code, Type: duck.Varchar}}
	}
	var out []duck.Column
	for _, name := range s.own() {
		out = append(out, duck.Column{Name: name, Type: s.ownType(name)})
	}
	for _, c := range s.columns {
		out = append(out, duck.Column{Name: c.Name, Type: s.storedType(c)})
	}
	return out
}

func (s shape) ownType(name string) duck.Type {
	switch {
	case name == connectors.Place:
		return duck.Varchar
	case name != connectors.Start && name != connectors.End:
		return duck.UInteger
	case s.minutes:
		return duck.Timestamp
	}
	return duck.Date
}

// storedType of the value is always DOUBLE, so that a unit's conversion cannot change it.
func (s shape) storedType(c catalog.Column) duck.Type {
	switch {
	case c.Name == connectors.Value, c.Type.Kind == catalog.Number:
		return duck.Double
	case c.Type.Kind == catalog.Int:
		return duck.BigInt
	case c.Type.Kind == catalog.DateKind:
		return duck.Date
	case c.Type.Kind == catalog.Bool:
		return duck.Boolean
	}
	return duck.Varchar
}

// groups gives every stored column its column-key group: its class.
func (s shape) groups() map[string]string {
	out := map[string]string{}
	for _, name := range s.own() {
		out[name] = string(s.sensitivity)
		if s.name == codesTable {
			out[name] = string(catalog.Plain)
		}
	}
	for _, c := range s.columns {
		out[c.Name] = string(c.Sensitivity)
	}
	return out
}

func (s shape) sortedBy() []string {
	if s.name == codesTable {
		return []string{"id"}
	}
	first := connectors.Person
	if !s.personal {
		first = connectors.Place
	}
	var out []string
	for _, name := range []string{connectors.Code, first, connectors.Start} {
		if slices.Contains(s.own(), name) {
			out = append(out, name)
		}
	}
	return out
}

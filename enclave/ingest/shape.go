package ingest

import (
	"slices"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
)

// shape is a stored table.
type shape struct {
	name              string
	timed, end, coded bool
	source            catalog.Source   // of an event table
	columns           []catalog.Column // beside person, start, end and code; the value first, where it has one
	sensitivity       catalog.Sensitivity
}

const codesTable = "_codes"

var codesShape = shape{name: codesTable}

// shapesOf lists the tables of a catalog: the persons, the sources, the observation intervals.
func shapesOf(c *catalog.Catalog) []shape {
	out := []shape{{name: connectors.PersonTable, columns: c.Attributes, sensitivity: catalog.Plain}}
	for _, s := range c.Sources {
		columns := s.Columns
		if s.Value != nil {
			columns = append([]catalog.Column{*s.Value}, columns...)
		}
		out = append(out, shape{name: s.Name, timed: s.Timed, end: s.End, coded: len(s.Systems) > 0,
			source: s, columns: columns, sensitivity: s.Sensitivity})
	}
	if c.Observed {
		out = append(out, shape{name: connectors.ObservationTable, timed: true, end: true, sensitivity: catalog.Sensitive})
	}
	return out
}

// own lists the columns that every table of the shape's kind has, in stored order.
func (s shape) own() []string {
	if s.name == codesTable {
		return []string{"id", connectors.Code}
	}
	names := []string{connectors.Person}
	for _, c := range []struct {
		has  bool
		name string
	}{{s.timed, connectors.Start}, {s.end, connectors.End}, {s.coded, connectors.Code}} {
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
		kind := duck.UInteger
		if name == connectors.Start || name == connectors.End {
			kind = duck.Date
		}
		out = append(out, duck.Column{Name: name, Type: kind})
	}
	for _, c := range s.columns {
		out = append(out, duck.Column{Name: c.Name, Type: s.storedType(c)})
	}
	return out
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
	var out []string
	for _, name := range []string{connectors.Code, connectors.Person, connectors.Start} {
		if slices.Contains(s.own(), name) {
			out = append(out, name)
		}
	}
	return out
}

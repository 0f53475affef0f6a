package releasetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// Plain is the reference engine over the tables of the story. It reads them by itself: what a snapshot holds is no part
// of it.
func Plain(real enclave.Engine, tables *Tables) enclave.Engine {
	return plainEngine{real, tables.plain()}
}

type plainEngine struct {
	enclave.Engine // whose snapshot it is said to be
	data           reference.Data
}

func (e plainEngine) Run(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
	return reference.Run(ctx, p, e.data)
}

// plain are the tables with values in the place of words. Rows of nobody are left out.
func (t *Tables) plain() reference.Data {
	c := t.catalog
	var out reference.Data
	at := map[string]int{}
	homes := map[string][]home{}
	for _, row := range t.wordsOf(connectors.ResidenceTable) {
		homes[row[connectors.Place]] = append(homes[row[connectors.Place]], homeOf(row))
	}
	for _, row := range t.wordsOf(connectors.PersonTable) {
		at[row[connectors.Person]] = len(out)
		out = append(out, reference.Person{Attributes: typed(c, c.Attributes, row), Events: map[string][]reference.Row{}})
	}
	for _, name := range t.Tables() {
		source, _ := c.Source(name)
		for _, row := range t.wordsOf(name) {
			e := event(c, source, row)
			persons := []string{row[connectors.Person]}
			if source.Kind == catalog.PlaceDay {
				persons = livingIn(homes[row[connectors.Place]], e)
			}
			for _, id := range persons {
				if i, ok := at[id]; ok && name != connectors.PersonTable && name != connectors.ResidenceTable {
					out[i].Events[name] = append(out[i].Events[name], e)
				}
			}
		}
	}
	return out
}

// wordsOf are the known cells of each row of a table, by column; none if the story has no such table.
func (t *Tables) wordsOf(name string) (out []map[string]string) {
	for _, x := range t.tables {
		if x.name != name {
			continue
		}
		for _, cells := range x.rows {
			row := map[string]string{}
			for i, column := range x.columns {
				if cells[i].Known {
					row[column] = cells[i].Text
				}
			}
			out = append(out, row)
		}
	}
	return out
}

// home is an interval of residence; without an end it lasts.
type home struct {
	person   string
	from, to string // YYYY-MM-DD, which order as texts
}

func homeOf(row map[string]string) home {
	return home{row[connectors.Person], row[connectors.Start], cmp.Or(row[connectors.End], "9999-12-31")}
}

// livingIn are those who live in a place on the day of an event there.
func livingIn(homes []home, e reference.Row) (persons []string) {
	day := fmt.Sprint(e[catalog.Start])
	for _, h := range homes {
		if h.from <= day && day <= h.to {
			persons = append(persons, h.person)
		}
	}
	return persons
}

// event reads a row of a source, or an interval of observation. Its value is converted to the unit of its code.
func event(c *catalog.Catalog, s catalog.Source, row map[string]string) reference.Row {
	out := typed(c, s.Columns, row)
	for _, name := range []string{catalog.Start, catalog.End} {
		if v, ok := value(catalog.Column{Type: catalog.Type{Kind: timeKind(s)}}, nil, row[name]); ok {
			out[name] = v
		}
	}
	if code, ok := row[catalog.CodeOf]; ok {
		out[catalog.CodeOf] = code
	}
	if v, ok := measured(s, row); ok {
		out[catalog.Value] = v
	}
	return out
}

// measured is the value of an event in the unit of its code, or of its source; a source may have none.
func measured(s catalog.Source, row map[string]string) (v any, ok bool) {
	if s.Value == nil {
		return nil, false
	}
	rule, match := s.UnitRuleFor([]string{row[catalog.CodeOf]})
	if match == catalog.MatchNone && len(s.Units) == 0 && row[connectors.Unit] == "" {
		return value(*s.Value, nil, row[catalog.Value])
	}
	x, err := strconv.ParseFloat(row[catalog.Value], 64)
	if err != nil || match != catalog.MatchOne {
		return nil, false
	}
	to, ok := rule.Convert(row[connectors.Unit], rule.Unit)
	if x = to.Level(x); !ok || !within(x, rule.Bounds) {
		return nil, false
	}
	return x, true
}

func timeKind(s catalog.Source) catalog.Kind {
	if s.Minutes {
		return catalog.TimeKind
	}
	return catalog.DateKind
}

// typed reads the columns of a row. A value that the column cannot have counts as missing.
func typed(c *catalog.Catalog, columns []catalog.Column, row map[string]string) reference.Row {
	out := reference.Row{}
	for _, column := range columns {
		if text, known := row[column.Name]; known {
			if v, ok := value(column, c.Keys(column, nil), text); ok {
				out[column.Name] = v
			}
		}
	}
	return out
}

func value(c catalog.Column, words []string, text string) (v any, ok bool) {
	switch c.Type.Kind {
	case catalog.Bool:
		return text == "true", text == "true" || text == "false"
	case catalog.Int:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil && within(float64(n), c.Bounds)
	case catalog.Number:
		x, err := strconv.ParseFloat(text, 64)
		return x, err == nil && within(x, c.Bounds)
	case catalog.DateKind:
		d, err := catalog.ParseDate(text)
		return d, err == nil
	case catalog.TimeKind:
		m, err := catalog.ParseMoment(text)
		return m, err == nil
	}
	return text, len(words) == 0 || slices.Contains(words, text)
}

func within(x float64, b *catalog.Bounds) bool { return b == nil || x >= b.Low && x <= b.High }

package releasetest

import (
	"context"
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
	place := map[string]int{}
	for _, name := range t.Tables() { // the persons come first
		x := t.table(name, nil)
		source, _ := c.Source(name)
		for _, cells := range x.rows {
			row := map[string]string{}
			for i, column := range x.columns {
				if cells[i].Known {
					row[column] = cells[i].Text
				}
			}
			id := row[connectors.Person]
			if name == connectors.PersonTable {
				place[id] = len(out)
				out = append(out, reference.Person{Attributes: typed(c, c.Attributes, row), Events: map[string][]reference.Row{}})
				continue
			}
			if i, ok := place[id]; ok {
				out[i].Events[name] = append(out[i].Events[name], event(c, source, row))
			}
		}
	}
	return out
}

// event reads a row of a source, or an interval of observation. Its value is converted to the unit of its code.
func event(c *catalog.Catalog, s catalog.Source, row map[string]string) reference.Row {
	out := typed(c, s.Columns, row)
	for _, name := range []string{catalog.Start, catalog.End} {
		if d, err := catalog.ParseDate(row[name]); err == nil {
			out[name] = d
		}
	}
	if code, ok := row[catalog.CodeOf]; ok {
		out[catalog.CodeOf] = code
	}
	rule, match := s.UnitRuleFor([]string{row[catalog.CodeOf]})
	x, err := strconv.ParseFloat(row[catalog.Value], 64)
	if err != nil || s.Value == nil || match != catalog.MatchOne {
		return out
	}
	if to, ok := rule.Convert(row[connectors.Unit], rule.Unit); ok {
		if x = to.Level(x); within(x, rule.Bounds) {
			out[catalog.Value] = x
		}
	}
	return out
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
	}
	return text, len(words) == 0 || slices.Contains(words, text)
}

func within(x float64, b *catalog.Bounds) bool { return b == nil || x >= b.Low && x <= b.High }

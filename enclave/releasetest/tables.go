package releasetest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Tables are what a story loads, with the words of a source: dates, codes and units as text.
type Tables struct {
	tables  []*table
	catalog *catalog.Catalog // what an engine reads them with
}

var _ connectors.Source = (*Tables)(nil)

type table struct {
	name    string
	columns []string // the persons first
	rows    [][]connectors.Cell
}

// parseTables reads the block of a load.
func parseTables(block string) (*Tables, error) {
	out := &Tables{}
	var open *table
	for line := range strings.Lines(block) {
		words, err := split(strings.TrimSpace(line))
		switch {
		case err != nil:
			return nil, err
		case len(words) == 0:
			open = nil
		case open == nil:
			columns := append([]string{connectors.Person}, words[1:]...)
			if open = out.table(words[0], columns); !slices.Equal(open.columns, columns) {
				return nil, fmt.Errorf("table %s has other columns than before", words[0])
			}
		default:
			if err := open.add(words); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// table returns the table of that name, and makes it if it is not there.
func (t *Tables) table(name string, columns []string) *table {
	for _, have := range t.tables {
		if have.name == name {
			return have
		}
	}
	t.tables = append(t.tables, &table{name: name, columns: columns})
	return t.tables[len(t.tables)-1]
}

// placed heads the tables of places and days with the places.
func (t *Tables) placed(c *catalog.Catalog) {
	for _, x := range t.tables {
		if s, ok := c.Source(x.name); ok && s.Kind == catalog.PlaceDay {
			x.columns[0] = connectors.Place
		}
	}
}

// with returns the rows of t and u.
func (t *Tables) with(u *Tables) *Tables {
	out := &Tables{}
	for _, from := range slices.Concat(t.tables, u.tables) {
		to := out.table(from.name, from.columns)
		to.rows = append(to.rows, from.rows...)
	}
	return out
}

var personRange = regexp.MustCompile(`^([a-z]*)([0-9]+)\.\.([a-z]*)([0-9]+)$`)

// add adds one row for each person that the first word names.
func (t *table) add(words []string) error {
	if len(words) != len(t.columns) {
		return fmt.Errorf("table %s: %d values in a row of %d columns: %s", t.name, len(words), len(t.columns), strings.Join(words, " "))
	}
	persons, err := expand(words[0])
	if err != nil {
		return err
	}
	for _, p := range persons {
		row := []connectors.Cell{connectors.Known(p)}
		for _, w := range words[1:] {
			cell := connectors.Known(w)
			if w == "-" {
				cell = connectors.Cell{}
			}
			row = append(row, cell)
		}
		t.rows = append(t.rows, row)
	}
	return nil
}

// expand turns p1..p12 into twelve names.
func expand(word string) ([]string, error) {
	m := personRange.FindStringSubmatch(word)
	if m == nil {
		return []string{word}, nil
	}
	from, _ := strconv.Atoi(m[2])
	to, _ := strconv.Atoi(m[4])
	if m[1] != m[3] || to < from || to-from > 10_000 {
		return nil, fmt.Errorf("%s is no range of persons", word)
	}
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, m[1]+strconv.Itoa(n))
	}
	return out, nil
}

// Tables names the tables, in the order of the story but for the persons, who come first.
func (t *Tables) Tables() []string {
	var out []string
	for _, x := range t.tables {
		if x.name == connectors.PersonTable {
			out = append([]string{x.name}, out...)
		} else {
			out = append(out, x.name)
		}
	}
	return out
}

// Read yields the rows of a table.
func (t *Tables) Read(ctx context.Context, name string, yield func(connectors.Batch) error) error {
	for _, x := range t.tables {
		if x.name != name {
			continue
		}
		for from := 0; from < len(x.rows); from += connectors.MaxBatch {
			rows := x.rows[from:min(from+connectors.MaxBatch, len(x.rows))]
			b := connectors.Batch{Table: name, File: "story", Columns: x.columns, Rows: rows, Bytes: int64(len(rows))}
			for i := range rows {
				b.Lines = append(b.Lines, from+i+1)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := yield(b); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("the story has no table %s", name)
}

// Size counts a row as a byte.
func (t *Tables) Size() int64 {
	var n int64
	for _, x := range t.tables {
		n += int64(len(x.rows))
	}
	return n
}

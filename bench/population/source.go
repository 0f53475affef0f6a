package population

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Source makes the rows of persons 0 to Persons-1.
type Source struct {
	Seed    uint64
	Persons int
}

var _ connectors.Source = Source{}

// table is one that can be read. make adds the rows of a person.
type table struct {
	name    string
	columns []string
	make    func(*maker)
}

var tables = []table{
	{connectors.PersonTable, []string{connectors.Person, "sex", "birth_date", "death", "site"}, (*maker).person},
	{"condition", []string{connectors.Person, connectors.Start, connectors.Code}, (*maker).conditions},
	{"drug", []string{connectors.Person, connectors.Start, connectors.End, connectors.Code}, (*maker).drugs},
	{"measurement", []string{connectors.Person, connectors.Start, connectors.Code, connectors.Value, connectors.Unit}, (*maker).measurements},
	{"visit", []string{connectors.Person, connectors.Start, connectors.End, "type"}, (*maker).visits},
}

// Tables names the tables, the persons first.
func (s Source) Tables() []string {
	out := make([]string, len(tables))
	for i, t := range tables {
		out[i] = t.name
	}
	return out
}

// Size counts, there being no input bytes, one for each person and table.
func (s Source) Size() int64 { return int64(s.Persons * len(tables)) }

// Read makes the rows of one table, person by person.
func (s Source) Read(ctx context.Context, name string, yield func(connectors.Batch) error) error {
	i := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
	if i < 0 {
		return fmt.Errorf("the benchmark has no table %q: read one of %v", name, s.Tables())
	}
	m := newMaker(ctx, tables[i], fmt.Sprintf("benchmark, seed %d", s.Seed), yield)
	for n := range s.Persons {
		m.dice.throw(s.Seed, 0, n)
		m.live(m.dice)
		m.dice.throw(s.Seed, 1+i, n)
		m.id = strconv.Itoa(10_000_000 + n)
		m.batch.Bytes++
		tables[i].make(m)
		if m.err != nil {
			return m.err
		}
	}
	m.send()
	return m.err
}

// maker makes the rows of one table. It uses the same memory for each batch.
type maker struct {
	life
	dice  *dice
	id    string
	batch connectors.Batch
	yield func(connectors.Batch) error
	ctx   context.Context // of the one Read that the maker lives for
	err   error           // why there are no more rows to make
}

func newMaker(ctx context.Context, t table, file string, yield func(connectors.Batch) error) *maker {
	m := &maker{dice: newDice(), yield: yield, ctx: ctx}
	width := len(t.columns)
	cells := make([]connectors.Cell, connectors.MaxBatch*width)
	rows := make([][]connectors.Cell, connectors.MaxBatch)
	for i := range rows {
		rows[i] = cells[i*width : (i+1)*width : (i+1)*width]
	}
	m.batch = connectors.Batch{Table: t.name, File: file, Columns: t.columns, Rows: rows[:0], Lines: make([]int, connectors.MaxBatch)[:0]}
	return m
}

// row is the next one, to be filled: its person is. When the batch is full it is sent first.
func (m *maker) row() []connectors.Cell {
	n := len(m.batch.Rows)
	if n == connectors.MaxBatch {
		m.send()
		n = 0
	}
	m.batch.Rows, m.batch.Lines = m.batch.Rows[:n+1], m.batch.Lines[:n+1]
	row := m.batch.Rows[n]
	row[0] = connectors.Known(m.id)
	return row
}

// send yields the batch and empties it. After an error nothing is yielded any more.
func (m *maker) send() {
	if m.err == nil {
		m.err = m.ctx.Err()
	}
	if m.err == nil && len(m.batch.Rows) > 0 {
		m.err = m.yield(m.batch)
	}
	m.batch.Rows, m.batch.Lines, m.batch.Bytes = m.batch.Rows[:0], m.batch.Lines[:0], 0
}

// firstDay is the earliest day with a text: births before the period.
const firstDay = -110 * 366

var (
	periodStart = day("2012-01-01")
	days        = spellDays()
)

func day(text string) catalog.Date {
	d, err := catalog.ParseDate(text)
	if err != nil {
		panic(err) // of a literal
	}
	return d
}

func spellDays() []string {
	out := make([]string, periodLen-firstDay)
	for i := range out {
		out[i] = (periodStart + catalog.Date(firstDay+i)).String()
	}
	return out
}

// date writes a day of the period, or of a birth.
func date(day int) connectors.Cell { return connectors.Known(days[day-firstDay]) }

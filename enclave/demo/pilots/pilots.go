// Package pilots makes the synthetic datasets of examples/pilots: persons with a rare disease, with asthma and an address,
// under surgery, with a sensor, and so on, none of whom exists.
//
// A [Source] is a connectors.Source that needs no file: the rows are made as they are read. A row depends on the pilot, the
// seed and the person's number only, so a person stays the same however many there are.
//
// Limits: shares and relations are of the order that textbooks give, so that queries have something to find; nothing
// here is a measurement of anybody, and no figure may be cited.
package pilots

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/officina-enclave/officina/connectors"
)

// Source makes the rows of persons 0 to Persons-1 of a pilot.
type Source struct {
	Pilot   string // of Names
	Seed    uint64
	Persons int
}

var _ connectors.Source = Source{}

// pilot is one dataset: its tables, the persons first, and how a person's rows are made, and those of no person.
type pilot struct {
	tables []table
	live   func(*life)
	places func(*life)
}

type table struct {
	name    string
	columns []string // with the person, but of a place-day table
}

var pilots = map[string]pilot{
	"environment":       environment,
	"gender-medicine":   genderMedicine,
	"genomics":          genomics,
	"internal-medicine": internalMedicine,
	"rare-disease":      rareDisease,
	"surgery":           surgery,
	"wearables":         wearables,
}

// Names lists the pilots.
func Names() []string { return slices.Sorted(maps.Keys(pilots)) }

// Tables names the tables, the persons first.
func (s Source) Tables() []string {
	var out []string
	for _, t := range pilots[s.Pilot].tables {
		out = append(out, t.name)
	}
	return out
}

// Size counts, there being no input bytes, one for each person and table.
func (s Source) Size() int64 { return int64(s.Persons * len(pilots[s.Pilot].tables)) }

// Read makes the rows of one table: first those of no person, then person by person.
func (s Source) Read(ctx context.Context, name string, yield func(connectors.Batch) error) error {
	p := pilots[s.Pilot]
	i := slices.IndexFunc(p.tables, func(t table) bool { return t.name == name })
	if i < 0 {
		return fmt.Errorf("the pilot %q has no table %q: read one of %v", s.Pilot, name, s.Tables())
	}
	b := connectors.Batch{Table: name, File: fmt.Sprintf("%s, seed %d", s.Pilot, s.Seed), Columns: p.tables[i].columns}
	if l := s.life(-1, name); p.places != nil {
		p.places(l)
		if err := s.send(ctx, b, l.rows, yield); err != nil {
			return err
		}
	}
	var rows [][]connectors.Cell
	for n := range s.Persons {
		l := s.life(n, name)
		p.live(l)
		b.Bytes++
		if rows = append(rows, l.rows...); len(rows) < connectors.MaxBatch && n < s.Persons-1 {
			continue
		}
		if err := s.send(ctx, b, rows, yield); err != nil {
			return err
		}
		rows, b.Bytes = rows[:0], 0
	}
	return nil
}

// send yields rows in batches like b.
func (s Source) send(ctx context.Context, b connectors.Batch, rows [][]connectors.Cell, yield func(connectors.Batch) error) error {
	for some := range slices.Chunk(rows, connectors.MaxBatch) {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.Rows, b.Lines = some, make([]int, len(some))
		if err := yield(b); err != nil {
			return err
		}
		b.Bytes = 0
	}
	return ctx.Err()
}

// golden is 2^64 divided by the golden ratio: it spreads the numbers of persons over the generator's states.
const golden = 0x9e3779b97f4a7c15

func (s Source) life(n int, table string) *life {
	return &life{Rand: rand.New(rand.NewPCG(s.Seed, uint64(n+2)*golden)), seed: s.Seed, id: fmt.Sprintf("%s-%06d", s.Pilot, n), table: table}
}

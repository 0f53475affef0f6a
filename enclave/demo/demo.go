// Package demo makes the synthetic dataset that the examples query: persons of a precision-medicine network
// who do not exist, drawn from public figures.
//
// A [Source] is a connectors.Source that needs no file: the rows are made as they are read, so nothing
// unencrypted ever lies on disk. A row depends on the seed and the person's number only. Three in five persons
// are a sample of the population; the others are patients of diabetes centres and breast units, that is, persons
// of the same population who have the disease.
//
// Limits: the figures of figures.go hold in the outcome, and so do the obvious relations (weight and HbA1c,
// treatment and response, gene and subtype); nothing else in these data is true of anybody.
package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/officina-enclave/officina/connectors"
)

// Source makes the rows of persons 0 to Persons-1.
type Source struct {
	Seed    uint64
	Persons int
}

var _ connectors.Source = Source{}

// table is one that can be read: its columns, and the parts of a life that make its rows.
type table struct {
	name    string
	columns []string
	parts   []int
}

// parts are what happens to a person, after who they are. Each has dice of its own.
var parts = []func(*record){
	metabolic:  (*record).metabolic,
	visits:     (*record).visits,
	oncology:   (*record).oncology,
	sequencing: (*record).sequencing,
}

const (
	metabolic = iota
	visits    // after metabolic, which sets the course
	oncology
	sequencing
)

var tables = []table{
	{connectors.PersonTable, []string{connectors.Person, "sex", "gender", "birth_date", "death", "province", "site"}, nil},
	{"condition", []string{connectors.Person, connectors.Start, connectors.Code, "status", "subtype"}, []int{metabolic, oncology}},
	{"drug", []string{connectors.Person, connectors.Start, connectors.End, connectors.Code, "line"}, []int{metabolic, oncology, sequencing}},
	{"measurement", []string{connectors.Person, connectors.Start, connectors.Code, connectors.Value, connectors.Unit}, []int{metabolic, visits}},
	{"variant", []string{connectors.Person, connectors.Code, "hgvs", "zygosity", "origin", "significance"}, []int{sequencing}},
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
		return fmt.Errorf("the demo has no table %q: read one of %v", name, s.Tables())
	}
	b := connectors.Batch{Table: name, File: fmt.Sprintf("demo, seed %d", s.Seed), Columns: tables[i].columns}
	for n := range s.Persons {
		rows := s.person(n, tables[i])
		if len(b.Rows)+len(rows) > connectors.MaxBatch {
			if err := send(ctx, &b, yield); err != nil {
				return err
			}
		}
		b.Rows = append(b.Rows, rows...)
		b.Bytes++
	}
	return send(ctx, &b, yield)
}

// send yields the batch and empties it.
func send(ctx context.Context, b *connectors.Batch, yield func(connectors.Batch) error) error {
	if err := ctx.Err(); err != nil || len(b.Rows) == 0 {
		return err
	}
	b.Lines = make([]int, len(b.Rows))
	err := yield(*b)
	b.Rows, b.Bytes = b.Rows[:0], 0
	return err
}

// person makes the rows of one person in one table.
func (s Source) person(n int, t table) [][]connectors.Cell {
	r := newRecord(newDice(s.Seed, n, 0), n, t.name)
	for _, part := range t.parts {
		r.dice = newDice(s.Seed, n, part+1)
		parts[part](r)
	}
	return r.rows
}

package omop

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
)

// reading is one pass over a table.
type reading struct {
	*Source
	table
	rows    *folder.Rows
	persons map[string]bool // of the person table: those who have a row
	batch   connectors.Batch
	flat    []connectors.Cell // the memory of batch.Rows
	told    int64             // bytes told in batches
}

func (s *Source) read(ctx context.Context, t table, yield func(connectors.Batch) error) error {
	rows, err := s.folder.Read(ctx, t.file, t.want())
	if err != nil {
		return err
	}
	defer rows.Close()
	r := &reading{Source: s, table: t, rows: rows, flat: make([]connectors.Cell, connectors.MaxBatch*len(t.columns))}
	r.batch = connectors.Batch{Table: t.name, File: s.folder.File(t.file)}
	for _, c := range t.columns {
		r.batch.Columns = append(r.batch.Columns, c.name)
	}
	if t.name == connectors.PersonTable {
		r.persons = map[string]bool{}
	}
	if err := connectors.Batches(ctx, &r.batch, r.fill, yield); err != nil {
		return err
	}
	if r.persons != nil {
		s.countStrays(r.persons)
	}
	return nil
}

// fill makes the next batch and reports whether the file may hold more.
func (r *reading) fill() (more bool, err error) {
	r.batch.Rows, r.batch.Lines = r.batch.Rows[:0], r.batch.Lines[:0]
	for len(r.batch.Rows) < connectors.MaxBatch {
		texts, line, err := r.rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.add(texts, line)
		}
		if err != nil {
			return false, err
		}
	}
	read := r.rows.Bytes()
	r.batch.Bytes, r.told = read-r.told, read
	return len(r.batch.Rows) == connectors.MaxBatch, nil
}

func (r *reading) add(texts []string, line int) error {
	width := len(r.columns)
	row := r.flat[len(r.batch.Rows)*width:][:width:width]
	for i, c := range r.columns {
		made, bad := c.make(r.Source, texts[:len(c.from)])
		if bad > 0 {
			return r.fault(line, c.from[bad-1].Name, badType(c.from[bad-1].Name))
		}
		row[i], texts = made, texts[len(c.from):]
	}
	if person := row[0]; r.persons != nil && person.Known {
		if r.persons[person.Text] {
			return r.fault(line, "person_id", "the person has a row already; keep one")
		}
		r.persons[person.Text] = true
	}
	r.batch.Rows, r.batch.Lines = append(r.batch.Rows, row), append(r.batch.Lines, line)
	return nil
}

func (r *reading) fault(line int, column, reason string) error {
	return &connectors.Error{File: r.batch.File, Line: line, Column: column, Reason: reason}
}

// badType says what the CDM wants in a column.
func badType(column string) string {
	switch {
	case strings.HasSuffix(column, "_id"):
		return "is not a whole number"
	case strings.HasSuffix(column, "_of_birth"):
		return "is not a whole number, or makes no day of the calendar"
	case strings.HasPrefix(column, "value_"):
		return "is not a number"
	}
	return "is not a date (YYYY-MM-DD)"
}

var errEnough = errors.New("no more rows are needed")

// scan calls visit for each row of a table until it fails; a folder without the table has none.
func scan(ctx context.Context, f *folder.Folder, table string, want []folder.Column, visit func(texts []string, line int) error) error {
	return watched(ctx, f, table, want, nil, visit)
}

// watched is scan; watch, which may be nil, is told now and then how many bytes more are read.
func watched(ctx context.Context, f *folder.Folder, table string, want []folder.Column, watch func(bytes int64), visit func(texts []string, line int) error) error {
	if !f.Has(table) {
		return nil
	}
	rows, err := f.Read(ctx, table, want)
	if err != nil {
		return err
	}
	defer rows.Close()
	told := int64(0)
	for n := 0; ; n++ {
		if n%connectors.MaxBatch == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if read := rows.Bytes(); watch != nil {
				watch(read - told)
				told = read
			}
		}
		texts, line, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(texts, line)
		}
		if err != nil {
			return err
		}
	}
}

// readDeaths notes each person's first death.
func (s *Source) readDeaths(ctx context.Context) error {
	want := []folder.Column{must("person_id"), must("death_date")}
	return scan(ctx, s.folder, deathFile, want, func(texts []string, line int) error {
		person, ok := integer(texts[0])
		day, sound := date(texts[1])
		for i, ok := range []bool{ok, sound} {
			if !ok {
				return &connectors.Error{File: s.folder.File(deathFile), Line: line, Column: want[i].Name, Reason: badType(want[i].Name)}
			}
		}
		if first, twice := s.deaths[person]; day != "" && (!twice || day < first) {
			s.deaths[person] = day
		}
		return nil
	})
}

// countStrays counts the deaths of persons who have no row.
func (s *Source) countStrays(persons map[string]bool) {
	s.strays = 0
	for person := range s.deaths {
		if !persons[person] {
			s.strays++
		}
	}
}

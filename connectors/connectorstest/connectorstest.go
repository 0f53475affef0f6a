// Package connectorstest is the contract of connectors.Source as tests. Every connector runs it.
package connectorstest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors"
)

// Run checks the source that open returns, which must hold at least one person and, to be worth its time,
// one table of more than connectors.MaxBatch rows.
func Run(t *testing.T, open func(t *testing.T) connectors.Source) {
	t.Run("tables", func(t *testing.T) { tables(t, open(t)) })
	t.Run("batches", func(t *testing.T) { batches(t, open(t)) })
	t.Run("read again", func(t *testing.T) { readAgain(t, open(t)) })
	t.Run("unknown table", func(t *testing.T) { unknownTable(t, open(t)) })
	t.Run("stop", func(t *testing.T) { stop(t, open(t)) })
	t.Run("cancel", func(t *testing.T) { cancel(t, open(t)) })
}

func tables(t *testing.T, s connectors.Source) {
	names := s.Tables()
	if len(names) == 0 || names[0] != connectors.PersonTable {
		t.Fatalf("Tables is %q, want %q first", names, connectors.PersonTable)
	}
	unique := slices.Clone(names)
	slices.Sort(unique)
	if len(slices.Compact(unique)) != len(names) {
		t.Errorf("Tables names one twice: %q", names)
	}
}

// batches checks the shape of every batch, and that the bytes add up.
func batches(t *testing.T, s connectors.Source) {
	var bytes int64
	for _, table := range s.Tables() {
		var columns []string
		last := map[string]int{}
		err := s.Read(t.Context(), table, func(b connectors.Batch) error {
			if columns == nil {
				columns = slices.Clone(b.Columns)
			}
			personal := slices.Contains(columns, connectors.Person) || slices.Contains(columns, connectors.Place) // of a place-day source
			if !slices.Equal(columns, b.Columns) || !personal {
				t.Errorf("%s: columns are %q after %q; want the same in every batch, with %q or %q", table, b.Columns, columns, connectors.Person, connectors.Place)
			}
			shape(t, table, b, last)
			bytes += b.Bytes
			return nil
		})
		if err != nil {
			t.Fatalf("Read(%s): %v", table, err)
		}
	}
	if bytes <= 0 || bytes > s.Size() {
		t.Errorf("the batches tell of %d bytes, want more than 0 and at most Size, %d", bytes, s.Size())
	}
}

// shape checks one batch; last holds the last line of each file.
func shape(t *testing.T, table string, b connectors.Batch, last map[string]int) {
	if b.Table != table || b.File == "" {
		t.Errorf("%s: batch says table %q, file %q", table, b.Table, b.File)
	}
	if len(b.Rows) == 0 || len(b.Rows) > connectors.MaxBatch || len(b.Lines) != len(b.Rows) {
		t.Errorf("%s: %d rows and %d lines in a batch, want as many, from 1 to %d", table, len(b.Rows), len(b.Lines), connectors.MaxBatch)
	}
	for i, row := range b.Rows {
		if len(row) != len(b.Columns) {
			t.Fatalf("%s: row has %d cells, want %d", table, len(row), len(b.Columns))
		}
		for _, cell := range row {
			if !cell.Known && cell.Text != "" {
				t.Errorf("%s: a missing cell has a text", table)
			}
		}
		if b.Lines[i] != 0 && b.Lines[i] <= last[b.File] {
			t.Errorf("%s: line %d after line %d of the same file", table, b.Lines[i], last[b.File])
		}
		last[b.File] = b.Lines[i]
	}
}

// readAgain overwrites what it was given, as its owner may not care, and expects the same rows again.
func readAgain(t *testing.T, s connectors.Source) {
	table := s.Tables()[0]
	first := rows(t, s, table, true)
	if len(first) == 0 {
		t.Fatal("no person")
	}
	if d := cmp.Diff(first, rows(t, s, table, false)); d != "" {
		t.Errorf("the second reading differs:\n%s", d)
	}
}

func rows(t *testing.T, s connectors.Source, table string, overwrite bool) (out [][]connectors.Cell) {
	t.Helper()
	err := s.Read(t.Context(), table, func(b connectors.Batch) error {
		for _, row := range b.Rows {
			out = append(out, slices.Clone(row))
			if overwrite {
				clear(row)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func unknownTable(t *testing.T, s connectors.Source) {
	if err := s.Read(t.Context(), "no such table", func(connectors.Batch) error { return nil }); err == nil {
		t.Error("a table that is not of Tables was read")
	}
}

func stop(t *testing.T, s connectors.Source) {
	want, calls := errors.New("stop"), 0
	for _, table := range s.Tables() {
		calls = 0
		if err := s.Read(t.Context(), table, func(connectors.Batch) error { calls++; return want }); err != want || calls != 1 {
			t.Errorf("%s: error %v after %d batches, want yield's own error after 1", table, err, calls)
		}
	}
}

func cancel(t *testing.T, s connectors.Source) {
	for _, table := range s.Tables() {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		err := s.Read(ctx, table, func(connectors.Batch) error { calls++; cancel(); return nil })
		if calls != 1 {
			t.Errorf("%s: %d batches although the context ended in the first", table, calls)
		}
		if more := len(rows(t, s, table, false)) > connectors.MaxBatch; more && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v, want the context's", table, err)
		}
		if err := s.Read(ctx, table, func(connectors.Batch) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v with a dead context, want the context's", table, err)
		}
	}
}

// Package csv reads CSV and TSV files, plain or gzip-compressed, as catalog tables.
//
// A mapping (YAML, see [Open]) says for each catalog table which file it comes from and how its columns are
// made. Several entries may fill one table, and several tables may come from one file:
//
//	format: 1
//	tables:
//	  - table: person
//	    file: registry.csv.gz           # below the data folder; .tsv means tabs, else commas
//	    delimiter: ";"                  # one character, or tab
//	    repeats: first                  # a person's further rows are left out; without it each row counts
//	    identifying: [name, e-mail]     # direct identifiers: read past, never loaded
//	    columns:
//	      person:     codice            # the catalog's column: the file's header
//	      sex:        {column: "Sesso", values: {1: male, 2: female}, missing: ["9"]}
//	      birth_date: {column: "Data di nascita", date: DD/MM/YYYY}
//	      site:       {constant: bo}
//	  - table: condition
//	    file: visits.csv
//	    columns:
//	      person: codice
//	      start:  {column: day, date: days since 2020-03-01}
//	      code:   {column: icd, system: ICD10}
//
// A date format has the words YYYY YY MM M MON DD D and, for a time, hh (of 24) or h with AM, mm, ss. Text without a
// format passes as it is: ISO dates, and times such as 2020-01-31 10:30 or 2020-01-31T10:30:00, need none. A time
// that tells its zone (2020-01-31T09:30:00Z) is brought onto the clock of one place by {column: at, zone: Europe/Rome};
// without a zone in the mapping ingest rejects the row, because its hour, and perhaps its day, is that of another clock.
//
// The table of a place-day source has no person: its columns name a place.
//
// A cell is made in this order: missing markers, values, date or zone, system. An empty cell is always missing,
// because CSV cannot tell it from the empty text. Nothing else means missing, unless the column says so: the
// province NA is Napoli. Text is never trimmed, and codes keep their leading zeros.
//
// A file whose rows are persons without an identifier maps person to {numbered: true}: each row is a person,
// called by its line. The next snapshot takes line n for the same person, so such a file must only grow.
//
// [Open] refuses a file with a column that looks like a direct identifier (a name, a fiscal code, an e-mail
// address, a telephone number) by its header or its first rows, unless the mapping lists the column under
// identifying or uses it as the person's identifier.
//
// Limits: UTF-8 only; the format is RFC 4180, with the delimiter as chosen; one date format a column.
package csv

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/officina-enclave/officina/connectors"
)

// Source reads the tables of one mapping.
type Source struct {
	root   *os.Root
	tables []table
	size   int64
}

// Open reads the mapping file, and the head of every data file that it names below folder dir.
// Each fault is a *connectors.Error; no file outside dir is ever opened. Close the Source after use.
func Open(dir, mapping string) (*Source, error) {
	text, err := os.ReadFile(mapping)
	if err != nil {
		return nil, err
	}
	tables, err := parseMapping(filepath.Base(mapping), text)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &Source{root: root, tables: tables}
	for _, t := range tables {
		n, err := t.inspect(root)
		if err != nil {
			root.Close()
			return nil, err
		}
		s.size += n
	}
	return s, nil
}

// Close releases the data folder.
func (s *Source) Close() error { return s.root.Close() }

// Tables names the mapped tables, the person table first, then by name.
func (s *Source) Tables() []string {
	names := map[string]bool{}
	for _, t := range s.tables {
		names[t.Table] = true
	}
	return slices.SortedFunc(maps.Keys(names), personFirst)
}

// Size is the sum of the sizes of the files, each counted as often as it is read.
func (s *Source) Size() int64 { return s.size }

// Read yields the rows of one table, as [connectors.Source] says.
func (s *Source) Read(ctx context.Context, name string, yield func(connectors.Batch) error) error {
	columns := s.columns(name)
	if len(columns) == 0 {
		return fmt.Errorf("csv: the mapping has no table %q", name)
	}
	seen := map[string]bool{} // persons, over all entries that keep the first row only
	for _, t := range s.tables {
		if t.Table != name {
			continue
		}
		if err := t.read(ctx, s.root, columns, seen, yield); err != nil {
			return err
		}
	}
	return nil
}

// columns is the union of what the entries of a table map, the person first, then by name.
func (s *Source) columns(name string) []string {
	union := map[string]bool{}
	for _, t := range s.tables {
		if t.Table == name {
			for c := range t.Columns {
				union[c] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(union), personFirst)
}

// personFirst orders names, with "person" before all others: it is a table and a column.
func personFirst(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == connectors.Person || (b != connectors.Person && a < b):
		return -1
	}
	return 1
}

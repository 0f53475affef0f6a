package ingest

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Report says what a load did. It is for the data steward: it counts, and tells files and lines, never values.
type Report struct {
	Dataset      string        `json:"dataset"`
	Snapshot     string        `json:"snapshot,omitempty"` // "" when the load failed
	Contents     string        `json:"contents,omitempty"` // equal for two loads of the same rows, whatever their format and order; "" when the load failed
	Persons      int           `json:"persons"`            // in the person table
	NewPersons   int           `json:"new_persons"`        // not in any earlier snapshot
	UnknownCodes int           `json:"unknown_codes"`      // different codes that the vocabulary does not have
	Tables       []TableReport `json:"tables"`
	Seconds      float64       `json:"seconds"`
}

// TableReport says what became of the rows of a table.
type TableReport struct {
	Table    string         `json:"table"`
	RowsIn   int64          `json:"rows_in"`
	Loaded   int64          `json:"loaded"`
	Rejected []Reason       `json:"rejected,omitempty"` // rows, by reason, most first
	Columns  []ColumnReport `json:"columns,omitempty"`
}

// ColumnReport says how much of a column is recorded.
type ColumnReport struct {
	Column   string   `json:"column"`
	Recorded int64    `json:"recorded"` // of the loaded rows
	Missing  int64    `json:"missing"`
	Unusable []Reason `json:"unusable,omitempty"` // cells that count as missing, by reason, most first
}

// Coverage is the share of the loaded rows in which the column is recorded; 0 without rows.
func (c ColumnReport) Coverage() float64 {
	return float64(c.Recorded) / max(1, float64(c.Recorded+c.Missing))
}

// Reason counts rows or cells.
type Reason struct {
	Reason string  `json:"reason"`
	Count  int64   `json:"count"`
	First  []Place `json:"first"` // the first maxPlaces of them
}

// Place is a line of a file.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

const maxPlaces = 5

// tally counts for a TableReport.
type tally struct {
	table TableReport
}

func newTally(s shape) *tally {
	t := &tally{table: TableReport{Table: s.name}}
	for _, c := range s.columns {
		t.table.Columns = append(t.table.Columns, ColumnReport{Column: c.Name})
	}
	return t
}

// count takes down what j said about a row.
func (t *tally) count(j *judge, file string, line int, fault string) {
	t.table.RowsIn++
	at := Place{file, line}
	if fault != "" {
		t.table.Rejected = note(t.table.Rejected, fault, at)
		return
	}
	t.table.Loaded++
	for i := range j.bad {
		c := &t.table.Columns[i]
		switch {
		case j.bad[i] != "":
			c.Unusable = note(c.Unusable, j.bad[i], at)
			c.Missing++
		case j.known[i]:
			c.Recorded++
		default:
			c.Missing++
		}
	}
}

func note(all []Reason, reason string, at Place) []Reason {
	i := slices.IndexFunc(all, func(r Reason) bool { return r.Reason == reason })
	if i < 0 {
		i, all = len(all), append(all, Reason{Reason: reason})
	}
	if all[i].Count++; len(all[i].First) < maxPlaces {
		all[i].First = append(all[i].First, at)
	}
	return all
}

// judge ends the table: it sorts the reasons, and refuses when more than limit of the rows were rejected, or
// of a column's values were unusable. Values that the catalog has no unit rule for are not held against the
// source: whoever wrote the catalog left them out.
func (t *tally) judge(limit float64) error {
	if n := sortReasons(t.table.Rejected); float64(n) > limit*float64(t.table.RowsIn) {
		return fmt.Errorf("%w: %d of the %d rows of %s were rejected, over the limit of %g %%; see the report",
			ErrRejected, n, t.table.RowsIn, t.table.Table, 100*limit)
	}
	for _, c := range t.table.Columns {
		if n := sortReasons(c.Unusable) - countOf(c.Unusable, noRule); float64(n) > limit*float64(n+c.Recorded) {
			return fmt.Errorf("%w: %d of the %d values of %s.%s cannot be used, over the limit of %g %%; see the report",
				ErrRejected, n, n+c.Recorded, t.table.Table, c.Column, 100*limit)
		}
	}
	return nil
}

// sortReasons orders by count and returns the sum.
func sortReasons(all []Reason) (n int64) {
	slices.SortStableFunc(all, func(a, b Reason) int { return cmp.Compare(b.Count, a.Count) })
	for _, r := range all {
		n += r.Count
	}
	return n
}

func countOf(all []Reason, reason string) (n int64) {
	for _, r := range all {
		if r.Reason == reason {
			n += r.Count
		}
	}
	return n
}

// WriteText writes the report for people.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d persons, %d of them new; snapshot %s; %.1f s\n", r.Dataset, r.Persons, r.NewPersons,
		cmp.Or(r.Snapshot, "none: the load failed"), r.Seconds)
	if r.UnknownCodes > 0 {
		fmt.Fprintf(&b, "%d codes are not in the vocabulary\n", r.UnknownCodes)
	}
	for _, t := range r.Tables {
		fmt.Fprintf(&b, "\n%s: %d rows in, %d loaded\n", t.Table, t.RowsIn, t.Loaded)
		writeReasons(&b, "rejected", t.Rejected)
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "  %-20s recorded in %5.1f %%\n", c.Column, 100*c.Coverage())
			writeReasons(&b, "  unusable", c.Unusable)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeReasons(b *strings.Builder, what string, all []Reason) {
	for _, r := range all {
		fmt.Fprintf(b, "  %s %d: %s (", what, r.Count, r.Reason)
		for i, p := range r.First {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%s:%d", p.File, p.Line)
		}
		if r.Count > int64(len(r.First)) {
			b.WriteString(", …")
		}
		b.WriteString(")\n")
	}
}

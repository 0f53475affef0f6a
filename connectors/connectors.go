// Package connectors is the contract between a centre's files and the enclave: a [Source] yields the rows of
// catalog tables as text, with the place each row came from, and nothing else.
//
// A connector knows a format (package connectors/csv knows CSV). It renames columns, maps words, and writes
// dates and codes in one normal form; it does not judge values against the catalog, convert units, or replace
// identifiers: enclave/ingest does. So a connector is small, and every format is judged alike.
//
// Every implementation passes the suite of connectors/connectorstest.
package connectors

import "context"

// PersonTable, ObservationTable and ResidenceTable are the tables that are not catalog sources: one row for each person,
// one for each interval in which a person is under observation, and one for each in which a person lives in a place.
const (
	PersonTable      = "person"
	ObservationTable = "observation"
	ResidenceTable   = "residence"
)

// The columns that a table may have beside its further catalog columns (of the person table: attributes).
// Every table has a Person column, but for those of a place-day source, which have a Place.
const (
	Person = "person" // the identifier as the source writes it; never stored, never shown
	Place  = "place"  // of a residence, or of the values of a place and a day; a text such as 075035
	Start  = "start"  // YYYY-MM-DD, or YYYY-MM-DDTHH:MM with seconds or without
	End    = "end"    // like Start, missing when open
	Code   = "code"   // a CURIE, such as ICD10:E11.9
	Value  = "value"  // a decimal number with a point
	Unit   = "unit"   // the unit of Value, as the source writes it
)

// Cell is one value of a row. The zero Cell is missing, which is not the same as the empty text.
type Cell struct {
	Text  string
	Known bool
}

// Known returns the Cell that holds text.
func Known(text string) Cell { return Cell{Text: text, Known: true} }

// Batch is a run of rows of one table from one file.
//
// Dates are YYYY-MM-DD, or with a time YYYY-MM-DDTHH:MM on the clock of the place, numbers are decimal with a point, booleans are true or false, codes are CURIEs,
// listed codes are the catalog's words. Text that a connector cannot bring into this form it passes on as it
// is, and ingest rejects that row: a connector never drops one.
type Batch struct {
	Table   string   // PersonTable, ObservationTable, ResidenceTable, or a catalog source
	File    string   // the file's name, for messages
	Columns []string // names; the order of the cells of each row
	Rows    [][]Cell // each len(Columns) long
	Lines   []int    // for each row the line in File it began at, counted from 1; 0 where a format has none
	Bytes   int64    // input bytes read for this batch, as they lie on disk (compressed where they are)
}

// Source is a set of tables to load.
//
// Implementations may be read more than once and by one goroutine at a time.
type Source interface {
	// Tables names the tables that have rows to load, PersonTable first, each once.
	Tables() []string

	// Read yields the rows of table in the order of its files, in batches of at most MaxBatch rows.
	//
	// The batch and all it holds belong to the source again when yield returns: a consumer copies what it
	// keeps. All batches of a table have the same columns. Read stops at once with the first error of
	// yield, which it returns as it is, and soon (within one batch) with ctx's error when ctx ends.
	// A fault of the input is an *Error. A table that is not of Tables is an error.
	Read(ctx context.Context, table string, yield func(Batch) error) error

	// Size is the number of input bytes of all tables together: the sum of Batch.Bytes over one reading
	// of every table.
	Size() int64
}

// MaxBatch is the largest number of rows in a [Batch].
const MaxBatch = 4096

// Batches is the loop of a [Source.Read]: it yields b each time that fill has filled it anew, unless it is without rows,
// until fill says that there is no more.
func Batches(ctx context.Context, b *Batch, fill func() (more bool, err error), yield func(Batch) error) error {
	for more := true; more; {
		err := ctx.Err()
		if err == nil {
			more, err = fill()
		}
		if err == nil && len(b.Rows) > 0 {
			err = yield(*b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

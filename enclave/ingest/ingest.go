// Package ingest loads a source into a new snapshot of a dataset: it judges every row against the catalog,
// replaces identifiers by ordinals, converts units, sorts, and seals.
//
// [Run] does all of it, or nothing: until its last step the old snapshot stays in force, and any fault, too
// many rejected rows, or a crash leaves it there. Nothing plain is written to a disk. What happened to the
// rows stands in the [Report], which is for the data steward: it tells files and lines, never values.
//
// What becomes of a row:
//
//   - It is rejected when it cannot be placed: no person or one that the person table does not have, no place, no
//     start or one outside the catalog's period, an end before the start, no code or one of a system that
//     the catalog does not allow for the table, a residence that shares a day with one of an earlier row.
//   - A cell of it counts as missing when its value cannot be used: not of the column's type, not of the
//     listed words, outside the bounds, in an unknown unit. The row stays.
//   - Two rows of the person table for one person are a fault of the whole load.
//
// Stored tables, each sorted by the columns in brackets:
//
//	person       person, the catalog's attributes                              (person)
//	a source     person, start, end, code, value, further columns: what it has (code, person, start)
//	a series     person, start, value, further columns                         (person, start)
//	a place-day  place, start, value, further columns                          (place, start)
//	observation  person, start, end                                            (person, start)
//	residence    person, place, start, end                                     (person, start)
//	_codes       id, code: the dictionary of the code columns, by code text    (id)
//
// A start and an end are DATE or, in a source with time: minute, TIMESTAMP without a zone (INT64 microseconds), which is
// the clock of the place, cut off to the minute. Both are included, and a missing end is open. A place is VARCHAR. The
// values of a place and a day belong to each person who has a residence with place = place and start <= start <= end.
// The rows of residence of a person share no day, so no value counts twice.
//
// Tables with a person are cut into parts. A part holds a range of persons, the same range in every such table, so that
// all rows of a person lie in the parts of one number. A place-day table has parts of its own, most often one, cut by
// places: a query over some persons reads them all, as it does the dictionary.
//
// The source is read once, but for the person table, whose order must be known first. Judged rows wait on disk by
// range of persons, sealed under a key that only this process has, until the dictionary and the cut are known; then
// each part is sorted in memory and sealed. So memory does not grow with the number of rows.
//
// Limits: [MaxRows] rows or [MaxBytes] a part; 128 parts; only datasets marked demo or test (see [ErrMark]).
package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"time"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store"
)

// MaxRows and MaxBytes bound one part of a table, and with it the memory of a load, which sorts one part at a time.
// Bytes are counted before compression. A part also ends before it has more than somePersons, if it can: queries that
// look at many rows are fastest part by part while what they keep of each person fits the processor's caches.
const (
	MaxRows     = 8_000_000
	MaxBytes    = 512 << 20
	somePersons = 131_072
)

// DefaultLimit is the largest share of rejected rows of a table, or of unusable cells of a column, that a
// load survives when Options.Limit is 0.
const DefaultLimit = 0.05

// Why a load is refused. Test with errors.Is.
var (
	// ErrMark says why real data are not loaded. It is the only place that says so.
	ErrMark = errors.New("ingest: the catalog is not marked demo or test, and only such datasets can be loaded yet: " +
		"the protections of released tables are not complete; mark synthetic or public data with \"mark: test\"")
	ErrRejected  = errors.New("ingest: too much of a table is unusable")
	ErrDuplicate = errors.New("ingest: a person has two rows in the person table")
	ErrColumns   = errors.New("ingest: the source does not fit the catalog")
	ErrTooLarge  = errors.New("ingest: a range of persons has more rows than one part holds")
	ErrChanged   = errors.New("ingest: the source changed while it was read; load it again")
	ErrLineage   = errors.New("ingest: the file of pseudonyms does not open")
)

// Options say what to load and where to. All fields but Vocabulary, Seed, Limit, PartRows, Limits and Progress are needed.
type Options struct {
	Catalog    *catalog.Catalog
	Vocabulary *catalog.Vocabulary // nil: no published codes
	Source     connectors.Source
	Dir        string // the dataset's folder
	Keys       keys.Keys
	Seed       uint64         // of the order of the persons, for a catalog marked demo; others are random
	Limit      float64        // see DefaultLimit
	PartRows   int64          // the most rows of one part; 0 is MaxRows
	Limits     duck.Limits    // of the sorting engine
	Progress   func(Progress) // called after each batch; nil: nobody looks
}

// Progress tells how far a load is.
type Progress struct {
	Table       string
	Bytes, Size int64 // done so far, and in all: the first half is bytes read, the second a share of the rows sealed
}

// Run loads the source and puts the new snapshot in force. The report is filled as far as the load came,
// also when it fails. Errors: those of this package, of connectors, store, keys and duck, and ctx's.
func Run(ctx context.Context, o Options) (report Report, manifest store.Manifest, err error) {
	if o.Catalog.Mark != "demo" && o.Catalog.Mark != "test" {
		return Report{Dataset: o.Catalog.Dataset}, store.Manifest{}, ErrMark
	}
	began := time.Now()
	l := &load{Options: o, report: Report{Dataset: o.Catalog.Dataset}}
	l.Limit, l.PartRows = cmp.Or(l.Limit, DefaultLimit), cmp.Or(l.PartRows, MaxRows)
	manifest, err = l.run(ctx)
	l.report.Seconds = time.Since(began).Seconds()
	return l.report, manifest, err
}

// load is one run.
type load struct {
	Options
	report  Report
	shapes  []shape
	writer  *store.Writer
	lineage *lineage
	persons map[string]uint32 // identifier → ordinal
	codes   *dictionary
	spills  []*spill // by place in shapes
	done    int64    // as Progress counts

	contents *contents
}

// run does the steps in the only order that is safe: the lock before anything is read, the persons before
// rows that refer to them, all rows before the dictionary and the cut into parts that depend on them, the pseudonyms
// before the snapshot that uses them (a crash between the two leaves ordinals that nobody has, which is allowed).
func (l *load) run(ctx context.Context) (m store.Manifest, err error) {
	if l.shapes, err = l.plan(); err != nil {
		return m, err
	}
	l.writer, err = store.Begin(ctx, l.Dir, l.Keys, l.Catalog.Dataset, l.Catalog.Digest(), l.Catalog.Mark)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, l.closeSpills(), l.writer.Abort()) }()

	for _, step := range []func(context.Context) error{l.readPersons, l.readTables, l.sealTables, l.sealCodes} {
		if err := step(ctx); err != nil {
			return m, err
		}
	}
	if err := l.lineage.save(l.Dir); err != nil {
		return m, err
	}
	if m, err = l.writer.Commit(ctx); err != nil {
		return m, err
	}
	l.report.Snapshot, l.report.Contents = m.Snapshot, l.contents.digest()
	return m, nil
}

func (l *load) closeSpills() (err error) {
	for _, s := range l.spills {
		err = errors.Join(err, s.close())
	}
	return err
}

// readPersons gives every person of the person table an ordinal.
func (l *load) readPersons(ctx context.Context) (err error) {
	first, err := l.first(ctx)
	if err != nil {
		return err
	}
	if l.lineage, err = openLineage(ctx, l.Dir, l.Keys, l.Catalog.Dataset, first); err != nil {
		return err
	}
	var fresh []string
	l.persons = map[string]uint32{}
	err = l.batches(ctx, connectors.PersonTable, func(b connectors.Batch, at map[string]int) error {
		for i, row := range b.Rows {
			id := row[at[connectors.Person]]
			if !id.Known {
				continue
			}
			if _, twice := l.persons[id.Text]; twice {
				return fmt.Errorf("%w: %s:%d; keep one, or let the connector keep the first", ErrDuplicate, b.File, b.Lines[i])
			}
			ordinal, known := l.lineage.find(id.Text)
			if l.persons[id.Text] = ordinal; !known {
				fresh = append(fresh, id.Text)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	l.report.Persons, l.report.NewPersons = len(l.persons), len(fresh)
	return l.lineage.append(fresh, l.shuffle(), l.persons)
}

// first reports whether the dataset has no snapshot in force.
func (l *load) first(ctx context.Context) (bool, error) {
	s, err := store.Open(ctx, l.Dir, l.Keys, l.Catalog.Dataset, store.Options{})
	if errors.Is(err, store.ErrNone) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, s.Close()
}

// readTables judges the rows of each table of the catalog, also of those that the source does not have, and keeps them
// by range of persons.
func (l *load) readTables(ctx context.Context) error {
	l.codes, l.contents = newDictionary(l.Catalog, l.Vocabulary), newContents(l.persons)
	for _, s := range l.shapes {
		file, err := l.writer.Scratch()
		if err != nil {
			return err
		}
		kept, err := newSpill(file, codecOf(s.stored()), buckets)
		if err != nil {
			return errors.Join(err, file.Close())
		}
		l.spills = append(l.spills, kept)
		if err := l.readTable(ctx, s, kept); err != nil {
			return err
		}
	}
	l.report.UnknownCodes = l.codes.finish()
	return nil
}

func (l *load) readTable(ctx context.Context, s shape, kept *spill) error {
	tally := newTally(s)
	defer func() { l.report.Tables = append(l.report.Tables, tally.table) }()
	if !l.has(s.name) {
		return nil
	}
	err := l.rows(ctx, s, tally, func(row []any) error {
		l.contents.add(s, row)
		if s.coded {
			row[s.codeAt()] = l.codes.add(row[s.codeAt()].(string))
		}
		return kept.add(l.bucket(row[0]), row)
	})
	if err != nil {
		return err
	}
	if s.name == connectors.PersonTable && tally.table.Loaded != int64(len(l.persons)) {
		return ErrChanged
	}
	return tally.judge(l.Limit)
}

// bucket is the range of persons that the ordinal of a row lies in; of a row of a place, what its text falls on.
func (l *load) bucket(first any) int {
	if place, ok := first.(string); ok {
		sum := fnv.New32a()
		_, _ = io.WriteString(sum, place) // it takes everything
		return int(sum.Sum32() % buckets)
	}
	return int(uint64(first.(uint32)) * buckets / uint64(len(l.lineage.order)))
}

// sealTables sorts and seals each part of each table.
func (l *load) sealTables(ctx context.Context) error {
	var all, sealed int64
	for _, s := range l.spills {
		all += s.count(0, buckets)
	}
	for _, g := range l.groups() {
		parts, err := l.cut(g)
		if err != nil {
			return err
		}
		for _, i := range g.tables {
			for n, p := range parts {
				if err := l.sealPart(ctx, i, n, p); err != nil {
					return err
				}
				sealed += l.spills[i].count(p.from, p.to)
				l.tell(l.shapes[i].name, l.Source.Size()+int64(float64(l.Source.Size())*float64(sealed)/max(1, float64(all))))
			}
		}
	}
	return nil
}

// sealPart seals p, the n-th part of the i-th table.
func (l *load) sealPart(ctx context.Context, i, n int, p part) error {
	s := l.shapes[i]
	return l.seal(ctx, s, n, func(add func(...any) error) error {
		return l.spills[i].rows(p.from, p.to, func(row []any) error { return add(l.codes.replace(s, row)...) })
	})
}

func (l *load) sealCodes(ctx context.Context) error {
	return l.seal(ctx, codesShape, 0, func(add func(...any) error) error {
		for id, code := range l.codes.sorted {
			if err := add(uint32(id), code); err != nil {
				return err
			}
		}
		return nil
	})
}

// seal sorts the rows that fill adds, and seals them as a part of a table.
func (l *load) seal(ctx context.Context, s shape, part int, fill func(add func(...any) error) error) error {
	sorter, err := duck.NewSorter(ctx, l.Limits, s.stored())
	if err != nil {
		return err
	}
	defer sorter.Close()
	if err := fill(sorter.Append); err != nil {
		return err
	}
	file, n, err := sorter.Parquet(ctx, s.sortedBy())
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return l.writer.Add(ctx, store.Table{Name: s.name, Part: part, Groups: s.groups(), Rows: n, SortedBy: s.sortedBy()}, file, info.Size())
}

// Package omop reads tables of the OMOP Common Data Model, versions 5.3 and 5.4 (https://ohdsi.github.io/CommonDataModel),
// from a folder or a zip archive of CSV or Parquet files, as tables of the standard catalog omop (dsl/catalog/standard).
//
//	CDM table              catalog table    columns beside person, start, end and code
//	person, death          person           sex, birth_date, death, race, ethnicity
//	observation_period     observation, observation_period: the same rows
//	condition_occurrence   condition, condition_source: the same rows, by their source concept
//	drug_exposure          drug
//	procedure_occurrence   procedure
//	measurement            measurement      value, unit
//	observation            finding
//	device_exposure        device
//	visit_occurrence       visit            type
//	condition_era          condition_era    occurrences
//	drug_era               drug_era         occurrences
//	death                  cause_of_death   no start, no end
//
// Every table but person may be absent or empty. Which files are read, and how they are written, is told in
// connectors/omop/internal/folder; headers are compared without regard to upper and lower case.
//
// A concept id becomes the CURIE VOCABULARY:CODE by the table concept, such as SNOMED:74474003; a space in the
// name of a vocabulary becomes a low line (RxNorm_Extension). A concept that has no such CURIE becomes OMOP:ID: 0,
// "no matching concept"; one that the table does not have; a code with a space in it; a code that another concept has
// too. Of source concepts, visits and causes of death so does one of a vocabulary that the standard catalog does not list
// for them. So such a row stays countable. [Source.Vocabulary] makes the published codes of the same tables, and
// [ReadVocabulary] those of the vocabulary tables without a CDM.
//
// Sex is male for 8507, female for 8532, missing for 0, and else other. Where the day or the month of birth is
// missing the date is that of birth_datetime, else the first of the month, else the 15th of June (OHDSI Themis,
// issue 93, which would first take the earliest record of the year of birth). The unit of a measurement is the UCUM
// code of unit_concept_id, else unit_source_value. The first death of a person counts.
//
// The CDM types its columns. A cell that is not of its column's type (a date, a number, an id) is a fault of the
// file and stops the load: it says that the file was damaged or written by something else. So does a second row of a
// person in the table person. What fits its type and not the catalog, ingest judges.
//
// Limits: days, not times of day. Not read are results that are concepts or text (value_as_concept_id,
// value_as_string), numbers of the table observation, visit details, notes, specimens, costs and episodes. The concepts
// and the deaths are held in memory. A CSV file that was cut at the end of a row looks whole.
package omop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
)

// Source reads the tables of one CDM.
type Source struct {
	folder   *folder.Folder
	tables   []table // those that have rows
	concepts concepts
	deaths   map[string]string // person → day, the first
	strays   int               // deaths of persons who have no row
}

// Open reads the concepts and deaths of the CDM at location, a folder or a zip archive, and checks that each table
// has the columns that the CDM requires. Each fault is a *connectors.Error. Close the Source after use.
func Open(ctx context.Context, location string) (*Source, error) {
	f, err := folder.Open(location)
	if err != nil {
		return nil, err
	}
	s := &Source{folder: f, deaths: map[string]string{}}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

func (s *Source) prepare(ctx context.Context) (err error) {
	if !s.folder.Has(person.file) {
		return s.folder.Missing(person.file)
	}
	for _, t := range tables {
		if err := s.inspect(ctx, t); err != nil {
			return err
		}
	}
	if len(s.tables) == 0 || s.tables[0].name != person.name {
		return &connectors.Error{File: s.folder.File(person.file), Reason: "has no rows: there is nobody to load"}
	}
	if s.concepts, err = readConcepts(ctx, s.folder, nil); err != nil {
		return err
	}
	return s.readDeaths(ctx)
}

// inspect checks the columns of a table, and keeps it if it has rows.
func (s *Source) inspect(ctx context.Context, t table) error {
	found := false
	err := scan(ctx, s.folder, t.file, t.want(), func([]string, int) error {
		found = true
		return errEnough
	})
	if found {
		s.tables = append(s.tables, t)
		return nil
	}
	return err
}

// Close releases the folder or archive.
func (s *Source) Close() error { return s.folder.Close() }

// Tables names the catalog tables for which the CDM has rows, the person table first.
func (s *Source) Tables() []string {
	var out []string
	for _, t := range s.tables {
		out = append(out, t.name)
	}
	return out
}

// Size is the sum of the sizes of the files of [Source.Tables].
func (s *Source) Size() (n int64) {
	for _, t := range s.tables {
		n += s.folder.Size(t.file)
	}
	return n
}

// Read yields the rows of one table, as [connectors.Source] says. The line of a Parquet row is its number, from 1.
func (s *Source) Read(ctx context.Context, name string, yield func(connectors.Batch) error) error {
	i := slices.IndexFunc(s.tables, func(t table) bool { return t.name == name })
	if i < 0 {
		return fmt.Errorf("omop: there is no table %q with rows", name)
	}
	return s.read(ctx, s.tables[i], yield)
}

// Notes says, for the data steward, what was passed over and what is odd. It is complete when all tables were read.
func (s *Source) Notes() []string {
	out := s.folder.Notes()
	if !s.folder.Has(conceptFile) {
		out = append(out, "there is no table concept: every code is OMOP:ID")
	}
	if s.strays > 0 {
		out = append(out, fmt.Sprintf("persons in %s who have no row in %s: %d", s.folder.File(deathFile), s.folder.File(person.file), s.strays))
	}
	var unread []string
	for _, name := range s.folder.Names() {
		if !slices.Contains(used, name) && !slices.ContainsFunc(tables, func(t table) bool { return t.file == name }) {
			unread = append(unread, name)
		}
	}
	if len(unread) > 0 {
		out = append(out, "not read: "+strings.Join(unread, ", "))
	}
	return out
}

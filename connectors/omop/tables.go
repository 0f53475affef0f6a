package omop

import (
	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/omop/internal/folder"
)

// table says how rows of a CDM table become rows of a catalog table.
type table struct {
	name    string // in the catalog
	file    string // the CDM's name
	columns []column
}

// column says how one catalog column is made of CDM columns.
type column struct {
	name string
	make maker
	from []folder.Column
}

// maker makes a cell of the texts of the column's CDM columns. bad says which of them is not of its type, from 1; 0: none.
type maker func(s *Source, texts []string) (cell connectors.Cell, bad int)

// want lists the CDM columns of a table in the order of its catalog columns.
func (t table) want() (out []folder.Column) {
	for _, c := range t.columns {
		out = append(out, c.from...)
	}
	return out
}

func must(name string) folder.Column { return folder.Column{Name: name, Required: true} }
func may(name string) folder.Column  { return folder.Column{Name: name} }

func of(name string, make maker, from ...folder.Column) column { return column{name, make, from} }

var (
	who = of(connectors.Person, id, must("person_id"))

	person = table{connectors.PersonTable, "person", []column{who,
		of("sex", word(sexes, "other"), must("gender_concept_id")),
		of("birth_date", birth, must("year_of_birth"), may("month_of_birth"), may("day_of_birth"), may("birth_datetime")),
		of("death", (*Source).death, may("person_id")),
		of("race", word(races, "other"), may("race_concept_id")),
		of("ethnicity", word(ethnicities, "other"), may("ethnicity_concept_id")),
	}}
)

// tables lists what is read, the person table first. Which columns are required is as the CDM has it, but for the
// identifiers of rows, the types of records, race and ethnicity, which are not needed here.
var tables = []table{
	person,
	{connectors.ObservationTable, "observation_period", []column{who,
		of(connectors.Start, day, must("observation_period_start_date")), of(connectors.End, day, must("observation_period_end_date"))}},
	{"observation_period", "observation_period", []column{who,
		of(connectors.Start, day, must("observation_period_start_date")), of(connectors.End, day, must("observation_period_end_date"))}},
	event("condition", "condition_occurrence", must("condition_concept_id"), must("condition_start_date"), may("condition_end_date")),
	{"condition_source", "condition_occurrence", []column{who,
		of(connectors.Start, day, must("condition_start_date")), of(connectors.End, day, may("condition_end_date")),
		of(connectors.Code, among(sourceSystems), may("condition_source_concept_id"))}},
	event("drug", "drug_exposure", must("drug_concept_id"), must("drug_exposure_start_date"), must("drug_exposure_end_date")),
	event("procedure", "procedure_occurrence", must("procedure_concept_id"), must("procedure_date"), may("procedure_end_date")),
	{"measurement", "measurement", []column{who,
		of(connectors.Start, day, must("measurement_date")), of(connectors.Code, (*Source).code, must("measurement_concept_id")),
		of(connectors.Value, number, may("value_as_number")),
		of(connectors.Unit, (*Source).unit, may("unit_concept_id"), may("unit_source_value"))}},
	{"finding", "observation", []column{who,
		of(connectors.Start, day, must("observation_date")), of(connectors.Code, (*Source).code, must("observation_concept_id"))}},
	event("device", "device_exposure", must("device_concept_id"), must("device_exposure_start_date"), may("device_exposure_end_date")),
	{"visit", "visit_occurrence", []column{who,
		of(connectors.Start, day, must("visit_start_date")), of(connectors.End, day, must("visit_end_date")),
		of(connectors.Code, among(visitSystems), must("visit_concept_id")), of("type", word(visits, "other"), must("visit_concept_id"))}},
	era("condition_era", may("condition_occurrence_count"), must("condition_concept_id"), must("condition_era_start_date"), must("condition_era_end_date")),
	era("drug_era", may("drug_exposure_count"), must("drug_concept_id"), must("drug_era_start_date"), must("drug_era_end_date")),
	{"cause_of_death", deathFile, []column{who, of(connectors.Code, among(sourceSystems), may("cause_concept_id"))}},
}

// era is a table of eras, which the catalog and the CDM call by one name.
func era(name string, occurrences, code, start, end folder.Column) table {
	t := event(name, name, code, start, end)
	t.columns = append(t.columns, of("occurrences", id, occurrences))
	return t
}

func event(name, file string, code, start, end folder.Column) table {
	return table{name, file, []column{who,
		of(connectors.Start, day, start), of(connectors.End, day, end), of(connectors.Code, (*Source).code, code)}}
}

// The systems that the standard catalog allows where a CDM may have any: a row of another would be rejected.
var (
	sourceSystems = []string{"ICD10", "ICD10CM", "ICD10GM", "ICD9CM", "ICDO3", "SNOMED", "OMOP"}
	visitSystems  = []string{"Visit", "CMS_Place_of_Service", "OMOP"}
)

const (
	deathFile        = "death"
	conceptFile      = "concept"
	ancestorFile     = "concept_ancestor"
	relationshipFile = "concept_relationship"
)

// used lists the files that are read beside those of tables.
var used = []string{deathFile, conceptFile, ancestorFile, relationshipFile}

// Words for standard concepts. Source: OHDSI Standardized Vocabularies, vocabularies Gender, Race, Ethnicity and Visit.
var (
	sexes       = map[string]string{"8507": "male", "8532": "female"}
	races       = map[string]string{"8527": "white", "8516": "black", "8515": "asian", "8657": "native-american", "8557": "pacific-islander"}
	ethnicities = map[string]string{"38003563": "hispanic", "38003564": "not-hispanic"}
	visits      = map[string]string{"9201": "inpatient", "9202": "outpatient", "9203": "emergency",
		"262": "emergency-inpatient", "42898160": "long-term", "581476": "home", "5083": "telehealth", "32036": "laboratory"}
)

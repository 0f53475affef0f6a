package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/circe"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// gibleed tells how many persons of OHDSI's GiBleed data are in some published definitions, and the days from the start to the end of
// their first entries. The figures are those of a Python script that walks over the CSV files as Circe's SQL does, person by person; it and
// this engine had the same dates for every person.
var gibleed = []struct {
	name    string
	persons int
	days    int
}{
	{"cg-celecoxib-censored", 1750, 8805481},
	{"cd-18342", 479, 3542540},
	{"pl-23", 890, 2017},
	// By completed years they would be 480 and 223: many begin the drug in the year they turn 41.
	{"cg-celecoxib-age40", 569, 4005350},
	{"cg-celecoxib-age40-male", 266, 1792645},
}

// TestGiBleed runs imported definitions over GiBleed.
func TestGiBleed(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("OFFICINA_SHARED_DATA"), "../../../shared/data"), "omop/gibleed")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared data are not here; set OFFICINA_SHARED_DATA")
	}
	people := load(t, dir, "person", "observation", "observation_period", "condition", "visit", "drug_era")
	for _, want := range gibleed {
		t.Run(want.name, func(t *testing.T) {
			test := followed(t, want.name)
			persons, days := 0, 0
			for _, person := range people {
				way, err := reference.Follow(test.Plan, test.Cohort, person)
				if err != nil {
					t.Fatal(err)
				}
				if !way.Member() {
					continue
				}
				left, err := way.Value(test.Columns[1].Value)
				if err != nil {
					t.Fatal(err)
				}
				persons++
				days += int(left.(catalog.Date) - way.Index().(catalog.Date))
			}
			if persons != want.persons || days != want.days {
				t.Errorf("%d persons and %d days, not %d and %d", persons, days, want.persons, want.days)
			}
		})
	}
}

// followed is a published definition, with a test block of nobody that names the end of the first entry left.
func followed(t *testing.T, name string) dsl.Test {
	t.Helper()
	data := read(t, "../../dsl/circe/testdata/published/"+name+".json")
	r, err := circe.Import(name, data)
	if err != nil {
		t.Fatal(err)
	}
	cohort := strings.ReplaceAll(name, "-", "_")
	text := exit.ReplaceAllString(r.Text, "  define left = $1\n}\n") +
		"test \"Nobody\" of " + cohort + " { person (id) (a) observation (id, start, end) (a, 2010-01-01, 2010-12-31) expect (id, index, left) }\n"
	tests, diags := dsl.Tests(name, text, cdm(t, data, "SNOMED:1"))
	if diags.Failed() {
		t.Fatal(diags)
	}
	return tests[0]
}

// load reads tables of a CDM. The hierarchy is not needed: the definitions' codes that GiBleed has are those that they list.
func load(t *testing.T, dir string, tables ...string) map[string]reference.Person {
	t.Helper()
	s, err := omop.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	people := map[string]reference.Person{}
	for _, table := range tables {
		err := s.Read(t.Context(), table, func(b connectors.Batch) error {
			for _, cells := range b.Rows {
				id, row := rowOf(b.Columns, cells)
				if table == connectors.PersonTable {
					people[id] = reference.Person{Attributes: row, Events: map[string][]reference.Row{}}
				} else if p, ok := people[id]; ok {
					p.Events[table] = append(p.Events[table], row)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return people
}

func rowOf(columns []string, cells []connectors.Cell) (person string, row reference.Row) {
	row = reference.Row{}
	for i, c := range cells {
		switch name := columns[i]; {
		case name == connectors.Person:
			person = c.Text
		case !c.Known:
		default:
			row[name] = c.Text
			if d, err := catalog.ParseDate(c.Text); err == nil {
				row[name] = d
			}
		}
	}
	return person, row
}

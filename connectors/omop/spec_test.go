package omop

import (
	"cmp"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// notNeeded lists what the CDM requires and this package does without: identifiers of rows, types of records.
func notNeeded(column, table string) bool {
	return column == table+"_id" || strings.HasSuffix(column, "_type_concept_id") ||
		slices.Contains([]string{"race_concept_id", "ethnicity_concept_id"}, column)
}

// TestColumnsAreThoseOfTheCDM compares with the field lists of OHDSI, versions 5.3 and 5.4: every column that is read
// stands in one of them, and what is required here is what both require.
func TestColumnsAreThoseOfTheCDM(t *testing.T) {
	dir := filepath.Join(cmp.Or(os.Getenv("OFFICINA_SHARED_DATA"), "../../../shared/data"), "omop/cdm_spec")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared data are not here; set OFFICINA_SHARED_DATA")
	}
	v3, v4 := fieldList(t, filepath.Join(dir, "OMOP_CDMv5.3_Field_Level.csv")), fieldList(t, filepath.Join(dir, "OMOP_CDMv5.4_Field_Level.csv"))
	reads := map[string]map[string]bool{deathFile: {"death_date": true}} // by readDeaths
	for _, table := range tables {
		if reads[table.file] == nil {
			reads[table.file] = map[string]bool{}
		}
		read := reads[table.file]
		for _, c := range table.want() {
			name := table.file + "." + c.Name
			read[c.Name] = read[c.Name] || c.Required
			if v3[name] == "" && v4[name] == "" {
				t.Errorf("%s is in neither version", name)
			}
		}
	}
	for name, required := range v4 {
		file, column, _ := strings.Cut(name, ".")
		if read := reads[file]; read != nil && !notNeeded(column, file) && (required == "Yes" && v3[name] == "Yes") != read[column] {
			t.Errorf("%s: required by the CDM: %s and %s, here: %t", name, v3[name], required, read[column])
		}
	}
	if tables[0].name != connectors.PersonTable {
		t.Error("the person table is not the first")
	}
}

// fieldList maps TABLE.COLUMN to Yes, if the CDM requires the column, or No.
func fieldList(t *testing.T, path string) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(h string) int { return slices.Index(all[0], h) }
	out := map[string]string{}
	for _, r := range all[1:] {
		out[strings.ToLower(r[at("cdmTableName")]+"."+r[at("cdmFieldName")])] = r[at("isRequired")]
	}
	return out
}

// TestSystemsAreThoseOfTheStandardCatalog compares the systems that decide what becomes OMOP:ID with what the catalog allows.
func TestSystemsAreThoseOfTheStandardCatalog(t *testing.T) {
	c, diags := catalog.Parse("catalog.yaml", []byte("extends: omop\ndataset: d\ncustodian: {name: N, contact: n@example.org}\n"+
		"mode: {release: exact}\nperiod: {start: 2000-01-01, end: 2001-12-31}\n"))
	if diags.Failed() {
		t.Fatal(diags)
	}
	want := map[string][]string{"condition_source": sourceSystems, "cause_of_death": sourceSystems, "visit": visitSystems}
	for _, s := range c.Sources {
		if systems := want[s.Name]; systems != nil && !slices.Equal(systems, s.Systems) {
			t.Errorf("%s has %v, the catalog %v", s.Name, systems, s.Systems)
		}
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("the catalog lacks %v", want)
	}
}

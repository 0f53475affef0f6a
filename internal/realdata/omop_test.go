package realdata

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave/ingest"
)

// tableOf names the catalog table of a table of the OMOP CDM.
var tableOf = map[string]string{
	"person": "person", "condition_occurrence": "condition", "condition_era": "condition_era", "drug_exposure": "drug", "drug_era": "drug_era",
	"measurement": "measurement", "observation": "finding", "procedure_occurrence": "procedure", "visit_occurrence": "visit",
}

// omopRows compares the rows of OMOP tables with figures.json, and the same tables as CSV and as Parquet with each other.
func omopRows(t *testing.T, c *centre, data string, f figures) {
	began := time.Now()
	gibleed := c.ingest("gibleed", filepath.Join(data, "omop/gibleed"), "omop")
	t.Logf("GiBleed from its CSV folder, through the command line: %v; in the load %.1f s", time.Since(began).Round(time.Millisecond), gibleed.Seconds)
	allLoaded(t, f, "gibleed.rows", gibleed)

	text := c.ingest("syn27", filepath.Join(data, "omop/synthea27nj/Synthea27Nj_5.4.zip"), "omop")
	allLoaded(t, f, "syn27.rows", text)
	if want := f.at(t, "syn27.persons", "."); float64(text.Persons) != want {
		t.Errorf("Synthea27Nj has %d persons, want %v", text.Persons, want)
	}
	parquet := c.ingest("syn27", filepath.Join(data, "omop/synthea27nj/Synthea27NjParquet_5.4.zip"), "omop")
	if text.Contents == "" || text.Contents != parquet.Contents {
		t.Errorf("contents from CSV are %q, from Parquet %q", text.Contents, parquet.Contents)
	}
}

// allLoaded expects the figure's number of rows for each of its tables, every one loaded; a death is a person's attribute.
func allLoaded(t *testing.T, f figures, figure string, r ingest.Report) {
	t.Helper()
	tables := map[string]ingest.TableReport{}
	for _, table := range r.Tables {
		tables[table.Table] = table
	}
	for name := range f[figure].(map[string]any) {
		want, table := f.at(t, figure, name), tables[tableOf[name]]
		got, loaded := float64(table.RowsIn), table.Loaded == table.RowsIn
		if name == "death" {
			i := columnOf(tables["person"], "death")
			got, loaded = float64(tables["person"].Columns[i].Recorded), true
		}
		if got != want || !loaded {
			t.Errorf("%s %s: %v rows, %d loaded, want %v", figure, name, got, table.Loaded, want)
		}
	}
}

func columnOf(table ingest.TableReport, name string) int {
	for i, c := range table.Columns {
		if c.Column == name {
			return i
		}
	}
	return -1
}

package omop_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/officina-enclave/officina/connectors/omop"
)

// parquetOf writes rows, the first of which are the headers, as a Parquet file of text columns; an empty cell is missing.
func parquetOf(t *testing.T, rows ...string) []byte {
	t.Helper()
	var fields []arrow.Field
	for header := range strings.SplitSeq(rows[0], ",") {
		fields = append(fields, arrow.Field{Name: header, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for _, row := range rows[1:] {
		for i, cell := range strings.Split(row, ",") {
			if cell == "" {
				b.Field(i).AppendNull()
				continue
			}
			b.Field(i).(*array.StringBuilder).Append(cell)
		}
	}
	var out bytes.Buffer
	w, err := pqarrow.NewFileWriter(schema, &out, nil, pqarrow.DefaultWriterProps())
	must(t, err)
	must(t, errors.Join(w.Write(b.NewRecordBatch()), w.Close()))
	return out.Bytes()
}

func TestParquet(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "PERSON.PARQUET", parquetOf(t, "PERSON_ID,gender_concept_id,year_of_birth,day_of_birth", "7,8532,1970,", "8.0,0,1970,"))
	s, err := omop.Open(t.Context(), dir)
	must(t, err)
	defer s.Close()
	got, err := show(t.Context(), s, "person")
	must(t, err)
	want := "person sex birth_date death race ethnicity\nPERSON.PARQUET:1: 7 female 1970-06-15 - - -\nPERSON.PARQUET:2: 8 - 1970-06-15 - - -\n"
	if got != want {
		t.Errorf("persons are\n%swant\n%s", got, want)
	}
}

// The place of a fault in a Parquet file is the number of the row; what concerns the whole file has none.
func TestParquetFaults(t *testing.T) {
	person := parquetOf(t, "person_id,gender_concept_id,year_of_birth", "4711,8532,1970")
	death := func(rows ...string) []byte { return parquetOf(t, append([]string{"person_id,death_date"}, rows...)...) }
	for want, files := range map[string]map[string][]byte{
		`person.parquet: column "gender_concept_id": the OMOP CDM requires this column, but the file does not have it`: {
			"person.parquet": parquetOf(t, "person_id,year_of_birth", "4711,1970")},
		`person.parquet:2: column "person_id": the person has a row already; keep one`: {
			"person.parquet": parquetOf(t, "person_id,gender_concept_id,year_of_birth", "4711,8532,1970", "4711,8532,1970")},
		`death.parquet:2: column "death_date": is not a date (YYYY-MM-DD)`:             {"person.parquet": person, "death.parquet": death("1,2020-01-01", "4711,2020-01-32")},
		"death.parquet: is not a sound Parquet file; fetch it again":                   {"person.parquet": person, "death.parquet": death("1,2020-01-01")[:100]},
		"person.csv: holds the table person, which PERSON.parquet holds too; keep one": {"PERSON.parquet": person, "person.csv": []byte("person_id\n")},
		"drug_era.parquet: is not a sound Parquet file; fetch it again":                {"person.parquet": person, "drug_era.parquet": nil},
		`person.parquet: has no rows: there is nobody to load`:                         {"person.parquet": parquetOf(t, "person_id,gender_concept_id,year_of_birth")},
		`death.parquet: column "death_date": the OMOP CDM requires this column, but the file does not have it`: {
			"person.parquet": person, "death.parquet": parquetOf(t, "person_id", "4711")},
	} {
		dir := t.TempDir()
		for name, data := range files {
			write(t, dir, name, data)
		}
		if _, err := readAll(t.Context(), dir); err == nil || err.Error() != want {
			t.Errorf("error is %v\nwant     %s", err, want)
		}
	}
}

package population

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/dsl/catalog"
)

func TestContract(t *testing.T) {
	connectorstest.Run(t, func(*testing.T) connectors.Source { return Source{Seed: 1, Persons: 1500} })
}

// each gives every row of a table to see, as cells by column; see must not keep it.
func each(t testing.TB, s Source, table string, see func(map[string]string)) {
	t.Helper()
	row := map[string]string{}
	err := s.Read(t.Context(), table, func(b connectors.Batch) error {
		for _, cells := range b.Rows {
			for i, c := range b.Columns {
				row[c] = cells[i].Text
			}
			see(row)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A person is the same whatever the number of persons, and another seed makes other persons.
func TestDeterminism(t *testing.T) {
	read := func(s Source, table string) (out []string) {
		each(t, s, table, func(r map[string]string) {
			if r["person"] < "10000100" {
				out = append(out, fmt.Sprint(r))
			}
		})
		return out
	}
	for _, table := range (Source{}).Tables() {
		want := read(Source{Seed: 7, Persons: 100}, table)
		if d := cmp.Diff(want, read(Source{Seed: 7, Persons: 300}, table)); d != "" {
			t.Errorf("%s: %s", table, d)
		}
		if slices.Equal(want, read(Source{Seed: 8, Persons: 100}, table)) {
			t.Errorf("%s: another seed makes the same rows", table)
		}
	}
}

// The rates that the package promises, within a tenth; events lie within the period and the person's life.
func TestRates(t *testing.T) {
	s := Source{Seed: 1, Persons: 5000}
	born, died := map[string]string{}, map[string]string{}
	each(t, s, "person", func(r map[string]string) { born[r["person"]], died[r["person"]] = r["birth_date"], r["death"] })
	if len(born) != s.Persons {
		t.Fatalf("%d persons", len(born))
	}
	for table, want := range map[string]float64{"condition": 10, "drug": 14, "measurement": 28, "visit": 8} {
		rows := 0
		each(t, s, table, func(r map[string]string) {
			rows++
			last := max(r["start"], r["end"])
			if r["start"] < max("2012-01-01", born[r["person"]]) || last > "2025-12-31" || died[r["person"]] != "" && last > died[r["person"]] {
				t.Fatalf("%s from %s to %s of a person born %s, died %s", table, r["start"], r["end"], born[r["person"]], died[r["person"]])
			}
		})
		mean := float64(rows) / float64(s.Persons)
		t.Logf("%s: %.2f rows a person", table, mean)
		if mean < 0.9*want || mean > 1.1*want {
			t.Errorf("%s: %.1f rows a person, want about %v", table, mean, want)
		}
	}
}

// Codes are skewed: the tenth that is most frequent has at least half of the rows, and many codes are rare.
func TestSkew(t *testing.T) {
	for table, codes := range map[string]int{"condition": 1500, "drug": 500, "measurement": 140} {
		rows, by := 0, map[string]int{}
		each(t, Source{Seed: 1, Persons: 4000}, table, func(r map[string]string) { rows++; by[r["code"]]++ })
		counts := slices.Sorted(maps.Values(by))
		frequent := 0
		for _, n := range counts[len(counts)*9/10:] {
			frequent += n
		}
		if len(by) < codes || frequent < rows/2 {
			t.Errorf("%s: %d codes, want %d; the most frequent tenth has %d of %d rows", table, len(by), codes, frequent, rows)
		}
	}
}

// Who has diabetes takes its drugs and has a higher HbA1c, and nobody else does.
func TestDiseasesGoTogether(t *testing.T) {
	s := Source{Seed: 3, Persons: 3000}
	diabetic := map[string]bool{}
	each(t, s, "condition", func(r map[string]string) {
		if strings.HasPrefix(r["code"], "ICD10:E11") {
			diabetic[r["person"]] = true
		}
	})
	with, without := 0, 0
	each(t, s, "drug", func(r map[string]string) {
		if strings.HasPrefix(r["code"], "ATC:A10") && diabetic[r["person"]] {
			with++
		} else if strings.HasPrefix(r["code"], "ATC:A10") {
			without++
		}
	})
	if share := float64(len(diabetic)) / float64(s.Persons); share < 0.03 || share > 0.12 || with < 10*without {
		t.Errorf("%.3f have diabetes; %d prescriptions of theirs, %d of others", share, with, without)
	}
}

// The vocabulary has every code of the data, and the groups above it.
func TestVocabulary(t *testing.T) {
	v, remarks := catalog.ParseVocabulary(Vocabulary())
	if len(remarks) > 0 {
		t.Fatal(remarks)
	}
	known := map[string]bool{"ICD10:E11": true, "ATC:A10": true, "ATC:A10BA": true}
	for _, system := range []string{"ICD10", "ATC", "LOINC"} {
		for _, c := range v.Codes(system) {
			known[c] = true
		}
	}
	for _, table := range []string{"condition", "drug", "measurement"} {
		each(t, Source{Seed: 1, Persons: 1000}, table, func(r map[string]string) {
			if !known[r["code"]] {
				t.Fatalf("%s is not in the vocabulary", r["code"])
			}
		})
	}
}

// BenchmarkRead measures how fast rows are made.
func BenchmarkRead(b *testing.B) {
	rows := 0
	for b.Loop() {
		s := Source{Seed: 1, Persons: 5000}
		for _, table := range s.Tables() {
			if err := s.Read(b.Context(), table, func(batch connectors.Batch) error { rows += len(batch.Rows); return nil }); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

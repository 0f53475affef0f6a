package omop_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Athena's files: tab-delimited, quotation marks are text, no table of persons.
func TestReadVocabulary(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "CONCEPT.csv", []byte("concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_code\n"+
		"1\t\"Ulcer\", of skin\tCondition\tSNOMED\t46742003\n2\tUlcer of foot\tCondition\tSNOMED\t95345008\n3\tmetformin\tDrug\tRxNorm\t6809\n"+
		"4\tCondition occurrence\tMetadata\tDomain\tOMOP generated\n"))
	write(t, dir, "CONCEPT_ANCESTOR.csv", []byte("ancestor_concept_id\tdescendant_concept_id\n1\t1\n1\t2\n3\t3\n"))
	write(t, dir, "README.txt", []byte("not a table"))
	var done, total int64
	told := func(d, t int64) { done, total = d, t }
	entries, notes, err := omop.ReadVocabulary(t.Context(), dir, []string{"SNOMED"}, told)
	must(t, err)
	want := "code,label,parents\nSNOMED:46742003,\"\"\"Ulcer\"\", of skin\",\nSNOMED:95345008,Ulcer of foot,SNOMED:46742003\n"
	if d := cmp.Diff(want, string(catalog.FormatVocabulary(entries))); d != "" || len(notes) > 0 {
		t.Errorf("notes %v; %s", notes, d)
	}
	if total == 0 || done > total {
		t.Errorf("%d of %d bytes are told", done, total)
	}
	entries, _, err = omop.ReadVocabulary(t.Context(), dir, nil, nil)
	must(t, err)
	var codes []string
	for _, e := range entries {
		codes = append(codes, e.Code)
	}
	if got := strings.Join(codes, " "); got != "OMOP:0 OMOP:4 RxNorm:6809 SNOMED:46742003 SNOMED:95345008" {
		t.Errorf("codes %s", got)
	}
	if list := parse(t, entries); list != 5 {
		t.Errorf("%d codes are read again", list)
	}
}

func TestReadVocabularyFaults(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"no concepts": {"CONCEPT_ANCESTOR.csv", "ancestor_concept_id\n", "concept.csv: there is no such file, nor as .csv.gz, .tsv or .parquet"},
		"ragged":      {"CONCEPT.csv", "concept_id\tconcept_name\tvocabulary_id\tconcept_code\n1\ta\tb\tc\n2\ta\n", `CONCEPT.csv:3: column "vocabulary_id": the row ends before this column, after 2 of 4 cells; was the file cut short?`},
		"not an id":   {"CONCEPT.csv", "concept_id\tconcept_name\tvocabulary_id\tconcept_code\nx\ta\tb\tc\n", `CONCEPT.csv:2: column "concept_id": is not a whole number`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, c.file, []byte(c.text))
			if _, _, err := omop.ReadVocabulary(t.Context(), dir, nil, nil); err == nil || err.Error() != c.want {
				t.Errorf("error is %v\nwant     %s", err, c.want)
			}
		})
	}
}

func parse(t *testing.T, entries []catalog.Entry) int {
	t.Helper()
	v, list := catalog.ParseVocabulary(catalog.FormatVocabulary(entries))
	if list.Failed() {
		t.Fatal(list)
	}
	return v.Len()
}

// BenchmarkMillionConcepts reads a million concepts and their closed table of some 11 million ancestors, which it makes first.
func BenchmarkMillionConcepts(b *testing.B) {
	dir := b.TempDir()
	makeMillion(b, dir)
	for b.Loop() {
		entries, _, err := omop.ReadVocabulary(b.Context(), dir, nil, nil)
		if err != nil || len(entries) != 1_000_001 {
			b.Fatal(len(entries), err)
		}
	}
}

func makeMillion(b *testing.B, dir string) {
	const n = 1_000_000
	random := rand.New(rand.NewPCG(1, 2))
	var concepts, ancestors strings.Builder
	concepts.WriteString("concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\n")
	ancestors.WriteString("ancestor_concept_id\tdescendant_concept_id\tmin_levels_of_separation\tmax_levels_of_separation\n")
	above := make([][]int32, n) // all ancestors
	rows := 0
	for i := range n {
		fmt.Fprintf(&concepts, "%d\tFinding of the %d. kind in region %d (disorder)\tCondition\tSNOMED\tClinical Finding\tS\t%d\n", i+1, i, i%1000, (i*7_919_993+104_729)%99_999_989)
		set := map[int32]bool{int32(i): true}
		if i > 0 {
			parents := []int{(i - 1) / 4}
			if i%8 == 7 {
				parents = append(parents, random.IntN(i/4))
			}
			for _, p := range parents {
				set[int32(p)] = true
				for _, a := range above[p] {
					set[a] = true
				}
			}
		}
		for a := range set {
			above[i] = append(above[i], a)
			fmt.Fprintf(&ancestors, "%d\t%d\t1\t1\n", a+1, i+1)
			rows++
		}
	}
	b.Logf("%d rows", rows)
	for name, text := range map[string]string{"CONCEPT.csv": concepts.String(), "CONCEPT_ANCESTOR.csv": ancestors.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
}

package omop_test

import (
	"archive/zip"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/connectors/connectorstest"
	"github.com/officina-enclave/officina/connectors/omop"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// shared returns the OMOP folder of the shared data, or skips the test.
func shared(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("OFFICINA_SHARED_DATA"), "../../../shared/data"), "omop")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared data are not here; set OFFICINA_SHARED_DATA")
	}
	return dir
}

// TestRealConformance runs the contract on Parquet files, in the archive and unpacked.
func TestRealConformance(t *testing.T) {
	archive := filepath.Join(shared(t), "synthea27nj/Synthea27NjParquet_5.4.zip")
	unpacked := t.TempDir()
	files, err := zip.OpenReader(archive)
	must(t, err)
	defer files.Close()
	must(t, os.CopyFS(unpacked, files))
	for name, location := range map[string]string{"zip": archive, "folder": unpacked} {
		t.Run(name, func(t *testing.T) {
			connectorstest.Run(t, func(t *testing.T) connectors.Source {
				s, err := omop.Open(t.Context(), location)
				must(t, err)
				t.Cleanup(func() { s.Close() })
				return s
			})
		})
	}
}

// TestRealDescendants expands every concept of GiBleed by the vocabulary made of its tables, and expects
// exactly the descendants that concept_ancestor names, read here in another way.
func TestRealDescendants(t *testing.T) {
	dir := filepath.Join(shared(t), "gibleed")
	s, err := omop.Open(t.Context(), dir)
	must(t, err)
	defer s.Close()
	text, err := s.Vocabulary(t.Context())
	must(t, err)
	words, list := catalog.ParseVocabulary(text)
	if list.Failed() {
		t.Fatal(list)
	}
	curies := map[string]string{}
	for _, c := range readTable(t, filepath.Join(dir, "concept.csv.gz")) {
		if c["concept_id"] != "0" {
			curies[c["concept_id"]] = c["vocabulary_id"] + ":" + c["concept_code"]
		}
	}
	want := map[string][]string{}
	for _, a := range readTable(t, filepath.Join(dir, "concept_ancestor.csv.gz")) {
		above, below := curies[a["ancestor_concept_id"]], curies[a["descendant_concept_id"]]
		if above != "" && below != "" && above != below {
			want[above] = append(want[above], below)
		}
	}
	if len(curies) != 443 || len(want) < 20 {
		t.Fatalf("%d concepts, %d of them with descendants", len(curies), len(want))
	}
	systems := []catalog.CodeSystem{{Name: "SNOMED", Hierarchy: "table"}, {Name: "RxNorm", Hierarchy: "table"}}
	for _, curie := range curies {
		descendants := append(want[curie], curie)
		slices.Sort(descendants)
		got := words.Expand(systems, []catalog.Term{{Curie: curie, Descendants: true}}, nil)
		if !slices.Equal(got, descendants) {
			t.Errorf("%s: %v, want %v", curie, got, descendants)
		}
	}
}

func readTable(t *testing.T, path string) (rows []map[string]string) {
	t.Helper()
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	unzip, err := gzip.NewReader(file)
	must(t, err)
	all, err := csv.NewReader(unzip).ReadAll()
	must(t, err)
	for _, record := range all[1:] {
		row := map[string]string{}
		for i, h := range all[0] {
			row[h] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// TestRealDuckDB gives the connector the database that GiBleed is published as: packed, unpacked, and in a folder.
func TestRealDuckDB(t *testing.T) {
	packed := filepath.Join(shared(t), "gibleed/cdm.duckdb.tar.xz")
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xJf", packed, "-C", dir).CombinedOutput(); err != nil {
		t.Skipf("tar cannot unpack xz here: %s", out)
	}
	var names []string
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".duckdb") {
			names = append(names, path)
		}
		return err
	}))
	if len(names) != 1 {
		t.Fatalf("the archive holds %v, want one database", names)
	}
	for location, want := range map[string]string{
		packed:                 "is a compressed file; unpack it",
		names[0]:               "is a DuckDB database of storage version 33, which is not read; export its tables",
		filepath.Dir(names[0]): "it is a DuckDB database, and only CSV and Parquet files are read",
	} {
		if _, err := omop.Open(t.Context(), location); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want …%s…", filepath.Base(location), err, want)
		}
	}
}

package enginetest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// TestWrittenQueriesAgree asks the queries of the stage traces, as the compiler understands them, of generated tables.
func TestWrittenQueriesAgree(t *testing.T) {
	clinic := readCatalog(t, "../../../dsl/testdata/catalogs/clinic.yaml")
	text, err := os.ReadFile("../../../dsl/testdata/catalogs/clinic.csv")
	must(t, err)
	vocabulary, remarks := catalog.ParseVocabulary(text)
	if vocabulary == nil {
		t.Fatal(remarks)
	}
	d := dataset{catalog: clinic, codes: map[string][]string{}}
	for _, system := range clinic.SystemNames() {
		d.codes[system] = append(vocabulary.Codes(system), system+":9")
	}
	plans := written(t, dsl.Target{Catalog: clinic, Vocabulary: vocabulary})
	if len(plans) < 30 {
		t.Fatalf("only %d traces compile", len(plans))
	}
	seed := number(t, "OFFICINA_SEED", 1)
	for i := range max(2, number(t, "OFFICINA_PLANS", 500)/500) {
		data := makerOf(d, uint64(seed), uint64(i)).tables()
		ask, done := open(t, duckAndReference.engines, data)
		for _, name := range slices.Sorted(maps.Keys(plans)) {
			q := question{plan: *plans[name]}
			settle(t, duckAndReference, dispute{data, q, ask(q)}, fmt.Sprintf("%s over tables %d of seed %d", name, i, seed))
		}
		done()
		if t.Failed() {
			return
		}
	}
}

// written compiles the traces about the clinic, by the name of their file. Those that show errors are left out.
func written(t *testing.T, target dsl.Target) map[string]*plan.Plan {
	t.Helper()
	files, err := filepath.Glob("../../../dsl/testdata/*.txtar")
	must(t, err)
	out := map[string]*plan.Plan{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		must(t, err)
		for _, f := range archive.Files {
			if f.Name != "query.cohort" || !strings.Contains(string(archive.Comment), "catalog: clinic") {
				continue
			}
			if p, faults := dsl.Compile(f.Name, string(f.Data), nil, target); !faults.Failed() {
				out[strings.TrimSuffix(filepath.Base(file), ".txtar")] = p
			}
		}
	}
	return out
}

package examples_test

import (
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/cohorttest"
	"github.com/officina-enclave/officina/enclave/study"
)

// pilotTarget reads the catalog and the vocabulary of a pilot's folder.
func pilotTarget(t testing.TB, dir string) dsl.Target {
	t.Helper()
	c, remarks := catalog.Parse("catalog.yaml", []byte(read(t, dir+"/catalog.yaml")))
	if len(remarks) > 0 {
		t.Fatal(render(t, dir+"/catalog.yaml", remarks))
	}
	v, remarks := catalog.ParseVocabulary([]byte(read(t, dir+"/vocabulary.csv")))
	if len(remarks) > 0 {
		t.Fatal(render(t, dir+"/vocabulary.csv", remarks))
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// Every query of a pilot compiles without a remark against its own catalog, is laid out, stands in the README, has an
// answer, asks what its study may, and does what its tests say.
func TestPilots(t *testing.T) {
	for _, name := range files(t, "pilots/*/*.cohort") {
		t.Run(name, func(t *testing.T) {
			dir, text := path.Dir(name), read(t, name)
			p, remarks := dsl.Compile(name, text, nil, pilotTarget(t, dir))
			if p == nil || len(remarks) > 0 {
				t.Fatal(render(t, name, remarks))
			}
			s, err := study.Parse([]byte(read(t, dir+"/study.yaml")))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(s.Purpose, p.Labels.Purpose); d != "" || p.Labels.Approval != s.Approval.ID {
				t.Errorf("approval %q; purpose: %s", p.Labels.Approval, d)
			}
			if lives := places(p); lives && !s.Permissions.Location {
				t.Error("reads where persons live without the permission")
			}
			got, _ := dsl.Format(text)
			if d := cmp.Diff(text, got); d != "" {
				t.Errorf("run cohort fmt, or this test with -update:\n%s", d)
			}
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(read(t, dir+"/README.md"), "`"+path.Base(name)+"`") {
				t.Error("the README does not name it")
			}
			read(t, strings.TrimSuffix(name, ".cohort")+".txt")
			passes(t, name, text, pilotTarget(t, dir))
		})
	}
}

// passes runs the tests that stand in a query.
func passes(t *testing.T, name, text string, to dsl.Target) {
	t.Helper()
	tests, remarks := dsl.Tests(name, text, to)
	if len(remarks) > 0 {
		t.Fatal(render(t, name, remarks))
	}
	for _, test := range tests {
		result, err := cohorttest.Run(test)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Differences) > 0 {
			t.Errorf("%s: %+v; run cohort test", test.Title, result.Differences)
		}
	}
}

// Every pilot has a query with tests.
func TestPilotsAreTested(t *testing.T) {
	tested := map[string]bool{}
	for _, name := range files(t, "pilots/*/*.cohort") {
		dir := path.Dir(name)
		tested[dir] = tested[dir] || strings.Contains(read(t, name), "\ntest ")
	}
	for dir, ok := range tested {
		if !ok {
			t.Errorf("%s has no query with tests", dir)
		}
	}
}

func places(p *plan.Plan) (found bool) {
	for _, s := range p.EventSets() {
		found = found || s.Source.Kind == catalog.PlaceDay
	}
	return found
}

// Between them the pilots have a source of every kind.
func TestPilotsHaveEveryKindOfSource(t *testing.T) {
	seen := map[catalog.SourceKind]bool{}
	minutes := false
	for _, name := range files(t, "pilots/*/catalog.yaml") {
		for _, s := range pilotTarget(t, path.Dir(name)).Catalog.Sources {
			seen[s.Kind] = true
			minutes = minutes || s.Minutes
		}
	}
	if len(seen) != 3 || !minutes {
		t.Errorf("kinds %v, minutes %t", seen, minutes)
	}
}

package cohorttest_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/enclave/cohorttest"
	"github.com/officina-enclave/officina/internal/deptest"
)

var update = flag.Bool("update", false, "write the expected texts anew")

func TestDependencies(t *testing.T) {
	deptest.Only(t, "dsl", "dsl/diag", "dsl/plan", "dsl/syntax", "enclave/engine/reference")
	deptest.Ban(t, "tests of queries run where there is no enclave, over the persons that they make up", "github.com/duckdb", "runtime/cgo",
		"github.com/officina-enclave/officina/enclave/store", "github.com/officina-enclave/officina/enclave/sqlgen", "net")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clinic is the dataset of the stage traces.
func clinic(t testing.TB) dsl.Target {
	t.Helper()
	text, err := os.ReadFile("../../dsl/testdata/catalogs/clinic.yaml")
	must(t, err)
	c, remarks := catalog.Parse("clinic.yaml", text)
	if c == nil {
		t.Fatal(remarks)
	}
	text, err = os.ReadFile("../../dsl/testdata/catalogs/clinic.csv")
	must(t, err)
	v, remarks := catalog.ParseVocabulary(text)
	if v == nil {
		t.Fatal(remarks)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// TestFiles runs the tests of each query of testdata: what differs stands in the file "results", what no test notices in
// "unnoticed".
func TestFiles(t *testing.T) {
	to := clinic(t)
	files, err := filepath.Glob("testdata/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			must(t, err)
			query := archive.Files[0]
			for i, f := range archive.Files[1:] {
				got := map[string]func(testing.TB, string, dsl.Target) string{"results": results, "unnoticed": unnoticed}[f.Name](t, string(query.Data), to)
				if *update {
					archive.Files[1+i].Data = []byte(got)
				} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
			if *update {
				must(t, os.WriteFile(file, txtar.Format(archive), 0o644))
			}
		})
	}
}

// results is a line for each test and each difference.
func results(t testing.TB, text string, to dsl.Target) string {
	tests, remarks := dsl.Tests("query.cohort", text, to)
	refuse(t, text, remarks)
	var b strings.Builder
	for _, test := range tests {
		r, err := cohorttest.Run(test)
		must(t, err)
		fmt.Fprintf(&b, "%s, line %d, of %s: passed %t\n", r.Title, r.Line, r.Cohort, r.Passed)
		for _, d := range r.Differences {
			fmt.Fprintf(&b, "  %s: %s is %s, expected %s (%s)\n", d.Person, d.What, d.Got, d.Expected, d.Why)
		}
	}
	return b.String()
}

// unnoticed is a line for each change that no test notices, and the score.
func unnoticed(t testing.TB, text string, to dsl.Target) string {
	s, err := cohorttest.Mutate(t.Context(), "query.cohort", text, to, nil)
	must(t, err)
	var b strings.Builder
	for _, u := range s.Unnoticed {
		fmt.Fprintf(&b, "%d:%d %s: %s\n", u.Line, u.Column, u.Part, u.Change)
	}
	fmt.Fprintf(&b, "%d of %d noticed; untested %v\n", s.Noticed, s.Tried(), s.Untested)
	return b.String()
}

func refuse(t testing.TB, text string, remarks diag.List) {
	t.Helper()
	if remarks.Failed() {
		var b strings.Builder
		must(t, diag.Render(&b, "query.cohort", text, remarks))
		t.Fatal(b.String())
	}
}

const query = `study "Trace"
cohort c {
  index first drug
  include any visit before index
}
report count of c
test "One" of c {
  drug   (id, start)
         (a, 2020-03-10)
  visit  (id, start)
         (a, 2020-03-01)
  expect (id)
         (a)
}
`

// Mutating twice gives the same, tells how far it is, and stops when it is to.
func TestMutate(t *testing.T) {
	to := clinic(t)
	var told []int
	first, err := cohorttest.Mutate(t.Context(), "query.cohort", query, to, func(done, all int) { told = append(told, done, all) })
	must(t, err)
	second, err := cohorttest.Mutate(t.Context(), "query.cohort", query, to, nil)
	must(t, err)
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(second)
	if string(a) != string(b) {
		t.Errorf("%s, then %s", a, b)
	}
	if n := len(told); n < 4 || told[0] != 0 || told[n-1] != told[n-2] {
		t.Errorf("told %v", told)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cohorttest.Mutate(ctx, "query.cohort", query, to, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	none, err := cohorttest.Mutate(t.Context(), "query.cohort", query[:strings.Index(query, "test")], to, nil)
	if err != nil || none.Tried() != 0 {
		t.Errorf("without tests: %+v %v", none, err)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		want, got any
		same      bool
	}{
		{nil, nil, true}, {nil, 0.0, false}, {1.0, int64(1), true}, {64.0, 64.00001, true}, {64.0, 64.001, false},
		{0.0, 1e-9, false}, {"a", "a", true}, {"a", "b", false}, {true, false, false},
		{catalog.Date(1), catalog.Date(1), true}, {catalog.Date(1), catalog.Moment(1), false},
	} {
		if cohorttest.Same(c.want, c.got) != c.same {
			t.Errorf("%v and %v", c.want, c.got)
		}
	}
}

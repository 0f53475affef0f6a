package examples_test

import (
	"flag"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/examples"
)

var update = flag.Bool("update", false, "write the queries as the formatter lays them out")

func read(t testing.TB, name string) string {
	t.Helper()
	text, err := examples.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func target(t testing.TB) dsl.Target {
	t.Helper()
	c, remarks := catalog.Parse("catalog.yaml", []byte(read(t, "catalog.yaml")))
	if len(remarks) > 0 {
		t.Fatal(render(t, "catalog.yaml", remarks))
	}
	v, remarks := catalog.ParseVocabulary([]byte(read(t, "vocabulary.csv")))
	if len(remarks) > 0 {
		t.Fatal(render(t, "vocabulary.csv", remarks))
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

func render(t testing.TB, name string, remarks diag.List) string {
	t.Helper()
	var b strings.Builder
	if err := diag.Render(&b, name, read(t, name), remarks); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(examples.Files, pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s (%v)", pattern, err)
	}
	return names
}

// Every query compiles without a remark, says what its study is registered for, and stays within it.
func TestQueriesFitTheirStudies(t *testing.T) {
	to := target(t)
	for _, name := range files(t, "*/*.cohort") {
		t.Run(name, func(t *testing.T) {
			p, remarks := dsl.Compile(name, read(t, name), nil, to)
			if p == nil || len(remarks) > 0 {
				t.Fatal(render(t, name, remarks))
			}
			s, err := study.Parse([]byte(read(t, path.Join(path.Dir(name), "study.yaml"))))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(s.Purpose, p.Labels.Purpose); d != "" {
				t.Errorf("purpose: %s", d)
			}
			if p.Labels.Approval != s.Approval.ID || !slices.Contains(s.Datasets, p.Dataset) {
				t.Errorf("approval %q of dataset %s; the study has %q of %v", p.Labels.Approval, p.Dataset, s.Approval.ID, s.Datasets)
			}
			if genomic := strings.Contains(p.Canonical(), "variant"); genomic && !s.Permissions.Genomic {
				t.Error("reads variants without the permission")
			}
			for _, r := range p.Reports {
				if _, ok := plan.KindOf(r.Kind); !ok || !slices.Contains(s.Kinds, r.Kind) {
					t.Errorf("the study has no reports of kind %s", r.Kind)
				}
			}
		})
	}
}

// Between them the examples show every kind of report.
func TestExamplesShowEveryKind(t *testing.T) {
	var all strings.Builder
	for _, name := range files(t, "*/*.cohort") {
		all.WriteString(read(t, name))
	}
	for _, k := range plan.Kinds {
		if !strings.Contains(all.String(), "report "+k.Name+" ") {
			t.Errorf("no example of %s", k.Name)
		}
	}
}

func TestQueriesAreFormatted(t *testing.T) {
	for _, name := range files(t, "*/*.cohort") {
		got, remarks := dsl.Format(read(t, name))
		if len(remarks) > 0 {
			t.Error(render(t, name, remarks))
		} else if d := cmp.Diff(read(t, name), got); d != "" {
			t.Errorf("%s: run cohort fmt, or this test with -update:\n%s", name, d)
		}
		if *update && len(remarks) == 0 {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A README names each query of its folder, and no other.
func TestReadmesNameTheQueries(t *testing.T) {
	for _, readme := range files(t, "*/README.md") {
		dir := path.Dir(readme)
		text := read(t, readme)
		for _, name := range files(t, dir+"/*.cohort") {
			if !strings.Contains(text, "`"+path.Base(name)+"`") {
				t.Errorf("%s does not name %s", readme, path.Base(name))
			}
		}
		for word := range strings.FieldsSeq(text) {
			word = strings.Trim(word, "`|,.")
			if strings.HasSuffix(word, ".cohort") {
				read(t, strings.TrimPrefix(path.Join(dir, path.Base(word)), "examples/"))
			}
		}
	}
}

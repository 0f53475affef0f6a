package disclosure_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/policy"
)

var update = flag.Bool("update", false, "write the golden files")

// story is the raw section of a file of testdata: one cohort, its reports with their raw cells, and terms.
type story struct {
	Terms   policy.Terms `yaml:"terms"`
	Rules   []string     `yaml:"rules"` // "include adult"
	Reports []struct {
		Kind  string      `yaml:"kind"`
		Title string      `yaml:"title"`
		By    []dimension `yaml:"by"`
		Value string      `yaml:"value"`
		Cells []cell      `yaml:"cells"`
	} `yaml:"reports"`
}

type dimension struct {
	Name  string   `yaml:"name"`
	Keys  []string `yaml:"keys"`
	Bands []band   `yaml:"bands"`
}

type band struct{ Low, High *float64 }

type cell struct {
	Keys    []int     `yaml:"keys"`
	Persons int64     `yaml:"persons"`
	Values  []float64 `yaml:"values"` // of the recorded
}

func (c cell) raw() disclosure.Cell {
	out := disclosure.Cell{Keys: slices.Clone(c.Keys), Persons: c.Persons, Recorded: int64(len(c.Values))}
	for _, x := range c.Values {
		out.Sum += x
		out.SumSquares += x * x
		largest := []float64{out.Largest[0], out.Largest[1], math.Abs(x)}
		slices.Sort(largest)
		out.Largest = [2]float64{largest[2], largest[1]}
	}
	return out
}

// attr is an expression to group by; disclosure never looks into it.
func attr(name string) plan.Expr { return &plan.Attr{Column: &catalog.Column{Name: name}} }

func (s story) plan() *plan.Plan {
	c := &plan.Cohort{Name: "adults", Index: &plan.Index{}}
	for _, text := range s.Rules {
		word, label, _ := strings.Cut(text, " ")
		c.Rules = append(c.Rules, &plan.Rule{Exclude: word == "exclude", Label: label, Cond: attr(label)})
	}
	p := plan.Plan{Dataset: "test", Cohorts: []*plan.Cohort{c}}
	for _, r := range s.Reports {
		report := &plan.Report{Kind: r.Kind, Label: r.Title, ValueLabel: r.Value}
		if r.Value != "" {
			report.Value = &plan.Attr{Column: &catalog.Column{Name: r.Value,
				Type: catalog.Type{Kind: catalog.Number, Unit: "mmol/mol"}}}
		}
		for _, d := range r.By {
			by := &plan.Dimension{X: attr(d.Name), Keys: d.Keys, Label: d.Name}
			for _, b := range d.Bands {
				by.Bands = append(by.Bands, plan.Band{Low: b.Low, High: b.High})
			}
			report.By = append(report.By, by)
		}
		p.Reports = append(p.Reports, report)
	}
	return plan.New(p)
}

func (s story) counts() []disclosure.Counts {
	var out []disclosure.Counts
	for _, r := range s.Reports {
		var counts disclosure.Counts
		for _, c := range r.Cells {
			counts.Cells = append(counts.Cells, c.raw())
		}
		out = append(out, counts)
	}
	return out
}

func (s story) apply() (*disclosure.Released, error) {
	p := s.plan()
	return disclosure.Apply(p, disclosure.NewRaw(p, s.counts()), s.terms())
}

// terms fills in what a story does not say.
func (s story) terms() policy.Terms {
	t := s.Terms
	t.Dimensions = 6
	t.Kinds = []string{"attrition", "count", "summary", "table"}
	return t
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { tell(t, file) })
	}
}

// tell applies the raw section of a file and compares with its released section.
func tell(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil || len(archive.Files) != 2 {
		t.Fatal("want the sections raw and released", err)
	}
	var s story
	d := yaml.NewDecoder(bytes.NewReader(archive.Files[0].Data))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	released, err := s.apply()
	if err != nil {
		t.Fatal(err)
	}
	got := text(released)
	if *update {
		archive.Files[1].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
		t.Errorf("released (-want +got):\n%s", diff)
	}
}

// text writes a release one line a row: keys, then name=value in the order of the columns.
func text(r *disclosure.Released) string {
	var b strings.Builder
	for _, t := range r.Tables() {
		fmt.Fprintf(&b, "%s %q of %s: %d cells, %d hidden, at least %d, by %d\n",
			t.Kind, t.Title, t.Cohort, t.Cells, t.Hidden, t.Protection.MinCell, t.Protection.RoundTo)
		for _, row := range t.Rows {
			b.WriteString("  " + strings.Join(row.Keys, " / ") + ":")
			for _, c := range t.Columns {
				if v, ok := row.Values[c.Name]; ok {
					b.WriteString(" " + c.Name + "=" + strings.ReplaceAll(v.String(), "suppressed", "·"))
				}
			}
			b.WriteString("\n")
		}
		if t.Total != nil {
			fmt.Fprintf(&b, "  total of %s: %s\n", t.Total.Of, strings.ReplaceAll(t.Total.Persons.String(), "suppressed", "·"))
		}
	}
	if r.Withheld() {
		b.WriteString("withheld\n")
	}
	return b.String()
}

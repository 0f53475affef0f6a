// Package realdata holds no code. Its test takes real, openly licensed tables all the way, through the command
// line, and compares what comes out with figures that others published or computed with other programs.
//
// The tables are not in this repository: the test looks for them in the folder that OFFICINA_SHARED_DATA names,
// else in ../shared/data beside the repository, and skips when they are not there.
package realdata

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/disclosure/rawtest"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/node"
)

// datasets are the tables under test: the folder or archive of each in the shared data, and its format.
var datasets = []struct{ name, folder, format string }{
	{"pbc", "clinical/r_survival", "csv"}, {"gbsg", "clinical/r_survival", "csv"}, {"lung", "clinical/r_survival", "csv"},
	{"colon", "clinical/r_survival", "csv"}, {"strep", "clinical/medicaldata", "csv"}, {"chop", "clinical/medicaldata", "csv"},
	{"uk1", "genomics/cineca_uk1", "csv"}, {"gibleed", "omop/gibleed", "omop"},
}

// TestFigures loads each table with `enclave ingest`, asks testdata/NAME.cohort with `enclave query`, and finds
// each figure of testdata/figures.tsv twice: exactly in the raw cells, and protected in the release.
func TestFigures(t *testing.T) {
	data := shared(t)
	figures := readFigures(t, filepath.Join(data, "figures.json"))
	places := readPlaces(t)
	c := newCentre(t)
	for _, d := range datasets {
		c.ingest(d.name, filepath.Join(data, d.folder), d.format)
	}
	t.Run("OMOP rows", func(t *testing.T) { omopRows(t, c, data, figures) })
	for _, d := range datasets {
		t.Run(d.name, func(t *testing.T) {
			if len(places[d.name]) == 0 {
				t.Fatal("figures.tsv has no figure of it")
			}
			query := "testdata/" + d.name + ".cohort"
			released := c.release(t, query)
			raw := c.raw(t, d.name, query)
			for _, p := range places[d.name] {
				want := figures.at(t, p.figure, p.place)
				row := p.find(t, released)
				if got := row.raw(raw, p.number); got != want {
					t.Errorf("%s: raw %v, want %v", p, got, want)
				}
				if got, want := row.Values[p.column()].String(), p.protected(want, row.recorded(raw)); got != want {
					t.Errorf("%s: released %s, want %s", p, got, want)
				}
			}
			t.Logf("%d figures", len(places[d.name]))
		})
	}
}

// shared is the folder of the shared data.
func shared(t *testing.T) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("OFFICINA_SHARED_DATA"), "../../../shared/data")
	if _, err := os.Stat(filepath.Join(dir, "figures.json")); err != nil {
		t.Skip("the shared data are not here; set OFFICINA_SHARED_DATA")
	}
	return dir
}

// centre is an enclave of its own, used through the command line.
type centre struct {
	t         *testing.T
	bin, data string
}

func newCentre(t *testing.T) *centre {
	t.Helper()
	dir := t.TempDir()
	c := &centre{t, filepath.Join(dir, "enclave"), filepath.Join(dir, "data")}
	if out, err := exec.Command("go", "build", "-o", c.bin, "../../cmd/enclave").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	text, err := os.ReadFile("testdata/study.yaml")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "study.yaml"), text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	board := filepath.Join(dir, "board")
	c.enclave("study", "keygen", "--out", board)
	c.enclave("init", "--name", "public-data", "--contact", "data@example.org", "--board", board+".pub.pem")
	c.enclave("study", "sign", filepath.Join(dir, "study.yaml"), "--key", board+".key.pem")
	c.enclave("study", "add", filepath.Join(dir, "study.yaml"))
	return c
}

// enclave runs the command line and returns its output.
func (c *centre) enclave(args ...string) []byte {
	c.t.Helper()
	cmd := exec.Command(c.bin, append(args, "--data", c.data)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("enclave %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// ingest loads a dataset with the catalog, and the mapping where its format has one, of the connector's testdata.
func (c *centre) ingest(name, location, format string) ingest.Report {
	c.t.Helper()
	real := filepath.Join("../../connectors", format, "testdata/real", name)
	args := []string{"ingest", location, "--format", format, "--catalog", real + ".catalog.yaml", "--json"}
	switch {
	case format == "csv":
		args = append(args, "--mapping", real+".mapping.yaml")
	case name == "gibleed": // has observation periods of 5,343 persons, and 2,694 persons
		args = append(args, "--limit", "0.5")
	}
	return c.report(c.t, args)
}

// report runs the command line that args say, which loads, and returns what it tells.
func (c *centre) report(t *testing.T, args []string) (r ingest.Report) {
	t.Helper()
	if err := json.Unmarshal(c.enclave(args...), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// release asks a query as a researcher does.
func (c *centre) release(t *testing.T, query string) []disclosure.Table {
	t.Helper()
	var answer struct {
		Release enclave.Document `json:"release"`
		Receipt string           `json:"receipt"`
	}
	out := c.enclave("query", query, "--study", "public-data", "--as", "ada@example.org", "--json")
	if err := json.Unmarshal(out, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Receipt != "signature ok; inclusion ok" {
		t.Errorf("receipt: %s", answer.Receipt)
	}
	return answer.Release.Tables
}

// raw runs the same query over the same snapshot, before disclosure control.
func (c *centre) raw(t *testing.T, dataset, query string) []disclosure.Counts {
	t.Helper()
	ctx := t.Context()
	n, err := node.Open(ctx, c.data, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return rawtest.Read(t, c.run(ctx, t, n, dataset, query))
}

func (c *centre) run(ctx context.Context, t *testing.T, n *node.Node, dataset, query string) *disclosure.Raw {
	t.Helper()
	e, err := n.Enclave(ctx, dataset)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(query)
	if err != nil {
		t.Fatal(err)
	}
	p, diags := dsl.Compile(query, string(text), nil, e.Target)
	if diags.Failed() {
		t.Fatal(diags)
	}
	raw, err := e.Engine.Run(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// figures are the values of figures.json by id.
type figures map[string]any

func readFigures(t *testing.T, path string) figures {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Figures []struct {
			ID    string `json:"id"`
			Value any    `json:"value"`
		} `json:"figures"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	out := figures{}
	for _, f := range file.Figures {
		out[f.ID] = f.Value
	}
	return out
}

// at follows a path such as "Control/deaths" or "Lev/1" into a figure; "." is the figure itself.
func (f figures) at(t *testing.T, id, place string) float64 {
	t.Helper()
	value := f[id]
	if place != "." {
		for key := range strings.SplitSeq(place, "/") {
			switch v := value.(type) {
			case map[string]any:
				value = v[key]
			case []any:
				var i int
				if _, err := fmt.Sscan(key, &i); err == nil && i < len(v) {
					value = v[i]
				}
			}
		}
	}
	x, ok := value.(float64)
	if !ok {
		t.Fatalf("figures.json has no number at %s %s", id, place)
	}
	return x
}

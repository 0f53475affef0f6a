package realdata

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

// place is a line of figures.tsv: where in a release a figure is to be found.
type place struct {
	query  string
	report int
	keys   []string
	number string
	figure string
	place  string
}

func (p place) String() string {
	return fmt.Sprintf("%s %s (report %d, %s, %s)", p.figure, p.place, p.report, strings.Join(p.keys, " and "), p.number)
}

// readPlaces reads figures.tsv, by query.
func readPlaces(t *testing.T) map[string][]place {
	t.Helper()
	text, err := os.ReadFile("testdata/figures.tsv")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]place{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		report, err := strconv.Atoi(f[1])
		if len(f) != 6 || err != nil {
			t.Fatalf("not a line of figures.tsv: %q", line)
		}
		p := place{f[0], report, nil, f[3], f[4], f[5]}
		if f[2] != "-" {
			p.keys = strings.Split(f[2], "; ")
		}
		out[p.query] = append(out[p.query], p)
	}
	return out
}

// found is a row of a released table, and where the raw cells have it.
type found struct {
	disclosure.Row
	kind   string
	report int
	keys   []int // of the raw cell
}

// find looks the place's row up by its words.
func (p place) find(t *testing.T, tables []disclosure.Table) found {
	t.Helper()
	table := tables[p.report]
	for i, row := range table.Rows {
		if !slices.Equal(row.Keys, p.keys) {
			continue
		}
		f := found{Row: row, kind: table.Kind, report: p.report}
		if table.Kind == "attrition" { // rows are the start, the rules, what is left; see disclosure.Cell
			f.keys = []int{i - 1, 0}
			return f
		}
		for d, key := range row.Keys {
			f.keys = append(f.keys, slices.Index(table.Dimensions[d].Keys, key))
		}
		return f
	}
	t.Fatalf("%s: there is no such row", p)
	return found{}
}

func (f found) cell(raw []disclosure.Counts) disclosure.Cell {
	for _, c := range raw[f.report].Cells {
		if slices.Equal(c.Keys, f.keys) {
			return c
		}
	}
	return disclosure.Cell{}
}

// raw is the number as the engine counted it; a mean is rounded as figures.json rounds means.
func (f found) raw(raw []disclosure.Counts, number string) float64 {
	c := f.cell(raw)
	switch number {
	case "sum":
		return c.Sum
	case "mean":
		return math.Round(1e4*c.Sum/float64(c.Recorded)) / 1e4
	}
	return float64(c.Persons)
}

func (f found) recorded(raw []disclosure.Counts) int64 { return f.cell(raw).Recorded }

// column is the released number that tells the figure: of a sum it is the mean.
func (p place) column() string {
	if p.number == "sum" {
		return "mean"
	}
	return p.number
}

// The terms of the default policy and of the default floor.
const (
	minCell = 10
	roundTo = 5
)

// protected is what may be released of a figure; recorded is how many persons a sum is over.
func (p place) protected(figure float64, recorded int64) string {
	switch {
	case p.number == "sum":
		return threeDigits(figure / float64(recorded))
	case p.number == "mean":
		return threeDigits(figure)
	case figure < minCell:
		return disclosure.Value{}.String()
	}
	return strconv.FormatFloat(roundTo*math.Floor(figure/roundTo+0.5), 'f', -1, 64)
}

// threeDigits is how JSON has a number of three significant digits.
func threeDigits(x float64) string {
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 3, 64), 64)
	text, _ := json.Marshal(x)
	return string(text)
}

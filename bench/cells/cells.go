// Package cells holds the answers of the two sides of the benchmark in one form, and compares them.
package cells

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

// Table is one report: what was counted for each combination of keys, which are written one after the other with |
// between them. Cells without persons are absent. The keys of an attrition are the numbers of its rules from 1, and 0
// for the persons with an index date; its persons are those remaining.
type Table struct {
	Persons map[string]int64   `json:"persons"`
	Mean    map[string]float64 `json:"mean,omitempty"` // of a summary
}

// New returns a table without cells.
func New() Table { return Table{map[string]int64{}, map[string]float64{}} }

// Add puts a cell into t.
func (t Table) Add(persons int64, keys ...string) {
	if persons != 0 {
		t.Persons[strings.Join(keys, "|")] = persons
	}
}

// Of reads released tables. A hidden number is none.
func Of(released []disclosure.Table) []Table {
	out := make([]Table, len(released))
	for i, r := range released {
		out[i] = New()
		for n, row := range r.Rows {
			switch {
			case r.Kind == "attrition" && n == len(r.Rows)-1: // says what the row before it says
			case r.Kind == "attrition":
				out[i].Add(number(row.Values["remaining"]), strconv.Itoa(n))
			default:
				out[i].Add(number(row.Values["persons"]), row.Keys...)
			}
			if mean, ok := row.Values["mean"].Float(); ok {
				out[i].Mean[strings.Join(row.Keys, "|")] = mean
			}
		}
	}
	return out
}

func number(v disclosure.Value) int64 {
	x, _ := v.Float()
	return int64(x)
}

// ErrDiffer is the class of errors of [Compare].
var ErrDiffer = errors.New("the two sides do not count the same")

// Compare wants the same reports with exactly the same persons, and each mean that both sides show the same to three
// digits, as they are released. Its error names the first cell that differs, with both counts: the data are synthetic.
func Compare(plain, sealed []Table) error {
	if len(plain) != len(sealed) {
		return fmt.Errorf("%w: %d reports against %d", ErrDiffer, len(plain), len(sealed))
	}
	for i := range plain {
		p, s := plain[i].Persons, sealed[i].Persons
		for _, key := range slices.Sorted(maps.Keys(union(p, s))) {
			if p[key] != s[key] {
				return fmt.Errorf("%w: report %d, %q: %d persons in plain, %d sealed", ErrDiffer, i, key, p[key], s[key])
			}
		}
		for key, mean := range sealed[i].Mean {
			if x, ok := plain[i].Mean[key]; ok && math.Abs(x-mean) > 0.00501*math.Abs(mean) {
				return fmt.Errorf("%w: report %d, %q: a mean of %v in plain, %v sealed", ErrDiffer, i, key, x, mean)
			}
		}
	}
	return nil
}

func union(a, b map[string]int64) map[string]int64 {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// Total counts the persons of all cells of all tables, so that an empty answer can be noticed.
func Total(tables []Table) (n int64) {
	for _, t := range tables {
		for _, persons := range t.Persons {
			n += persons
		}
	}
	return n
}

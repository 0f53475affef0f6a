package disclosure

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/officina-enclave/officina/dsl/plan"
)

// frequencies fills a count or a table: persons and, where there are groups, their share of the shown total.
func (g *gate) frequencies(t *Table, byKey cells) {
	t.Columns = []Column{{Name: colPersons, Label: "persons"}}
	t.grid(func(row Row, keys []int) { t.put(row, colPersons, g.persons(byKey.at(keys...).Persons)) })
	if len(t.Dimensions) == 0 {
		return
	}
	t.Columns = append(t.Columns, Column{Name: colPercent, Label: "% of shown", Unit: "%"})
	t.Notes = append(t.Notes, noteShares)
	t.total()
	for _, row := range t.Rows {
		row.Values[colPercent] = percent(row.Values[colPersons], t.Total.Persons)
	}
}

// percent is a share of released counts with one decimal; 0 % and 100 % carry the mark, since they would
// tell something of every person (class disclosure).
func percent(part, whole Value) Value {
	if !part.Shown() || !whole.Shown() || whole.int() == 0 {
		return Value{}
	}
	tenths := (2000*part.int() + whole.int()) / (2 * whole.int()) // of a percent, halves up
	if tenths <= 0 || tenths >= 1000 {
		return Value{}
	}
	text := strconv.FormatInt(tenths/10, 10)
	if tenths%10 != 0 {
		text += "." + strconv.FormatInt(tenths%10, 10)
	}
	return Value{json.Number(text)}
}

// summary fills persons, not recorded, mean and standard deviation of each group.
func (g *gate) summary(t *Table, r *plan.Report, byKey cells) {
	unit := ""
	if r.Value != nil {
		unit = r.Value.Type().Unit
	}
	t.Columns = []Column{
		{Name: colPersons, Label: "persons"},
		{Name: colNotRecorded, Label: notRecorded},
		{Name: colMean, Label: heading("mean", r.ValueLabel), Unit: unit},
		{Name: colSD, Label: heading("sd", r.ValueLabel), Unit: unit},
	}
	t.Notes = append(t.Notes, notePart, noteStatistic)
	t.grid(func(row Row, keys []int) {
		c := byKey.at(keys...)
		persons := g.persons(c.Persons)
		t.put(row, colPersons, persons)
		mean, sd := g.moments(c)
		rest := Value{}
		if c.Recorded >= g.min {
			rest = g.part(c.Persons-c.Recorded, persons)
		}
		t.put(row, colNotRecorded, rest)
		t.put(row, colMean, mean)
		t.put(row, colSD, sd)
	})
	if len(t.Dimensions) > 0 {
		t.Notes = append(t.Notes, noteTotal)
		t.total()
	}
}

func heading(statistic, value string) string {
	if value == "" {
		return statistic
	}
	return statistic + " of " + value
}

// The fewest recorded values of a mean and of a standard deviation.
const (
	minMean = 10
	minSD   = 20
)

// moments are the mean and the sample standard deviation of a cell, where they may be shown.
// Products are converted before they are added, so that no platform fuses the two and rounds differently.
func (g *gate) moments(c Cell) (mean, sd Value) {
	if c.Recorded < max(minMean, g.min) || dominated(c) || constant(c) {
		return Value{}, Value{}
	}
	n := float64(c.Recorded)
	mean = figure(c.Sum / n)
	if math.Abs(c.Sum/n) < 1e-12*c.Largest[0] { // what adding in some order left of 0
		mean = figure(0)
	}
	if c.Recorded >= minSD {
		sd = figure(math.Sqrt(math.Max(0, c.SumSquares-float64(c.Sum*c.Sum)/n) / (n - 1)))
	}
	return mean, sd
}

// dominated tells whether one or two persons make up so much of the values that the mean tells theirs: the
// two largest have more than 90 % of Σ|x| (dominance rule, n = 2, k = 90: Hundepool et al., Statistical
// Disclosure Control, 2012, section 4.2). The p % rule with p = 10 then holds too: the others have at least
// 10 % of Σ|x|, and so at least 10 % of the largest.
//
// Σ|x| is not counted. It is at least |Σx|, and at least Σx²/max|x| because x² ≤ |x|·max|x|; taking the
// larger of these bounds for it can only hide more.
func dominated(c Cell) bool {
	all := math.Abs(c.Sum)
	if c.Largest[0] > 0 {
		all = math.Max(all, c.SumSquares/c.Largest[0])
	}
	return c.Largest[0]+c.Largest[1] > 0.9*all
}

// constant tells whether all values are the same, as far as sums can tell: then the mean is everyone's value.
func constant(c Cell) bool {
	all := float64(c.SumSquares * float64(c.Recorded))
	return all-float64(c.Sum*c.Sum) <= 1e-12*all
}

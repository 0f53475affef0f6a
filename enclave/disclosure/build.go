package disclosure

import (
	"cmp"
	"strconv"

	"github.com/officina-enclave/officina/dsl/plan"
)

// The names of columns.
const (
	colPersons            = "persons"
	colPercent            = "percent"
	colNotRecorded        = "not_recorded"
	colMean               = "mean"
	colSD                 = "sd"
	colRemoved            = "removed"
	colRemovedNotRecorded = "removed_not_recorded"
	colKeptNotRecorded    = "kept_not_recorded"
	colRemaining          = "remaining"
)

const (
	notRecorded = "not recorded"
	ofShown     = "shown cells"
)

// What every table says of its marks, and what some say of their numbers. Nothing here depends on a count.
const (
	noteHidden    = "suppressed: fewer than the minimum cell count, or absent"
	noteTotal     = "the total is the sum of the shown cells only"
	noteShares    = "total and percentages are of the shown cells only; 0 % and 100 % are suppressed"
	notePart      = "persons not recorded are shown only when the persons recorded also reach the minimum cell count"
	noteStatistic = "a mean needs 10 recorded values of which none dominates, a standard deviation 20; three significant digits"
	noteAttrition = "remaining is computed from the shown cells only: the persons of all later rows"
	tipGroups     = "fewer and larger groups show more: merge keys, or leave a dimension out"
	tipCohort     = "a larger cohort shows more: widen the codes, the dates or the rules"
)

// table builds the released table of report i of p.
func (g *gate) table(p *plan.Plan, i int, byKey cells) Table {
	r := p.Reports[i]
	t := Table{
		Report: i, Kind: r.Kind, Title: r.Label, Cohort: p.CohortOf(r).Name,
		Dimensions: []Dimension{},
		Protection: Protection{"exact", int(g.min), int(g.round)},
		Notes:      []string{noteHidden},
		Tip:        tipCohort,
	}
	if len(r.By) > 0 {
		t.Tip = tipGroups
	}
	for _, d := range r.By {
		t.Dimensions = append(t.Dimensions, dimension(d))
	}
	switch r.Kind {
	case "attrition":
		g.attrition(&t, p.CohortOf(r), byKey)
	case "summary":
		g.summary(&t, r, byKey)
	default:
		g.frequencies(&t, byKey)
	}
	return t
}

// put sets one number that was asked for in a row, and counts it.
func (t *Table) put(row Row, column string, v Value) {
	row.Values[column] = v
	t.Cells++
	if !v.Shown() {
		t.Hidden++
	}
}

// grid adds a row for every combination of keys and calls fill with its positions.
func (t *Table) grid(fill func(row Row, keys []int)) {
	keys := make([]int, len(t.Dimensions))
	for more := true; more; more = t.next(keys) {
		row := Row{Keys: make([]string, len(keys)), Values: map[string]Value{}}
		for i, k := range keys {
			row.Keys[i] = t.Dimensions[i].Keys[k]
		}
		fill(row, keys)
		t.Rows = append(t.Rows, row)
	}
}

// next moves keys to the next combination, the last dimension fastest; false after the last one.
func (t *Table) next(keys []int) bool {
	for i := len(keys) - 1; i >= 0; i-- {
		if keys[i]++; keys[i] < len(t.Dimensions[i].Keys) {
			return true
		}
		keys[i] = 0
	}
	return false
}

// total sums the persons of the rows.
func (t *Table) total() {
	var shown []Value
	for _, row := range t.Rows {
		shown = append(shown, row.Values[colPersons])
	}
	t.Total = &Total{ofShown, add(shown...)}
}

func dimension(d *plan.Dimension) Dimension {
	out := Dimension{Name: cmp.Or(d.Label, plan.String(d.X))}
	out.Keys = append(out.Keys, d.Keys...)
	for _, b := range d.Bands {
		out.Keys = append(out.Keys, bandText(b))
	}
	if !d.AlwaysKnown() {
		out.Keys = append(out.Keys, notRecorded)
	}
	return out
}

// bandText writes a band as the language does: <18, 18 to <65, >=65.
func bandText(b plan.Band) string {
	number := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	switch {
	case b.Low == nil && b.High == nil:
		return "any"
	case b.Low == nil:
		return "<" + number(*b.High)
	case b.High == nil:
		return ">=" + number(*b.Low)
	}
	return number(*b.Low) + " to <" + number(*b.High)
}

package demo

import (
	"fmt"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// sites lists where persons come from.
var sites = []choice[site]{
	{site{"population", "", ""}, 60},
	{site{"milano", diabetes, "MI"}, 15}, {site{"napoli", diabetes, "NA"}, 10},
	{site{"bologna", cancer, "BO"}, 9}, {site{"palermo", cancer, "PA"}, 6},
}

const (
	diabetes = "diabetes"
	cancer   = "cancer"
)

// site is a centre, the disease of its patients, and the province that half of them live in.
type site struct{ id, disease, province string }

// record is one person while their rows are made.
type record struct {
	dice
	id    string
	table string // whose rows are kept
	rows  [][]connectors.Cell

	site   site
	sex    string
	age    float64 // on census day
	born   catalog.Date
	death  catalog.Date // 0: alive at the end
	bmi    float64
	type1  bool
	type2  bool
	cancer bool
	onset  catalog.Date // of diabetes
	found  catalog.Date // the day of the cancer's diagnosis
	gene   string       // with a pathogenic germline variant: brca1, brca2 or ""
	course course       // of HbA1c
}

// newRecord draws who the person is, and their row of the person table.
func newRecord(d dice, n int, table string) *record {
	r := &record{dice: d, id: fmt.Sprintf("demo-%07d", n), table: table, site: pick(d, sites)}
	for {
		r.drawAgeAndSex()
		r.drawDiseases()
		if r.belongs() {
			break
		}
	}
	r.born = census - catalog.Date(r.age*year)
	// Diagnosed evenly over the years; in the records from the first year of the period on, as adults.
	r.onset = max(periodStart-730+r.days(0, 15*365), r.born+1)
	r.found = max(periodStart+r.days(0, 13*365), r.born+18*365)
	r.bmi = r.drawBMI()
	r.drawGene()
	r.drawDeath()
	r.personRow()
	return r
}

// belongs tells whether the person may be at the site: patients have its disease.
func (r *record) belongs() bool {
	switch r.site.disease {
	case diabetes:
		return r.type1 || r.type2
	case cancer:
		return r.cancer
	}
	return true
}

func (r *record) drawAgeAndSex() {
	g := pick(r.dice, residents)
	r.sex, r.age = g.sex, 10*(float64(g.decade+1)+r.Float64())
	if g.decade == 0 {
		r.age = 20 * r.Float64()
	}
}

func (r *record) drawDiseases() {
	at := decadeOf(r.age)
	bySex, inBreast := 0.9, breast[at]
	if r.sex == male {
		bySex, inBreast = 1.12, breastMen
	}
	r.type1 = r.chance(type1)
	r.type2 = !r.type1 && r.chance(bySex*type2[at])
	r.cancer = r.age >= 20 && r.chance(inBreast)
}

// drawBMI gives adults a BMI with 12 % obese (ISTAT, BES 2021), and persons with type 2 diabetes 4 more.
func (r *record) drawBMI() float64 {
	mean := 24.6 + 0.75*clamp((r.age-40)/30, -1, 1)
	if r.type2 {
		mean += 4.2
	}
	return clamp(r.normal(mean, 4.1), 15, 60)
}

// drawDeath goes through the years after census day. Nobody dies before their diagnosis.
func (r *record) drawDeath() {
	diagnosed := r.diagnosed()
	for y := range 5 {
		risk := mortality(r.age+float64(y), r.sex)
		if r.type1 || r.type2 {
			risk *= diabetesMortality
		}
		begin := census + catalog.Date(float64(y)*year)
		if r.cancer && begin > r.found && begin < r.found+5*365 {
			risk += breastMortality
		}
		if begin >= diagnosed && r.chance(risk) {
			r.death = begin + r.days(0, 364)
			return
		}
	}
}

// diagnosed is the day by which the person has the diseases they get, 0 without any.
func (r *record) diagnosed() (last catalog.Date) {
	if r.type1 || r.type2 {
		last = r.onset
	}
	if r.cancer {
		last = max(last, r.found)
	}
	return last
}

// last is the last day on which something can be recorded.
func (r *record) last() catalog.Date {
	if r.death != 0 {
		return min(r.death, periodEnd)
	}
	return periodEnd
}

func (r *record) personRow() {
	sex, gender := r.sex, "woman"
	if sex == male {
		gender = "man"
	}
	if r.chance(0.001) { // an assumption
		sex = "other"
	}
	gender = pick(r.dice, []choice[string]{{gender, 94.5}, {"non-binary", 0.5}, {"not-stated", 3}, {"", 2}})
	province := pick(r.dice, provinces)
	if r.site.province != "" && r.chance(0.5) {
		province = r.site.province
	}
	born := text(r.born.String())
	r.keep(connectors.PersonTable,
		r.unless(0.002, text(sex)), text(gender), r.unless(0.003, born), date(r.death), r.unless(0.015, text(province)), text(r.site.id))
}

// unless loses a cell with probability p: what is missing in real data.
func (r *record) unless(p float64, cell connectors.Cell) connectors.Cell {
	if r.chance(p) {
		return connectors.Cell{}
	}
	return cell
}

// keep adds a row of the table that is being read.
func (r *record) keep(table string, cells ...connectors.Cell) {
	if table == r.table {
		r.rows = append(r.rows, append([]connectors.Cell{text(r.id)}, cells...))
	}
}

// recorded tells whether something can be on record at that day.
func (r *record) recorded(at catalog.Date) bool {
	return at >= periodStart && at <= r.last() && at >= r.born
}

func (r *record) condition(at catalog.Date, code, status, subtype string) {
	if r.table == "condition" && r.recorded(at) {
		r.keep("condition", date(at), text("ICD10:"+code), text(status), text(subtype))
	}
}

// drug adds prescriptions of half a year each, from the first day to the last one.
func (r *record) drug(from, to catalog.Date, code string, line connectors.Cell) {
	for at := from; at < min(to, r.last()); at += 182 {
		end := date(min(at+181, to))
		if at+181 > r.last() {
			end = connectors.Cell{} // still running
		}
		if r.table == "drug" && r.recorded(at) {
			r.keep("drug", date(at), end, text("ATC:"+code), line)
		}
	}
}

// text is a known cell, or a missing one for an empty text.
func text(s string) connectors.Cell { return connectors.Cell{Text: s, Known: s != ""} }

// date is a known cell, or a missing one for no day.
func date(d catalog.Date) connectors.Cell {
	if d == 0 {
		return connectors.Cell{}
	}
	return connectors.Known(d.String())
}

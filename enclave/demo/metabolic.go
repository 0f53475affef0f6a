package demo

import (
	"math"
	"strconv"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// therapy is a glucose-lowering treatment: by how much it lowers HbA1c, mmol/mol, in the end.
type therapy struct {
	from, to catalog.Date
	effect   float64
}

// course is how a person's HbA1c goes.
type course struct {
	from      catalog.Date
	base      float64 // mmol/mol, on the first day
	drift     float64 // mmol/mol a year, untreated
	therapies []therapy
}

// at is the true HbA1c at a day; a treatment's effect builds up over some two months and goes in as many.
func (c course) at(day catalog.Date) float64 {
	x := c.base + c.drift*max(0, float64(day-c.from))/year
	for _, t := range c.therapies {
		if day > t.from {
			x -= t.effect * (1 - math.Exp(-float64(min(day, t.to)-t.from)/45)) * fade(day-t.to)
		}
	}
	return clamp(x, 28, 160)
}

// fade is what is left of an effect some days after the treatment's end.
func fade(after catalog.Date) float64 { return math.Exp(-max(0, float64(after)) / 45) }

// metabolic adds weight, blood pressure and diabetes, and sets the course of HbA1c.
func (r *record) metabolic() {
	r.bloodPressure()
	if r.bmi >= 30 && r.chance(0.5) {
		r.condition(periodStart+r.days(0, 5000), "E66.9", "confirmed", "")
	}
	c := course{from: r.onset, base: r.normal(36.5+0.15*(r.bmi-25), 3.5)}
	switch {
	case r.type2:
		c.base = max(48, r.normal(60+0.7*(r.bmi-29), 9))
		c.drift = 1
		r.typeTwo(&c)
	case r.type1:
		c.base = r.normal(62, 11)
		r.typeOne()
	}
	r.course = c
}

func (r *record) bloodPressure() {
	p := hypertension[decadeOf(r.age)]
	if r.bmi >= 30 || r.type2 {
		p *= 1.4
	}
	if r.chance(p) {
		r.condition(periodStart+r.days(0, 4500), "I10", "confirmed", "")
	}
}

func (r *record) typeOne() {
	r.condition(max(r.onset, periodStart), "E10.9", "confirmed", "")
	r.drug(r.onset, periodEnd, pick(r.dice, fastInsulins), connectors.Cell{})
	r.drug(r.onset, periodEnd, pick(r.dice, longInsulins), connectors.Cell{})
}

// typeTwo adds diagnosis, treatment and complications, and puts the treatment's effect into c.
func (r *record) typeTwo(c *course) {
	if r.chance(0.05) {
		r.condition(r.onset-r.days(20, 60), "E11.9", "suspected", "")
	}
	r.condition(max(r.onset, periodStart), "E11.9", "confirmed", "")
	r.metformin(c)
	r.secondLine(c)
	r.complications(*c)
}

// metformin is the first treatment of nine in ten. It works better from a higher start and in the lean; one
// in twenty cannot bear it.
func (r *record) metformin(c *course) {
	if !r.chance(0.9) {
		return
	}
	t := therapy{from: r.onset + r.days(0, 120), to: periodEnd + 1}
	if r.chance(0.2) {
		t.from += r.days(60, 700)
	}
	if r.chance(0.05) {
		t.to = t.from + r.days(14, 90)
	}
	t.effect = max(0, r.normal(metforminEffect+0.25*(c.base-60)-0.15*(r.bmi-29), 4.5))
	c.therapies = append(c.therapies, t)
	r.drug(t.from, t.to, "A10BA02", r.unless(0.05, text("1")))
}

// class is a second-line treatment.
type class struct {
	codes  []choice[string]
	effect float64
}

var (
	fastInsulins = []choice[string]{{"A10AB04", 1}, {"A10AB05", 1}}
	longInsulins = []choice[string]{{"A10AE04", 3}, {"A10AE06", 2}}
	sglt2        = class{[]choice[string]{{"A10BK01", 1}, {"A10BK03", 1}}, sglt2Effect}
	glp1         = class{[]choice[string]{{"A10BJ02", 1}, {"A10BJ05", 2}, {"A10BJ06", 2}}, glp1Effect}
	insulin      = class{longInsulins, insulinEffect}
)

// secondLine is added when HbA1c is above 53 mmol/mol (7 %) one to four years after the diagnosis; GLP-1
// analogues rather to the heavy, insulin rather to the badly controlled.
func (r *record) secondLine(c *course) {
	from := r.onset + r.days(300, 1500)
	level := c.at(from)
	if level <= 53 || !r.chance(0.8) {
		return
	}
	weights := []choice[class]{{sglt2, 45}, {glp1, 20}, {insulin, 10}}
	if r.bmi >= 30 {
		weights[1].weight *= 2
	}
	if level > 75 {
		weights[2].weight *= 3
	}
	drawn := pick(r.dice, weights)
	c.therapies = append(c.therapies, therapy{from, periodEnd + 1, max(0, r.normal(drawn.effect, 3))})
	r.drug(from, periodEnd, pick(r.dice, drawn.codes), r.unless(0.05, text("2")))
}

// complications come with time and with HbA1c.
func (r *record) complications(c course) {
	for _, x := range []struct {
		code   string
		yearly float64
	}{{"E11.2", 0.02}, {"E11.3", 0.018}, {"E11.4", 0.012}, {"E11.5", 0.008}} {
		level := c.at(r.onset + 5*365)
		risk := x.yearly * math.Exp(0.03*(level-55))
		after := r.ExpFloat64() / risk * year
		if after > 20*year {
			continue
		}
		at := r.onset + catalog.Date(after)
		r.condition(at, x.code, "confirmed", "")
		if x.code == "E11.2" {
			r.condition(at+r.days(0, 400), pick(r.dice, []choice[string]{{"N18.3", 8}, {"N18.4", 2}, {"N18.5", 1}}), "confirmed", "")
		}
	}
}

// visits adds measurements: often in diabetes, and at the diagnosis; now and then in other adults.
func (r *record) visits() {
	c := r.course
	if r.type1 || r.type2 {
		if r.chance(0.92) {
			r.measure(c, r.onset-r.days(0, 20), 1, 0.9)
		}
		for at := r.onset + r.days(90, 180); at <= r.last(); at += r.days(120, 220) {
			r.measure(c, at, 0.88, 0.5)
		}
		return
	}
	for at := periodStart + r.days(0, 2500); at <= r.last(); at += r.days(700, 2500) {
		if at > r.born+18*365 {
			r.measure(c, at, 0.25, 0.6)
		}
	}
}

// measure adds the measurements of one visit: HbA1c and the others, each with its probability.
func (r *record) measure(c course, at catalog.Date, hba1c, other float64) {
	level := clamp(r.normal(c.at(at), 2.5), 20, 180)
	if r.chance(hba1c) {
		r.hba1c(at, level)
	}
	if r.chance(other) {
		// Mean glucose by HbA1c: mmol/L = 1.59 * % - 2.59 (Nathan and others, Diabetes Care 2008;31:1473).
		glucose := clamp(r.normal(1.59*(level+23.5)/10.929-2.59, 0.6), 2.5, 40)
		r.value(at, "2345-7", r.either(glucose, "mmol/L", glucose*18.016, "mg/dL"))
	}
	if r.chance(other) {
		creatinine := clamp(r.normal(r.muscle()+0.25*(r.age-50), 12), 30, 900)
		r.value(at, "2160-0", r.either(creatinine, "umol/L", creatinine/88.4, "mg/dL"))
	}
	if r.chance(other) {
		r.value(at, "39156-5", quantity{clamp(r.normal(r.bmi, 0.8), 13, 70), "kg/m2"})
	}
}

// muscle is the creatinine of a healthy person of 50, umol/L.
func (r *record) muscle() float64 {
	if r.sex == male {
		return 82
	}
	return 66
}

// hba1c is recorded in mmol/mol or, more often in the past, in %.
func (r *record) hba1c(at catalog.Date, level float64) {
	code, percent := "59261-8", 0.25
	if at < periodStart+4*365 {
		percent = 0.6
	}
	q := quantity{level, "mmol/mol"}
	if r.chance(percent) {
		code, q = "4548-4", quantity{(level + 23.5) / 10.929, "%"}
	} else if r.chance(0.3) {
		code = "4548-4"
	}
	r.value(at, code, q)
}

// quantity is a value in a unit.
type quantity struct {
	x    float64
	unit string
}

// either gives the first quantity two times in three.
func (r *record) either(x float64, unit string, y float64, other string) quantity {
	if r.chance(2.0 / 3) {
		return quantity{x, unit}
	}
	return quantity{y, other}
}

// value adds a measurement. One in a hundred has no value, one in a hundred a unit that nobody knows.
func (r *record) value(at catalog.Date, code string, q quantity) {
	unit := pick(r.dice, []choice[string]{{q.unit, 98.5}, {"arb'U", 1}, {"", 0.5}})
	lost := r.chance(0.01)
	if r.table != "measurement" || !r.recorded(at) {
		return
	}
	cell := connectors.Known(strconv.FormatFloat(q.x, 'f', 1+digits(q.x), 64))
	if lost {
		cell = connectors.Cell{}
	}
	r.keep("measurement", date(at), text("LOINC:"+code), cell, text(unit))
}

// digits gives small values one decimal more.
func digits(x float64) int {
	if x < 10 {
		return 1
	}
	return 0
}

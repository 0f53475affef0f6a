package pilots

import (
	"math"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var internalMedicine = pilot{
	tables: []table{
		{connectors.PersonTable, []string{connectors.Person, "sex", "birth_date", "death"}},
		{"condition", conditionColumns},
		{"drug", drugColumns},
		{"measurement", []string{connectors.Person, connectors.Start, connectors.Code, connectors.Value, connectors.Unit}},
		{"visit", []string{connectors.Person, connectors.Start, connectors.End, "type"}},
	},
	live: (*life).ward,
}

// chronic is a disease: how many have it at 60, how much more with each year, and what they take for it.
type chronic struct {
	code   string
	at60   float64
	yearly float64
	drugs  []string
}

// Shares are of the order of Italian general practice.
var chronics = []chronic{
	{"ICD10:I10", 0.42, 0.012, []string{"ATC:C09AA05", "ATC:C08CA01", "ATC:C03AA03"}},
	{"ICD10:E11.9", 0.16, 0.004, []string{"ATC:A10BA02"}},
	{"ICD10:I25.1", 0.1, 0.007, []string{"ATC:B01AC06", "ATC:C10AA05"}},
	{"ICD10:I50.9", 0.04, 0.008, []string{"ATC:C03CA01", "ATC:C07AB07", "ATC:C09AA05"}},
	{"ICD10:I48.9", 0.05, 0.008, []string{"ATC:B01AF02", "ATC:C07AB07"}},
	{"ICD10:J44.9", 0.09, 0.005, []string{"ATC:R03BB04"}},
	{"ICD10:N18.3", 0.07, 0.01, nil},
	{"ICD10:F32.9", 0.1, 0.001, []string{"ATC:N06AB06"}},
	{"ICD10:M17.9", 0.2, 0.01, []string{"ATC:M01AE01"}},
	{"ICD10:K21.9", 0.18, 0.002, []string{"ATC:A02BC02"}},
}

// ward is somebody who is admitted to a medical ward, once or more.
func (l *life) ward() {
	on := day("2022-01-01") + l.days(0, 900)
	l.be(0.52, on, 55, 97)
	over := l.age(on) - 60
	kidneys := l.normal(92-0.95*max(0, over), 13, 12, 125)
	for _, c := range chronics {
		if !l.chance(min(0.9, max(0.02, c.at60+c.yearly*over))) {
			continue
		}
		since := on - l.days(30, 2500)
		l.add("condition", since.String(), c.code)
		if c.code == "ICD10:N18.3" {
			kidneys = l.normal(42, 9, 12, 59)
		}
		for _, drug := range c.drugs {
			l.taken(since, on, drug)
		}
	}
	l.kidneys(on, kidneys)
	l.admit(on)
}

// taken adds a drug of three in four; of one in ten it ended before the admission.
func (l *life) taken(since, on catalog.Date, drug string) {
	if !l.chance(0.75) {
		return
	}
	end := ""
	if l.chance(0.1) {
		end = (on - l.days(10, 300)).String()
	}
	from := since + l.days(0, 60)
	if from >= on-5 {
		return
	}
	if end != "" && end < from.String() {
		end = from.String()
	}
	l.add("drug", from.String(), end, drug)
}

// kidneys adds estimated filtration rates of the year before.
func (l *life) kidneys(on catalog.Date, rate float64) {
	for range 1 + l.IntN(4) {
		value := number(l.normal(rate, 4, 5, 130), 0)
		l.add("measurement", (on - l.days(1, 360)).String(), "LOINC:62238-1", value, "mL/min/{1.73_m2}")
	}
}

// admit adds the stay and what may follow: another within a month, or death.
func (l *life) admit(on catalog.Date) {
	arrives := at(on, l.IntN(24*60-1))
	leaves := arrives + l.minutes(7*24*60, 0.6)
	l.add("visit", arrives.String(), leaves.String(), "inpatient")
	frail := math.Min(0.5, 0.06+0.006*max(0, l.age(on)-65))
	if l.chance(frail) {
		again := leaves + l.minutes(12*24*60, 0.6)
		l.add("visit", again.String(), (again + l.minutes(6*24*60, 0.6)).String(), "inpatient")
	}
	death := ""
	if l.chance(0.7 * frail) {
		death = (on + l.days(20, 400)).String()
	}
	l.add(connectors.PersonTable, l.sex, l.born.String(), death)
}

package pilots

import (
	"math"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var wearables = pilot{
	tables: []table{
		{connectors.PersonTable, personColumns},
		{"condition", conditionColumns},
		{"drug", drugColumns},
		{"wearable.cgm", []string{connectors.Person, connectors.Start, connectors.Value, connectors.Unit}},
		{"wearable.steps", []string{connectors.Person, connectors.Start, connectors.Value}},
	},
	live: (*life).worn,
}

// worn is a person with diabetes, or a healthy volunteer, who wears a sensor for two weeks, and counts steps for eight.
func (l *life) worn() {
	first := day("2024-01-08") + l.days(0, 200)
	l.be(0.48, first, 20, 78)
	l.add(connectors.PersonTable, l.sex, l.born.String())
	code, mean, sd := "ICD10:E11.9", 152.0, 29.0
	typeOne := l.chance(0.45)
	if typeOne {
		code, mean, sd = "ICD10:E10.9", 163, 55
	}
	if volunteer := !typeOne && l.chance(0.12); volunteer {
		mean, sd = 106, 12
	} else {
		l.add("condition", (first - l.days(400, 4000)).String(), code)
	}
	steps := l.normal(6800-40*max(0, l.age(first)-50), 2500, 800, 18000)
	mean = l.normal(mean-0.0016*(steps-6500), 0.1*mean, 96, 260)
	switch {
	case sd < 20: // a volunteer
	case typeOne || l.chance(0.25):
		l.add("drug", (first - l.days(200, 390)).String(), "", "ATC:A10AE04")
		l.add("drug", (first - l.days(200, 390)).String(), "", "ATC:A10AB05")
	case l.chance(0.5):
		l.add("drug", (first - l.days(30, 390)).String(), "", "ATC:A10BJ06")
		mean -= 12
	}
	l.glucose(first, mean, sd)
	for d := catalog.Date(-42); d < 14; d++ {
		if n := l.normal(steps, 0.35*steps, 0, 40000); l.chance(0.9) {
			l.add("wearable.steps", (first + d).String(), number(n, 0))
		}
	}
}

// glucose is a reading each fifteen minutes for two weeks, alike from one to the next, with a rise after meals. One
// sensor in ten falls off early; below 40 and above 400 mg/dL a sensor tells its limit.
func (l *life) glucose(first catalog.Date, mean, sd float64) {
	const everyMinutes, readings = 15, 14 * 96
	worn := readings
	if l.chance(0.1) {
		worn = l.IntN(readings)
	}
	x, begins := 0.0, at(first, l.IntN(24*60))
	molar := l.chance(0.2) // as some sensors are set
	for i := range worn {
		x = 0.93*x + math.Sqrt(1-0.93*0.93)*l.NormFloat64()
		m := begins + catalog.Moment(i*everyMinutes)
		hour := float64(m.Time().Hour())
		meal := 0.35 * (math.Exp(-math.Pow(hour-9, 2)/3) + math.Exp(-math.Pow(hour-14, 2)/3) + math.Exp(-math.Pow(hour-21, 2)/4))
		value := min(max(mean+sd*(x+meal-0.1), 40), 400)
		if molar {
			l.add("wearable.cgm", m.String(), number(value/18.016, 1), "mmol/L")
		} else {
			l.add("wearable.cgm", m.String(), number(value, 0), "mg/dL")
		}
	}
}

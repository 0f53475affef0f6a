package pilots

import (
	"math"
	"math/rand/v2"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var environment = pilot{
	tables: []table{
		{connectors.PersonTable, personColumns},
		{"condition", []string{connectors.Person, connectors.Start, connectors.Code, "setting"}},
		{"drug", drugColumns},
		{connectors.ResidenceTable, []string{connectors.Person, connectors.Place, connectors.Start, connectors.End}},
		{"exposure.pm25", []string{connectors.Place, connectors.Start, connectors.Value, connectors.Unit}},
	},
	live:   (*life).breathe,
	places: (*life).air,
}

// comune is an ISTAT code, its share of the persons, and its yearly mean of PM2.5 in ug/m3.
type comune struct {
	code  string
	share float64
	pm25  float64
}

var comuni = []comune{
	{"015146", 0.16, 22}, {"001272", 0.12, 21}, {"017029", 0.06, 23}, {"037006", 0.08, 17}, {"007003", 0.03, 10}, {"058091", 0.2, 14},
	{"063049", 0.13, 15}, {"072006", 0.07, 12}, {"073027", 0.05, 12}, {"075035", 0.03, 11}, {"076063", 0.02, 8}, {"082053", 0.05, 11},
}

var airStart, airEnd = day("2019-01-01"), day("2021-12-31")

// pm25 is the true value of a place and a day: high in winter, alike on neighbouring days.
func (c comune) pm25At(seed uint64, place int, d catalog.Date) float64 {
	noise := 0.0
	for back := range 3 {
		r := rand.New(rand.NewPCG(seed, golden*uint64(place*1_000_000+int(d)-back)))
		noise += r.NormFloat64() / 3
	}
	season := 1 + 0.55*math.Cos(2*math.Pi*(float64(d-airStart)-10)/year)
	return min(max(c.pm25*season*math.Exp(0.6*noise), 1), 180)
}

// air is measured in every place on every day, but for one in twenty.
func (l *life) air() {
	for i, c := range comuni {
		for d := airStart; d <= airEnd; d++ {
			if value := number(c.pm25At(l.seed, i, d), 1); l.chance(0.95) {
				l.place("exposure.pm25", c.code, d.String(), value, "ug/m3")
			}
		}
	}
}

// home is where somebody lives from a day on.
type home struct {
	place int
	from  catalog.Date
}

// breathe is a person with asthma (four in five) or without, at one address or two.
func (l *life) breathe() {
	l.be(0.54, airStart, 5, 75)
	l.add(connectors.PersonTable, l.sex, l.born.String())
	homes := []home{{l.somewhere(), l.born}}
	if l.chance(0.2) {
		homes = append(homes, home{l.somewhere(), airStart + l.days(100, 900)})
	}
	l.reside(homes)
	if l.chance(0.8) {
		l.asthma(homes)
	} else if l.chance(0.1) {
		l.add("condition", (airStart + l.days(0, 1000)).String(), "ICD10:J44.9", "outpatient")
	}
}

func (l *life) somewhere() int {
	x := l.Float64()
	for i, c := range comuni {
		if x -= c.share; x < 0 {
			return i
		}
	}
	return 0
}

// reside adds the homes, the last one open. Of one person in thirty the first home is not known.
func (l *life) reside(homes []home) {
	for i, h := range homes {
		end := ""
		if i+1 < len(homes) {
			end = (homes[i+1].from - 1).String()
		}
		if known := l.chance(0.97); known || i > 0 {
			l.add(connectors.ResidenceTable, comuni[h.place].code, h.from.String(), end)
		}
	}
}

// asthma is diagnosed in or before the data's first year; exacerbations follow bad air by some days.
func (l *life) asthma(homes []home) {
	known := airStart + l.days(0, 360)
	code := l.one("ICD10:J45.0", "ICD10:J45.9", "ICD10:J45.9", "ICD10:J45.1")
	if l.chance(0.93) { // the others come to the emergency department first
		l.add("condition", known.String(), code, "outpatient")
	}
	severe := l.normal(1, 0.5, 0.2, 3)
	if l.chance(0.75) {
		l.add("drug", known.String(), "", l.one("ATC:R03BA02", "ATC:R03AK07"))
	}
	for d := known + 20; d <= airEnd; d += l.days(10, 60) {
		air := 0.0
		place := homeOn(homes, d)
		for back := catalog.Date(0); back < 3; back++ {
			air += comuni[place].pm25At(l.seed, place, d-back) / 3
		}
		if l.chance(min(0.9, 0.01*severe*math.Exp(0.045*air))) {
			l.exacerbate(d)
		}
		if l.chance(min(0.9, 0.1*severe*math.Exp(0.03*air))) {
			l.add("drug", d.String(), min(d+30, airEnd).String(), "ATC:R03AC02")
		}
	}
}

func (l *life) exacerbate(d catalog.Date) {
	code := l.first(0.85, "ICD10:J45.9", "ICD10:J46")
	l.add("condition", d.String(), code, l.first(0.8, "emergency", "inpatient"))
	l.add("drug", d.String(), min(d+7, airEnd).String(), "ATC:H02AB07")
}

func homeOn(homes []home, d catalog.Date) int {
	place := homes[0].place
	for _, h := range homes {
		if h.from <= d {
			place = h.place
		}
	}
	return place
}

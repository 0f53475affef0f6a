package pilots

import (
	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var genderMedicine = pilot{
	tables: []table{
		{connectors.PersonTable, []string{connectors.Person, "sex", "gender", "birth_date", "death"}},
		{"condition", conditionColumns},
		{"procedure", []string{connectors.Person, connectors.Start, connectors.Code}},
		{"visit", []string{connectors.Person, connectors.Start, connectors.End, "type"}},
	},
	live: (*life).sexAndGender,
}

// sexAndGender is a woman with pelvic pain and perhaps endometriosis, or anybody with a myocardial infarction.
func (l *life) sexAndGender() {
	death := ""
	if l.chance(0.45) {
		on := day("2013-01-01") + l.days(0, 3900)
		l.be(1, on, 18, 46)
		l.pelvicPain(on)
	} else {
		on := day("2015-01-01") + l.days(0, 3200)
		l.be(0.34, on, 38, 92)
		if l.sex == female {
			l.born -= 6 * 365 // women are older when it comes
		}
		death = l.infarction(on)
	}
	gender := map[string]string{female: "woman", male: "man"}[l.sex]
	switch {
	case l.chance(0.012):
		gender = "non-binary"
	case l.chance(0.06):
		gender = "not-stated"
	}
	l.add(connectors.PersonTable, l.sex, gender, l.born.String(), death)
}

// pelvicPain is told for years before endometriosis has its name (a mean of four to eleven years in published surveys).
func (l *life) pelvicPain(on catalog.Date) {
	endometriosis := l.chance(0.55)
	for d := on - catalog.Date(l.minutes(5.5*year, 0.6)); d < on; d += l.days(120, 700) {
		if d > day("2008-01-01") && d > l.born+12*365 {
			l.add("condition", d.String(), l.one("ICD10:N94.6", "ICD10:N94.4", "ICD10:N94.5", "ICD10:R10.2", "ICD10:N94.1"))
		}
	}
	if !endometriosis {
		return
	}
	code := l.one("ICD10:N80.0", "ICD10:N80.1", "ICD10:N80.1", "ICD10:N80.3", "ICD10:N80.3", "ICD10:N80.9")
	l.add("condition", on.String(), code)
	if l.chance(0.4) {
		l.add("condition", (on + l.days(100, 800)).String(), code)
	}
	if l.chance(0.5) {
		l.add("procedure", at(on+l.days(20, 200), 8*60+l.IntN(300)).String(), "ICD9CM:65.25")
	}
}

// infarction comes with chest pain less often in women, and the catheter follows later.
func (l *life) infarction(on catalog.Date) (death string) {
	pain, other, door := 0.82, 0.25, 62.0
	if l.sex == female {
		pain, other, door = 0.7, 0.42, 75
	}
	st := l.chance(0.45)
	code := "ICD10:I21.4"
	if st {
		code = l.one("ICD10:I21.0", "ICD10:I21.1", "ICD10:I21.9")
	}
	l.add("condition", on.String(), code)
	if l.chance(pain) {
		l.add("condition", on.String(), "ICD10:R07.4")
	}
	for _, symptom := range []string{"ICD10:R06.0", "ICD10:R11", "ICD10:R53"} {
		if l.chance(other) {
			l.add("condition", on.String(), symptom)
		}
	}
	arrives := at(on, l.IntN(24*60-1))
	if l.chance(0.92) { // the others come straight to the catheter
		l.add("visit", arrives.String(), (arrives + l.minutes(300, 0.4)).String(), "emergency")
	}
	if st && l.chance(0.88) || l.chance(0.4) {
		if !st {
			door *= 9
		}
		l.add("procedure", (arrives + l.minutes(door, 0.45)).String(), "ICD9CM:00.66")
	}
	if l.chance(0.04 + 0.002*max(0, l.age(on)-60)) {
		return (on + l.days(0, 300)).String()
	}
	return ""
}

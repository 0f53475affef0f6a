package pilots

import (
	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var surgery = pilot{
	tables: []table{
		{connectors.PersonTable, personColumns},
		{"condition", []string{connectors.Person, connectors.Start, connectors.Code, "grade"}},
		{"procedure", []string{connectors.Person, connectors.Start, connectors.End, connectors.Code, "approach", "urgency"}},
		{"visit", []string{connectors.Person, connectors.Start, connectors.End, "type"}},
	},
	live: (*life).gallbladder,
}

// gallbladder is a person with gallstones whose gallbladder is taken out through a laparoscope, by a robot, or openly.
func (l *life) gallbladder() {
	on := day("2018-01-01") + l.days(0, 2100)
	l.be(0.63, on, 20, 88)
	l.add(connectors.PersonTable, l.sex, l.born.String())
	acute := l.chance(0.25 + 0.003*max(0, l.age(on)-50))
	disease := "ICD10:K80.2"
	if acute {
		disease = l.one("ICD10:K80.0", "ICD10:K81.0")
	}
	if l.chance(0.96) { // of some nobody wrote down why
		l.add("condition", (on - l.days(0, 60)).String(), disease, "")
	}
	if l.chance(0.06) {
		return // never operated
	}
	l.operate(on, acute)
}

// operate admits, operates, and sends home: all to the minute.
func (l *life) operate(on catalog.Date, acute bool) {
	urgency, median := "elective", 65.0
	if acute {
		urgency, median = "emergency", 85
	}
	approach, code := l.first(0.06, "robotic", "laparoscopic"), "ICD9CM:51.23"
	if l.chance(0.05) || acute && l.chance(0.08) {
		approach, code, median = "open", "ICD9CM:51.22", 95
	}
	converted := approach != "open" && l.chance(0.03+map[bool]float64{true: 0.07}[acute])
	if converted {
		median, code = median*1.7, "ICD9CM:51.22" // as ICD-9-CM has it: the open operation, and V64.41
		l.add("condition", on.String(), "ICD9CM:V64.41", "")
	}
	admitted := at(on, 6*60+l.IntN(150))
	begins := admitted + l.minutes(150, 0.4)
	ends := begins + l.minutes(median, 0.3)
	end := ends.String()
	if l.chance(0.02) {
		end = "" // nobody wrote it down
	}
	l.add("procedure", begins.String(), end, code, approach, urgency)
	l.recover(on, admitted, ends, approach, converted || acute)
}

// recover adds complications, the stay, and whether the patient comes back.
func (l *life) recover(on catalog.Date, admitted, ends catalog.Moment, approach string, hard bool) {
	risk, hours := 0.05, 22.0
	if approach == "open" {
		risk, hours = 0.16, 96
	}
	if hard {
		risk, hours = risk*1.8, hours*2.2
	}
	complicated := l.chance(risk)
	if complicated {
		code := l.one("ICD10:T81.4", "ICD10:T81.0", "ICD10:K91.8", "ICD10:K83.8")
		l.add("condition", (on + l.days(1, 20)).String(), code, l.one("1", "2", "2", "3", "4"))
		hours *= 1.5
	}
	leaves := ends + l.minutes(hours*60, 0.4)
	if l.chance(0.98) {
		l.add("visit", admitted.String(), leaves.String(), "inpatient")
	}
	if back := 0.03; complicated && l.chance(0.35) || l.chance(back) {
		again := leaves + l.minutes(8*24*60, 0.7)
		l.add("visit", again.String(), (again + l.minutes(50*60, 0.5)).String(), l.first(0.6, "inpatient", "emergency"))
	}
	l.add("visit", at(on+30, 9*60).String(), at(on+30, 9*60+20).String(), "outpatient")
}

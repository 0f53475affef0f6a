package pilots

import (
	"fmt"
	"math"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var genomics = pilot{
	tables: []table{
		{connectors.PersonTable, []string{connectors.Person, "sex", "birth_date", "death", "smoking"}},
		{"condition", []string{connectors.Person, connectors.Start, connectors.Code, "stage"}},
		{"drug", drugColumns},
		{"variant", variantColumns},
	},
	live: (*life).lungCancer,
}

// driver is a gene, how often it drives lung adenocarcinoma in smokers and in others, and what is given for it.
type driver struct {
	gene            string
	smokers, others float64
	consequence     string
	change          string
	drug            string
}

// Frequencies are of the order found in European adenocarcinoma.
var drivers = []driver{
	{"HGNC:3236", 0.08, 0.42, "missense", "NM_005228.5:c.2573T>G", "ATC:L01EB04"},
	{"HGNC:3236", 0.03, 0.14, "inframe_deletion", "NM_005228.5:c.2235_2249del", "ATC:L01EB04"},
	{"HGNC:6407", 0.33, 0.06, "missense", "NM_004985.5:c.34G>T", ""},
	{"HGNC:427", 0.02, 0.09, "fusion", "EML4::ALK", "ATC:L01ED03"},
	{"HGNC:1097", 0.03, 0.02, "missense", "NM_004333.6:c.1799T>A", "ATC:L01EC02"},
	{"HGNC:10261", 0.01, 0.03, "fusion", "CD74::ROS1", "ATC:L01ED01"},
}

// lungCancer is a person with lung cancer; nine in ten tumours are sequenced.
func (l *life) lungCancer() {
	found := day("2018-06-01") + l.days(0, 2000)
	smoking := l.one("never", "former", "former", "current", "current")
	l.be(map[bool]float64{true: 0.6, false: 0.32}[smoking == "never"], found, 42, 86)
	stage := l.one("I", "II", "III", "IV", "IV", "IV")
	l.add("condition", found.String(), l.one("ICD10:C34.1", "ICD10:C34.1", "ICD10:C34.3", "ICD10:C34.9"), stage)
	d := l.drawDriver(smoking)
	sequenced := l.chance(0.9)
	if sequenced {
		l.tumour(d)
	}
	months := map[string]float64{"I": 90, "II": 50, "III": 24, "IV": 10}[stage]
	if stage == "III" || stage == "IV" {
		if l.treat(found, d, sequenced) {
			months *= 2.2
		}
	}
	death := ""
	if dies := found + catalog.Date(l.ExpFloat64()*months*30.4/math.Ln2); dies <= day("2024-12-31") {
		death = dies.String()
	}
	l.add(connectors.PersonTable, l.sex, l.born.String(), death, l.first(0.95, smoking, ""))
}

func (l *life) drawDriver(smoking string) (found driver) {
	x := l.Float64()
	for _, d := range drivers {
		p := d.smokers
		if smoking == "never" {
			p = d.others
		}
		if x -= p; x < 0 {
			return d
		}
	}
	return driver{}
}

// tumour adds the somatic variants: the driver, perhaps TP53, perhaps what means nothing; seldom a germline one.
func (l *life) tumour(d driver) {
	if d.gene != "" {
		l.add("variant", d.gene, d.change, "het", "somatic", "pathogenic", d.consequence)
	}
	if l.chance(0.45) {
		change := fmt.Sprintf("NM_000546.6:c.%dG>T", 300+l.IntN(700))
		l.add("variant", "HGNC:11998", change, "het", "somatic", l.first(0.8, "pathogenic", "vus"), "missense")
	}
	if l.chance(0.01) {
		l.add("variant", "HGNC:1101", "NM_000059.4:c.5946del", "het", "germline", "pathogenic", "frameshift")
	}
}

// treat gives the matched drug when the driver is known, else platinum with pembrolizumab.
func (l *life) treat(found catalog.Date, d driver, known bool) (matched bool) {
	from := found + l.days(14, 80)
	if known && d.drug != "" && l.chance(0.85) {
		l.add("drug", from.String(), (from + l.days(100, 700)).String(), d.drug)
		if d.drug == "ATC:L01EC02" {
			l.add("drug", from.String(), "", "ATC:L01EE01")
		}
		return true
	}
	if l.chance(0.8) {
		l.add("drug", from.String(), (from + 84).String(), "ATC:L01XA02")
		l.add("drug", from.String(), (from + l.days(60, 600)).String(), "ATC:L01FF02")
	}
	return false
}

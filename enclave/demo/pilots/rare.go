package pilots

import (
	"fmt"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

var rareDisease = pilot{
	tables: []table{
		{connectors.PersonTable, personColumns},
		{"disease", []string{connectors.Person, connectors.Start, connectors.Code, "status"}},
		{"phenotype", []string{connectors.Person, connectors.Start, connectors.Code, "status"}},
		{"variant", variantColumns},
	},
	live: (*life).rare,
}

// finding is a term of the HPO, how often it is looked for, and how often it is then there.
type finding struct {
	term          string
	asked, there  float64
	andLaterYears float64 // more of it for each year of age
}

// Frequencies are of the order that GeneReviews gives.
var neurofibromatosis = []finding{
	{"HP:0007565", 0.98, 0.96, 0}, {"HP:0000997", 0.9, 0.75, 0.005}, {"HP:0030052", 0.8, 0.6, 0.005}, {"HP:0001067", 0.85, 0.15, 0.02},
	{"HP:0009732", 0.6, 0.25, 0.003}, {"HP:0009737", 0.7, 0.4, 0.015}, {"HP:0009734", 0.55, 0.14, 0}, {"HP:0002650", 0.6, 0.18, 0},
	{"HP:0001256", 0.4, 0.08, 0}, {"HP:0001250", 0.35, 0.06, 0},
}

var stxbp1 = []finding{
	{"HP:0001250", 0.93, 0.87, 0}, {"HP:0001263", 0.95, 0.97, 0}, {"HP:0001249", 0.6, 0.9, 0}, {"HP:0002650", 0.2, 0.1, 0},
}

var undiagnosed = []finding{
	{"HP:0001263", 0.7, 0.5, 0}, {"HP:0001249", 0.6, 0.4, 0}, {"HP:0001250", 0.7, 0.35, 0}, {"HP:0000365", 0.3, 0.2, 0},
	{"HP:0002650", 0.3, 0.2, 0}, {"HP:0007565", 0.25, 0.08, 0},
}

// rare gives a person neurofibromatosis type 1, STXBP1 encephalopathy, or a suspicion that is not solved yet.
func (l *life) rare() {
	seen := day("2016-01-01") + l.days(0, 3000)
	kind := l.Float64()
	switch {
	case kind < 0.13:
		l.be(0.5, seen, 0.5, 30)
		l.suspicion(seen)
	case kind < 0.55:
		l.be(0.5, seen, 1, 60)
		l.named(seen, "MONDO:0018975", "ORPHA:636", 0.95)
		l.findings(seen, neurofibromatosis)
		l.pathogenic("HGNC:7765", "NM_000267.3", 0.88, "truncating", "truncating", "truncating", "splice", "missense", "deletion")
	case kind < 0.72:
		l.be(0.5, seen, 0.3, 25)
		l.named(seen, "OMIM:612164", "OMIM:612164", 0.95)
		l.findings(seen, stxbp1)
		l.pathogenic("HGNC:11444", "NM_003165.6", 0.97, "truncating", "missense", "missense", "splice", "deletion")
	default:
		l.be(0.47, seen, 0.5, 40)
		l.findings(seen, undiagnosed)
		l.unsolved(seen)
	}
	l.add(connectors.PersonTable, l.sex, l.born.String())
}

// named adds the diagnosis by the code of one system or of another, as centres do; one that is not certain yet is suspected.
func (l *life) named(seen catalog.Date, one, other string, certain float64) {
	code := l.first(0.7, one, other)
	if l.chance(0.3) {
		l.add("disease", (seen - l.days(30, 200)).String(), code, "suspected")
	}
	l.add("disease", seen.String(), code, l.first(certain, "confirmed", "suspected"))
}

// findings adds what was looked for, there or not. What nobody asked about has no row, which is not the same.
func (l *life) findings(seen catalog.Date, from []finding) {
	for _, f := range from {
		there := l.chance(min(0.99, f.there+f.andLaterYears*l.age(seen)))
		if on := seen - l.days(0, 60); l.chance(f.asked) && on > l.born {
			status := "excluded"
			if there {
				status = "observed"
			}
			l.add("phenotype", on.String(), f.term, status)
		}
	}
}

// pathogenic adds the causal variant that sequencing finds, heterozygous, of one of the consequences.
func (l *life) pathogenic(gene, transcript string, found float64, consequences ...string) {
	change := fmt.Sprintf("%s:c.%d", transcript, 1+l.IntN(1800))
	significance, consequence := l.first(0.85, "pathogenic", "likely_pathogenic"), l.one(consequences...)
	if l.chance(found) {
		l.add("variant", gene, change+l.one("A>G", "C>T", "del", "dup"), "het", "germline", significance, consequence)
	}
}

// suspicion is of neurofibromatosis: spots for the most part, of which some turn out to be nothing else.
func (l *life) suspicion(seen catalog.Date) {
	l.add("disease", seen.String(), "MONDO:0018975", "suspected")
	l.findings(seen, []finding{{"HP:0007565", 0.95, 0.8, 0}, {"HP:0000997", 0.7, 0.12, 0}, {"HP:0009737", 0.6, 0.05, 0}, {"HP:0001067", 0.5, 0.08, 0}})
	if l.chance(0.25) {
		l.add("disease", (seen + l.days(60, 400)).String(), "MONDO:0018975", "excluded")
	}
}

func (l *life) unsolved(seen catalog.Date) {
	if l.chance(0.4) {
		l.add("variant", l.one("HGNC:7765", "HGNC:11444", "HGNC:9644"), fmt.Sprintf("c.%dG>A", 1+l.IntN(1700)), "het", "germline", "vus", "missense")
	}
}

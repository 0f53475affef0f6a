package demo

import (
	"fmt"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// oncology adds breast cancer and its treatment.
func (r *record) oncology() {
	if !r.cancer {
		return
	}
	subtype := r.subtype()
	code := fmt.Sprintf("C50.%d", pick(r.dice, quadrants))
	r.condition(r.found, code, "confirmed", "")
	// Pathology follows within two weeks; for one in twenty it never comes.
	if r.chance(0.95) {
		r.condition(r.found+r.days(3, 14), code, "confirmed", subtype)
	}
	r.endocrine(subtype)
	if subtype == her2 && r.chance(0.85) {
		from := r.found + r.days(20, 90)
		r.drug(from, from+364, "L01FD01", connectors.Cell{})
	}
}

// quadrants of the breast by ICD-10 subdivision; the upper outer one is the most frequent.
var quadrants = []choice[int]{{0, 1}, {1, 6}, {2, 10}, {3, 5}, {4, 35}, {5, 7}, {6, 1}, {8, 15}, {9, 20}}

// subtype is triple-negative for two in three carriers of a BRCA1 variant.
func (r *record) subtype() string {
	if r.gene == brca1 && r.chance(0.6) {
		return triple
	}
	return pick(r.dice, subtypes)
}

// endocrine is tamoxifen before the menopause and for men, letrozole after it, for five years.
func (r *record) endocrine(subtype string) {
	if subtype == triple || (subtype == her2 && r.chance(0.4)) || !r.chance(0.9) {
		return
	}
	from, code := r.found+r.days(60, 250), "L02BG04"
	if r.ageAt(r.found) < 51 || r.sex == male {
		code = "L02BA01"
	}
	r.drug(from, from+5*365, code, connectors.Cell{})
}

func (r *record) ageAt(d catalog.Date) float64 { return float64(d-r.born) / year }

// The genes by HGNC number.
const (
	brca1 = "1100"
	brca2 = "1101"
)

// drawGene gives carriers of a pathogenic germline variant their gene: in men with breast cancer mostly BRCA2.
func (r *record) drawGene() {
	p, first := carriers, 0.45
	switch {
	case r.cancer && r.sex == male:
		p, first = 0.12, 0.1
	case r.cancer:
		p = carriersWithCancer[decadeOf(r.ageAt(r.found))]
	}
	if r.chance(p) {
		r.gene = brca2
		if r.chance(first) {
			r.gene = brca1
		}
	}
}

// sequencing adds the variants found in BRCA1 and BRCA2. The population cohort and the breast units sequence
// everybody, the diabetes centres nobody.
func (r *record) sequencing() {
	if r.site.disease == diabetes {
		return
	}
	if r.gene != "" {
		r.variant(r.gene, pick(r.dice, pathogenic[r.gene]), "germline", pick(r.dice, []choice[string]{{"pathogenic", 9}, {"likely_pathogenic", 1}}))
	}
	if r.cancer && r.gene == "" && r.chance(0.02) {
		r.variant(brca2, r.madeUp(brca2), "somatic", "pathogenic")
	}
	other := pick(r.dice, []choice[string]{{"", 85}, {"vus", 4}, {"likely_benign", 3}, {"benign", 8}})
	if other != "" {
		gene := pick(r.dice, []choice[string]{{brca1, 45}, {brca2, 55}})
		r.variant(gene, r.madeUp(gene), "germline", other)
	}
	if r.gene != "" && r.cancer && r.chance(0.25) {
		from := max(r.found+r.days(150, 500), olaparib)
		r.drug(from, from+364, "L01XK01", connectors.Cell{})
	}
}

// olaparib is about when it came into use for breast cancer (EMA, April 2019).
var olaparib = day("2019-05-01")

var transcripts = map[string]string{brca1: "NM_007294.4", brca2: "NM_000059.4"}

// coding is the length of the coding sequence.
var coding = map[string]int{brca1: 5592, brca2: 10257}

// pathogenic lists well-known variants, the founders among them, by gene (ClinVar).
var pathogenic = map[string][]choice[string]{
	brca1: {{"c.5266dup", 5}, {"c.68_69del", 3}, {"c.181T>G", 3}, {"c.1687C>T", 2}, {"c.3756_3759del", 2}},
	brca2: {{"c.8537_8538del", 3}, {"c.5946del", 3}, {"c.6468_6469del", 2}, {"c.9097dup", 2}, {"c.6275_6276del", 2}},
}

// madeUp is a substitution at a random place; it stands for no real variant.
func (r *record) madeUp(gene string) string {
	return fmt.Sprintf("c.%d%s", 1+r.IntN(coding[gene]), pick(r.dice, []choice[string]{{"A>G", 3}, {"C>T", 3}, {"G>A", 3}, {"T>A", 1}}))
}

func (r *record) variant(gene, change, origin, significance string) {
	zygosity := r.unless(0.02, text("het"))
	r.keep("variant", text("HGNC:"+gene), text(transcripts[gene]+":"+change), zygosity, text(origin), text(significance))
}

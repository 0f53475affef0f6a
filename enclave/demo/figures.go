package demo

import (
	"math"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// The public figures that the synthetic persons follow. What has no source here is an assumption, chosen to
// be plausible and no more. TestPlausible checks the figures in the outcome.

// decades is the number of age bands in the tables below: 0 to 19, then ten years each, then 90 and over.
const decades = 9

// decadeOf returns the place of an age in a table by decade.
func decadeOf(age float64) int { return int(clamp(age/10-1, 0, decades-1)) }

// residents is Italy's population in thousands by sex and decade.
//
// Source: ISTAT, resident population by age and sex, 1 January 2021 (demo.istat.it).
var residents = []choice[group]{
	{group{female, 0}, 4942}, {group{female, 1}, 2933}, {group{female, 2}, 3393},
	{group{female, 3}, 4472}, {group{female, 4}, 4803}, {group{female, 5}, 3840},
	{group{female, 6}, 3228}, {group{female, 7}, 2191}, {group{female, 8}, 573},
	{group{male, 0}, 5256}, {group{male, 1}, 3160}, {group{male, 2}, 3445},
	{group{male, 3}, 4426}, {group{male, 4}, 4627}, {group{male, 5}, 3531},
	{group{male, 6}, 2733}, {group{male, 7}, 1442}, {group{male, 8}, 217},
}

// group is the persons of one sex and one decade.
type group struct {
	sex    string
	decade int
}

const (
	female = "female"
	male   = "male"
)

// type2 is the share of persons with type 2 diabetes by decade. With type 1 it makes 5.9 % of the population.
//
// Source: ISTAT, Aspetti della vita quotidiana 2020 to 2022: diabetes 5.9 % of residents, rising to about a
// fifth from 75 years on, more men than women.
var type2 = [decades]float64{0, 0.001, 0.007, 0.021, 0.052, 0.105, 0.162, 0.186, 0.17}

// type1 is the share of persons with type 1 diabetes, at every age.
//
// Source: about 300,000 persons in Italy (Associazione Medici Diabetologi and SID, Standard italiani).
const type1 = 0.004

// breast is the share of women who have had breast cancer by decade: 3.1 % of all women.
//
// Source: AIOM and AIRTUM, I numeri del cancro in Italia 2024: 925,000 women living after the diagnosis.
var breast = [decades]float64{0, 0.0002, 0.003, 0.017, 0.038, 0.059, 0.073, 0.068, 0.05}

// breastMen is the share of men: one breast cancer in a hundred is a man's (same source).
const breastMen = 0.0003

// hypertension is the share by decade, before weight and diabetes are counted in.
//
// Source: ISTAT, Aspetti della vita quotidiana 2021: hypertension 18 % of residents.
var hypertension = [decades]float64{0, 0.005, 0.02, 0.08, 0.19, 0.33, 0.45, 0.5, 0.5}

// Carriers of a pathogenic variant of BRCA1 or BRCA2.
//
// Source: 1 in 300 to 1 in 800 of the population, and about 5 % of breast cancers, more among the young and
// the triple-negative: National Cancer Institute PDQ, Genetics of Breast and Gynecologic Cancers; Tung and
// others, J Clin Oncol 2016;34:1460.
const carriers = 1.0 / 400

var carriersWithCancer = [decades]float64{0.2, 0.18, 0.14, 0.1, 0.06, 0.042, 0.03, 0.025, 0.025}

// subtypes of breast cancer.
//
// Source: AIOM, Linee guida neoplasie della mammella 2023: about 70 % hormone-receptor-positive and
// HER2-negative, 15 % HER2-positive, 15 % triple-negative.
var subtypes = []choice[string]{{positive, 70}, {her2, 15}, {triple, 15}}

const (
	positive = "hormone-receptor-positive"
	her2     = "her2-positive"
	triple   = "triple-negative"
)

// Glucose-lowering effects on HbA1c, mmol/mol, at the average starting point.
//
// Source: metformin alone 1.12 percentage points of HbA1c, about 12 mmol/mol: Hirst and others, Diabetes Care
// 2012;35:446; the other classes by Tsapas and others, Ann Intern Med 2020;173:278.
const (
	metforminEffect = 12.0
	sglt2Effect     = 7.0
	glp1Effect      = 11.0
	insulinEffect   = 12.0
)

// mortality is the yearly risk of death: Gompertz's law fitted to the life tables of Italy.
//
// Source: ISTAT, Tavole di mortalità 2021, both sexes (below 0.001 at 40, about 0.006 at 60, 0.045 at 80); men
// die 1.2 and women 0.8 times as often. Diabetes multiplies by 1.8 (Emerging Risk Factors Collaboration, N Engl J
// Med 2011;364:829); breast cancer adds 0.025 for five years (AIOM 2024: net survival 88 % at five years).
func mortality(age float64, sex string) float64 {
	risk := 8.7e-6 * math.Exp(0.105*age)
	if sex == male {
		return min(1, 1.2*risk)
	}
	return min(1, 0.8*risk)
}

const (
	diabetesMortality = 1.8
	breastMortality   = 0.025
)

// The time that the dataset covers, as the catalog says, and the day on which everybody is alive and counted.
var (
	periodStart = day("2012-01-01")
	periodEnd   = day("2025-12-31")
	census      = day("2021-01-01")
)

const year = 365.25 // days

func day(text string) catalog.Date {
	d, err := catalog.ParseDate(text)
	if err != nil {
		panic(err) // a typing error above, seen by every test
	}
	return d
}

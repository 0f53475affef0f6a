package demo

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// life is one person with all their rows, in plain numbers.
type life struct {
	row
	age        float64 // on census day; NaN when the birth date is lost
	conditions map[string]string
	subtype    string
	drugs      map[string]string // first start by ATC code
	hba1c      []measured
	bmi        float64
	carrier    string // HGNC code
}

type measured struct {
	at catalog.Date
	x  float64 // mmol/mol
}

// lives reads the whole dataset once for all the tests of this file.
var lives = func() func(t *testing.T) []*life {
	var cache []*life
	return func(t *testing.T) []*life {
		if cache == nil {
			cache = readLives(t, Source{Seed: 2026, Persons: 25_000})
		}
		return cache
	}
}()

func readLives(t *testing.T, s Source) []*life {
	t.Helper()
	var out []*life
	byID := map[string]*life{}
	for _, r := range read(t, s, connectors.PersonTable) {
		l := &life{row: r, age: math.NaN(), conditions: map[string]string{}, drugs: map[string]string{}}
		if born, err := catalog.ParseDate(r["birth_date"]); err == nil {
			l.age = float64(census-born) / year
		}
		byID[r["person"]] = l
		out = append(out, l)
	}
	each(t, s, "condition", func(r row) {
		l := byID[r["person"]]
		l.conditions[r["code"]] = r["start"]
		if r["subtype"] != "" {
			l.subtype = r["subtype"]
		}
	})
	each(t, s, "drug", func(r row) {
		if l := byID[r["person"]]; l.drugs[r["code"]] == "" {
			l.drugs[r["code"]] = r["start"]
		}
	})
	each(t, s, "measurement", func(r row) { byID[r["person"]].add(r) })
	each(t, s, "variant", func(r row) {
		l := byID[r["person"]]
		if r["origin"] == "germline" && strings.HasSuffix(r["significance"], "pathogenic") {
			l.carrier = r["code"]
		}
	})
	return out
}

// add converts what the catalog can convert; everything else counts as missing.
func (l *life) add(r row) {
	x, err := strconv.ParseFloat(r["value"], 64)
	at, _ := catalog.ParseDate(r["start"])
	switch {
	case err != nil:
	case r["code"] == "LOINC:39156-5" && r["unit"] == "kg/m2":
		l.bmi = x
	case (r["code"] == "LOINC:4548-4" || r["code"] == "LOINC:59261-8") && r["unit"] == "%":
		l.hba1c = append(l.hba1c, measured{at, x*10.929 - 23.5})
	case (r["code"] == "LOINC:4548-4" || r["code"] == "LOINC:59261-8") && r["unit"] == "mmol/mol":
		l.hba1c = append(l.hba1c, measured{at, x})
	}
}

func (l *life) has(prefix string) bool {
	for code := range l.conditions {
		if strings.HasPrefix(code, prefix) {
			return true
		}
	}
	return false
}

func (l *life) takes(prefix string) bool {
	for code := range l.drugs {
		if strings.HasPrefix(code, prefix) {
			return true
		}
	}
	return false
}

func population(l *life) bool { return l.row["site"] == "population" }
func woman(l *life) bool      { return l.row["sex"] == "female" }
func both(a, b func(*life) bool) func(*life) bool {
	return func(l *life) bool { return a(l) && b(l) }
}
func diagnosed(prefix string) func(*life) bool { return func(l *life) bool { return l.has(prefix) } }

// share is the part of the persons in of for whom what holds, and how many persons of are.
func share(all []*life, of, what func(*life) bool) (p float64, n int) {
	yes := 0
	for _, l := range all {
		if of(l) {
			n++
			if what(l) {
				yes++
			}
		}
	}
	return float64(yes) / float64(n), n
}

// within allows four standard errors of the sample beside the tolerance of the figure.
func within(t *testing.T, name string, got float64, n int, low, high float64) {
	t.Helper()
	slack := 4 * math.Sqrt(max(got, low)*(1-min(got, 0.99))/float64(n))
	t.Logf("%s: %.4f of %d", name, got, n)
	if got < low-slack || got > high+slack {
		t.Errorf("%s: %.4f of %d, want %.4f to %.4f", name, got, n, low, high)
	}
}

// The public figures; sources in figures.go.
func TestPlausible(t *testing.T) {
	all := lives(t)
	everybody := func(*life) bool { return true }
	for _, c := range []struct {
		name      string
		of, what  func(*life) bool
		low, high float64
	}{
		{"the population cohort", everybody, population, 0.59, 0.61},
		{"women", population, woman, 0.505, 0.52},
		{"65 and over", population, func(l *life) bool { return l.age >= 65 }, 0.22, 0.25},
		{"diabetes", population, func(l *life) bool { return l.has("ICD10:E10") || l.has("ICD10:E11") }, 0.055, 0.063},
		{"type 1 diabetes", population, diagnosed("ICD10:E10"), 0.003, 0.005},
		{"diabetes from 75 on", both(population, func(l *life) bool { return l.age >= 75 }), diagnosed("ICD10:E11"), 0.15, 0.22},
		{"breast cancer among women", both(population, woman), diagnosed("ICD10:C50"), 0.026, 0.034},
		{"hypertension", population, diagnosed("ICD10:I10"), 0.14, 0.21},
		{"carriers in the population", population, func(l *life) bool { return l.carrier != "" }, 1.0 / 800, 1.0 / 300},
		{"carriers in the breast units", both(func(l *life) bool { return l.row["site"] == "bologna" || l.row["site"] == "palermo" }, diagnosed("ICD10:C50")),
			func(l *life) bool { return l.carrier != "" }, 0.04, 0.06},
		{"triple-negative", func(l *life) bool { return l.subtype != "" }, func(l *life) bool { return l.subtype == triple }, 0.12, 0.19},
		{"HER2-positive", func(l *life) bool { return l.subtype != "" }, func(l *life) bool { return l.subtype == her2 }, 0.12, 0.17},
		{"men with breast cancer", diagnosed("ICD10:C50"), func(l *life) bool { return l.row["sex"] == "male" }, 0.004, 0.02},
		{"residents of Napoli", population, func(l *life) bool { return l.row["province"] == "NA" }, 0.047, 0.055},
		{"obese adults", both(population, func(l *life) bool { return l.bmi > 0 && l.age >= 18 && !l.has("ICD10:E1") }), func(l *life) bool { return l.bmi >= 30 }, 0.09, 0.14},
		{"metformin in type 2", diagnosed("ICD10:E11"), func(l *life) bool { return l.takes("ATC:A10BA02") }, 0.8, 0.92},
		{"trastuzumab in HER2-positive", func(l *life) bool { return l.subtype == her2 }, func(l *life) bool { return l.takes("ATC:L01FD01") }, 0.78, 0.88},
	} {
		p, n := share(all, c.of, c.what)
		within(t, c.name, p, n, c.low, c.high)
	}
}

// 11 to 12 deaths a year among 1,000 residents (ISTAT 2021 to 2024).
func TestMortality(t *testing.T) {
	died, n := share(lives(t), population, func(l *life) bool { return l.row["death"] != "" })
	within(t, "deaths a person-year", died/5, 5*n, 0.009, 0.013)
}

func TestMissingValues(t *testing.T) {
	all := lives(t)
	everybody := func(*life) bool { return true }
	for column, want := range map[string]float64{"sex": 0.002, "gender": 0.02, "birth_date": 0.003, "province": 0.015, "site": 0} {
		p, n := share(all, everybody, func(l *life) bool { return l.row[column] == "" })
		within(t, "without "+column, p, n, want, want)
	}
	values, units, percent, total := 0, 0, 0, 0
	for _, r := range read(t, Source{Seed: 2, Persons: 3000}, "measurement") {
		total++
		if r["value"] == "" {
			values++
		}
		if r["unit"] == "" || r["unit"] == "arb'U" {
			units++
		}
		if r["unit"] == "%" {
			percent++
		}
	}
	within(t, "without value", float64(values)/float64(total), total, 0.01, 0.01)
	within(t, "with an unknown unit", float64(units)/float64(total), total, 0.015, 0.015)
	if percent == 0 {
		t.Error("no HbA1c in %")
	}
}

// Metformin alone lowers HbA1c by about 11 mmol/mol within nine months, and not by the same in everybody.
func TestMetforminResponse(t *testing.T) {
	var drops, before []float64
	for _, l := range lives(t) {
		start, err := catalog.ParseDate(l.drugs["ATC:A10BA02"])
		if err != nil || !l.has("ICD10:E11") {
			continue
		}
		b, a := math.NaN(), math.NaN()
		for _, m := range l.hba1c {
			switch {
			case m.at <= start && m.at >= start-180:
				b = m.x
			case m.at >= start+90 && m.at <= start+270:
				a = m.x
			}
		}
		if d := b - a; !math.IsNaN(d) {
			drops, before = append(drops, d), append(before, b)
		}
	}
	mean, sd := moments(drops)
	t.Logf("drop %.1f (sd %.1f) mmol/mol, n = %d", mean, sd, len(drops))
	if len(drops) < 1000 || mean < 9 || mean > 13 || sd < 4 || sd > 10 {
		t.Errorf("drop %.1f (sd %.1f) mmol/mol of %d persons", mean, sd, len(drops))
	}
	if r := correlation(before, drops); r < 0.2 {
		t.Errorf("the response hardly depends on the start: r = %.2f", r)
	}
}

func TestCorrelations(t *testing.T) {
	var bmi, level []float64
	for _, l := range lives(t) {
		if len(l.hba1c) > 0 && l.bmi > 0 && l.has("ICD10:E11") {
			bmi, level = append(bmi, l.bmi), append(level, l.hba1c[0].x)
		}
	}
	if r := correlation(bmi, level); r < 0.1 || r > 0.6 {
		t.Errorf("BMI and HbA1c: r = %.2f of %d", r, len(bmi))
	}
	all := lives(t)
	more := func(name string, of, what, other func(*life) bool, factor float64) {
		t.Helper()
		a, n := share(all, both(of, what), other)
		b, m := share(all, both(of, func(l *life) bool { return !what(l) }), other)
		t.Logf("%s: %.3f of %d against %.3f of %d", name, a, n, b, m)
		if a < factor*b {
			t.Errorf("%s: %.3f of %d against %.3f of %d, want %v times as many", name, a, n, b, m, factor)
		}
	}
	patient := diagnosed("ICD10:C50")
	young := func(l *life) bool { return l.age < 45 }
	more("triple-negative with BRCA1", func(l *life) bool { return l.subtype != "" },
		func(l *life) bool { return l.carrier == "HGNC:"+brca1 }, func(l *life) bool { return l.subtype == triple }, 2)
	more("carriers among young patients", both(patient, func(l *life) bool { return l.row["site"] != "milano" && l.row["site"] != "napoli" }),
		young, func(l *life) bool { return l.carrier != "" }, 1.5)
	more("hypertension in diabetes", func(l *life) bool { return l.age >= 60 }, diagnosed("ICD10:E11"), diagnosed("ICD10:I10"), 1.2)
	more("GLP-1 in the heavy", diagnosed("ICD10:E11"), func(l *life) bool { return l.bmi >= 32 }, func(l *life) bool { return l.takes("ATC:A10BJ") }, 1.2)
	more("death in diabetes", func(l *life) bool { return l.age >= 70 && l.age < 80 && !l.has("ICD10:C50") }, diagnosed("ICD10:E11"), func(l *life) bool { return l.row["death"] != "" }, 1.15)
}

func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(sd)
}

func correlation(x, y []float64) float64 {
	mx, sx := moments(x)
	my, sy := moments(y)
	sum := 0.0
	for i := range x {
		sum += (x[i] - mx) * (y[i] - my)
	}
	return sum / float64(len(x)-1) / sx / sy
}

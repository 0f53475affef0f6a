package population

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// analyte is what is measured: values of a normal distribution, written to a step.
type analyte struct {
	code, unit     string
	mean, sd, step float64
	texts          []string // of low, low + step, …
	low            float64
}

// panel is a row of analytes that have one unit rule in catalog.yaml.
type panel struct {
	first, n       int // LOINC codes first-0, first+1-0, …
	unit           string
	mean, sd, step float64
}

// Places in named.
const (
	hba1c = iota
	glucose
	bmi
	creatinine
	systolic
	ldl
	haemoglobin
	platelets
)

// named are the analytes that queries name; panels fill up to about 150.
var named = []analyte{
	{code: "LOINC:4548-4", unit: "mmol/mol", mean: 37, sd: 4, step: 1},
	{code: "LOINC:2345-7", unit: "mmol/L", mean: 5.2, sd: 0.7, step: 0.1},
	{code: "LOINC:39156-5", unit: "kg/m2", mean: 26, sd: 4.5, step: 0.1},
	{code: "LOINC:2160-0", unit: "umol/L", mean: 80, sd: 18, step: 1},
	{code: "LOINC:8480-6", unit: "mm[Hg]", mean: 128, sd: 15, step: 1},
	{code: "LOINC:2089-1", unit: "mmol/L", mean: 3.1, sd: 0.9, step: 0.1},
	{code: "LOINC:718-7", unit: "g/L", mean: 140, sd: 14, step: 1},
	{code: "LOINC:777-3", unit: "10*9/L", mean: 250, sd: 55, step: 1},
}

var panels = []panel{
	{91001, 24, "U/L", 40, 12, 1},
	{92001, 24, "mmol/L", 4, 0.8, 0.01},
	{93001, 24, "g/L", 20, 6, 0.1},
	{94001, 24, "10*9/L", 6, 1.8, 0.1},
	{95001, 24, "pmol/L", 60, 20, 1},
	{96001, 22, "umol/L", 100, 30, 1},
}

var analytes = allAnalytes()

func allAnalytes() []analyte {
	out := slices.Clone(named)
	for _, p := range panels {
		for i := range p.n {
			out = append(out, analyte{code: fmt.Sprintf("LOINC:%d-0", p.first+i), unit: p.unit, mean: p.mean, sd: p.sd, step: p.step})
		}
	}
	for i := range out {
		out[i].spell()
	}
	return out
}

// spell writes every value that can be drawn, since to write a number for each row is half the time of a row.
func (a *analyte) spell() {
	places := max(0, int(math.Round(-math.Log10(a.step))))
	a.low = math.Ceil(max(a.step, a.mean-6*a.sd)/a.step) * a.step
	n := int((max(4*a.mean, a.mean+12*a.sd) - a.low) / a.step)
	for i := range n + 1 {
		a.texts = append(a.texts, strconv.FormatFloat(a.low+float64(i)*a.step, 'f', places, 64))
	}
}

// text writes the value nearest to x.
func (a *analyte) text(x float64) string {
	i := int(math.Round((x - a.low) / a.step))
	return a.texts[min(max(i, 0), len(a.texts)-1)]
}

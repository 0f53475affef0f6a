package catalog

import (
	"slices"
	"strings"
)

// Level converts a measured value.
func (c Conversion) Level(x float64) float64 { return x*c.Factor + c.Offset }

// Change converts the difference of two measured values: the offset falls out.
func (c Conversion) Change(x float64) float64 { return x * c.Factor }

// inverse returns the conversion back to unit.
func (c Conversion) inverse(unit string) Conversion {
	return Conversion{Unit: unit, Factor: 1 / c.Factor, Offset: -c.Offset / c.Factor}
}

// then returns the conversion by c and then by d.
func (c Conversion) then(d Conversion) Conversion {
	return Conversion{Unit: c.Unit, Factor: c.Factor * d.Factor, Offset: c.Offset*d.Factor + d.Offset}
}

// Convert returns the conversion of from into to for plain units, where the analyte does not matter.
// A unit that the table does not know converts to itself only.
func Convert(from, to string) (Conversion, bool) {
	from, to = tidy(from), tidy(to)
	if from == to {
		return Conversion{Unit: from, Factor: 1}, true
	}
	a, b := units[from], units[to]
	if a.dimension == "" || a.dimension != b.dimension {
		return Conversion{}, false
	}
	up := Conversion{Unit: from, Factor: a.factor, Offset: a.offset}
	return up.then(Conversion{Factor: b.factor, Offset: b.offset}.inverse(to)), true
}

// Compatible reports whether a and b measure the same dimension, so that [Convert] knows a factor.
func Compatible(a, b string) bool {
	_, ok := Convert(a, b)
	return ok
}

// KnownUnit reports whether the table of plain units has unit.
func KnownUnit(unit string) bool { return units[tidy(unit)].dimension != "" }

// Convert returns the conversion of from into to for the rule's analyte. What the catalog declares for
// the analyte goes before the plain units: 1 % of HbA1c is not 10 mmol/mol.
func (r UnitRule) Convert(from, to string) (Conversion, bool) {
	if tidy(from) == tidy(to) {
		return Convert(from, to)
	}
	up, ok := r.canonical(from)
	if !ok {
		return Conversion{}, false
	}
	down, ok := r.canonical(to)
	if !ok {
		return Conversion{}, false
	}
	return up.then(down.inverse(to)), true
}

// canonical returns the conversion of unit into the rule's unit.
func (r UnitRule) canonical(unit string) (Conversion, bool) {
	i := slices.IndexFunc(r.Also, func(c Conversion) bool { return tidy(c.Unit) == tidy(unit) })
	if i >= 0 {
		return r.Also[i], true
	}
	return Convert(unit, r.Unit)
}

// Affine reports whether a level and a change of the analyte convert differently.
func (r UnitRule) Affine() bool {
	return slices.ContainsFunc(r.Also, func(c Conversion) bool { return c.Offset != 0 })
}

// UnitNames lists the units that the catalog names for the analyte, the canonical one first.
func (r UnitRule) UnitNames() []string {
	out := []string{r.Unit}
	for _, c := range r.Also {
		out = append(out, c.Unit)
	}
	return out
}

// Match says how the codes of a set meet the unit rules of a source.
type Match int

// The three ways. [MatchMany] also stands for a set of which only a part has a rule.
const (
	MatchNone Match = iota // no code has a rule: the value is a bare number
	MatchOne
	MatchMany // the values are not comparable
)

// UnitRuleFor returns the one rule that all the codes share; no codes at all mean every code of the source.
// A source whose value column has a unit of its own has one rule for every code.
func (s Source) UnitRuleFor(curies []string) (UnitRule, Match) {
	if s.Value == nil {
		return UnitRule{}, MatchNone
	}
	if len(s.Units) == 0 {
		return s.valueRule()
	}
	if len(curies) == 0 {
		return UnitRule{}, MatchMany
	}
	first, found := s.ruleOf(curies[0])
	for _, curie := range curies[1:] {
		if i, _ := s.ruleOf(curie); i != first {
			return UnitRule{}, MatchMany
		}
	}
	if !found {
		return UnitRule{}, MatchNone
	}
	return s.Units[first], MatchOne
}

// valueRule is the rule of a value column that has its own unit.
func (s Source) valueRule() (UnitRule, Match) {
	if s.Value.Type.Unit == "" {
		return UnitRule{}, MatchNone
	}
	return UnitRule{Name: s.Name, Unit: s.Value.Type.Unit, Bounds: s.Value.Bounds, Grid: s.Value.Grid}, MatchOne
}

// ruleOf returns the place of curie's rule, or -1.
func (s Source) ruleOf(curie string) (int, bool) {
	i := slices.IndexFunc(s.Units, func(r UnitRule) bool { return slices.Contains(r.Codes, curie) })
	return i, i >= 0
}

// tidy writes a final litre as L: UCUM allows both letters (section 4.2, units accepted for use with the SI).
func tidy(unit string) string {
	if base, litre := strings.CutSuffix(unit, "l"); litre && units[unit].dimension == "" {
		return base + "L"
	}
	return unit
}

// measure is one unit: x of it are x * factor + offset of the first unit of its dimension.
type measure struct {
	dimension      string
	factor, offset float64
}

// units lists the plain units by their case-sensitive UCUM code.
//
// Source: Regenstrief Institute, The Unified Code for Units of Measure, version 2.1 (https://ucum.org/ucum):
// prefixes (section 4.1), base and derived units (4.2 to 4.4). Amounts of substance keep a dimension of their
// own, and a ratio is not mixed with another kind of ratio: % and mmol/mol convert only where an analyte's
// rule says so. The year and the month are Julian (365.25 and 30.4375 days), as "a" and "mo" are in UCUM.
var units = map[string]measure{
	"1": {"ratio", 1, 0}, "%": {"ratio", 0.01, 0},
	"mol/mol": {"amount ratio", 1, 0}, "mmol/mol": {"amount ratio", 1e-3, 0}, "umol/mol": {"amount ratio", 1e-6, 0},
	"g/g": {"mass ratio", 1, 0}, "mg/g": {"mass ratio", 1e-3, 0}, "ug/g": {"mass ratio", 1e-6, 0},
	"g/mol": {"molar mass", 1, 0}, "mg/mmol": {"molar mass", 1, 0},

	"kg": {"mass", 1e3, 0}, "g": {"mass", 1, 0}, "mg": {"mass", 1e-3, 0}, "ug": {"mass", 1e-6, 0}, "ng": {"mass", 1e-9, 0},
	"mol": {"amount", 1, 0}, "mmol": {"amount", 1e-3, 0}, "umol": {"amount", 1e-6, 0}, "nmol": {"amount", 1e-9, 0},
	"L": {"volume", 1, 0}, "dL": {"volume", 0.1, 0}, "mL": {"volume", 1e-3, 0}, "uL": {"volume", 1e-6, 0}, "fL": {"volume", 1e-15, 0},
	"m": {"length", 1, 0}, "cm": {"length", 0.01, 0}, "mm": {"length", 1e-3, 0}, "um": {"length", 1e-6, 0},
	"m2": {"area", 1, 0}, "cm2": {"area", 1e-4, 0},

	"mol/L": {"amount concentration", 1, 0}, "mmol/L": {"amount concentration", 1e-3, 0}, "umol/L": {"amount concentration", 1e-6, 0},
	"nmol/L": {"amount concentration", 1e-9, 0}, "pmol/L": {"amount concentration", 1e-12, 0},
	"g/L": {"mass concentration", 1, 0}, "g/dL": {"mass concentration", 10, 0}, "mg/L": {"mass concentration", 1e-3, 0},
	"mg/dL": {"mass concentration", 0.01, 0}, "ug/L": {"mass concentration", 1e-6, 0}, "ug/dL": {"mass concentration", 1e-5, 0},
	"ug/mL": {"mass concentration", 1e-3, 0}, "ng/mL": {"mass concentration", 1e-6, 0}, "ng/dL": {"mass concentration", 1e-8, 0},
	"pg/mL": {"mass concentration", 1e-9, 0}, "ug/m3": {"mass concentration", 1e-9, 0},

	"10*12/L": {"number concentration", 1e12, 0}, "10*9/L": {"number concentration", 1e9, 0}, "10*6/uL": {"number concentration", 1e12, 0},
	"10*3/uL": {"number concentration", 1e9, 0}, "/uL": {"number concentration", 1e6, 0},
	"U/L": {"catalytic concentration", 1, 0}, "kU/L": {"catalytic concentration", 1e3, 0}, "mU/L": {"catalytic concentration", 1e-3, 0},
	"[IU]": {"international units", 1, 0}, "k[IU]": {"international units", 1e3, 0},
	"[IU]/L": {"international concentration", 1, 0}, "m[IU]/L": {"international concentration", 1e-3, 0}, "[IU]/mL": {"international concentration", 1e3, 0},

	"a": {"time", 365.25, 0}, "mo": {"time", 30.4375, 0}, "wk": {"time", 7, 0}, "d": {"time", 1, 0},
	"h": {"time", 1.0 / 24, 0}, "min": {"time", 1.0 / 1440, 0}, "s": {"time", 1.0 / 86400, 0},
	"/min": {"rate", 1, 0}, "/s": {"rate", 60, 0}, "mm/h": {"sedimentation", 1, 0},
	"mL/min": {"flow", 1, 0}, "L/min": {"flow", 1e3, 0}, "mL/min/{1.73_m2}": {"flow by body surface", 1, 0},
	"mm[Hg]": {"pressure", 133.322, 0}, "kPa": {"pressure", 1e3, 0}, "Pa": {"pressure", 1, 0},
	"kg/m2": {"mass by area", 1, 0}, "mg/m2": {"dose by area", 1, 0}, "mg/d": {"dose by day", 1, 0}, "g/d": {"dose by day", 1e3, 0},
	"Cel": {"temperature", 1, 0}, "K": {"temperature", 1, -273.15}, "[degF]": {"temperature", 5.0 / 9, -160.0 / 9},
}

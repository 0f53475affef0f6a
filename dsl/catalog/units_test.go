package catalog_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
)

var hba1c = catalog.UnitRule{Name: "hba1c", Codes: []string{"LOINC:4548-4", "LOINC:59261-8"}, Unit: "mmol/mol",
	Also: []catalog.Conversion{{Unit: "%", Factor: 10.929, Offset: -23.5}}}

var glucose = catalog.UnitRule{Name: "glucose", Codes: []string{"LOINC:2345-7"}, Unit: "mmol/L",
	Also: []catalog.Conversion{{Unit: "mg/dL", Factor: 1 / 18.016}}}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b)) }

// The figures: HbA1c by IFCC and NGSP (7 % = 53 mmol/mol), temperatures and pressures by definition.
func TestConvert(t *testing.T) {
	plain := catalog.UnitRule{}
	for _, c := range []struct {
		rule     catalog.UnitRule
		x        float64
		from, to string
		level    float64
		change   float64
	}{
		{hba1c, 7, "%", "mmol/mol", 53.003, 76.503},
		{hba1c, 1, "%", "mmol/mol", -12.571, 10.929},
		{hba1c, 53.003, "mmol/mol", "%", 7, 53.003 / 10.929},
		{hba1c, 1, "mol/mol", "%", (1000 + 23.5) / 10.929, 1000 / 10.929},
		{glucose, 126, "mg/dL", "mmol/L", 126 / 18.016, 126 / 18.016},
		{glucose, 126, "mg/dl", "mmol/l", 126 / 18.016, 126 / 18.016},
		{glucose, 7000, "umol/L", "mmol/L", 7, 7},
		{glucose, 1.26, "g/L", "mmol/L", 126 / 18.016, 126 / 18.016},
		{glucose, 7, "mmol/L", "g/L", 7 * 0.18016, 7 * 0.18016},
		{hba1c, 0.07, "1", "mmol/mol", 53.003, 76.503},
		{plain, 2, "a", "d", 730.5, 730.5},
		{plain, 1, "a", "mo", 12, 12},
		{plain, 120, "mm[Hg]", "kPa", 15.99864, 15.99864},
		{plain, 37, "Cel", "[degF]", 98.6, 66.6},
		{plain, 300, "K", "Cel", 26.85, 300},
		{plain, 1.2, "g", "mg", 1200, 1200},
		{plain, 5, "10*3/uL", "10*9/L", 5, 5},
		{plain, 25, "kg/m2", "kg/m2", 25, 25},
	} {
		convert := catalog.Convert
		if c.rule.Unit != "" {
			convert = c.rule.Convert
		}
		got, ok := convert(c.from, c.to)
		if !ok || !near(got.Level(c.x), c.level) || !near(got.Change(c.x), c.change) {
			t.Errorf("%v %s in %s: level %v, change %v (%v); want %v, %v",
				c.x, c.from, c.to, got.Level(c.x), got.Change(c.x), ok, c.level, c.change)
		}
	}
}

func TestNotConvertible(t *testing.T) {
	for _, c := range [][2]string{{"mg/dL", "mmol/L"}, {"%", "mmol/mol"}, {"kg", "m"}, {"mg", ""}, {"", "1"}, {"furlong", "m"}, {"mL/min", "mL/min/{1.73_m2}"}, {"meq/L", "mmol/L"}} {
		if catalog.Compatible(c[0], c[1]) || catalog.Compatible(c[1], c[0]) {
			t.Errorf("%q and %q are taken for compatible", c[0], c[1])
		}
	}
	for _, unit := range []string{"mg/dL", "", "furlong"} {
		if _, ok := hba1c.Convert(unit, "mmol/mol"); ok {
			t.Errorf("HbA1c converts from %q", unit)
		}
		if _, ok := hba1c.Convert("%", unit); ok {
			t.Errorf("HbA1c converts to %q", unit)
		}
	}
	if !catalog.Compatible("furlong", "furlong") || catalog.KnownUnit("furlong") || !catalog.KnownUnit("mmol/l") {
		t.Error("an unknown unit must convert to itself, and only to itself")
	}
}

func TestConversionsRoundTrip(t *testing.T) {
	units := []string{"%", "mmol/mol", "mol/mol", "umol/mol"}
	rapid.Check(t, func(t *rapid.T) {
		from, over, to := rapid.SampledFrom(units).Draw(t, "from"), rapid.SampledFrom(units).Draw(t, "over"), rapid.SampledFrom(units).Draw(t, "to")
		x := rapid.Float64Range(-1000, 1000).Draw(t, "x")
		there, _ := hba1c.Convert(from, to)
		back, _ := hba1c.Convert(to, from)
		if got := back.Level(there.Level(x)); math.Abs(got-x) > 1e-6 {
			t.Errorf("level %v %s over %s came back as %v", x, from, to, got)
		}
		if got := back.Change(there.Change(x)); math.Abs(got-x) > 1e-6 {
			t.Errorf("change %v %s over %s came back as %v", x, from, to, got)
		}
		first, _ := hba1c.Convert(from, over)
		second, _ := hba1c.Convert(over, to)
		if a, b := there.Level(x), second.Level(first.Level(x)); math.Abs(a-b) > 1e-6*max(1, math.Abs(a)) {
			t.Errorf("%v %s in %s: %v at once, %v over %s", x, from, to, a, b, over)
		}
	})
}

// A change is the difference of two levels: that is what the two types mean.
func TestChangeIsDifferenceOfLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(0, 200).Draw(t, "a"), rapid.Float64Range(0, 200).Draw(t, "b")
		c, _ := hba1c.Convert("%", "mmol/mol")
		if !near(c.Level(a)-c.Level(b), c.Change(a-b)) && math.Abs(c.Level(a)-c.Level(b)-c.Change(a-b)) > 1e-9 {
			t.Errorf("levels %v and %v: difference %v, change %v", a, b, c.Level(a)-c.Level(b), c.Change(a-b))
		}
	})
}

func TestUnitRuleFor(t *testing.T) {
	value := &catalog.Column{Name: "value", Type: catalog.Type{Kind: catalog.Number}}
	measured := catalog.Source{Name: "measurement", Value: value, Units: []catalog.UnitRule{hba1c, glucose}}
	own := catalog.Source{Name: "cgm", Value: &catalog.Column{Type: catalog.Type{Kind: catalog.Number, Unit: "mmol/L"}, Bounds: &catalog.Bounds{Low: 1, High: 30}}}
	for _, c := range []struct {
		name   string
		source catalog.Source
		codes  []string
		rule   string
		match  catalog.Match
	}{
		{"one analyte", measured, []string{"LOINC:4548-4", "LOINC:59261-8"}, "hba1c", catalog.MatchOne},
		{"two analytes", measured, []string{"LOINC:4548-4", "LOINC:2345-7"}, "", catalog.MatchMany},
		{"partly ruled", measured, []string{"LOINC:4548-4", "LOINC:1-1"}, "", catalog.MatchMany},
		{"partly ruled, other order", measured, []string{"LOINC:1-1", "LOINC:4548-4"}, "", catalog.MatchMany},
		{"not ruled", measured, []string{"LOINC:1-1", "LOINC:1-2"}, "", catalog.MatchNone},
		{"any code", measured, nil, "", catalog.MatchMany},
		{"a unit of the source", own, nil, "cgm", catalog.MatchOne},
		{"a rule without codes", catalog.Source{Value: value, Units: []catalog.UnitRule{{Name: "sugar", Unit: "mmol/L"}}}, nil, "sugar", catalog.MatchOne},
		{"no unit at all", catalog.Source{Value: value}, nil, "", catalog.MatchNone},
		{"no value", catalog.Source{}, []string{"LOINC:4548-4"}, "", catalog.MatchNone},
	} {
		rule, match := c.source.UnitRuleFor(c.codes)
		if rule.Name != c.rule || match != c.match {
			t.Errorf("%s: rule %q, match %d; want %q, %d", c.name, rule.Name, match, c.rule, c.match)
		}
	}
	if rule, _ := own.UnitRuleFor(nil); rule.Bounds == nil || rule.Bounds.High != 30 {
		t.Error("the rule of a source's own unit lost its bounds")
	}
	temperature := catalog.UnitRule{Unit: "Cel"}
	if !hba1c.Affine() || glucose.Affine() || !temperature.Affine() {
		t.Error("only the conversions of HbA1c and of temperatures have an offset")
	}
}

func ExampleUnitRule_Convert() {
	rule := catalog.UnitRule{Name: "hba1c", Unit: "mmol/mol", Also: []catalog.Conversion{{Unit: "%", Factor: 10.929, Offset: -23.5}}}
	c, _ := rule.Convert("%", "mmol/mol")
	fmt.Printf("7 %% is %.3f mmol/mol\n", c.Level(7))
	fmt.Printf("1 %% more is %.3f mmol/mol more\n", c.Change(1))
	// Output:
	// 7 % is 53.003 mmol/mol
	// 1 % more is 10.929 mmol/mol more
}

func BenchmarkConvertByRule(b *testing.B) {
	for b.Loop() {
		if _, ok := glucose.Convert("mg/dL", "mmol/L"); !ok {
			b.Fatal("no conversion")
		}
	}
}

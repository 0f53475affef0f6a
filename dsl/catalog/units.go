package catalog

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/officina-enclave/officina/dsl/ucum"
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

// Convert returns the conversion of from into to for plain units, where the analyte does not matter: by UCUM
// (see dsl/ucum). A unit that UCUM does not know converts to itself only.
func Convert(from, to string) (Conversion, bool) {
	if from == to {
		return Conversion{Unit: to, Factor: 1}, from != ""
	}
	c := plain.of(from, to)
	return c, c.Factor != 0
}

// conversions remembers conversions by their two units, for those who convert row by row, those that are none too.
// Units come from files as well, so it does not grow without end.
type conversions struct {
	mu    sync.RWMutex
	known map[[2]string]Conversion
}

const maxConversions = 4096

var plain = conversions{known: map[[2]string]Conversion{}}

func (m *conversions) of(from, to string) Conversion {
	m.mu.RLock()
	c, ok := m.known[[2]string{from, to}]
	m.mu.RUnlock()
	if ok {
		return c
	}
	c = convert(from, to)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) < maxConversions {
		m.known[[2]string{strings.Clone(from), strings.Clone(to)}] = c
	}
	return c
}

// convert returns a conversion with the factor 0 where there is none.
func convert(from, to string) Conversion {
	u, err1 := ucum.Parse(from)
	v, err2 := ucum.Parse(to)
	factor, offset, ok := u.To(v)
	if err1 != nil || err2 != nil || !ok {
		return Conversion{}
	}
	return Conversion{Unit: to, Factor: factor, Offset: offset}
}

// Compatible reports whether a and b measure the same dimension, so that [Convert] knows a factor.
func Compatible(a, b string) bool {
	_, ok := Convert(a, b)
	return ok
}

// same reports whether a and b are one unit, however they are spelt: mg/dl and mg/dL.
func same(a, b string) bool {
	c, ok := Convert(a, b)
	return ok && c.Factor == 1 && c.Offset == 0
}

// KnownUnit reports whether unit is UCUM.
func KnownUnit(unit string) bool {
	_, err := ucum.Parse(unit)
	return err == nil
}

// UnitHint says what to write instead of a unit that is not UCUM: the spelling that was probably meant, or an example.
func UnitHint(unit string) string {
	if better, ok := ucum.Suggest(unit); ok {
		return fmt.Sprintf("did you mean %q?", better)
	}
	return "write a UCUM unit, such as mmol/L"
}

// Convert returns the conversion of from into to for the rule's analyte. What the catalog declares for
// the analyte goes before the plain units: 1 % of HbA1c is not 10 mmol/mol. What converts to a declared unit
// converts further by its declaration: glucose in g/L by way of mg/dL.
func (r UnitRule) Convert(from, to string) (Conversion, bool) {
	if same(from, to) {
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
	if unit == r.Unit {
		return Conversion{Unit: unit, Factor: 1}, true
	}
	for _, c := range r.Also {
		if same(unit, c.Unit) {
			return c, true
		}
	}
	if c, ok := Convert(unit, r.Unit); ok {
		return c, true
	}
	for _, c := range r.Also {
		if first, ok := Convert(unit, c.Unit); ok {
			return first.then(c), true
		}
	}
	return Conversion{}, false
}

// Affine reports whether a level and a change of the analyte convert differently: the catalog declares an offset, or
// it is a temperature.
func (r UnitRule) Affine() bool {
	u, err := ucum.Parse(r.Unit)
	return err == nil && u.Scale() || slices.ContainsFunc(r.Also, func(c Conversion) bool { return c.Offset != 0 })
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
// A source whose value column has a unit of its own, or whose rule names no codes, has one rule for everything.
func (s Source) UnitRuleFor(curies []string) (UnitRule, Match) {
	if s.Value == nil {
		return UnitRule{}, MatchNone
	}
	if len(s.Units) == 0 {
		return s.valueRule()
	}
	if len(s.Units[0].Codes) == 0 {
		return s.Units[0], MatchOne
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

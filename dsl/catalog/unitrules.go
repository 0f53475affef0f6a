package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// unitRules reads the rules by analyte and the places of their codes.
func (r *reader) unitRules(n *yaml.Node) (rules []UnitRule, codes []*yaml.Node) {
	r.entries(n, func(key, value *yaml.Node) {
		rule := UnitRule{Name: r.name(columnWord)(key)}
		r.fields(value, fields{
			"codes":  func(n *yaml.Node) { rule.Codes = r.texts(n); codes = append(codes, n.Content...) },
			"unit":   into(&rule.Unit, r.unit),
			"also":   into(&rule.Also, r.conversions),
			"bounds": into(&rule.Bounds, r.bounds),
			"grid":   into(&rule.Grid, r.cuts),
		}, "unit")
		slices.Sort(rule.Codes)
		for _, c := range rule.Also {
			if same(c.Unit, rule.Unit) {
				r.out.Add(needlessUnit(r.span(value), c.Unit))
			}
		}
		rules = append(rules, rule)
	})
	return rules, codes
}

// unit reads a UCUM unit. One that is not UCUM is a warning: it converts to itself only.
func (r *reader) unit(n *yaml.Node) string {
	unit := r.word(n)
	if unit != "" && !KnownUnit(unit) {
		r.out.Add(unknownUnit(r.span(n), unit))
	}
	return unit
}

func (r *reader) conversions(n *yaml.Node) []Conversion {
	var out []Conversion
	r.entries(n, func(key, value *yaml.Node) {
		c, ok := parseConversion(r.word(value))
		if !ok {
			r.out.Add(badConversion(r.span(value)))
		}
		c.Unit = r.unit(key)
		out = append(out, c)
	})
	slices.SortFunc(out, func(a, b Conversion) int { return strings.Compare(a.Unit, b.Unit) })
	return out
}

var linear = regexp.MustCompile(`^x(?: ([*/]) ([0-9.]+))?(?: ([+-]) ([0-9.]+))?$`)

// parseConversion reads "x", "x * 10.929 - 23.5" or "x / 18.016": linear, with a factor other than 0.
func parseConversion(text string) (Conversion, bool) {
	m := linear.FindStringSubmatch(text)
	if m == nil {
		return Conversion{}, false
	}
	factor, ok1 := operand(m[2], 1)
	offset, ok2 := operand(m[4], 0)
	if !ok1 || !ok2 || factor == 0 {
		return Conversion{}, false
	}
	if m[1] == "/" {
		factor = 1 / factor
	}
	if m[3] == "-" {
		offset = -offset
	}
	return Conversion{Factor: factor, Offset: offset}, true
}

func operand(text string, absent float64) (float64, bool) {
	if text == "" {
		return absent, true
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// checkCoded tells rules without codes in a source that has codes, and more than one in a source that has none.
func (r *reader) checkCoded(n *yaml.Node, s Source) {
	if len(s.Systems) == 0 && len(s.Units) > 1 {
		r.out.Add(manyRules(r.span(valueOf(n, "units"))))
	}
	for _, rule := range s.Units {
		if len(s.Systems) > 0 && len(rule.Codes) == 0 {
			r.out.Add(missingKey(r.span(valueOf(valueOf(n, "units"), rule.Name)), "codes"))
		}
	}
}

// checkUnits tells unit rules without a number to measure, and codes that are foreign or have two rules.
func (r *reader) checkUnits(n *yaml.Node, s Source, codes []*yaml.Node) {
	if len(s.Units) > 0 && (s.Value == nil || s.Value.Type.Kind != Number || s.Value.Type.Unit != "") {
		r.out.Add(misplaced(r.span(n), "units", "a source with a value of type number and no unit of its own"))
	}
	r.checkCoded(n, s)
	seen := map[string]bool{}
	for _, code := range codes {
		if system, _, _ := SplitCurie(code.Value); !slices.Contains(s.Systems, system) {
			r.out.Add(foreignCode(r.span(code), code.Value, s.Systems))
		}
		if seen[code.Value] {
			r.out.Add(duplicate(r.span(code), code.Value))
		}
		seen[code.Value] = true
	}
}

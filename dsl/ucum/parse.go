package ucum

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// The limits of an expression.
const (
	MaxBytes    = 64
	maxExponent = 30
	maxDepth    = 8
)

// perBody is the one annotation that means something: without it a clearance is that of the person.
const perBody = "{1.73_m2}"

// Parse reads a UCUM expression of case-sensitive codes, such as "mmol/L", "10*9/L" or "mL/(kg.h)". The error says what
// is wrong with the expression, in a sentence without an end.
func Parse(text string) (Unit, error) {
	u, err := parse(text, atoms())
	if err != nil {
		return Unit{}, err
	}
	return u.seal(), nil
}

// parser walks along an expression. Grammar (UCUM, section 2.3): term = ["/"] component {("." | "/") component}.
type parser struct {
	rest  string
	atoms map[string]atom
	alone bool // the expression is one symbol, so it may be a scale
	depth int
}

func parse(text string, atoms map[string]atom) (unit, error) {
	switch {
	case text == "":
		return unit{}, fmt.Errorf("the unit is empty; a number without unit is written 1")
	case len(text) > MaxBytes:
		return unit{}, fmt.Errorf("a unit has at most %d bytes", MaxBytes)
	}
	p := &parser{rest: text, atoms: atoms, alone: !strings.ContainsAny(outsideBrackets(text), "./(")}
	u, err := p.term()
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%q does not belong here: units are multiplied by . and divided by /", p.rest)
	}
	return u, err
}

// outsideBrackets leaves out what stands in brackets or braces.
func outsideBrackets(text string) string {
	var b strings.Builder
	inside := false
	for _, c := range text {
		if c == '[' || c == '{' {
			inside = true
		}
		if !inside {
			b.WriteRune(c)
		}
		if c == ']' || c == '}' {
			inside = false
		}
	}
	return b.String()
}

// term reads factors until something else comes.
func (p *parser) term() (unit, error) {
	out := one()
	sign := int64(1)
	if p.take('/') {
		sign = -1
	}
	for {
		c, err := p.component()
		if err != nil {
			return unit{}, err
		}
		if p.alone {
			return c, nil
		}
		out = out.times(c, sign)
		switch {
		case p.take('.'):
			sign = 1
		case p.take('/'):
			sign = -1
		default:
			return out, nil
		}
	}
}

func one() unit { return unit{factor: big.NewRat(1, 1), up: dimension{}, down: dimension{}} }

func (p *parser) take(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// component reads a symbol with its exponent and annotation, a number, an annotation, or a term in parentheses.
func (p *parser) component() (unit, error) {
	switch {
	case p.rest == "":
		return unit{}, fmt.Errorf("a unit is missing at the end")
	case p.rest[0] == '{':
		return p.annotation(one())
	case p.rest[0] == '(':
		return p.group()
	}
	u, err := p.symbol()
	if err != nil || p.rest == "" || p.rest[0] != '{' {
		return u, err
	}
	return p.annotation(u)
}

func (p *parser) group() (unit, error) {
	p.rest = p.rest[1:]
	if p.depth++; p.depth > maxDepth {
		return unit{}, fmt.Errorf("parentheses are nested more than %d deep", maxDepth)
	}
	u, err := p.term()
	if p.depth--; err == nil && !p.take(')') {
		err = fmt.Errorf("a parenthesis is not closed")
	}
	return u, err
}

// annotation reads {…}, which says something about u and leaves it as it is.
func (p *parser) annotation(u unit) (unit, error) {
	end := strings.IndexByte(p.rest, '}')
	if end < 0 {
		return unit{}, fmt.Errorf("a brace is not closed")
	}
	text := p.rest[:end+1]
	for _, c := range text[1:end] {
		if c < '!' || c > '~' || c == '{' {
			return unit{}, fmt.Errorf("what stands in braces is of ASCII letters, digits and signs, without spaces")
		}
	}
	p.rest = p.rest[end+1:]
	if text == perBody {
		u = u.times(unit{factor: big.NewRat(1, 1), up: dimension{perBody: 1}}, 1)
	}
	return u, nil
}

// symbol reads a number, or a unit with or without prefix and exponent.
func (p *parser) symbol() (unit, error) {
	if n := digits(p.rest); n > 0 && !strings.HasPrefix(p.rest, "10*") && !strings.HasPrefix(p.rest, "10^") {
		return p.number(n)
	}
	code := p.rest[:symbolEnd(p.rest)]
	if code == "" {
		return unit{}, fmt.Errorf("a unit is missing before %q", p.rest)
	}
	a, ok := p.look(code)
	if !ok {
		return unit{}, fmt.Errorf("%q is not a UCUM unit", code)
	}
	p.rest = p.rest[len(code):]
	n, has, err := p.exponent()
	switch {
	case err != nil:
		return unit{}, err
	case a.special && (has || !p.alone):
		return unit{}, fmt.Errorf("%s is a scale and cannot be multiplied or divided", code)
	case has || !p.alone:
		a.zero = nil
	}
	if !has {
		return a.unit, nil
	}
	return one().times(a.unit, n), nil
}

func (p *parser) number(n int) (unit, error) {
	text := p.rest[:n]
	p.rest = p.rest[n:]
	x, ok := new(big.Rat).SetString(text)
	if !ok || x.Sign() == 0 {
		return unit{}, fmt.Errorf("a unit cannot be 0 of another")
	}
	u := one()
	u.factor = x
	if p.rest != "" && !strings.ContainsRune("./){", rune(p.rest[0])) {
		return u, fmt.Errorf("a number and a unit are parted by a point: %s.%s", text, p.rest)
	}
	return u, nil
}

// exponent reads [+-]digits.
func (p *parser) exponent() (n int64, has bool, err error) {
	from := 0
	if p.rest != "" && (p.rest[0] == '+' || p.rest[0] == '-') {
		from = 1
	}
	end := from + digits(p.rest[from:])
	if end == from {
		if from == 1 {
			err = fmt.Errorf("digits are missing after %q", p.rest[:1])
		}
		return 1, false, err
	}
	n, err = strconv.ParseInt(p.rest[:end], 10, 64)
	if err != nil || n > maxExponent || n < -maxExponent || n == 0 {
		return 0, true, fmt.Errorf("an exponent is a whole number from -%d to %d and not 0", maxExponent, maxExponent)
	}
	p.rest = p.rest[end:]
	return n, true, nil
}

func digits(text string) int {
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// symbolEnd finds the end of a unit symbol: what is in brackets belongs to it, digits outside do not, except in 10*.
func symbolEnd(text string) int {
	if strings.HasPrefix(text, "10*") || strings.HasPrefix(text, "10^") {
		return 3
	}
	inside := false
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case inside:
		case strings.IndexByte("./(){}+-0123456789", c) >= 0:
			return i
		}
	}
	return len(text)
}

// look finds a unit as it is, or with a prefix before it.
func (p *parser) look(code string) (atom, bool) {
	if a, ok := p.atoms[code]; ok {
		return a, true
	}
	for _, n := range []int{2, 1} {
		if len(code) <= n {
			continue
		}
		factor, ok := prefixes[code[:n]]
		a, known := p.atoms[code[n:]]
		if ok && known && a.metric {
			a.factor = new(big.Rat).Mul(factor, a.factor)
			return a, true
		}
	}
	return atom{}, false
}

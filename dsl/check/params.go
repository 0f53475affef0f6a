package check

import (
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// valueOf is the value of a parameter: the one given, else the default. What is wrong with a given one is told at
// the parameter's name.
func (c *checker) valueOf(p *syntax.Param) syntax.Expr {
	if given, ok := c.Params[p.Name.Name]; ok {
		x := literalAt(p.Name.Place, given)
		if x == nil {
			c.say(badParam(p.Name))
		}
		return x
	}
	if p.Default == nil {
		c.say(noParamValue(p))
	}
	return p.Default
}

// literalAt moves a literal to another place of the text; nil for what is no literal.
func literalAt(at syntax.Place, x syntax.Expr) syntax.Expr {
	switch x := x.(type) {
	case *syntax.Number:
		return &syntax.Number{Place: at, Text: x.Text, Value: x.Value, Unit: x.Unit}
	case *syntax.DateLit:
		return &syntax.DateLit{Place: at, Text: x.Text}
	case *syntax.StringLit:
		return &syntax.StringLit{Place: at, Value: x.Value}
	case *syntax.BoolLit:
		return &syntax.BoolLit{Place: at, Value: x.Value}
	case *syntax.Curie:
		return &syntax.Curie{Place: at, Text: x.Text}
	case *syntax.Unary:
		if n, ok := x.X.(*syntax.Number); ok && x.Op == syntax.Neg {
			return &syntax.Unary{Place: at, Op: x.Op, X: literalAt(at, n)}
		}
	}
	return nil
}

// param checks that a parameter's value has its declared type.
func (c *checker) param(p *syntax.Param) bool {
	if !contains(paramTypes, p.Type.Name) {
		c.say(unknownType(p.Type, paramTypes))
		return false
	}
	x := c.valueOf(p)
	if x == nil {
		return false
	}
	if code, ok := x.(*syntax.Curie); ok {
		if p.Type.Name != string(catalog.Code) {
			c.say(otherParamType(p, string(catalog.Code)))
		}
		c.terms([]syntax.CodeTerm{{Place: code.Place, Curie: code.Text}})
		return p.Type.Name == string(catalog.Code)
	}
	t := c.definition(p.Name, x, scope{})
	got := paramType(t)
	if t.ok() && got != p.Type.Name && !(got == "int" && p.Type.Name == "number") {
		c.say(otherParamType(p, got))
		return false
	}
	return t.ok()
}

var paramTypes = []string{"bool", "int", "number", "string", "code", "date", "date-time", "duration"}

func paramType(t typed) string {
	if t.lit != nil {
		if _, ok := t.lit.duration(); ok {
			return "duration"
		}
		t = t.settled()
	}
	if t.x == nil {
		return ""
	}
	return string(t.x.Type().Kind)
}

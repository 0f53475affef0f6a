package sqlgen

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// expr writes x over the rows p of the stage and, inside a condition on events, e of the source. The cases are in
// the order of plan/expr.go.
func (c *scope) expr(x plan.Expr) sql {
	if c.err != nil {
		return atom("NULL")
	}
	out := c.condition(x)
	if len(out.text) > MaxText { // some forms write a part twice: stop before that adds up
		c.fail("an expression needs more than %d bytes of SQL; write it with fewer nested cases", MaxText)
		return atom("NULL")
	}
	return out
}

func (c *scope) exprs(xs []plan.Expr) []sql {
	out := make([]sql, len(xs))
	for i, x := range xs {
		out[i] = c.expr(x)
	}
	return out
}

func (c *scope) condition(x plan.Expr) sql {
	switch x := x.(type) {
	case *plan.Compare:
		return c.compare(x)
	case *plan.And:
		return join("AND", andLevel, c.exprs(x.Xs))
	case *plan.Or:
		return join("OR", orLevel, c.exprs(x.Xs))
	case *plan.Not:
		return sql{"NOT " + c.expr(x.X).in(isLevel), notLevel}
	case *plan.AtLeast:
		return c.atLeast(x)
	case *plan.In:
		return c.in(x)
	case *plan.InCodes:
		return c.inCodes(x)
	case *plan.IsMissing:
		return isNull(c.raw(x.X))
	}
	return c.value(x)
}

// compare writes a comparison. A code of an event is compared by its dictionary id where that will do.
func (c *scope) compare(x *plan.Compare) sql {
	literal, constant := x.R.(*plan.Const)
	switch {
	case isEventCode(x.L) && isEventCode(x.R):
		return binary(c.raw(x.L), operator(x.Op), c.raw(x.R), compareLevel)
	case isEventCode(x.L) && constant && literal.Value != nil && (x.Op == "=" || x.Op == "!="):
		is := c.codeIn(c.raw(x.L), []*plan.Const{literal})
		if x.Op == "!=" {
			return sql{"NOT " + is.in(isLevel), notLevel}
		}
		return is
	}
	return binary(c.expr(x.L), operator(x.Op), c.operand(x.R, x.L), compareLevel)
}

// operand writes y for a comparison with x: a whole number as one when x is one.
func (c *scope) operand(y, x plan.Expr) sql {
	if k, ok := y.(*plan.Const); ok && x.Type().Kind == catalog.Int {
		if v, ok := k.Value.(float64); ok {
			return limitOf(v, x.Type())
		}
	}
	return c.expr(y)
}

// limitOf writes v for a comparison with a value of type t.
func limitOf(v float64, t catalog.Type) sql {
	if n := int64(v); t.Kind == catalog.Int && float64(n) == v && n < 1<<53 && n > -1<<53 {
		return whole(n)
	}
	return double(v)
}

func operator(op string) string {
	if op == "!=" {
		return "<>"
	}
	return op
}

// atLeast takes the N-th largest of its conditions in the order false (0), unknown (1), true (2).
func (c *scope) atLeast(x *plan.AtLeast) sql {
	ranks := make([]sql, len(x.Xs))
	for i, y := range c.exprs(x.Xs) {
		ranks[i] = atom("coalesce(2 * CAST(%s AS INTEGER), 1)", y.text)
	}
	return atom("[false, NULL, true][1 + list_sort([%s], 'DESC')[%d]]", commas(ranks), x.N)
}

// in tests membership of a list of constants; that of a missing value is unknown.
func (c *scope) in(x *plan.In) sql {
	if isEventCode(x.X) {
		return c.codeIn(c.raw(x.X), x.Values)
	}
	values := make([]sql, len(x.Values))
	for i, v := range x.Values {
		values[i] = c.operand(v, x.X)
	}
	return sql{fmt.Sprintf("%s IN (%s)", c.expr(x.X).in(atomLevel), commas(values)), compareLevel}
}

func (c *scope) inCodes(x *plan.InCodes) sql {
	values := make([]*plan.Const, len(x.Codes.Codes))
	for i, code := range x.Codes.Codes {
		values[i] = plan.StringConst(code)
	}
	if isEventCode(x.X) {
		return c.codeIn(c.raw(x.X), values)
	}
	for i, code := range x.Codes.Codes { // other columns hold the code without its system
		_, bare, _ := catalog.SplitCurie(code)
		values[i] = plan.StringConst(bare)
	}
	return c.in(&plan.In{X: x.X, Values: values})
}

// codeIn tests a dictionary id. It is false for no codes. Else it is unknown for a missing id even when no stored event
// has any of the codes, so that the answer does not depend on the dictionary.
func (c *scope) codeIn(id sql, codes []*plan.Const) sql {
	if len(codes) == 0 {
		return atom("false")
	}
	var texts []string
	for _, k := range codes {
		if text, ok := k.Value.(string); ok {
			texts = append(texts, text)
		}
	}
	if known := c.known(texts); len(known) > 0 {
		return inIDs(id, known)
	}
	return binary(id, "<>", id, compareLevel)
}

// isEventCode reports whether x is a code that is stored as a dictionary id.
func isEventCode(x plan.Expr) bool {
	switch x := x.(type) {
	case *plan.Field:
		return x.Column.Name == catalog.CodeOf
	case *plan.Pick:
		return x.Column.Name == catalog.CodeOf
	}
	return false
}

// raw writes x, leaving a code of an event as its dictionary id.
func (c *scope) raw(x plan.Expr) sql {
	switch x := x.(type) {
	case *plan.Field:
		return c.current(x.Column.Name)
	case *plan.Count, *plan.Pick, *plan.Covered, *plan.Agg:
		if found, ok := c.found[c.featureKey(x)]; ok {
			return found
		}
		return atom("p.%s", c.columns[c.featureKey(x)])
	}
	return c.expr(x)
}

// current writes a column of the current event.
func (c *scope) current(column string) sql {
	if c.event == nil {
		c.fail("a column of an event stands outside a condition on events")
		return atom("NULL")
	}
	return c.event(column)
}

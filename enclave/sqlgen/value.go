package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// farthest bounds a step in time: dates of four-digit years stay far from the ends of DuckDB's calendar, however
// deep steps are nested.
var farthest = map[string]int{"days": 366_000, "months": 12_000, "minutes": 366_000 * 24 * 60}

// value writes what is no condition.
func (c *scope) value(x plan.Expr) sql {
	switch x := x.(type) {
	case *plan.Const:
		if x.Value == nil {
			return missing(x.Of)
		}
		return c.literal(x.Value)
	case *plan.Attr:
		return atom("p.%s", name("person."+x.Column.Name))
	case *plan.Field, *plan.Pick:
		if isEventCode(x) {
			return c.codeText(c.raw(x))
		}
		return c.raw(x)
	case *plan.End:
		return ending(x.Type().Kind == catalog.TimeKind, x.Open, c.current(catalog.Start), c.current(catalog.End))
	case *plan.Index:
		if !c.indexed {
			c.fail("the index date is used to find itself")
		}
		return atom("p.index_date")
	case *plan.InCohort:
		return sql{"p." + indexOf(x.Cohort) + " IS NOT NULL", isLevel}
	case *plan.IndexOf:
		return atom("p.%s", indexOf(x.Cohort))
	case *plan.Count, *plan.Covered, *plan.Agg:
		return c.raw(x)
	case *plan.Arith:
		return c.arith(x)
	case *plan.Convert:
		return c.convert(x)
	case *plan.Call:
		return c.function(x)
	case *plan.Case:
		return c.choose(x)
	}
	return c.date(x)
}

// codeText looks up the text of a dictionary id.
func (c *scope) codeText(id sql) sql {
	u := c.use("_codes")
	u.all = true
	u.column("id", "code")
	return atom(`(SELECT d."code" FROM %s d WHERE d."id" = %s)`, table("_codes"), id.text)
}

// number writes x as a DOUBLE.
func (c *scope) number(x plan.Expr) sql {
	if k, ok := x.(*plan.Const); ok {
		if n, ok := k.Value.(int64); ok {
			return double(float64(n))
		}
		return c.expr(x)
	}
	if x.Type().Kind == catalog.Int {
		return cast(c.expr(x), "DOUBLE")
	}
	return c.expr(x)
}

// as writes x as a value of type t.
func (c *scope) as(x plan.Expr, t catalog.Type) sql {
	if t.Kind == catalog.Number {
		return c.number(x)
	}
	return c.expr(x)
}

// arith calculates whole numbers in 128 bits (the left one draws the right one along), as an outcome beyond 64 bits
// is missing and no error.
func (c *scope) arith(x *plan.Arith) sql {
	level := sumLevel
	if x.Op == "*" || x.Op == "/" {
		level = productLevel
	}
	switch {
	case x.Op == "/":
		return binary(c.number(x.L), "/", nonZero(c.number(x.R)), level)
	case x.Of.Kind == catalog.Int:
		return narrow(binary(wide(c.expr(x.L)), x.Op, c.expr(x.R), level))
	}
	return binary(c.number(x.L), x.Op, c.number(x.R), level)
}

func wide(x sql) sql { return cast(x, "HUGEINT") }

// narrow is missing where x does not fit 64 bits. xor(y, 0) is y; it stands between TRY_CAST and a comparison, because
// DuckDB 1.5 would compare x itself, and not see that the outcome is missing.
func narrow(x sql) sql { return call("xor", tryCast(x, "BIGINT"), whole(0)) }

func nonZero(x sql) sql { return atom("CASE WHEN %s <> 0 THEN %s END", x.in(sumLevel), x.text) }

func (c *scope) convert(x *plan.Convert) sql {
	out := binary(c.number(x.X), "*", double(x.Factor), productLevel)
	switch {
	case x.Offset > 0:
		return binary(out, "+", double(x.Offset), sumLevel)
	case x.Offset < 0:
		return binary(out, "-", double(-x.Offset), sumLevel)
	}
	return out
}

func (c *scope) function(x *plan.Call) sql {
	switch x.Fn {
	case "abs":
		if x.Of.Kind == catalog.Int {
			return narrow(call("abs", wide(c.expr(x.Args[0]))))
		}
		return call("abs", c.number(x.Args[0]))
	case "round", "floor":
		if x.Of.Kind == catalog.Int { // as it is: a double could not hold every one
			return c.expr(x.Args[0])
		}
		return call(x.Fn, c.number(x.Args[0]))
	case "least", "greatest":
		return c.extremeNumber(x)
	}
	c.fail("no function %s", x.Fn)
	return atom("NULL")
}

// extremeNumber is missing if one argument is; DuckDB's least and greatest pass over the missing.
func (c *scope) extremeNumber(x *plan.Call) sql {
	var args []sql
	for _, a := range x.Args {
		args = append(args, c.as(a, x.Of))
	}
	known := known(x.Args, args)
	if len(known) == 0 {
		return call(x.Fn, args...)
	}
	return atom("CASE WHEN %s THEN %s END", strings.Join(known, " AND "), call(x.Fn, args...).text)
}

// known are the conditions that each of xs, written as texts, has a value, for those that may have none.
func known(xs []plan.Expr, texts []sql) []string {
	var out []string
	for i, x := range xs {
		if !always(x) {
			out = append(out, texts[i].in(atomLevel)+" IS NOT NULL")
		}
	}
	return out
}

// always reports whether x surely has a value: literals, the index date, the start of an event, and what follows.
func always(x plan.Expr) bool {
	switch x := x.(type) {
	case *plan.Const:
		return x.Value != nil
	case *plan.Field:
		return x.Column.Name == catalog.Start
	case *plan.End, *plan.Index:
		return true
	case *plan.AddDate:
		return always(x.X)
	case *plan.Day:
		return always(x.X)
	}
	return false
}

// choose writes a case. Without CatchUnknown, otherwise is taken only if every condition is false.
func (c *scope) choose(x *plan.Case) sql {
	text := "CASE"
	conds := make([]sql, len(x.Whens))
	for i, w := range x.Whens {
		conds[i] = c.expr(w.If)
		text += fmt.Sprintf(" WHEN %s THEN %s", conds[i].text, c.as(w.Then, x.Of).text)
	}
	switch k, constant := x.Else.(*plan.Const); {
	case constant && k.Value == nil:
	case x.CatchUnknown:
		text += " ELSE " + c.as(x.Else, x.Of).text
	default:
		text += fmt.Sprintf(" WHEN NOT %s THEN %s", join("OR", orLevel, conds).in(isLevel), c.as(x.Else, x.Of).text)
	}
	return atom("%s END", text)
}

func (c *scope) date(x plan.Expr) sql {
	switch x := x.(type) {
	case *plan.AddDate:
		return c.addDate(x)
	case *plan.Elapsed:
		return c.elapsed(x)
	case *plan.Day:
		return cast(c.expr(x.X), "DATE")
	case *plan.Part:
		return call(x.Which, c.expr(x.X))
	case *plan.Extreme: // of those that are not missing
		fn := map[bool]string{false: "least", true: "greatest"}[x.Last]
		return call(fn, c.exprs(x.Dates)...)
	}
	c.fail("no SQL for %T", x)
	return atom("NULL")
}

// addDate moves a date or a date-time.
func (c *scope) addDate(x *plan.AddDate) sql {
	return c.moved(c.expr(x.X), x.N, x.Unit, x.Type().Kind == catalog.TimeKind)
}

// moved is x and n units. DuckDB clamps to the end of the month as the plan asks.
func (c *scope) moved(x sql, n int, unit string, minutes bool) sql {
	if far := farthest[unit]; n > far || n < -far {
		c.fail("a step of %d %s is longer than a thousand years", n, unit)
	}
	op := "+"
	if n < 0 {
		op, n = "-", -n
	}
	if unit == "days" && !minutes {
		return binary(x, op, whole(int64(n)), sumLevel)
	}
	out := binary(x, op, atom("INTERVAL %d %s", n, strings.ToUpper(strings.TrimSuffix(unit, "s"))), sumLevel)
	if minutes {
		return out
	}
	return cast(out, "DATE")
}

// elapsed counts completed units; date_sub does so, also at ends of months (tested against the definition of
// [plan.Elapsed]), while date_diff counts boundaries.
func (c *scope) elapsed(x *plan.Elapsed) sql {
	from, to := c.expr(x.From), c.expr(x.To)
	switch x.Unit {
	case "days":
		return binary(to, "-", from, sumLevel)
	case "weeks", "months", "years", "hours", "minutes":
		return call("date_sub", atom("'%s'", strings.TrimSuffix(x.Unit, "s")), from, to)
	}
	c.fail("no unit %s", x.Unit)
	return atom("NULL")
}

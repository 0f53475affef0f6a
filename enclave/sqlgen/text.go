package sqlgen

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// sql is the text of an expression and how tightly its outermost operator binds.
type sql struct {
	text  string
	level int
}

// The levels, loosest first (DuckDB's grammar, which is PostgreSQL's; manual section 4.1.6).
const (
	orLevel = iota
	andLevel
	notLevel
	isLevel
	compareLevel
	sumLevel
	productLevel
	atomLevel
)

func atom(format string, args ...any) sql { return sql{fmt.Sprintf(format, args...), atomLevel} }

// in returns s as an operand of an operator of the given level, in brackets where it binds more loosely.
func (s sql) in(level int) string {
	if s.level < level {
		return "(" + s.text + ")"
	}
	return s.text
}

// binary writes l op r; r is bracketed as the operators are left-associative, and so is l of a comparison, which does
// not associate.
func binary(l sql, op string, r sql, level int) sql {
	left := level
	if level == compareLevel {
		left++
	}
	return sql{l.in(left) + " " + op + " " + r.in(level+1), level}
}

// call writes a function call.
func call(fn string, args ...sql) sql { return atom("%s(%s)", fn, commas(args)) }

func cast(x sql, to string) sql { return atom("CAST(%s AS %s)", x.text, to) }

// tryCast is missing where a cast would be an error.
func tryCast(x sql, to string) sql { return atom("TRY_CAST(%s AS %s)", x.text, to) }

func isNull(x sql) sql { return sql{x.in(atomLevel) + " IS NULL", isLevel} }

func commas(xs []sql) string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = x.text
	}
	return strings.Join(texts, ", ")
}

// join writes xs with AND or OR between them.
func join(op string, level int, xs []sql) sql {
	if len(xs) == 1 {
		return xs[0]
	}
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = x.in(notLevel)
	}
	return sql{strings.Join(texts, " "+op+" "), level}
}

// name quotes a name of the catalog.
func name(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// plain is a name that needs no quotes when a word of ours and an underscore stand before it.
var plain = regexp.MustCompile(`^[a-z0-9_]+$`)

// word makes a name of our own from parts.
func word(parts ...string) string {
	s := strings.Join(parts, "_")
	if plain.MatchString(s) {
		return s
	}
	return name(s)
}

// table names a stored table so that no WITH clause can stand in its place.
func table(s string) string { return "main." + name(s) }

func whole(n int64) sql {
	if n < 0 {
		return atom("(%d)", n)
	}
	return atom("%d", n)
}

// double writes x so that DuckDB reads a DOUBLE, not a DECIMAL.
func double(x float64) sql {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if !strings.Contains(text, "e") {
		text += "e0"
	}
	if x < 0 {
		text = "(" + text + ")"
	}
	return atom("%s", text)
}

// day writes a date. Years of other than four digits are counted from 1970, as the literal has no form for them.
func day(d catalog.Date) sql {
	if y := d.Time().Year(); y < 1 || y > 9999 {
		return binary(atom("DATE '1970-01-01'"), "+", whole(int64(d)), sumLevel)
	}
	return atom("DATE '%s'", d)
}

// moment writes a date-time, to which the same applies.
func moment(m catalog.Moment) sql {
	if y := m.Time().Year(); y < 1 || y > 9999 {
		return binary(atom("TIMESTAMP '1970-01-01'"), "+", atom("to_minutes(%d)", m), sumLevel)
	}
	return atom("TIMESTAMP '%s'", m)
}

// missing is a value of type t that is not there; a bare NULL has no type that a function could be chosen by.
func missing(t catalog.Type) sql {
	types := map[catalog.Kind]string{catalog.Bool: "BOOLEAN", catalog.Int: "BIGINT", catalog.Number: "DOUBLE", catalog.DateKind: "DATE", catalog.TimeKind: "TIMESTAMP"}
	return cast(atom("NULL"), cmp.Or(types[t.Kind], "VARCHAR"))
}

// literal writes a constant of the plan that is not missing.
func (g *generator) literal(v any) sql {
	switch v := v.(type) {
	case bool:
		return atom("%t", v)
	case int64:
		return whole(v)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			g.fail("a number is not finite")
		}
		return double(v)
	case catalog.Date:
		return day(v)
	case catalog.Moment:
		return moment(v)
	case string:
		return g.bind(v)
	}
	g.fail("a constant has the Go type %T", v)
	return atom("NULL")
}

package explain

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// cond says a condition as a clause: "there is at least one of the records of …".
func (w *writer) cond(x plan.Expr) string {
	switch x := x.(type) {
	case *plan.Compare:
		return w.compare(x)
	case *plan.And:
		return w.junction("and", x.Xs)
	case *plan.Or:
		return w.junction("or", x.Xs)
	case *plan.Not:
		if missing, ok := x.X.(*plan.IsMissing); ok {
			return w.say("known", w.value(missing.X))
		}
		return w.say("not", w.cond(x.X))
	case *plan.AtLeast:
		return w.say("at least", fmt.Sprint(x.N), w.alternatives(x.Xs))
	case *plan.In:
		values := make([]string, len(x.Values))
		for i, v := range x.Values {
			values[i] = w.constant(v)
		}
		if len(values) == 0 {
			return w.say("never")
		}
		return w.say("in", w.value(x.X), w.list("list.or", values))
	case *plan.InCodes:
		return w.say("in codes", w.value(x.X), w.codes(x.Codes))
	case *plan.IsMissing:
		return w.say("missing", w.value(x.X))
	case *plan.InCohort:
		return w.say("in cohort", w.name(x.Cohort))
	case *plan.Const:
		switch x.Value {
		case true:
			return w.say("always")
		case false:
			return w.say("never")
		}
		return w.say("unknown")
	}
	return w.say("holds", w.value(x))
}

// junction says several conditions: two short ones in one sentence, more of them as a list.
func (w *writer) junction(key string, xs []plan.Expr) string {
	if len(xs) == 2 && flat(xs[0]) && flat(xs[1]) {
		return w.say(key, w.cond(xs[0]), w.cond(xs[1]))
	}
	return w.say(key+".list", w.alternatives(xs))
}

func flat(x plan.Expr) bool {
	switch x.(type) {
	case *plan.And, *plan.Or, *plan.AtLeast:
		return false
	}
	return true
}

// alternatives are conditions as a list: (a) …; (b) …
func (w *writer) alternatives(xs []plan.Expr) string {
	parts := make([]string, len(xs))
	for i, x := range xs {
		mark := fmt.Sprint(i + 1)
		if i < 26 {
			mark = string(rune('a' + i))
		}
		parts[i] = fmt.Sprintf("(%s) %s", mark, w.cond(x))
	}
	return "[" + strings.Join(parts, "; ") + "]"
}

// compare says a comparison; that of a number of events as whether there are such events.
func (w *writer) compare(x *plan.Compare) string {
	if c, ok := x.L.(*plan.Count); ok {
		if n, ok := x.R.(*plan.Const); ok {
			if n, ok := n.Value.(int64); ok {
				return w.exists(c, x.Op, int(n))
			}
		}
	}
	kind := "number"
	switch x.L.Type().Kind {
	case catalog.DateKind:
		kind = "date"
	case catalog.String, catalog.Code, catalog.Bool:
		kind = "word"
	}
	if kind == "word" || x.Op == "=" || x.Op == "!=" {
		return w.say("word "+x.Op, w.value(x.L), w.value(x.R))
	}
	return w.say(kind+" "+x.Op, w.value(x.L), w.value(x.R))
}

// exists says how many events there are.
func (w *writer) exists(c *plan.Count, op string, n int) string {
	switch {
	case op == "<" && n > 1:
		op, n = "<=", n-1
	case op == ">" && n >= 0:
		op, n = ">=", n+1
	}
	if covers, ok := w.observed(c, op, n); ok {
		return covers
	}
	set := w.set(c.Set)
	what := ""
	if c.Distinct != "" {
		what = "." + c.Distinct
	}
	switch {
	case op == ">=" && n == 1:
		return w.say("exists", set)
	case op == "<" && n == 1, op == "<=" && n == 0, op == "=" && n == 0:
		return w.say("none", set)
	}
	return w.say("exists "+op+what, fmt.Sprint(n), set)
}

// observed says the rule that one interval of observation covers a time.
func (w *writer) observed(c *plan.Count, op string, n int) (string, bool) {
	if c.Set.Source.Name != "observation" || len(c.Set.Bounds) != 2 || op != ">=" || n != 1 {
		return "", false
	}
	from, to := "", ""
	for _, b := range c.Set.Bounds {
		if b.Column == catalog.Start {
			from = w.value(b.At)
		} else {
			to = w.value(b.At)
		}
	}
	if from == to {
		return w.say("registered", from), true
	}
	return w.say("observed", from, to), true
}

// value says a value as a noun: "the index date".
func (w *writer) value(x plan.Expr) string {
	switch x := x.(type) {
	case *plan.Const:
		return w.constant(x)
	case *plan.Attr:
		return w.attribute(x.Column)
	case *plan.Field:
		if w.outer {
			return w.say("field.outer", w.column(x.Column))
		}
		return w.say("field", w.column(x.Column))
	case *plan.End:
		return w.end(x)
	case *plan.Index:
		return w.say("index")
	case *plan.IndexOf:
		return w.say("index of", w.name(x.Cohort))
	case *plan.Count:
		return w.say("count"+map[string]string{"": "", "start": ".start", "code": ".code"}[x.Distinct], w.set(x.Set))
	case *plan.Pick:
		return w.pick(x)
	case *plan.Covered:
		return w.say("covered", w.value(x.From), w.value(x.To), w.set(x.Set))
	case *plan.Agg:
		return w.say("agg."+x.Fn, w.column(x.Column), w.set(x.Set))
	}
	return w.computed(x)
}

// end says the end of an event, with what stands for a missing one.
func (w *writer) end(x *plan.End) string {
	key := "end"
	if x.Open {
		key = "end.open"
	}
	if w.outer {
		key += ".outer"
	}
	return w.say(key)
}

// computed says what is made of other values.
func (w *writer) computed(x plan.Expr) string {
	if at, inYear, ok := plan.Age(x); ok {
		return w.say(map[bool]string{false: "age", true: "age.year"}[inYear], w.value(at))
	}
	switch x := x.(type) {
	case *plan.Arith:
		return w.say("arith "+x.Op, w.value(x.L), w.value(x.R))
	case *plan.Convert:
		return w.say("convert", w.value(x.X), x.Of.Unit)
	case *plan.Call:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = w.value(a)
		}
		return w.say("call."+x.Fn, w.list("list.and", args))
	case *plan.AddDate:
		key := ""
		if x.Type().Kind != catalog.DateKind {
			key = ".time"
		}
		if x.N < 0 {
			return w.say("before"+key, w.length(-x.N, x.Unit), w.value(x.X))
		}
		return w.say("after"+key, w.length(x.N, x.Unit), w.value(x.X))
	case *plan.Elapsed:
		return w.say("elapsed."+x.Unit, w.value(x.From), w.value(x.To))
	case *plan.Day:
		return w.say("day", w.value(x.X))
	case *plan.Part:
		return w.say("part."+x.Which, w.value(x.X))
	case *plan.Case:
		return w.choice(x)
	case *plan.Extreme:
		dates := make([]string, len(x.Dates))
		for i, d := range x.Dates {
			dates[i] = w.value(d)
		}
		return w.say(map[bool]string{false: "earliest", true: "latest"}[x.Last], w.list("list.and", dates))
	case *plan.Compare, *plan.And, *plan.Or, *plan.Not, *plan.AtLeast, *plan.In, *plan.InCodes, *plan.IsMissing, *plan.InCohort:
		return w.say("whether", w.cond(x))
	}
	return fmt.Sprintf("⟨%T⟩", x)
}

func (w *writer) choice(x *plan.Case) string {
	parts := make([]string, len(x.Whens))
	for i, when := range x.Whens {
		parts[i] = w.say("case.when", w.value(when.Then), w.cond(when.If))
	}
	key := "case"
	if x.CatchUnknown {
		key = "case.caught"
	}
	return w.say(key, strings.Join(parts, "; "), w.value(x.Else))
}

func (w *writer) constant(c *plan.Const) string {
	unit := ""
	if c.Of.Unit != "" {
		unit = " " + c.Of.Unit
	}
	switch v := c.Value.(type) {
	case nil:
		return w.say("nothing")
	case bool:
		return w.say(fmt.Sprint(v))
	case int64:
		return fmt.Sprint(v) + unit
	case float64:
		return w.number(v) + unit
	case string:
		return w.quoted(v)
	}
	return fmt.Sprint(c.Value)
}

// attribute names an attribute of the person; those that most catalogs have have words of their own.
func (w *writer) attribute(c *catalog.Column) string {
	if _, ok := w.words["attribute."+c.Name]; ok {
		return w.say("attribute." + c.Name)
	}
	return w.say("attribute", c.Name)
}

func (w *writer) name(cohort int) string {
	if cohort < len(w.plan.Cohorts) {
		return w.plan.Cohorts[cohort].Name
	}
	return fmt.Sprint(cohort)
}

package explain

import (
	"fmt"
	"slices"
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
	if inline(xs) {
		return w.say(key, w.cond(xs[0]), w.cond(xs[1]))
	}
	return w.say(key+".list", w.alternatives(xs))
}

// inline reports whether conditions fit in one sentence. After a condition on records, "and" would seem to go on with it.
func inline(xs []plan.Expr) bool {
	return len(xs) == 2 && flat(xs[0]) && flat(xs[1]) && !has(xs[0], func(s *plan.EventSet) bool { return s.Where != nil })
}

// has reports whether x has an event set of a kind, inside another one as well.
func has(x plan.Expr, kind func(*plan.EventSet) bool) (found bool) {
	plan.Walk(x, func(x plan.Expr) bool {
		for _, s := range plan.Sets(x) {
			found = found || slices.ContainsFunc(s.All(), kind)
		}
		return !found
	})
	return found
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
		parts[i] = w.cond(x)
	}
	return marked(parts)
}

func marked(parts []string) string {
	out := make([]string, len(parts))
	for i, part := range parts {
		mark := fmt.Sprint(i + 1)
		if i < 26 {
			mark = string(rune('a' + i))
		}
		out[i] = fmt.Sprintf("(%s) %s", mark, part)
	}
	return bracketed(strings.Join(out, "; "))
}

func bracketed(s string) string { return "[" + s + "]" }

// values says values behind each other, or as a list where one of them is about records and so can be long.
func (w *writer) values(xs []plan.Expr) string {
	parts, long := make([]string, len(xs)), false
	for i, x := range xs {
		parts[i] = w.value(x)
		long = long || has(x, func(*plan.EventSet) bool { return true })
	}
	if long && len(xs) > 1 {
		return marked(parts)
	}
	return w.list("list.and", parts)
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
	set := w.events(c.Set, true)
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
	if c.Set.Source.Name != "observation" || len(c.Set.Bounds) != 2 || c.Set.Where != nil || op != ">=" || n != 1 {
		return "", false
	}
	from, to := "", ""
	for _, b := range c.Set.Bounds {
		switch l := limitOf(b.Op, b.At); {
		case b.Column == catalog.Start && l.op == "<=":
			from = w.value(l.at)
		case b.Column == catalog.Start && l.op == "<" && l.at.Type().Kind == catalog.DateKind:
			from = w.value(&plan.AddDate{X: l.at, N: -1, Unit: "days"})
		case b.Column != catalog.Start && l.op == ">=":
			to = w.value(l.at)
		}
	}
	if from == "" || to == "" {
		return "", false
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
		if w.record != "" {
			return w.say("field.named", w.column(x.Column), w.record)
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
	if w.record != "" {
		return w.say(key+".named", w.record)
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
		return w.say("call."+x.Fn, w.values(x.Args))
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
		return w.say(map[bool]string{false: "earliest", true: "latest"}[x.Last], w.values(x.Dates))
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

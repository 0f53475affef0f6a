package lint

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// domain is what the rules so far leave of one expression: an interval of numbers or days, or a list of words.
type domain struct {
	low, high   float64
	lowX, highX bool     // the limit itself is left out
	words       []string // nil: every word
	denied      []string
	known       bool // a rule requires the value, or it is never missing
	last        diag.Span
}

func newDomain(x plan.Expr) *domain {
	return &domain{low: math.Inf(-1), high: math.Inf(1), known: (&plan.Dimension{X: x}).AlwaysKnown()}
}

// atom is a comparison of an expression with literals.
type atom struct {
	x      plan.Expr
	op     string // = != < <= > >= in
	number float64
	words  []string
}

// atoms are comparisons that hold of everybody whom a rule leaves. They are all of it when whole.
func atoms(r *plan.Rule) (out []atom, whole bool) {
	parts := []plan.Expr{r.Cond}
	switch x := r.Cond.(type) {
	case *plan.And:
		if !r.Exclude {
			parts = x.Xs
		}
	case *plan.Or:
		if r.Exclude {
			parts = x.Xs
		}
	}
	whole = true
	for _, part := range parts {
		a, ok := atomOf(part)
		if ok && r.Exclude {
			a, ok = a.negated()
		}
		if ok {
			out = append(out, a)
		}
		whole = whole && ok
	}
	return out, whole
}

func atomOf(x plan.Expr) (atom, bool) {
	switch x := x.(type) {
	case *plan.Compare:
		c, ok := x.R.(*plan.Const)
		if !ok {
			return atom{}, false
		}
		if v, ok := numberOf(c); ok {
			return atom{x: x.L, op: x.Op, number: v}.tight(), true
		}
		if v, ok := c.Value.(string); ok && (x.Op == "=" || x.Op == "!=") {
			return atom{x: x.L, op: map[string]string{"=": "in", "!=": "not in"}[x.Op], words: []string{v}}, true
		}
	case *plan.In:
		a := atom{x: x.X, op: "in", words: []string{}}
		for _, v := range x.Values {
			s, ok := v.Value.(string)
			if !ok {
				return atom{}, false
			}
			a.words = append(a.words, s)
		}
		return a, true
	}
	return atom{}, false
}

func numberOf(c *plan.Const) (float64, bool) {
	switch v := c.Value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case catalog.Date:
		return float64(v), true
	}
	return 0, false
}

// tight writes > 3 of whole numbers and days as >= 4.
func (a atom) tight() atom {
	if k := a.x.Type().Kind; k != catalog.Int && k != catalog.DateKind {
		return a
	}
	switch a.op {
	case ">":
		a.op, a.number = ">=", math.Floor(a.number)+1
	case "<":
		a.op, a.number = "<=", math.Ceil(a.number)-1
	}
	return a
}

var negations = map[string]string{"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "in": "not in", "not in": "in"}

func (a atom) negated() (atom, bool) {
	a.op = negations[a.op]
	return a.tight(), a.op != "!="
}

// narrow leaves of d what satisfies a, and reports whether that is less than before.
func (d *domain) narrow(a atom) (less bool) {
	before := *d
	switch a.op {
	case "=":
		d.atLeast(a.number, false)
		d.atMost(a.number, false)
	case ">=", ">":
		d.atLeast(a.number, a.op == ">")
	case "<=", "<":
		d.atMost(a.number, a.op == "<")
	case "in":
		if d.words == nil {
			d.words = slices.DeleteFunc(slices.Clone(a.words), func(w string) bool { return slices.Contains(d.denied, w) })
			return true
		}
		d.words = slices.DeleteFunc(slices.Clone(d.words), func(w string) bool { return !slices.Contains(a.words, w) })
	case "not in":
		d.denied = append(slices.Clone(d.denied), a.words...)
		d.words = slices.DeleteFunc(slices.Clone(d.words), func(w string) bool { return slices.Contains(a.words, w) })
		return before.words == nil || len(d.words) < len(before.words)
	case "!=":
		return true
	}
	return d.low != before.low || d.high != before.high || d.lowX != before.lowX || d.highX != before.highX || len(d.words) < len(before.words)
}

func (d *domain) atLeast(v float64, strict bool) {
	if v > d.low || v == d.low && strict {
		d.low, d.lowX = v, strict
	}
}

func (d *domain) atMost(v float64, strict bool) {
	if v < d.high || v == d.high && strict {
		d.high, d.highX = v, strict
	}
}

func (d *domain) empty() bool {
	return d.low > d.high || d.low == d.high && (d.lowX || d.highX) || d.words != nil && len(d.words) == 0
}

// contradictions finds rules that nobody passes who passed those before, rules after such a one, and rules that those
// before have decided.
func (l *linter) contradictions() {
	for _, p := range l.cohorts {
		domains := map[string]*domain{}
		seen := map[string]diag.Span{} // conditions of rules before
		for i, s := range p.rules {
			d, over := l.against(p.cohort.Rules[i], s.Span(), domains, seen)
			if d.Code != "" {
				l.say(d)
			}
			if over {
				if i+1 < len(p.rules) {
					l.say(unreachable(p.rules[i+1].Span()))
				}
				break
			}
		}
	}
}

// against holds one rule against those before it; over says that nobody is left.
func (l *linter) against(r *plan.Rule, at diag.Span, domains map[string]*domain, seen map[string]diag.Span) (d diag.Diagnostic, over bool) {
	text := plan.String(r.Cond)
	if c, ok := r.Cond.(*plan.Const); ok && c.Value == r.Exclude {
		return contradiction(at, at, "its condition never lets anybody through"), true
	}
	if first, ok := seen[fmt.Sprint(!r.Exclude)+text]; ok {
		return contradiction(at, first, "the same condition is included and excluded"), true
	}
	if first, ok := seen[fmt.Sprint(r.Exclude)+text]; ok {
		return noEffect(at, first), false
	}
	seen[fmt.Sprint(r.Exclude)+text] = at
	parts, whole := atoms(r)
	effect := !whole
	var decided diag.Span
	for _, a := range parts {
		key := plan.String(a.x)
		if domains[key] == nil {
			domains[key] = newDomain(a.x)
			domains[key].last = at
			effect = true
		}
		own := domains[key]
		before := own.last
		effect = own.narrow(a) || effect
		own.known = own.known || !r.Exclude
		decided = before
		if own.empty() && own.known {
			return contradiction(at, before, l.told(a.x)+" cannot be both"), true
		}
		own.last = at
	}
	if !effect && len(parts) > 0 {
		return noEffect(at, decided), false
	}
	return diag.Diagnostic{}, false
}

// told names an expression briefly.
func (l *linter) told(x plan.Expr) string {
	if _, _, ok := plan.Age(x); ok {
		return "the age"
	}
	switch x := x.(type) {
	case *plan.Attr:
		return "`" + x.Column.Name + "`"
	case *plan.Count:
		return "the number of events of `" + sourceName(x.Set) + "`"
	case *plan.Pick:
		return fmt.Sprintf("`%s` of the %s of `%s`", x.Column.Name, x.Which, sourceName(x.Set))
	case *plan.Agg:
		return fmt.Sprintf("the %s of `%s`", x.Fn, sourceName(x.Set))
	case *plan.Elapsed:
		return "the number of " + x.Unit
	case *plan.Index:
		return "the index date"
	}
	return "the value"
}

func sourceName(s *plan.EventSet) string { return strings.Trim(s.Source.Name, "()") }

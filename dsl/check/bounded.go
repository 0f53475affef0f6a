package check

import (
	"slices"

	"github.com/officina-enclave/officina/dsl/plan"
)

// unbounded reports whether a person about whom nothing is recorded would be a member: then the cohort is
// not what its text says, and its complement can be counted (LANGUAGE, Meaning 3).
func unbounded(c *plan.Cohort, registered bool) bool {
	if _, fixed := constDate(c.Index); !fixed || registered {
		return false
	}
	for _, r := range c.Rules {
		if v := blank(r.Cond); (v == yes) == r.Exclude {
			return false
		}
	}
	return true
}

// truth is a value of Kleene's logic.
type truth int

const (
	no truth = iota
	unknown
	yes
)

// blank evaluates a condition for a person without attributes and events. What it cannot tell is unknown,
// as nearly everything about such a person is.
func blank(x plan.Expr) truth {
	switch x := x.(type) {
	case *plan.Const:
		if b, ok := x.Value.(bool); ok {
			return truthOf(b)
		}
	case *plan.And:
		return slices.Min(each(x.Xs, yes))
	case *plan.Or:
		return slices.Max(each(x.Xs, no))
	case *plan.Not:
		return yes - blank(x.X)
	case *plan.AtLeast:
		return blankAtLeast(x)
	case *plan.IsMissing:
		return truthOf(!present(x.X))
	case *plan.Compare:
		return blankCompare(x)
	}
	return unknown
}

// each gives the truths of xs, and neutral so that there is one at least.
func each(xs []plan.Expr, neutral truth) []truth {
	out := []truth{neutral}
	for _, x := range xs {
		out = append(out, blank(x))
	}
	return out
}

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func blankAtLeast(x *plan.AtLeast) truth {
	count := map[truth]int{}
	for _, y := range x.Xs {
		count[blank(y)]++
	}
	switch {
	case count[yes] >= x.N:
		return yes
	case count[yes]+count[unknown] < x.N:
		return no
	}
	return unknown
}

// present reports whether a value exists without any record.
func present(x plan.Expr) bool {
	switch x := x.(type) {
	case *plan.Const:
		return x.Value != nil
	case *plan.Count, *plan.Index, *plan.IsMissing:
		return true
	}
	return false
}

// blankCompare knows counts, which are 0, and literals.
func blankCompare(x *plan.Compare) truth {
	l, lok := blankNumber(x.L)
	r, rok := blankNumber(x.R)
	if !lok || !rok {
		return unknown
	}
	switch x.Op {
	case "=":
		return truthOf(l == r)
	case "!=":
		return truthOf(l != r)
	case "<":
		return truthOf(l < r)
	case "<=":
		return truthOf(l <= r)
	case ">":
		return truthOf(l > r)
	}
	return truthOf(l >= r)
}

func blankNumber(x plan.Expr) (float64, bool) {
	switch x := x.(type) {
	case *plan.Count:
		return 0, true
	case *plan.Const:
		switch v := x.Value.(type) {
		case int64:
			return float64(v), true
		case float64:
			return v, true
		}
	}
	if d, ok := constDate(x); ok {
		return float64(d), true
	}
	return 0, false
}

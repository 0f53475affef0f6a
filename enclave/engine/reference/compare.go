package reference

import (
	"cmp"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
)

// compare is unknown if l or r is missing.
func compare(op string, l, r any) truth {
	if l == nil || r == nil {
		return unknown
	}
	n := order(l, r)
	switch op {
	case "=":
		return truthOf(n == 0)
	case "!=":
		return truthOf(n != 0)
	case "<":
		return truthOf(n < 0)
	case "<=":
		return truthOf(n <= 0)
	case ">":
		return truthOf(n > 0)
	case ">=":
		return truthOf(n >= 0)
	}
	fail("there is no comparison %s", op)
	return unknown
}

// order is below 0, 0 or above 0 as l comes before r, equals it, or comes after it. Texts are ordered by their bytes.
func order(l, r any) int {
	switch l := l.(type) {
	case bool:
		if r, ok := r.(bool); ok {
			return int(truthOf(l) - truthOf(r))
		}
	case int64:
		if r, ok := r.(int64); ok {
			return cmp.Compare(l, r)
		}
		if r, ok := r.(float64); ok {
			return cmp.Compare(float64(l), r)
		}
	case float64:
		if r, ok := double(r); ok {
			return cmp.Compare(l, r)
		}
	case string:
		if r, ok := r.(string); ok {
			return strings.Compare(l, r)
		}
	case catalog.Date:
		if r, ok := r.(catalog.Date); ok {
			return cmp.Compare(l, r)
		}
	case catalog.Moment:
		if r, ok := r.(catalog.Moment); ok {
			return cmp.Compare(l, r)
		}
	case never:
		if r == l {
			return 0
		}
		return 1
	}
	if r == (never{}) {
		return -1
	}
	fail("a %T is compared with a %T", l, r)
	return 0
}

// missingLast orders as order does, and puts what is missing at the end.
func missingLast(l, r any) int {
	switch {
	case l == nil && r == nil:
		return 0
	case l == nil:
		return 1
	case r == nil:
		return -1
	}
	return order(l, r)
}

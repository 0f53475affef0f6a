package reference

import (
	"github.com/officina-enclave/officina/dsl/catalog"
)

// addDate moves a date.
func addDate(v any, n int, unit string) any {
	d, ok := v.(catalog.Date)
	if !ok {
		return nil
	}
	return moved(d, n, unit)
}

// moved is d and n units. Months and years clamp to the end of the month.
func moved(d catalog.Date, n int, unit string) catalog.Date {
	switch unit {
	case "days":
		return d + catalog.Date(n)
	case "weeks":
		return d + catalog.Date(7*n)
	case "months":
		return d.AddMonths(n)
	case "years":
		return d.AddMonths(12 * n)
	}
	fail("there is no unit %s", unit)
	return d
}

// elapsed is the largest n such that n units after from are not after to; if to is earlier, that of the way back,
// negated.
func elapsed(unit string, from, to any) any {
	a, okA := from.(catalog.Date)
	b, okB := to.(catalog.Date)
	switch {
	case !okA || !okB:
		return nil
	case b < a:
		return -completed(unit, b, a)
	}
	return completed(unit, a, b)
}

func completed(unit string, from, to catalog.Date) int64 {
	n := 0
	for moved(from, n+1, unit) <= to {
		n++
	}
	return int64(n)
}

// part is the year, the quarter from 1 to 4, or the month from 1 to 12.
func part(which string, v any) any {
	d, ok := v.(catalog.Date)
	if !ok {
		return nil
	}
	year, month, _ := d.Time().Date()
	switch which {
	case "year":
		return int64(year)
	case "quarter":
		return int64(month-1)/3 + 1
	case "month":
		return int64(month)
	}
	fail("a date has no %s", which)
	return nil
}

// extreme is the earliest or the latest of those that are not missing.
func extreme(last bool, dates []any) any {
	var out any
	for _, d := range dates {
		switch {
		case d == nil:
		case out == nil, last && order(d, out) > 0, !last && order(d, out) < 0:
			out = d
		}
	}
	return out
}

package reference

import (
	"github.com/officina-enclave/officina/dsl/catalog"
)

// never is the end of an event that is not over: after every date and date-time, and equal to itself.
type never struct{}

const minutesOfDay = 24 * 60

// addDate moves a date or a date-time, which keeps its time of day but for hours and minutes.
func addDate(v any, n int, unit string) any {
	switch v := v.(type) {
	case catalog.Date:
		return moved(v, n, unit)
	case catalog.Moment:
		switch unit {
		case "minutes":
			return v + catalog.Moment(n)
		case "hours":
			return v + catalog.Moment(60*n)
		}
		day := v.Day()
		return midnight(moved(day, n, unit)) + (v - midnight(day))
	}
	return nil
}

func midnight(d catalog.Date) catalog.Moment { return catalog.Moment(d) * minutesOfDay }

// dayOf is the day of a date-time, and a day itself.
func dayOf(v any) any {
	if m, ok := v.(catalog.Moment); ok {
		return m.Day()
	}
	return v
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
	switch {
	case from == nil || to == nil:
		return nil
	case order(to, from) < 0:
		return -completed(unit, to, from)
	}
	return completed(unit, from, to)
}

// completed goes from one date to a later one in steps of a unit.
func completed(unit string, from, to any) int64 {
	n := 0
	if unit == "hours" || unit == "minutes" { // too many steps
		between := int(to.(catalog.Moment) - from.(catalog.Moment))
		return int64(between / map[string]int{"hours": 60, "minutes": 1}[unit])
	}
	for order(addDate(from, n+1, unit), to) <= 0 {
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

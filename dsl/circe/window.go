package circe

import "fmt"

// anchor is the event that a criterion is correlated with: the index, or the event of the where condition around it.
type anchor struct {
	at          string // index, event
	prior, post int    // days around it that are known to lie in its observation period
}

// bound is an end of a window in days from an anchor's date; open where the observation period, or nothing, ends it.
type bound struct {
	days int
	open bool
}

// window is a closed window about the start or the end of an event.
type window struct {
	lo, hi bound
	// date is the anchor's start, or its end.
	date string
	// ends is set where the window is about the event's end.
	ends bool
}

// window reads StartWindow or EndWindow; false where it says what has no words here. byDefault is what UseEventEnd is where it
// is absent.
func (im *importer) window(n *node, a anchor, byDefault bool) (window, bool) {
	w := window{date: a.at, ends: byDefault}
	if use := n.get("UseEventEnd"); use.is() {
		w.ends = use.flag()
	}
	if n.get("UseIndexEnd").flag() {
		w.date = "end of " + a.at
		if a.at == "index" {
			im.lost(n, Persons, "UseIndexEnd", "the end of the one index event has no name here; the window is left out")
			return w, false
		}
	}
	var lower, upper bool
	w.lo, lower = boundOf(n.get("Start"), -1)
	w.hi, upper = boundOf(n.get("End"), 1)
	if !lower || !upper {
		im.lost(n, Persons, "window", "it begins at the end of the observation period, or ends at its start; it is left out")
	}
	im.rest(n)
	return w, lower && upper
}

// boundOf reads one end. An end without days is that of the observation period on the side of its coefficient.
func boundOf(n *node, side float64) (bound, bool) {
	coeff, _ := n.get("Coeff").number()
	n.skip("TimeUnit", "TimeUnitValue")
	if _, ok := n.get("Days").number(); !ok {
		return bound{open: true}, coeff == side || !n.is()
	}
	if coeff < 0 {
		return bound{days: -n.get("Days").whole()}, true
	}
	return bound{days: n.get("Days").whole()}, true
}

// dates names the observation period of an anchor: its start and end.
func (im *importer) dates(a anchor) (from, to func() string) {
	if a.at == "index" {
		return func() string { im.defines.from = true; return "observed_from" },
			func() string { im.defines.to = true; return "observed_to" }
	}
	return func() string { return "(start of last observation_period ongoing at event)" },
		func() string { return "(end of last observation_period ongoing at event)" }
}

// phrases says where an event lies: by its start window, its end window (nil for none), and, unless free, that it begins in the
// observation period of the anchor.
func (im *importer) phrases(start window, end *window, a anchor, free bool) []string {
	if end != nil && ongoing(start, *end) {
		out := []string{"ongoing at " + a.at}
		if !free {
			out = append(out, "inside (observation_period ongoing at "+a.at+")")
		}
		return out
	}
	var out []string
	if end != nil && complete(start, *end) {
		return im.spanning(start, *end, a, free)
	}
	if start.ends {
		out = append(out, im.endedIn(start, a, free)...)
	} else {
		out = append(out, im.started(start, a, free))
	}
	if start.ends && !free {
		out = append(out, im.started(window{lo: bound{open: true}, hi: bound{open: true}}, a, free))
	}
	if end == nil {
		return out
	}
	if !end.ends {
		return append(out, im.started(*end, a, free))
	}
	return append(out, im.endedIn(*end, a, free)...)
}

// ongoing recognises what began by the anchor's day and ends not before it.
func ongoing(start, end window) bool {
	return !start.ends && end.ends && start.date == end.date && start.lo.open && start.hi == bound{} && end.lo == bound{} && end.hi.open
}

// complete recognises two windows about the start that make one: each bounds the other side, from one date of the anchor to
// another.
func complete(a, b window) bool {
	return !a.ends && !b.ends && a.lo.open != b.lo.open && a.hi.open != b.hi.open && a.lo.open != a.hi.open
}

// spanning says two windows that make one.
func (im *importer) spanning(lower, upper window, a anchor, free bool) []string {
	if lower.lo.open {
		lower, upper = upper, lower
	}
	out := []string{"from " + moved(lower.date, lower.lo.days) + " to " + moved(upper.date, upper.hi.days)}
	from, to := im.dates(a)
	if !free && lower.lo.days < -a.prior {
		out = append(out, "on or after "+from())
	}
	if !free && (upper.date != a.at || upper.hi.days > a.post) {
		out = append(out, "on or before "+to())
	}
	return out
}

// started is a phrase about the event's start.
func (im *importer) started(w window, a anchor, free bool) string {
	from, to := im.dates(a)
	lower := !free && (w.lo.open || w.lo.days < -a.prior)
	upper := !free && (w.hi.open || w.hi.days > a.post)
	x := w.date
	switch {
	case w.lo.open && w.hi.open && free:
		return ""
	case w.lo.open && w.hi.open:
		return "from " + from() + " to " + to()
	case w.lo.open && lower:
		return join("from "+from()+" to "+moved(x, w.hi.days), upper, "on or before "+lazy(upper, to))
	case w.hi.open && upper:
		return join("from "+moved(x, w.lo.days)+" to "+to(), lower, "on or after "+lazy(lower, from))
	}
	text := between(x, w)
	text = join(text, lower, "on or after "+lazy(lower, from))
	return join(text, upper, "on or before "+lazy(upper, to))
}

// lazy names a date only where it is wanted, because naming it defines it.
func lazy(wanted bool, name func() string) string {
	if !wanted {
		return ""
	}
	return name()
}

func join(text string, more bool, next string) string {
	if !more {
		return text
	}
	return text + " " + next
}

// between is the shortest phrase for a window about the start.
func between(x string, w window) string {
	lo, hi := w.lo.days, w.hi.days
	switch {
	case w.lo.open && hi == 0:
		return "on or before " + x
	case w.lo.open && hi == -1:
		return "before " + x
	case w.lo.open:
		return "on or before " + moved(x, hi)
	case w.hi.open && lo == 0:
		return "on or after " + x
	case w.hi.open && lo == 1:
		return "after " + x
	case w.hi.open:
		return "on or after " + moved(x, lo)
	case lo > hi: // never
		return "from " + moved(x, lo) + " to " + moved(x, hi)
	case lo == 0 && hi == 0:
		return "on " + x
	case lo == hi:
		return "on " + moved(x, lo)
	case -lo == hi && hi > 0:
		return "within " + days(hi) + " of " + x
	case hi == -1:
		return "within " + days(-lo) + " before " + x
	case lo == 1:
		return "within " + days(hi) + " after " + x
	case hi <= 0:
		return fmt.Sprintf("between %d and %s before %s", -hi, days(-lo), x)
	case lo >= 0:
		return fmt.Sprintf("between %d and %s after %s", lo, days(hi), x)
	}
	return "from " + moved(x, lo) + " to " + moved(x, hi)
}

// ended says a window about the event's end; "ending before" and "ending after" leave their day out.
func ended(w window) (out []string) {
	if !w.lo.open {
		out = append(out, "ending after "+moved(w.date, w.lo.days-1))
	}
	if !w.hi.open {
		out = append(out, "ending before "+moved(w.date, w.hi.days+1))
	}
	return out
}

// endedIn is ended, where an open upper side is that of the observation period. The lower one says nothing: the event begins in that
// period.
func (im *importer) endedIn(w window, a anchor, free bool) []string {
	out := ended(w)
	if _, to := im.dates(a); w.hi.open && !free {
		out = append(out, "ending before "+to()+" + 1 day")
	}
	return out
}

// moved is a date some days on.
func moved(x string, n int) string {
	switch {
	case n > 0:
		return x + " + " + days(n)
	case n < 0:
		return x + " - " + days(-n)
	}
	return x
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprint(n, " days")
}

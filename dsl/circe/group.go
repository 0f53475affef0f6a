package circe

import (
	"fmt"
	"strings"
)

// emptyGroup reports whether a group has nothing in it: then Circe asks nothing.
func emptyGroup(g *node) bool {
	return len(g.get("CriteriaList").list())+len(g.get("DemographicCriteriaList").list())+len(g.get("Groups").list()) == 0
}

// group says a group of criteria as a condition; "" where it asks nothing, or nothing of it can be said.
func (im *importer) group(g *node, a anchor) string {
	var conds []string
	add := func(cond string) {
		if cond != "" {
			conds = append(conds, cond)
		}
	}
	for _, c := range g.get("CriteriaList").list() {
		add(im.correlated(c, a))
	}
	for _, d := range g.get("DemographicCriteriaList").list() {
		add(im.demographic(d, a))
	}
	clears := im.clears
	for _, inner := range g.get("Groups").list() {
		add(im.group(inner, a))
	}
	im.clears = clears
	kind, n := strings.ToUpper(g.get("Type").text()), max(g.get("Count").whole(), 0)
	im.rest(g)
	return combined(kind, n, conds)
}

// combined joins conditions as the type of a group says.
func combined(kind string, n int, conds []string) string {
	list := "of (\n" + strings.Join(conds, ",\n") + ")"
	switch {
	case len(conds) == 0:
		return ""
	case kind == "AT_MOST":
		return fmt.Sprintf("not at least %d %s", n+1, list)
	case kind == "AT_LEAST" && n == 0:
		return ""
	case len(conds) == 1 && n <= 1:
		return conds[0]
	case kind == "ANY", kind == "AT_LEAST" && n == 1:
		return "any " + list
	case kind == "AT_LEAST":
		return fmt.Sprintf("at least %d %s", n, list)
	}
	return "all " + list
}

// demographic says what is asked of the person at the anchor.
func (im *importer) demographic(d *node, a anchor) string {
	conds := im.persons(d, a.at)
	conds = append(conds, im.compared(a.at, d.get("OccurrenceStartDate"), im.date))
	im.rest(d)
	var said []string
	for _, c := range conds {
		if c != "" {
			said = append(said, c)
		}
	}
	return combined("ALL", 0, said)
}

// correlated says how many events of a criterion there are around the anchor.
func (im *importer) correlated(c *node, a anchor) string {
	key, n := c.get("Criteria").only()
	occurrence := c.get("Occurrence")
	if !occurrence.is() || !c.get("StartWindow").is() {
		im.lost(c, Persons, key, "it does not say how often or when; circe-be does not run it either. It is left out")
		return ""
	}
	if key == "ObservationPeriod" && !says(n.v) {
		return im.observed(c, a)
	}
	clears := im.clears
	s := im.criterion(key, n)
	im.clears = clears
	if s == nil {
		return ""
	}
	before := s.copy()
	start, ok := im.place(s, c, a)
	if !ok {
		return ""
	}
	if c.get("IgnoreObservationPeriod").flag() && start.hi.days == -1 && !start.lo.open && !start.ends && !c.get("EndWindow").is() &&
		occurrence.get("Count").whole() == 0 && occurrence.get("Type").whole() < 2 {
		im.clears = append(im.clears, clear{-start.lo.days, []*set{before}})
	}
	im.rest(c)
	return im.often(s, occurrence)
}

// place adds the windows of a correlated criterion to its set.
func (im *importer) place(s *set, c *node, a anchor) (start window, ok bool) {
	if c.get("RestrictVisit").flag() {
		im.lost(c.get("RestrictVisit"), Persons, "RestrictVisit", "events do not tell their visit here; any visit counts")
	}
	if start, ok = im.window(c.get("StartWindow"), a, false); !ok {
		return start, false
	}
	var end *window
	if n := c.get("EndWindow"); n.is() {
		w, ok := im.window(n, a, true)
		if !ok {
			return start, false
		}
		end = &w
	}
	if s.ends == often && (start.ends || end != nil && end.ends) {
		im.near(c, Persons, "end of an event", "an event without an end ends the day after its start in Circe, and on its start here (or is open, for `ongoing at`)")
	}
	s.phrase(im.phrases(start, end, a, c.get("IgnoreObservationPeriod").flag())...)
	return start, true
}

// often says a count of events.
func (im *importer) often(s *set, o *node) string {
	kind, n, text := o.get("Type").whole(), max(o.get("Count").whole(), 0), s.text()
	column, distinct := o.get("CountColumn").text(), o.get("IsDistinct").flag()
	im.rest(o)
	if distinct && n > 1 {
		return im.distinct(kind, n, column, text, o)
	}
	switch {
	case n == 0 && kind == 2:
		im.lost(o, Persons, "at least 0", "that is so of everybody; it is left out, which matters in a group where not all is asked")
		return ""
	case n == 0:
		return "no " + text
	case kind == 0:
		return fmt.Sprintf("exactly %d %s", n, text)
	case kind == 1:
		return fmt.Sprintf("at most %d %s", n, text)
	case n == 1:
		return "any " + text
	}
	return fmt.Sprintf("at least %d %s", n, text)
}

// distinct says a count of different days or concepts.
func (im *importer) distinct(kind, n int, column, text string, o *node) string {
	op := [...]string{"=", "<=", ">="}[max(0, min(kind, 2))]
	switch column {
	case "START_DATE":
		return fmt.Sprintf("count days of %s %s %d", text, op, n)
	case "", "DOMAIN_CONCEPT":
		return fmt.Sprintf("count codes of %s %s %d", text, op, n)
	}
	im.lost(o, Persons, "CountColumn", "different days and different codes can be counted, different visits not; the criterion is left out")
	return ""
}

// observed says a criterion about observation periods: those of the anchor do not overlap, so it is about its own.
func (im *importer) observed(c *node, a anchor) string {
	start, ok := im.window(c.get("StartWindow"), a, false)
	end := window{lo: bound{open: true}, hi: bound{open: true}, ends: true}
	if n := c.get("EndWindow"); n.is() && ok {
		end, ok = im.window(n, a, true)
	}
	free, o := c.get("IgnoreObservationPeriod").flag(), c.get("Occurrence")
	if !ok || free || start.ends || !end.ends || !start.lo.open || !end.hi.open || o.get("Type").whole() != 2 || o.get("Count").whole() != 1 {
		im.lost(c, Persons, "ObservationPeriod", "only that one period reaches from before the entry event to after it can be said; it is left out")
		return ""
	}
	c.skip("RestrictVisit")
	from, to := a.at, a.at
	if !start.hi.open {
		from = moved(a.at, min(start.hi.days, 0))
	}
	if !end.lo.open {
		to = moved(a.at, max(end.lo.days, 0))
	}
	if start.hi.days > 0 || end.lo.days < 0 || from == to {
		return "registered at " + a.at
	}
	return "observed from " + from + " to " + to
}

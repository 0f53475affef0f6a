package circe

import (
	"fmt"
	"slices"
	"strings"
)

// exit says until when a person is followed: the end of Circe's cohort entry. Both ends are part of it.
func (im *importer) exit(root *node, e *entry) string {
	im.limits(root)
	root.get("ExpressionLimit").skip("Type")
	e.pad = root.get("CollapseSettings").get("EraPad")
	before := len(im.result.Parts)
	until := []string{im.strategy(root.get("EndStrategy"), e)}
	for _, c := range root.get("CensoringCriteria").list() {
		key, n := c.only()
		if key == "Death" && len(n.unread()) == 0 {
			until = append(until, "death")
			continue
		}
		if s := im.criterion(key, n); s != nil {
			s.phrase("on or after index")
			until = append(until, "first "+s.text())
		}
	}
	for i := range im.result.Parts[before:] {
		im.result.Parts[before+i].Effect = Exit
	}
	switch until[0] {
	case "index": // nothing is earlier
		until = until[:1]
	case "":
		until = until[1:]
		fallthrough
	default:
		im.defines.to = true
		until = append(until, "observed_to")
	}
	window := im.censored(root.get("CensorWindow"), e, &until)
	text := until[0]
	if len(until) > 1 {
		text = "first of (\n" + strings.Join(until, ",\n") + ")"
	}
	return window + "\n" + laid("  followup including index until "+text) + "\n"
}

// limits marks the limits as read, whichever way the entry took.
func (im *importer) limits(root *node) {
	for _, key := range []string{"QualifiedLimit", "ExpressionLimit"} {
		root.get(key).skip("Type")
		im.rest(root.get(key))
	}
}

// strategy is the date at which the end strategy ends the first entry, "" where the observation period ends it.
func (im *importer) strategy(s *node, e *entry) string {
	offset, era := s.get("DateOffset"), s.get("CustomEra")
	switch {
	case offset.is():
		n := offset.get("Offset").whole()
		if strings.EqualFold(offset.get("DateField").text(), "EndDate") {
			return im.afterEnd(offset, e, n)
		}
		return im.afterStart(e, n)
	case era.is():
		return im.drugEra(era, e)
	}
	im.rest(s)
	im.padded(e)
	return ""
}

// afterStart is the exit some days after the start of an event, or of the last of a chain of events.
func (im *importer) afterStart(e *entry, n int) string {
	reach := n + e.pad.whole()
	if e.alone || e.apart(reach) {
		return moved("index", n)
	}
	im.padded(e)
	return im.chain(e, n, reach)
}

// chain ends some days after the last of the events that follow one another closely: the first that none follows.
func (im *importer) chain(e *entry, n, reach int) string {
	if reach <= 0 {
		return moved("index", n)
	}
	last := e.events.copy()
	last.where("no " + e.events.text() + " within " + days(reach) + " after event")
	return moved("(start of first "+last.text()+")", n)
}

// afterEnd is the exit some days after the end of an event, or of an episode of events.
func (im *importer) afterEnd(at *node, e *entry, n int) string {
	if e.events == nil {
		return moved("index", n+1) // a death ends the day after it
	}
	switch {
	case e.events.mixed() && e.alone:
		im.lost(at, Exit, "EndDate", "events of several kinds have no end in common here; each counts as one day, as in Circe only those without an end do")
		fallthrough
	case e.events.ends == never && !e.events.mixed():
		return im.afterStart(e, n+1)
	case e.events.ends != always:
		im.near(at, Exit, "EndDate", "an event whose end is not recorded ends the day after its start in Circe, on the day itself here: "+
			"an entry that such an event ends is a day shorter, and one that begins a day later than the gap allows is not joined")
	}
	if e.alone {
		return moved("(end of "+e.which+" "+e.events.text()+")", n)
	}
	im.padded(e)
	return moved("(end of first episodes of ("+e.events.ended()+") gap "+days(max(n+e.pad.whole(), 0))+")", n)
}

// ended is the text of a set whose events have ends. Those of a union of several kinds have none in common, but episodes have.
func (s *set) ended() string {
	if !s.mixed() {
		return s.text()
	}
	var episodes []string
	for _, m := range s.members {
		c := m.copy()
		c.wheres = slices.Clone(s.wheres)
		c.where(m.wheres...)
		c.phrase(s.phrases...)
		episodes = append(episodes, "episodes of ("+c.text()+") gap 0 days")
	}
	return "(\n" + strings.Join(episodes, ",\n") + ")"
}

// padded notes what joining entries across observation periods changes.
func (im *importer) padded(e *entry) {
	if pad := e.pad.whole(); pad > 0 && !e.alone {
		im.near(e.pad, Exit, "EraPad", fmt.Sprintf("entries of two observation periods at most %s apart are one entry in Circe; here the first ends with its observation period. "+
			"So does one that a censoring event would cut between two padded events", days(pad)))
	}
}

// mixed reports whether a union has members that differ in what ends they have.
func (s *set) mixed() bool {
	if len(s.members) == 0 {
		return false
	}
	for _, m := range s.members {
		if m.ends != never {
			return s.ends == never
		}
	}
	return false
}

// apart reports whether entry events lie more than some days apart because of a condition that no such event went
// before: then no two are joined.
func (e *entry) apart(reach int) bool {
	for _, clear := range e.clear {
		if clear.days >= reach && e.events.covered(clear.events) {
			return true
		}
	}
	return reach <= 0
}

// covered reports whether each event of s is one of some sets.
func (s *set) covered(sets []*set) bool {
	parts := []*set{s}
	if len(s.members) > 0 {
		parts = nil
		for _, m := range s.members {
			c := m.copy()
			c.where(s.wheres...)
			parts = append(parts, c)
		}
	}
	for _, p := range parts {
		found := false
		for _, outer := range sets {
			found = found || p.within(outer)
		}
		if !found {
			return false
		}
	}
	return true
}

// drugEra is the end of the era of a drug that is under way at the index.
func (im *importer) drugEra(era *node, e *entry) string {
	gap, n := era.get("GapDays").whole(), era.get("Offset").whole()
	if im.padded(e); !e.alone && e.pad.whole() > gap {
		im.near(e.pad, Exit, "EraPad", "it joins entries of two eras of the drug, whose gap is longer than the eras allow; here the first entry ends with its era")
	}
	name := im.use(era.get("DrugCodesetId"))
	im.rest(era)
	if name == "" {
		im.lost(era, Exit, "CustomEra", "it is left out")
		return ""
	}
	return moved(fmt.Sprintf("(end of last episodes of (drug in %s) gap %s ongoing at index)", name, days(max(gap+n, 0))), n)
}

// censored is the rules for a censor window, which moves the start of an entry and its end, and drops what is left of none.
func (im *importer) censored(w *node, e *entry, until *[]string) string {
	start, end := w.get("StartDate").text(), w.get("EndDate").text()
	if start != "" {
		start = im.date(w.get("StartDate"), "gte")
	}
	if end != "" {
		end = im.date(w.get("EndDate"), "lte")
	}
	im.rest(w)
	rules := ""
	if end != "" {
		*until = append(*until, end)
		rules = fmt.Sprintf("  include \"In the censor window\" index <= %s\n", end)
	}
	switch {
	case start == "":
		return rules
	case len(*until) > 1 || (*until)[0] != "observed_to" || len(e.rules) > 0 || e.events == nil:
		im.lost(w.get("StartDate"), Persons, "StartDate", "an index date is moved only where nothing else depends on it; those who enter before the window's start are left out")
		return rules + fmt.Sprintf("  include \"In the censor window\" index >= %s\n", start)
	}
	e.entered = "start of " + e.index
	e.index = "last of (entered, " + start + ")"
	return rules + "  include \"In the censor window\" observed_to >= index\n"
}

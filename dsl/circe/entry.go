package circe

import (
	"slices"
	"strings"
)

// entry is what becomes of the entry events and their rules.
type entry struct {
	index    string   // after the word index
	events   *set     // the entry events that satisfy all conditions; nil where the index is a death
	which    string   // first, last
	alone    bool     // at most one event of a person is an entry event
	rules    []string // statements
	comments []string // labels of rules that are conditions on the events
	anchor   anchor
	pad      *node // how many days apart entries may be to be one
	clear    []clear
	entered  string // where a censor window moves the index: the date before
}

// clear is a condition of entry events that no event of some sets came in the days before.
type clear struct {
	days   int
	events []*set
}

// entry reads primary criteria, limits, additional criteria and inclusion rules.
func (im *importer) entry(root *node) *entry {
	primary := root.get("PrimaryCriteria")
	window := primary.get("ObservationWindow")
	e := &entry{which: "first", anchor: anchor{at: "index", prior: window.get("PriorDays").whole(), post: window.get("PostDays").whole()}}
	criteria := primary.get("CriteriaList").list()
	limit := primary.get("PrimaryCriteriaLimit").get("Type").text()
	im.rest(primary)
	switch {
	case len(criteria) == 1 && im.death(criteria[0], e), len(criteria) == 1 && im.single(criteria[0], e):
		im.asRules(root, e)
		return e
	}
	if e.events = im.candidates(criteria, e.anchor); e.events == nil {
		im.result.Text = "none"
		return e
	}
	im.limited(root, e, limit)
	e.index = e.which + " " + e.events.text()
	return e
}

// limited applies the three limits: rules are the cohort's once one event is left.
func (im *importer) limited(root *node, e *entry, limit string) {
	event := e.anchor
	event.at = "event"
	if one(limit) {
		e.which, e.alone = pick(limit), true
		im.asRules(root, e)
		return
	}
	additional := root.get("AdditionalCriteria")
	qualified := root.get("QualifiedLimit").get("Type").text()
	if says(additional.v) { // an empty group asks nothing, but the limit applies
		e.events.where(im.group(additional, event))
		if one(qualified) {
			e.which, e.alone = pick(qualified), true
			im.asRules(root, e)
			return
		}
	}
	im.asConditions(root, e, event)
}

func one(limit string) bool { return limit != "" && !strings.EqualFold(limit, "All") }

func pick(limit string) string {
	if strings.EqualFold(limit, "Last") {
		return "last"
	}
	return "first"
}

// candidates is the set of the entry events before limits and rules.
func (im *importer) candidates(criteria []*node, a anchor) *set {
	var members []*set
	for _, c := range criteria {
		key, n := c.only()
		if s := im.criterion(key, n); s != nil {
			members = append(members, s)
		}
	}
	if len(members) == 0 {
		return nil
	}
	for _, m := range members {
		m.wheres = slices.DeleteFunc(m.wheres, func(c string) bool { return c == "registered at event" })
	}
	s := union(members)
	s.wheres = append([]string{observedAround(a, "event")}, s.wheres...)
	return s
}

// observedAround asks for an observation period from the prior days to the post days of an event.
func observedAround(a anchor, at string) string {
	if a.prior == 0 && a.post == 0 {
		return "registered at " + at
	}
	return "observed from " + moved(at, -a.prior) + " to " + moved(at, a.post)
}

// death makes a death the index. A person dies once.
func (im *importer) death(c *node, e *entry) bool {
	key, n := c.only()
	if key != "Death" {
		return false
	}
	n.skip("DeathTypeExclude")
	e.index, e.alone = "death", true
	e.rules = append(e.rules, observation(e.anchor))
	if cause := n.get("CodesetId"); cause.is() {
		if s := im.coded("cause_of_death", never, cause); s != nil {
			e.include("", "any "+s.text())
		}
	}
	e.include("", im.compared("index", n.get("OccurrenceStartDate"), im.date))
	for _, cond := range im.persons(n, "index") {
		e.include("", cond)
	}
	im.rest(n)
	return true
}

// observation is the rule that asks for the observation around the index.
func observation(a anchor) string {
	switch {
	case a.prior > 0 && a.post == 0:
		return "lookback " + days(a.prior)
	case a.prior == 0 && a.post == 0:
		return `include "Under observation at index" registered at index`
	}
	return `include "Under observation around index" ` + observedAround(a, "index")
}

// readAtIndex are the keys of a criterion that can be asked of the index alone.
var readAtIndex = []string{"CodesetId", "First", "OccurrenceStartDate", "EraStartDate", "Age", "AgeAtStart", "Gender", "CorrelatedCriteria"}

// single makes the first event ever the index, and its conditions rules: a criterion with First has one event a person.
func (im *importer) single(c *node, e *entry) bool {
	key, n := c.only()
	n.skip(readAtIndex...)
	plain := n.get("First").flag() && n.get("CodesetId").is() && len(n.unread()) == 0
	for _, k := range readAtIndex {
		delete(n.seen, k)
	}
	if !plain {
		return false
	}
	if e.events = im.base(key, n); e.events == nil {
		im.result.Text = "none"
		return true
	}
	n.skip("First")
	e.index, e.alone = "first ever "+e.events.text(), true
	e.rules = append(e.rules, observation(e.anchor))
	for _, k := range []string{"OccurrenceStartDate", "EraStartDate"} {
		e.include("", im.compared("index", n.get(k), im.date))
	}
	for _, cond := range im.persons(n, "index") {
		e.include("", cond)
	}
	if g := n.get("CorrelatedCriteria"); says(g.v) && !emptyGroup(g) {
		e.include("", im.group(g, e.anchor))
	}
	im.rest(n)
	return true
}

func (e *entry) include(label, cond string) {
	switch {
	case cond == "":
	case label == "":
		e.rules = append(e.rules, "include "+cond)
	default:
		e.rules = append(e.rules, "include "+quote(label)+" "+cond)
	}
}

// asRules makes rules of the additional criteria and the inclusion rules.
func (im *importer) asRules(root *node, e *entry) {
	if g := root.get("AdditionalCriteria"); says(g.v) && !emptyGroup(g) && !g.seen["Type"] {
		e.include("Additional criteria", im.group(g, e.anchor))
	}
	for _, r := range root.get("InclusionRules").list() {
		e.include(r.get("name").text(), im.group(r.get("expression"), e.anchor))
		r.skip("description")
		im.rest(r)
	}
}

// asConditions makes the inclusion rules conditions on the entry events.
func (im *importer) asConditions(root *node, e *entry, event anchor) {
	limit := root.get("ExpressionLimit").get("Type").text()
	e.which, e.alone = pick(limit), one(limit)
	rules := root.get("InclusionRules").list()
	for _, r := range rules {
		im.clears = nil
		if cond := im.group(r.get("expression"), event); cond != "" {
			e.comments = append(e.comments, clean(r.get("name").text()))
			e.events.where(cond)
			e.cleared(r.get("expression").get("Type").text(), im.clears)
		}
		r.skip("description")
		im.rest(r)
	}
	if len(e.comments) > 0 {
		im.note("its inclusion rules are conditions on the entry events, because a later event may satisfy what the first does not; an attrition does not count them")
	}
	if !one(limit) {
		im.result.Parts = append(im.result.Parts, Part{Path: "ExpressionLimit", What: "All", Effect: Later,
			Why: "a cohort here has one index date a person: the start of the person's first entry. Later entries are left out"})
	}
}

// cleared notes the clean windows of one rule.
func (e *entry) cleared(kind string, clears []clear) {
	if !strings.EqualFold(kind, "ALL") || len(clears) == 0 {
		return
	}
	all := clear{days: clears[0].days}
	for _, c := range clears {
		all.days = min(all.days, c.days)
		all.events = append(all.events, c.events...)
	}
	e.clear = append(e.clear, all)
}

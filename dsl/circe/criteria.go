package circe

import (
	"strings"
	"time"
)

// domain says which source a kind of criterion is about.
type domain struct {
	source string
	ends   ending
	// byCode is the source of the same rows by their source concept, and its key.
	byCode, codeKey string
}

var domains = map[string]domain{
	"ConditionOccurrence": {"condition", often, "condition_source", "ConditionSourceConcept"},
	"ConditionEra":        {source: "condition_era"},
	"DrugExposure":        {source: "drug"},
	"DrugEra":             {source: "drug_era"},
	"ProcedureOccurrence": {source: "procedure", ends: often},
	"Measurement":         {source: "measurement", ends: never},
	"Observation":         {source: "finding", ends: never},
	"DeviceExposure":      {source: "device", ends: often},
	"VisitOccurrence":     {source: "visit"},
	"ObservationPeriod":   {source: "observation_period"},
}

// criterion is the set of the events that a criterion is about; nil, and a note, where it cannot be said.
func (im *importer) criterion(key string, n *node) *set {
	s := im.base(key, n)
	if s == nil {
		return nil
	}
	if n.get("First").flag() {
		s.where("no " + s.head + " before event")
	}
	for _, k := range []string{"OccurrenceStartDate", "EraStartDate", "PeriodStartDate"} {
		s.phrase(im.since(n.get(k)))
	}
	s.where(im.persons(n, "event")...)
	s.where(im.spans(n)...)
	s.where(im.values(n)...)
	if g := n.get("CorrelatedCriteria"); says(g.v) && !emptyGroup(g) {
		s.where("registered at event", im.group(g, anchor{at: "event"}))
	}
	im.rest(n)
	return s
}

// base is the source of a criterion with its codes.
func (im *importer) base(key string, n *node) *set {
	d, ok := domains[key]
	if key == "Death" {
		im.lost(n, Persons, key, "a death is a date of the person here and no event: it can be the index or end the follow-up, but not be one of several events; "+
			"the criterion is left out")
		return nil
	}
	if !ok {
		im.lost(n, Persons, key, "the standard catalog has no source for it; the criterion is left out")
		return nil
	}
	if code := n.get(d.codeKey); d.codeKey != "" && code.is() {
		if n.get("CodesetId").is() {
			im.lost(code, Persons, d.codeKey, "one event cannot be asked for its concept and its source concept at once; the source concept is left out")
		} else {
			return im.coded(d.byCode, d.ends, code)
		}
	}
	if id := n.get("CodesetId"); id.is() {
		return im.coded(d.source, d.ends, id)
	}
	return &set{head: d.source, ends: d.ends}
}

func (im *importer) coded(source string, ends ending, id *node) *set {
	name := im.use(id)
	if name == "" {
		return nil
	}
	return &set{head: source + " in " + name, ends: ends}
}

// since says a range of dates of the start as a phrase.
func (im *importer) since(n *node) string {
	op := n.get("Op").text()
	switch {
	case !n.is():
		return ""
	case op == "bt":
		return "from " + im.date(n.get("Value"), "gte") + " to " + im.date(n.get("Extent"), "lte")
	case dated[op] != "":
		return dated[op] + " " + im.date(n.get("Value"), op)
	}
	im.lost(n, Persons, "dates", "no phrase says this comparison; it is left out")
	return ""
}

var dated = map[string]string{"gt": "after", "gte": "since", "lt": "before", "lte": "until", "eq": "on"}

// date is the date of a comparison. Where that divides the days within a month, before the date or after it, a note says
// that a dataset with a grid of months refuses it.
func (im *importer) date(n *node, op string) string {
	given, err := time.Parse(time.DateOnly, n.text())
	if err != nil {
		im.lost(n, Persons, "date", "it is not written as a date; 1900-01-01 stands here in its place")
		return "1900-01-01"
	}
	text := given.Format(time.DateOnly)
	refused := n.path + ": a dataset whose period grid is a month refuses " + text
	first := given
	if op == "gt" || op == "lte" {
		first = given.AddDate(0, 0, 1)
	}
	switch days := first.Day() - 1; {
	case op == "eq":
		im.note("grid: " + refused + " alone; it allows a month or more")
	case days > 0:
		low, high := first.AddDate(0, 0, -days), first.AddDate(0, 0, -days).AddDate(0, 1, 0)
		back := given.Sub(first)
		im.note("grid: " + refused + "; the nearest that it allows are " + low.Add(back).Format(time.DateOnly) + " and " + high.Add(back).Format(time.DateOnly))
	}
	return text
}

// compared says a comparison with a number or date, "" where its operator is not known.
func (im *importer) compared(x string, n *node, write func(n *node, op string) string) string {
	op := n.get("Op").text()
	text := map[string]string{"lt": "<", "lte": "<=", "eq": "=", "gte": ">=", "gt": ">"}[op]
	switch {
	case !n.is():
		return ""
	case text != "":
		return x + " " + text + " " + write(n.get("Value"), op)
	case op == "bt":
		return x + " between " + write(n.get("Value"), "gte") + " and " + write(n.get("Extent"), "lte")
	case op == "!bt":
		return "not (" + x + " between " + write(n.get("Value"), "gte") + " and " + write(n.get("Extent"), "lte") + ")"
	}
	im.lost(n, Persons, "comparison", "its operator is not known; it is left out")
	return ""
}

func plain(n *node, _ string) string {
	f, _ := n.number()
	return digits(f)
}

// persons says what a criterion asks of the person: the age at the event, and the sex.
func (im *importer) persons(n *node, at string) (out []string) {
	for _, key := range []string{"Age", "AgeAtStart"} {
		out = append(out, im.age(n.get(key), at))
	}
	out = append(out, im.age(n.get("AgeAtEnd"), "(end of "+at+")"))
	return append(out, im.words(n.get("Gender"), "sex", map[int]string{8507: "male", 8532: "female"}),
		im.words(n.get("Race"), "race", map[int]string{8527: "white", 8516: "black", 8515: "asian", 8657: "native-american", 8557: "pacific-islander"}),
		im.words(n.get("Ethnicity"), "ethnicity", map[int]string{38003563: "hispanic", 38003564: "not-hispanic"}))
}

// age is the difference of two calendar years in Circe.
func (im *importer) age(n *node, at string) string {
	return im.compared("age in year of "+at, n, plain)
}

// words says which of an attribute's words are meant.
func (im *importer) words(n *node, attribute string, known map[int]string) string {
	var words []string
	for _, c := range n.list() {
		word := known[c.get("CONCEPT_ID").whole()]
		if word == "" {
			im.lost(c, Persons, attribute, "the standard catalog has no word for this concept; the condition is left out")
			return ""
		}
		words = append(words, `"`+word+`"`)
	}
	switch len(words) {
	case 0:
		return ""
	case 1:
		return attribute + " = " + words[0]
	}
	return attribute + " in (" + strings.Join(words, ", ") + ")"
}

// spans says what a criterion asks of the event's end and length, and how many records an era has.
func (im *importer) spans(n *node) (out []string) {
	for _, key := range []string{"EraLength", "VisitLength", "PeriodLength"} {
		out = append(out, im.compared("days between start and end", n.get(key), plain))
	}
	for _, key := range []string{"OccurrenceEndDate", "EraEndDate", "PeriodEndDate"} {
		out = append(out, im.compared("end", n.get(key), im.date))
	}
	return append(out, im.compared("occurrences", n.get("OccurrenceCount"), plain))
}

// values says the value of a measurement, which needs a unit here.
func (im *importer) values(n *node) []string {
	v, units := n.get("ValueAsNumber"), n.get("Unit")
	if !v.is() {
		return nil
	}
	unit := ""
	if l := units.list(); len(l) == 1 && l[0].get("VOCABULARY_ID").text() == "UCUM" {
		unit = l[0].get("CONCEPT_CODE").text()
	}
	if !strings.HasSuffix(strings.TrimSuffix(v.path, ".ValueAsNumber"), ".Measurement") || unit == "" {
		im.lost(v, Persons, "value", "numbers are compared by unit here, and only measurements have one; it names no single unit of UCUM, or is no measurement. It is left out")
		return nil
	}
	im.near(v, Persons, "value", "here values are converted to the catalog's unit, and missing where the catalog has no unit rule for the code; "+
		"Circe compares the number of rows that name this very unit")
	return []string{im.compared("value", v, func(n *node, op string) string { return plain(n, op) + " " + unit })}
}

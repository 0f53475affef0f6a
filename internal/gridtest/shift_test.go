// Package gridtest_test holds the grid of dates to its promise, by generation: whatever rule compiles, two persons whose
// lives are alike but for some days, or for the times of day, are told apart by none, as long as every date stays in its
// month and every time in its day (LANGUAGE, Meaning 6; PRIVACY, step 0). Intervals between a person's own events are the same in both lives, so no rule may differ.
package gridtest_test

import (
	"fmt"
	"maps"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// dataset is what an author writes about.
type dataset struct {
	name    string
	sets    []string // event sets without phrases
	head    string
	minutes bool
}

var clinic = dataset{name: "clinic", head: "codes e11 = ICD10:E11\n", sets: []string{
	"visit", `visit where (type = "inpatient")`, "drug", "drug in ATC:A10BA02", "condition in e11", "condition", "measurement in LOINC:2345-7", "score"}}

var sensors = dataset{name: "sensors", minutes: true, sets: []string{
	"visit", `visit where (type = "inpatient")`, "condition", "wearable.cgm", "exposure.pm25"}}

// author writes rules about dates. Inside a where condition it may name the current event.
type author struct {
	t *rapid.T
	dataset
}

func (a author) pick(words ...string) string { return rapid.SampledFrom(words).Draw(a.t, "word") }

func (a author) length() string {
	if a.minutes && a.pick("days", "hours") == "hours" {
		return a.pick("2 hours", "90 minutes", "36 hours")
	}
	return a.pick("1 day", "5 days", "2 weeks", "30 days", "45 days", "1 month", "2 months", "1 year")
}

// date is an expression for a day; on the grid or not, recorded or fixed, moved or not.
func (a author) date(depth int, inside bool) string {
	if depth <= 0 {
		words := []string{"index", "index", "death", "index of other", a.fixed(), a.fixed(), "data_end", "data_start"}
		if inside {
			words = append(words, "event", "event", "start", "event")
		}
		return a.pick(words...)
	}
	switch a.pick("leaf", "pick", "pick", "pick", "moved", "moved", "extreme", "case") {
	case "pick":
		return a.event(depth-1, inside)
	case "moved":
		return "(" + a.date(depth-1, inside) + a.pick(" + ", " - ") + a.length() + ")"
	case "extreme":
		return a.pick("first", "last") + " of (" + a.date(depth-1, inside) + ", " + a.date(depth-1, inside) + ")"
	case "case":
		return "(when " + a.rule(depth-1, inside) + " then " + a.date(depth-1, inside) + " otherwise " + a.date(depth-1, inside) + ")"
	}
	return a.date(0, inside)
}

// fixed is a day, on the grid or not.
func (a author) fixed() string {
	first, _ := catalog.ParseDate("2019-06-01")
	first = first.AddMonths(rapid.IntRange(0, 24).Draw(a.t, "month"))
	return (first + catalog.Date(rapid.SampledFrom([]int{-1, -1, 0, 0, 14, 27}).Draw(a.t, "day"))).String()
}

// aimed is a rule that would tell a day, if it compiled.
func (a author) aimed(inside bool) string {
	n := rapid.IntRange(1, 60).Draw(a.t, "n")
	from := "index"
	if inside {
		from = "event"
	}
	switch a.pick("nearest", "covered", "proportion", "elapsed", "midnight") {
	case "midnight":
		return fmt.Sprintf("first visit + %d minutes%s", 60*n, a.pick(" = first condition", " > first condition", " = index", " < first of (first visit, death) + 1 day"))
	case "nearest":
		return "nearest to " + a.fixed() + " of visit" + a.pick(" = first visit", " < last visit", " after "+from+" = first visit after "+from)
	case "covered":
		return fmt.Sprintf("days covered by %s %s >= %d", a.pick("visit", "condition"), a.pick("from "+from+" to "+a.fixed(), "from "+a.fixed()+" to death", "during followup"), n)
	case "proportion":
		return fmt.Sprintf("proportion covered by %s from %s to %s >= %.3f", a.pick("visit", "condition"), from, a.pick(a.fixed(), "first of (death, "+a.fixed()+")"), 1/float64(n))
	}
	return fmt.Sprintf("days between %s and %s >= %d", from, a.pick(a.fixed(), "first of ("+a.fixed()+", last visit)"), n)
}

// event is one event of a set, used as a date.
func (a author) event(depth int, inside bool) string {
	which := a.pick("first ", "last ", "2nd ", "nearest to "+a.date(depth-1, inside)+" of ", "highest ", "lowest ")
	return a.pick("", "", "end of ", "start of ") + which + a.set(depth, inside)
}

// set is an event set with phrases.
func (a author) set(depth int, inside bool) string {
	out := rapid.SampledFrom(a.sets).Draw(a.t, "set")
	if depth > 0 {
		switch a.pick("plain", "plain", "plain", "union", "episodes", "where") {
		case "union":
			out = "(" + a.set(depth-1, inside) + ", " + a.set(depth-1, inside) + ")"
		case "episodes":
			out = "(episodes of (" + a.set(depth-1, inside) + ") gap " + a.length() + ")"
		case "where":
			out = a.pick("visit", "condition") + " where (" + a.rule(depth-1, true) + ")"
		}
	}
	most := 2
	if depth < 0 {
		most = 0
	}
	for range rapid.IntRange(0, most).Draw(a.t, "phrases") {
		out += " " + a.phrase(depth-1, inside)
	}
	return out
}

func (a author) phrase(depth int, inside bool) string {
	d := func() string { return a.date(depth, inside) }
	windows := []string{"followup", "span", "(" + a.set(min(depth, -1), inside) + ")"}
	if inside {
		windows = append(windows, "event", "event")
	}
	switch a.pick("point", "point", "within", "within", "between", "from", "during", "during", "ongoing", "ending", "sequence", "sequence", "apart") {
	case "within":
		return "within " + a.length() + a.pick(" before ", " after ", " of ") + d()
	case "between":
		return "between 5 and 40 days " + a.pick("before ", "after ") + d()
	case "from":
		return "from " + d() + " to " + d()
	case "during":
		return a.pick("during ", "inside ") + a.pick(windows...)
	case "ongoing":
		return "ongoing at " + d()
	case "ending":
		return "ending " + a.pick("before ", "after ") + d()
	case "sequence":
		return a.pick("followed by ", "preceded by ") + "(" + a.set(depth-1, inside) + ")" + a.pick("", " within "+a.length())
	case "apart":
		return "at least " + a.length() + " apart"
	}
	return a.pick("before ", "after ", "on ", "on or before ", "on or after ", "since ", "until ") + d()
}

// number is an expression for a number that comes from dates.
func (a author) number(depth int, inside bool) string {
	d := func() string { return a.date(depth-1, inside) }
	switch a.pick("between", "between", "count", "covered", "covered", "share", "part", "age", "value") {
	case "count":
		return a.pick("count of ", "count days of ") + a.set(depth, inside)
	case "covered":
		return a.pick("days", "proportion") + " covered by " + a.set(depth-1, inside) + a.pick(" during followup", " during span", " from "+d()+" to "+d())
	case "share":
		return "share of " + a.set(depth-1, inside) + " that (" + a.rule(depth-1, true) + ")"
	case "part":
		return a.pick("year", "quarter", "month") + " of " + d()
	case "age":
		return a.pick("age at ", "age in year of ") + d()
	case "value":
		return "value of nearest to " + d() + " of " + a.pick("score", "wearable.cgm")
	}
	return a.pick("days", "weeks", "months", "years", "hours", "minutes") + " between " + d() + " and " + d()
}

func (a author) rule(depth int, inside bool) string {
	compare := a.pick(" < ", " <= ", " > ", " >= ", " = ", " != ")
	switch a.pick("dates", "dates", "pair", "aimed", "exists", "exists", "exists", "number", "number", "cohort", "known", "observed") {
	case "aimed":
		return a.aimed(inside)
	case "pair": // two ways from one date, which meet or not
		x, days := "index", rapid.IntRange(1, 31).Draw(a.t, "days")
		if inside {
			x = a.pick("event", "index")
		}
		back := rapid.IntRange(-2, 2).Draw(a.t, "back")
		l, r := fmt.Sprintf("(%s + %d days)", x, days), fmt.Sprintf("%s + %d days", x, days+30+back)
		return a.pick(l+" + 1 month"+compare+r, "months between "+l+" and "+r+compare+"1", "years between "+l+" and "+r+" + 335 days"+compare+"1")
	case "exists":
		return a.pick("any ", "no ", "at least 2 ", "exactly 1 ") + a.set(depth, inside)
	case "number":
		n := a.number(depth, inside)
		if rapid.Bool().Draw(a.t, "two") {
			return n + compare + a.number(depth-1, inside)
		}
		return n + compare + a.pick("0", "1", "5", "14", "40", "0.5", "2020", "18", "14 days", "3 months", "2 hours")
	case "cohort":
		return "in cohort other " + a.pick("", a.phrase(depth-1, inside))
	case "known":
		return "(" + a.date(depth, inside) + ") is " + a.pick("known", "missing")
	case "observed":
		return a.pick("registered at "+a.date(depth-1, inside), "observed from "+a.date(depth-1, inside)+" to "+a.date(depth-1, inside))
	}
	return a.date(depth, inside) + compare + a.date(depth, inside)
}

const query = `study "x"
%scohort other { index first visit since 2020-01-01 }
cohort c {
  index %s
  window span from %s to %s
  followup until %s
  include %s
}
report count of c
`

// life is a person whose dates have a day of the month from 6 to 19, so that a few days either way keep the month, and a
// month more keeps the day.
func (a author) life() reference.Person {
	day := func() catalog.Date {
		first, _ := catalog.ParseDate("2019-11-01")
		return first.AddMonths(rapid.IntRange(0, 15).Draw(a.t, "month")) + catalog.Date(rapid.IntRange(5, 18).Draw(a.t, "day"))
	}
	start := func() any {
		if a.minutes {
			return catalog.Moment(day())*24*60 + catalog.Moment(rapid.IntRange(6*60, 18*60-1).Draw(a.t, "minute"))
		}
		return day()
	}
	end := func(from any) any {
		switch from := from.(type) {
		case catalog.Date:
			if to := day(); to >= from {
				return to
			}
		case catalog.Moment:
			if to := catalog.Moment(day())*24*60 + 12*60; to >= from {
				return to
			}
		}
		return nil
	}
	events := map[string][]reference.Row{}
	add := func(source string, most int, row func() reference.Row) {
		for range rapid.IntRange(0, most).Draw(a.t, source) {
			events[source] = append(events[source], row())
		}
	}
	number := func(most int) float64 { return float64(rapid.IntRange(1, most).Draw(a.t, "value")) }
	add("visit", 4, func() reference.Row {
		from := start()
		return reference.Row{"start": from, "end": end(from), "type": a.pick("inpatient", "outpatient")}
	})
	add("condition", 4, func() reference.Row {
		return reference.Row{"start": day(), "code": a.pick("ICD10:E11", "ICD10:I10")}
	})
	add("drug", 4, func() reference.Row {
		from := day()
		return reference.Row{"start": from, "end": end(from), "code": a.pick("ATC:A10BA02", "ATC:A10BK01")}
	})
	add("measurement", 3, func() reference.Row {
		return reference.Row{"start": day(), "code": "LOINC:2345-7", "value": number(20)}
	})
	add("score", 3, func() reference.Row { return reference.Row{"start": day(), "value": number(20)} })
	add("wearable.cgm", 4, func() reference.Row { return reference.Row{"start": start(), "value": number(20)} })
	add("exposure.pm25", 3, func() reference.Row { return reference.Row{"start": day(), "value": number(20)} })
	add("observation", 2, func() reference.Row {
		from := day()
		return reference.Row{"start": from, "end": end(from)}
	})
	birth, _ := catalog.ParseDate("1975-03-10")
	attributes := reference.Row{"birth_date": birth}
	if rapid.Bool().Draw(a.t, "died") {
		death, _ := catalog.ParseDate("2020-11-12") // its grid is 3 months
		attributes["death"] = death
	}
	return reference.Person{Attributes: attributes, Events: events}
}

// shifted is the same life some days later, or with all times of day some minutes later.
func shifted(p reference.Person, days, minutes int) reference.Person {
	row := func(r reference.Row) reference.Row {
		out := maps.Clone(r)
		for name, v := range r {
			switch v := v.(type) {
			case catalog.Date:
				out[name] = v + catalog.Date(days)
			case catalog.Moment:
				out[name] = v + catalog.Moment(days)*24*60 + catalog.Moment(minutes)
			}
		}
		return out
	}
	out := reference.Person{Attributes: row(p.Attributes), Events: map[string][]reference.Row{}}
	for source, rows := range p.Events {
		for _, r := range rows {
			out.Events[source] = append(out.Events[source], row(r))
		}
	}
	return out
}

func TestNoRuleTellsDaysOfAMonth(t *testing.T) {
	for _, d := range []dataset{clinic, sensors} {
		t.Run(d.name, func(t *testing.T) {
			target := read(t, d.name)
			tried, compiled, members := 0, 0, 0
			rapid.Check(t, func(t *rapid.T) {
				a := author{t, d}
				depth := rapid.IntRange(0, 2).Draw(t, "depth")
				index := a.pick("first visit", "last condition", "first drug", "2020-01-01", "first of (first visit, first condition)")
				if d.minutes {
					index = a.pick("first visit", "last condition", "first wearable.cgm", "2020-01-01")
				}
				text := fmt.Sprintf(query, d.head, index, a.date(0, false), a.date(1, false), a.date(1, false), a.rule(depth, false))
				p, _ := dsl.Compile("q.cohort", text, nil, target)
				if tried++; p == nil {
					return
				}
				compiled++
				for range 6 {
					life := a.life()
					here := member(t, p, life)
					if here == [2]any{-1, false} {
						members++
					}
					for _, by := range [][2]int{{-4, 0}, {-1, 0}, {2, 0}, {7, 0}, {0, -330}, {0, 45}, {0, 330}} {
						if there := member(t, p, shifted(life, by[0], by[1])); there != here {
							t.Fatalf("%s\ntells a life (%v) from the same %d days and %d minutes later (%v):\n%v\n%s", text, here, by[0], by[1], there, life, p.Canonical())
						}
					}
				}
			})
			t.Logf("of %d rules %d compiled; %d lives were members", tried, compiled, members)
			if compiled < tried/20 || members == 0 {
				t.Error("too few rules compiled, or nobody is a member")
			}
		})
	}
}

func read(t *testing.T, name string) dsl.Target {
	t.Helper()
	text := func(ending string) []byte {
		b, err := os.ReadFile("../../dsl/testdata/catalogs/" + name + ending)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	c, list := catalog.Parse(name, text(".yaml"))
	v, more := catalog.ParseVocabulary(text(".csv"))
	if list.Failed() || more.Failed() {
		t.Fatal(list, more)
	}
	return dsl.Target{Catalog: c, Vocabulary: v}
}

// member tells whether a person is in cohort c, or that no index date is there.
func member(t *rapid.T, p *plan.Plan, person reference.Person) any {
	for i, c := range p.Cohorts {
		if c.Name != "c" {
			continue
		}
		w, err := reference.Follow(p, i, person)
		if err != nil {
			t.Fatal(err)
		}
		if w.Index() == nil {
			return nil
		}
		removed, unknown := w.Removed()
		return [2]any{removed, unknown}
	}
	return nil
}

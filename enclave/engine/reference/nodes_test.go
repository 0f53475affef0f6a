package reference_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// The sources of the stories below: stays have an end, drugs share their code with nothing, and readings have minutes.
var (
	stay    = &catalog.Source{Name: "stay", Timed: true, End: true, Systems: []string{"W"}}
	drug    = &catalog.Source{Name: "drug", Timed: true, Systems: []string{"ATC"}, Value: value}
	reading = &catalog.Source{Name: "reading", Timed: true, Minutes: true, End: true, Value: value}

	dateKind = catalog.Type{Kind: catalog.DateKind}
	timeKind = catalog.Type{Kind: catalog.TimeKind}
)

// told reads rows such as "lab 3 A 10" (day, code, value), "stay 3-7 A", "stay 3- A", "reading 1T12:30-1T13:00 5"; "-" is
// a missing value. Days are counted from 1970-01-01.
func told(t *testing.T, text string) reference.Person {
	t.Helper()
	p := reference.Person{Attributes: reference.Row{}, Events: map[string][]reference.Row{}}
	for line := range strings.SplitSeq(text, ",") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		from, to, _ := strings.Cut(words[1], "-")
		row := reference.Row{"start": when(t, from)}
		if to != "" {
			row["end"] = when(t, to)
		}
		if words[0] == "reading" {
			words = append(words[:2], append([]string{"-"}, words[2:]...)...)
		}
		if len(words) > 2 && words[2] != "-" {
			row["code"] = map[string]string{"lab": "LOINC:", "drug": "ATC:", "stay": "W:"}[words[0]] + words[2]
		}
		if len(words) > 3 && words[3] != "-" {
			var x float64
			if _, err := fmt.Sscan(words[3], &x); err != nil {
				t.Fatal(err)
			}
			row["value"] = x
		}
		p.Events[words[0]] = append(p.Events[words[0]], row)
	}
	return p
}

// when reads a day, or a day and a time.
func when(t *testing.T, text string) any {
	t.Helper()
	day, clock, timed := strings.Cut(text, "T")
	var d, h, m int
	if _, err := fmt.Sscan(day, &d); err != nil {
		t.Fatal(err)
	}
	if !timed {
		return catalog.Date(d)
	}
	if _, err := fmt.Sscanf(clock, "%d:%d", &h, &m); err != nil {
		t.Fatal(err)
	}
	return catalog.Moment(d*24*60 + h*60 + m)
}

func day(n int) plan.Expr { return plan.DateConst(catalog.Date(n)) }
func moment(d, h, m int) plan.Expr {
	return &plan.Const{Of: timeKind, Value: catalog.Moment(d*24*60 + h*60 + m)}
}
func days(n int) plan.Span                         { return plan.Span{N: n, Unit: "days"} }
func minutes(n int) plan.Span                      { return plan.Span{N: n, Unit: "minutes"} }
func of(s *catalog.Source) *plan.EventSet          { return &plan.EventSet{Source: s} }
func count(s *plan.EventSet) plan.Expr             { return &plan.Count{Set: s} }
func has(s *plan.EventSet) plan.Expr               { return compared(">", count(s), plan.IntConst(0)) }
func compared(op string, l, r plan.Expr) plan.Expr { return &plan.Compare{Op: op, L: l, R: r} }
func num(x float64) plan.Expr                      { return &plan.Const{Of: number, Value: x} }

func coded(s *catalog.Source, codes ...string) *plan.EventSet {
	return &plan.EventSet{Source: s, Codes: &plan.CodeSet{Codes: codes}}
}

// field is a column of the current event.
func field(s *catalog.Source, name string) plan.Expr {
	c, ok := s.Column(name)
	if !ok {
		panic(name)
	}
	return &plan.Field{Column: &c}
}

func endOf(s *catalog.Source, open bool) plan.Expr {
	c, _ := s.Column("end")
	return &plan.End{Column: &c, Open: open}
}

func pick(which plan.Which, s *plan.EventSet, column string) *plan.Pick {
	c, ok := s.Source.Column(column)
	if !ok {
		panic(column)
	}
	return &plan.Pick{Which: which, Set: s, Column: &c}
}

func nth(n int, s *plan.EventSet, column string) plan.Expr {
	p := pick(plan.Nth, s, column)
	p.N = n
	return p
}

func nearest(to plan.Expr, s *plan.EventSet, column string) plan.Expr {
	p := pick(plan.Nearest, s, column)
	p.To = to
	return p
}

// with is s with a condition, bounds, or a distance.
func with(s *plan.EventSet, parts ...any) *plan.EventSet {
	out := *s
	for _, x := range parts {
		switch x := x.(type) {
		case plan.Expr:
			out.Where = x
		case plan.Bound:
			out.Bounds = append(out.Bounds, x)
		case plan.Span:
			out.Apart = x
		}
	}
	return &out
}

// TestNodes gives the value of each node that makes, picks or nests events, for one person.
func TestNodes(t *testing.T) {
	both := plan.Union([]*plan.EventSet{coded(lab, "LOINC:A", "LOINC:B"), coded(lab, "LOINC:B", "LOINC:C")})
	mixed := plan.Union([]*plan.EventSet{of(lab), of(drug)})
	open := func(op string, at plan.Expr) plan.Bound { return plan.Bound{Column: "open-end", Op: op, At: at} }
	startIs := func(op string, at plan.Expr) plan.Bound { return plan.Bound{Column: "start", Op: op, At: at} }
	for _, c := range []struct {
		name, events string
		x            plan.Expr
		want         string
	}{
		{"a row of two members is there once", "lab 1 A, lab 2 B, lab 3 C, lab 4 D", count(both), "3"},
		{"two equal rows are two", "lab 2 B 1, lab 2 B 1", count(both), "2"},
		{"rows of other sources are other rows", "lab 1 A, drug 1 A", count(mixed), "2"},
		{"the rows of made sets are all there", "lab 1 B", count(plan.Union([]*plan.EventSet{both, of(lab)})), "2"},
		{"a union has the common columns", "lab 1 A 5, drug 2 X 7", &plan.Agg{Fn: "sum", Set: mixed, Column: value}, "12"},
		{"a union of days and minutes has days", "stay 1-2 A, reading 1T23:00",
			&plan.Count{Set: plan.Union([]*plan.EventSet{of(stay), of(reading)}), Distinct: "start"}, "1"},
		{"a union where one has no end has none", "stay 1-9 A, lab 1 A",
			count(with(plan.Union([]*plan.EventSet{of(stay), of(lab)}), open(">", day(5)))), "0"},

		{"a gap of exactly D joins", "lab 1 A, lab 4 A", count(plan.Episodes(of(lab), days(3))), "1"},
		{"one of a day more does not", "lab 1 A, lab 5 A", count(plan.Episodes(of(lab), days(3))), "2"},
		{"the gap is from the latest end so far", "stay 1-9 A, stay 2-3 A, stay 10-11 A", count(plan.Episodes(of(stay), days(1))), "1"},
		{"an episode has the latest end", "stay 1-9 A, stay 2-3 A", pick(plan.First, plan.Episodes(of(stay), days(0)), "end"), "1970-01-10"},
		{"an open end is the start", "stay 1- A, stay 3- A", count(plan.Episodes(of(stay), days(1))), "2"},
		{"minutes join minutes", "reading 0T23:50, reading 1T00:20", count(plan.Episodes(of(reading), minutes(30))), "1"},

		{"apart is greedy", "lab 0 A, lab 20 A, lab 30 A, lab 59 A, lab 60 A", count(with(of(lab), days(30))), "3"},
		{"apart by months", "lab 30 A, lab 58 A, lab 59 A", count(with(of(lab), plan.Span{N: 1, Unit: "months"})), "2"},
		{"of two on a day, the first of a tie is kept", "lab 5 B 1, lab 5 A 2", pick(plan.First, with(of(lab), days(1)), "value"), "2"},

		{"the second", "lab 3 A 30, lab 1 A 10, lab 2 A 20", nth(2, of(lab), "value"), "20"},
		{"the second of a tie, by code", "lab 1 B 10, lab 1 A 20", nth(2, of(lab), "value"), "10"},
		{"there is no third", "lab 1 A, lab 2 A", nth(3, of(lab), "start"), "<nil>"},
		{"the nearest", "lab 1 A 10, lab 6 A 60", nearest(day(5), of(lab), "value"), "60"},
		{"of two equally near, the earlier", "lab 7 A 70, lab 3 A 30", nearest(day(5), of(lab), "value"), "30"},
		{"nothing is near what is missing", "lab 1 A", nearest(&plan.Const{Of: dateKind}, of(lab), "start"), "<nil>"},
		{"near a day, days count", "reading 1T23:00 1, reading 3T01:00 3", nearest(day(2), of(reading), "value"), "1"},
		{"near a minute, minutes count", "reading 1T23:00 1, reading 3T01:00 3", nearest(moment(2, 0, 30), of(reading), "value"), "1"},
		{"the highest", "lab 1 A 10, lab 2 A 30, lab 3 A 20", pick(plan.Highest, of(lab), "start"), "1970-01-03"},
		{"of two highest, the earlier", "lab 3 A 30, lab 2 A 30, lab 1 A -", pick(plan.Highest, of(lab), "start"), "1970-01-03"},
		{"the lowest passes over the missing", "lab 1 A -, lab 2 A 5", pick(plan.Lowest, of(lab), "start"), "1970-01-03"},
		{"nothing is highest without values", "lab 1 A -", pick(plan.Highest, of(lab), "start"), "<nil>"},
		{"the last breaks ties upwards", "lab 1 B 10, lab 1 A 20", pick(plan.Last, of(lab), "value"), "20"},

		{"covered days are counted once", "stay 1-4 A, stay 3-6 A, stay 20- A", &plan.Covered{Set: of(stay), From: day(0), To: day(99)}, "7"},
		{"only within the window", "stay 1-4 A, stay 8-12 A", &plan.Covered{Set: of(stay), From: day(3), To: day(9)}, "4"},
		{"an empty window covers nothing", "stay 1-4 A", &plan.Covered{Set: of(stay), From: day(3), To: day(2)}, "0"},
		{"a window without an end", "stay 1-4 A", &plan.Covered{Set: of(stay), From: day(3), To: &plan.Const{Of: dateKind}}, "<nil>"},
		{"part of a day is a day", "reading 1T23:00-2T01:00", &plan.Covered{Set: of(reading), From: day(0), To: day(9)}, "2"},

		{"beside a day, the day counts", "reading 2T23:00", count(with(of(reading), startIs("<=", day(2)))), "1"},
		{"beside a minute, the minute counts", "reading 2T23:00", count(with(of(reading), startIs("<", moment(2, 23, 0)))), "0"},
		{"hours are completed", "reading 0T10:00, reading 0T12:59",
			&plan.Elapsed{Unit: "hours", From: pick(plan.First, of(reading), "start"), To: pick(plan.Last, of(reading), "start")}, "2"},
		{"a month later at that time", "", &plan.AddDate{X: moment(30, 8, 15), N: 1, Unit: "months"}, "1970-02-28T08:15"},
		{"minutes over midnight", "", &plan.AddDate{X: moment(0, 23, 50), N: 20, Unit: "minutes"}, "1970-01-02T00:10"},
		{"the day before 1970", "", &plan.Day{X: &plan.AddDate{X: moment(0, 0, 0), N: -1, Unit: "minutes"}}, "1969-12-31"},

		{"during: an open end lasts", "lab 9 A, stay 5- A",
			count(with(of(lab), has(with(of(stay), startIs("<=", field(lab, "start")), open(">=", field(lab, "start")))))), "1"},
		{"two open ends are equal", "stay 1- A, stay 2- B",
			count(with(coded(stay, "W:B"), has(with(coded(stay, "W:A"), open("<=", endOf(stay, true)))))), "1"},
		{"a condition sees its own event, a bound the one around", "lab 5 A 1, lab 6 B 9, lab 7 A 3",
			count(with(coded(lab, "LOINC:A"), has(with(of(lab), compared(">", field(lab, "value"), num(5)), startIs(">", field(lab, "start")))))), "1"},
		{"three deep", "stay 1-10 A, lab 5 A 1, drug 6 X, lab 20 A 1, drug 30 X",
			count(with(of(drug), has(with(of(lab), startIs("<", field(drug, "start")),
				has(with(of(stay), startIs("<=", field(lab, "start")), open(">=", field(lab, "start")))))))), "2"},
		{"the nearest to the event around", "stay 10-11 A, lab 2 A 2, lab 9 A 9",
			count(with(of(stay), compared("=", nearest(field(stay, "start"), of(lab), "value"), num(9)))), "1"},
	} {
		p := &plan.Plan{Cohorts: []*plan.Cohort{{Index: day(0)}}}
		w, err := reference.Follow(p, 0, told(t, c.events))
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.Value(c.x)
		if err != nil || fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v %v, want %s", c.name, got, err, c.want)
		}
	}
}

// TestCohortsOfCohorts asks a cohort about a member of another, and about one whom it removed.
func TestCohortsOfCohorts(t *testing.T) {
	first := &plan.Cohort{Index: pick(plan.First, of(lab), "start"), Rules: []*plan.Rule{{Cond: has(coded(lab, "LOINC:A"))}}}
	second := &plan.Cohort{Index: &plan.IndexOf{Cohort: 0}, Rules: []*plan.Rule{{Exclude: true, Cond: has(of(drug))}}}
	third := &plan.Cohort{Index: day(7), Rules: []*plan.Rule{{Cond: &plan.InCohort{Cohort: 1}}}}
	p := &plan.Plan{Cohorts: []*plan.Cohort{first, second, third}}
	for events, want := range map[string]string{
		"lab 3 A":           "1970-01-08 true -1 false",
		"lab 3 B":           "1970-01-08 false 0 false",
		"lab 3 A, drug 1 X": "1970-01-08 false 0 false",
	} {
		w, err := reference.Follow(p, 2, told(t, events))
		if err != nil {
			t.Fatal(err)
		}
		rule, unknown := w.Removed()
		if got := fmt.Sprint(w.Index(), w.Member(), rule, unknown); got != want {
			t.Errorf("%s: %s, want %s", events, got, want)
		}
	}
	if w, err := reference.Follow(p, 1, told(t, "lab 3 B")); err != nil || w.Index() != nil || w.Member() {
		t.Errorf("the index of those who are no members is %v, %v", w.Index(), err)
	}
	third.Index = &plan.IndexOf{Cohort: 2}
	if _, err := reference.Follow(p, 2, told(t, "lab 3 A")); err == nil {
		t.Error("a cohort finds itself")
	}
}

package sqlgen

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// TestWordsStayOutsideTheText plants a marker wherever a query or a vocabulary can put a word.
func TestWordsStayOutsideTheText(t *testing.T) {
	const marker = "Zq'); --\n\"marker\""
	r := newReader(t)
	p := r.plan(fmt.Sprintf(`(cohort 0 (index (first start (events drug (where (= event.route %[1]q)))))
		(include (= person.sex %[1]q))
		(include (in person.sex %[1]q "x"))
		(exclude (= (first code (events drug)) %[1]q))
		(exclude (>= (count (union (events drug (where (= event.route %[1]q))) (events drug))) 2))
		(exclude (>= (count (events lab (where (= %[1]q (nearest route event.start (events drug)))))) 2)))
		(report table 0 (by (case (when person.a %[1]q) (otherwise "x")) %[1]q))`, marker))
	p.Cohorts[0].Name, p.Cohorts[0].Rules[0].Label, p.Reports[0].Label = marker, marker, marker
	p.Reports[0].By[0].Label, p.Labels.Study = marker, marker
	q, err := Generate(p, func(string) (uint32, bool) { return 7, true })
	must(t, err)
	if strings.Contains(q.SQL, "marker") || strings.Contains(q.SQL, "Zq") {
		t.Error("a word of the query is in the text:\n", q.SQL)
	}
	if fmt.Sprint(q.Args[0]) != marker {
		t.Errorf("arguments %q", q.Args)
	}
}

// TestNamesAreQuoted uses names that no catalog file may have: they come out as names, not as SQL.
func TestNamesAreQuoted(t *testing.T) {
	const odd = `x" FROM main."drug"; --`
	number := catalog.Type{Kind: catalog.Number}
	source := &catalog.Source{Name: odd, Timed: true, Columns: []catalog.Column{{Name: odd, Type: number}}}
	p := plan.New(plan.Plan{
		Cohorts: []*plan.Cohort{{Index: plan.DateConst(0)}},
		Reports: []*plan.Report{{Kind: "summary", Value: &plan.Arith{Op: "+", Of: number,
			L: &plan.Attr{Column: &catalog.Column{Name: odd, Type: number}},
			R: &plan.Pick{Which: plan.First, Set: &plan.EventSet{Source: source}, Column: &source.Columns[0]}}}},
	})
	q, err := Generate(p, nil)
	must(t, err)
	rest := strings.ReplaceAll(q.SQL, `x"" FROM main.""drug""; --`, "NAME")
	if strings.Contains(rest, "drug") || strings.Contains(rest, ";") {
		t.Errorf("an odd name is not quoted:\n%s", q.SQL)
	}
}

// TestTooLargeIsAnError nests cases in the conditions of cases, which doubles the text at each level.
func TestTooLargeIsAnError(t *testing.T) {
	r := newReader(t)
	for name, around := range map[string]string{
		"cases":     "(case (when %s true) (otherwise false))",
		"divisions": "(= 1 (/ 1 (case (when %s 1) (otherwise 2))))",
		"least":     "(= 1 (least 1 (case (when %s 1) (otherwise 2))))",
	} {
		t.Run(name, func(t *testing.T) {
			text := "person.a"
			for range 60 {
				text = fmt.Sprintf(around, text)
			}
			begin := time.Now()
			_, err := Generate(r.plan("(cohort 0 (index 2020-01-01) (include "+text+")) (report count 0)"), nil)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Reason, "nested") {
				t.Errorf("error %v", err)
			}
			if d := time.Since(begin); d > 5*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

// TestManyRules holds the cost of a query at the limits of the language (200 rules, each about its own events).
func TestManyRules(t *testing.T) {
	r := newReader(t)
	text := "(cohort 0 (index 2020-01-01)"
	for i := range 200 {
		text += fmt.Sprintf(" (exclude (> (count (events drug (codes ATC:A%d) (< start (add-days -%d index)))) 0))", i%50, i)
	}
	db, ids := r.open(data{"person": "person,sex\n1,\n2,\n", "drug": "person,start,code\n1,2019-01-01,ATC:A3\n"})
	q, err := Generate(r.plan(text+") (report attrition 0)"), ids)
	must(t, err)
	begin := time.Now()
	rows := r.answers(db, q)
	if len(rows) != 202 || rows[len(rows)-1][1] != "200" || rows[len(rows)-1][3] != "1" {
		t.Errorf("%d rows, the last %v", len(rows), rows[len(rows)-1])
	}
	if d := time.Since(begin); d > 30*time.Second {
		t.Errorf("took %s", d)
	}
}

// TestDeepNesting puts sets into the conditions of sets, eight deep (the language's limit) in both ways in which facts as of
// events are found, and holds the length of the statement and the time.
func TestDeepNesting(t *testing.T) {
	r := newReader(t)
	db, ids := r.open(data{"person": "person\n1\n2\n", "drug": "person,start,code\n" +
		"1,2020-01-01,ATC:A\n1,2020-01-02,ATC:A\n1,2020-01-03,ATC:A\n1,2020-01-04,ATC:A\n1,2020-01-05,ATC:A\n" +
		"1,2020-01-06,ATC:A\n1,2020-01-07,ATC:A\n1,2020-01-08,ATC:A\n1,2020-01-09,ATC:A\n2,2020-01-01,ATC:A\n2,2020-01-02,ATC:A\n"})
	for name, condition := range map[string]string{
		"by a join": "(>= (count (events drug (> start event.start)%s)) 1)",
		"by a fact": "(= (min line (events drug (< start event.start))) (+ 0 (case (when (>= (count (events drug (> start event.start)%s)) 1) nothing) (otherwise 1))))",
		"in an or":  "(or (= event.route \"x\") (>= (count (events drug (> start event.start)%s)) 1))",
	} {
		t.Run(name, func(t *testing.T) {
			where := ""
			for range 8 {
				where = fmt.Sprintf(" (where "+condition+")", where)
			}
			begin := time.Now()
			q, err := Generate(r.plan("(cohort 0 (index 2020-01-01) (include (>= (count (events drug"+where+")) 1))) (report count 0)"), ids)
			must(t, err)
			if len(q.SQL) > 32<<10 {
				t.Errorf("%d bytes of SQL", len(q.SQL))
			}
			want := map[string]string{"by a join": "1", "by a fact": "0", "in an or": "1"}[name]
			if rows := r.answers(db, q); rows[0][1] != want {
				t.Errorf("%s persons, want %s", rows[0][1], want)
			}
			if d := time.Since(begin); d > 20*time.Second {
				t.Errorf("took %s", d)
			}
		})
	}
}

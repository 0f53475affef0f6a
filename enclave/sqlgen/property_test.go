package sqlgen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/duck"
)

// TestElapsedIsItsDefinition compares with the words of plan.Elapsed, read off day by day in Go, over pairs of days
// about the ends of months and leap days.
func TestElapsedIsItsDefinition(t *testing.T) {
	r := newReader(t)
	from, _ := catalog.ParseDate("2019-12-28")
	days := []catalog.Date{}
	for d := from; d < from+800; d++ {
		if day := d.Time().Day(); day >= 27 || day <= 2 {
			days = append(days, d)
		}
	}
	var table strings.Builder
	var pairs [][2]catalog.Date
	table.WriteString("person,d,u\n")
	for _, a := range days {
		for _, b := range days {
			fmt.Fprintf(&table, "%d,%s,%s\n", len(pairs), a, b)
			pairs = append(pairs, [2]catalog.Date{a, b})
		}
	}
	db, ids := r.open(data{"person": table.String()})
	for unit, step := range map[string]func(catalog.Date, int) catalog.Date{
		"days":   func(d catalog.Date, n int) catalog.Date { return d + catalog.Date(n) },
		"weeks":  func(d catalog.Date, n int) catalog.Date { return d + catalog.Date(7*n) },
		"months": func(d catalog.Date, n int) catalog.Date { return d.AddMonths(n) },
		"years":  func(d catalog.Date, n int) catalog.Date { return d.AddMonths(12 * n) },
	} {
		x := r.expr(forms(t, "("+unit+"-between person.d person.u)")[0])
		for i, got := range r.values(db, ids, plan.DateConst(0), x) {
			if want := fmt.Sprint(completed(pairs[i][0], pairs[i][1], step)); got != want {
				t.Fatalf("%s from %s to %s: got %s, want %s", unit, pairs[i][0], pairs[i][1], got, want)
			}
		}
	}
}

// completed is the largest n with from + n units <= to; of an earlier day, that of the way back, negated.
func completed(from, to catalog.Date, step func(catalog.Date, int) catalog.Date) int {
	if to < from {
		return -completed(to, from, step)
	}
	n := 0
	for step(from, n+1) <= to {
		n++
	}
	return n
}

type event struct {
	person int
	start  catalog.Date
	code   string
}

// TestWindowsAgainstLoop compares the attrition of rules about date windows with a loop over all events.
func TestWindowsAgainstLoop(test *testing.T) {
	r := newReader(test)
	rapid.Check(test, func(t *rapid.T) {
		persons := rapid.IntRange(1, 6).Draw(t, "persons")
		events := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) event {
			return event{
				rapid.IntRange(0, persons-1).Draw(t, "person"),
				catalog.Date(18262 + rapid.IntRange(0, 20).Draw(t, "day")), // from 2020-01-01
				rapid.SampledFrom([]string{"ATC:A", "ATC:B", ""}).Draw(t, "code"),
			}
		}), 0, 25).Draw(t, "events")
		low, high := rapid.IntRange(-10, 10).Draw(t, "low"), rapid.IntRange(-10, 10).Draw(t, "high")
		least := rapid.IntRange(0, 3).Draw(t, "least")
		first, second := rapid.SampledFrom([]string{">", ">="}).Draw(t, "op"), rapid.SampledFrom([]string{"<", "<="}).Draw(t, "op")

		text := fmt.Sprintf(`(cohort 0 (index (first start (events drug (codes ATC:A))))
			(include (>= (count (events drug (codes ATC:B) (%s start (add-days %d index)) (%s start (add-days %d index)))) %d)))
			(report attrition 0)`, first, low, second, high, least)
		var q string
		var got map[string]string
		test.Run("run", func(t *testing.T) { q, got = reader{t, r.catalog}.attrition(persons, events, text) })
		inside := func(e event, index catalog.Date) bool {
			after, before := e.start-index-catalog.Date(low), e.start-index-catalog.Date(high)
			return e.code == "ATC:B" && (after > 0 || after == 0 && first == ">=") && (before < 0 || before == 0 && second == "<=")
		}
		if diff := cmp.Diff(loop(persons, events, least, inside), got); diff != "" {
			t.Fatalf("(-loop +sql):\n%s\n%s", diff, q)
		}
	})
}

// attrition runs a plan over persons and drug events and returns [step] → persons.
func (r reader) attrition(persons int, events []event, text string) (sql string, counts map[string]string) {
	var p, d strings.Builder
	p.WriteString("person,sex\n")
	for i := range persons {
		fmt.Fprintf(&p, "%d,\n", i)
	}
	d.WriteString("person,start,code\n")
	for _, e := range events {
		fmt.Fprintf(&d, "%d,%s,%s\n", e.person, e.start, e.code)
	}
	db, ids := r.open(data{"person": p.String(), "drug": d.String()})
	q, err := Generate(r.plan(text), ids)
	must(r, err)
	counts = map[string]string{}
	for _, row := range r.answers(db, q) {
		counts[row[1]] = row[3]
	}
	return q.SQL, counts
}

func loop(persons int, events []event, least int, inside func(event, catalog.Date) bool) map[string]string {
	counts := map[string]int{}
	for p := range persons {
		index, found, n := catalog.Date(0), false, 0
		for _, e := range events {
			if e.person == p && e.code == "ATC:A" && (!found || e.start < index) {
				index, found = e.start, true
			}
		}
		for _, e := range events {
			if e.person == p && inside(e, index) {
				n++
			}
		}
		if found && n >= least {
			counts["1"]++
		} else if found {
			counts["0"]++
		}
	}
	out := map[string]string{}
	for k, n := range counts {
		out[k] = fmt.Sprint(n)
	}
	return out
}

// TestOrderAndThreadsDoNotMatter runs every statistic and pick over the same rows in two orders, on one thread and
// on four, over more than one row group: each answer must be the same to the last digit.
func TestOrderAndThreadsDoNotMatter(t *testing.T) {
	r := newReader(t)
	rows := make([][]any, 2*duck.RowGroup)
	random := rand.New(rand.NewPCG(1, 2))
	day := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		rows[i] = []any{uint32(random.IntN(40)), day.AddDate(0, 0, random.IntN(50)), uint32(random.IntN(3)), random.ExpFloat64() * 1e3}
	}
	var answers [][][]string
	for _, threads := range []int{1, 4} {
		random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		answers = append(answers, r.everything(rows, threads))
	}
	if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
		t.Error(diff)
	}
}

func (r reader) everything(rows [][]any, threads int) [][]string {
	s := r.sorter([]duck.Column{{Name: "person", Type: duck.UInteger}, {Name: "start", Type: duck.Date}, {Name: "code", Type: duck.UInteger}, {Name: "value", Type: duck.Double}})
	for _, row := range rows {
		must(r, s.Append(row...))
	}
	persons := r.sorter([]duck.Column{{Name: "person", Type: duck.UInteger}})
	for i := range 40 {
		must(r, persons.Append(uint32(i)))
	}
	views := []duck.View{r.view("lab", s, "code"), r.view("person", persons, "person")}
	db, err := duck.Open(r.Context(), duck.Limits{Threads: threads}, views)
	must(r, err)
	defer db.Close()
	var out [][]string
	for _, x := range []string{"first value", "last value", "sum value", "mean value", "median value", "sd value"} {
		out = append(out, r.values(db, nil, plan.DateConst(0), r.expr(forms(r, "("+x+" (events lab))")[0])))
	}
	q, err := Generate(r.plan(`(cohort 0 (index 2020-01-01)) (report summary 0 (value (mean value (events lab))))`), nil)
	must(r, err)
	return append(out, r.answers(db, q)...)
}

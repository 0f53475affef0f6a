package enginetest

import (
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// dispute is a question about tables that two engines answer differently.
type dispute struct {
	data     tables
	question question
	answers  [2]answer
}

// shrink makes a dispute smaller as long as the engines still differ, for at most the given time. It takes the first
// step that leads to a smaller dispute, and tries again from there; first the question, while the tables stay open.
func shrink(t testing.TB, engines [2]engine, d dispute, most time.Duration) dispute {
	end := time.Now().Add(most)
	for again := true; again && time.Now().Before(end); {
		var asked, told bool
		d, asked = shrinkQuestion(t, engines, d, end)
		d, told = shrinkData(t, engines, d, end)
		again = asked || told
	}
	return d
}

func shrinkQuestion(t testing.TB, engines [2]engine, d dispute, end time.Time) (_ dispute, smaller bool) {
	ask, done := open(t, engines, d.data)
	defer done()
	for again := true; again && time.Now().Before(end); {
		again = false
		for q := range simplerQuestions(d.question) {
			if answers := ask(q); differ(answers) {
				d.question, d.answers, smaller, again = q, answers, true, true
				break
			}
		}
	}
	return d, smaller
}

func shrinkData(t testing.TB, engines [2]engine, d dispute, end time.Time) (_ dispute, smaller bool) {
	for again := true; again && time.Now().Before(end); {
		again = false
		for persons := range smallerData(d.data.persons) {
			data := tables{d.data.of, persons}
			ask, done := open(t, engines, data)
			answers := ask(d.question)
			done()
			if differ(answers) {
				d.data, d.answers, smaller, again = data, answers, true, true
				break
			}
		}
	}
	return d, smaller
}

// differ tells whether two answers are a dispute: not when no engine can answer.
func differ(answers [2]answer) bool {
	return (answers[0].err == nil || answers[1].err == nil) && !agree(answers[0], answers[1])
}

// open opens tables in both engines.
func open(t testing.TB, engines [2]engine, data tables) (ask func(question) [2]answer, done func()) {
	a, doneA := engines[0](t, data)
	b, doneB := engines[1](t, data)
	return func(q question) [2]answer { return [2]answer{a(q), b(q)} }, func() { doneA(); doneB() }
}

// simplerQuestions yields questions with less in them.
func simplerQuestions(q question) iter.Seq[question] {
	return func(yield func(question) bool) {
		for _, smaller := range []func(question) iter.Seq[question]{withoutParts, withSimplerExprs} {
			for s := range smaller(q) {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// withoutParts leaves out what is withheld, a report, a cohort that no report is about, a rule, a dimension, a key.
func withoutParts(q question) iter.Seq[question] {
	return func(yield func(question) bool) {
		try := func(change func(*plan.Plan)) bool {
			p := q.shells()
			change(&p)
			return yield(question{p, q.withheld, q.parted})
		}
		if len(q.withheld) > 0 && !yield(question{q.shells(), nil, q.parted}) {
			return
		}
		if q.parted && !yield(question{q.shells(), q.withheld, false}) {
			return
		}
		for i := range q.plan.Reports {
			if len(q.plan.Reports) > 1 && !try(func(p *plan.Plan) { p.Reports = less(p.Reports, i) }) {
				return
			}
		}
		for i := range q.plan.Cohorts {
			if !used(q.plan, i) && !try(func(p *plan.Plan) { p.Cohorts = less(p.Cohorts, i); renumber(*p, i) }) {
				return
			}
		}
		for i, c := range q.plan.Cohorts {
			for j := range c.Rules {
				if !try(func(p *plan.Plan) { p.Cohorts[i].Rules = less(c.Rules, j) }) {
					return
				}
			}
		}
		for i, r := range q.plan.Reports {
			for j, d := range r.By {
				if !try(func(p *plan.Plan) { p.Reports[i].By = less(r.By, j) }) {
					return
				}
				for k := range d.Keys {
					if len(d.Keys) > 1 && !try(func(p *plan.Plan) { p.Reports[i].By[j].Keys = less(d.Keys, k) }) {
						return
					}
				}
			}
		}
	}
}

// used tells whether a report is about a cohort, or something else names it.
func used(p plan.Plan, cohort int) bool {
	named := slices.ContainsFunc(p.Reports, func(r *plan.Report) bool { return r.Cohort == cohort })
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool {
			in, is := x.(*plan.InCohort)
			of, has := x.(*plan.IndexOf)
			named = named || is && in.Cohort == cohort || has && of.Cohort == cohort
			return true
		})
	}
	return named
}

// renumber points to the cohorts of p after one was taken away.
func renumber(p plan.Plan, gone int) {
	moved := func(cohort int) int {
		if cohort > gone {
			return cohort - 1
		}
		return cohort
	}
	for _, r := range p.Reports {
		r.Cohort = moved(r.Cohort)
	}
	for _, x := range tops(p) {
		*x = everywhere(*x, func(x plan.Expr) {
			switch x := x.(type) {
			case *plan.InCohort:
				x.Cohort = moved(x.Cohort)
			case *plan.IndexOf:
				x.Cohort = moved(x.Cohort)
			}
		})
	}
}

func withSimplerExprs(q question) iter.Seq[question] {
	return func(yield func(question) bool) {
		for i, x := range tops(q.plan) {
			for y := range simpler(*x) {
				p := q.shells()
				*tops(p)[i] = y
				if !yield(question{p, q.withheld, q.parted}) {
					return
				}
			}
		}
	}
}

// tops are the places of the top expressions of p.
func tops(p plan.Plan) (out []*plan.Expr) {
	for _, c := range p.Cohorts {
		out = append(out, &c.Index)
		for _, r := range c.Rules {
			out = append(out, &r.Cond)
		}
	}
	for _, r := range p.Reports {
		for _, d := range r.By {
			out = append(out, &d.X)
		}
		if r.Value != nil {
			out = append(out, &r.Value)
		}
	}
	return out
}

// smallerData yields tables without some persons, then without an event, then without a value.
func smallerData(data reference.Data) iter.Seq[reference.Data] {
	return func(yield func(reference.Data) bool) {
		for n := len(data) / 2; n >= 1; n /= 2 {
			for from := 0; from < len(data); from += n {
				if !yield(slices.Concat(data[:from], data[min(from+n, len(data)):])) {
					return
				}
			}
		}
		for i := range data {
			for p := range smallerPersons(data[i]) {
				out := slices.Clone(data)
				out[i] = p
				if !yield(out) {
					return
				}
			}
		}
	}
}

func smallerPersons(p reference.Person) iter.Seq[reference.Person] {
	return func(yield func(reference.Person) bool) {
		with := func(source string, events []reference.Row) bool {
			out := reference.Person{Attributes: p.Attributes, Events: maps.Clone(p.Events)}
			out.Events[source] = events
			return yield(out)
		}
		for _, source := range slices.Sorted(maps.Keys(p.Events)) {
			events := p.Events[source]
			if len(events) > 1 && !with(source, nil) {
				return
			}
			for i := range events {
				if !with(source, less(events, i)) {
					return
				}
			}
		}
		for row := range emptier(p.Attributes) {
			if !yield(reference.Person{Attributes: row, Events: p.Events}) {
				return
			}
		}
		for _, source := range slices.Sorted(maps.Keys(p.Events)) {
			for i, e := range p.Events[source] {
				for row := range emptier(e) {
					events := slices.Clone(p.Events[source])
					events[i] = row
					if !with(source, events) {
						return
					}
				}
			}
		}
	}
}

// emptier yields rows with one value missing, but never the start.
func emptier(r reference.Row) iter.Seq[reference.Row] {
	return func(yield func(reference.Row) bool) {
		for _, column := range slices.Sorted(maps.Keys(r)) {
			if column == catalog.Start || r[column] == nil {
				continue
			}
			out := maps.Clone(r)
			delete(out, column)
			if !yield(out) {
				return
			}
		}
	}
}

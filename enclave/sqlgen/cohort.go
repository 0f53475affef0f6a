package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/plan"
)

// cohort builds the stages of one cohort.
type cohort struct {
	*scope
	rules []*plan.Rule
}

// persons writes the person table with the attributes that p names. An attribute's column is "person.NAME": a
// name with a dot cannot be that of another column.
func (g *generator) persons(p *plan.Plan) {
	var columns []string
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool {
			if a, ok := x.(*plan.Attr); ok {
				columns = append(columns, a.Column.Name)
			}
			return true
		})
	}
	slices.Sort(columns)
	columns = slices.Compact(columns)
	text := "SELECT person"
	for _, c := range columns {
		text += ", " + name(c) + " AS " + name("person."+c)
	}
	g.everyone = clause("persons", "", text+"\nFROM "+table("person"))
	g.attributes = columns
}

// cohorts writes the clauses of all cohorts of p, each after those that it names; then what is shown of their members,
// which may name any.
func (g *generator) cohorts(p *plan.Plan) []*cohort {
	out := make([]*cohort, len(p.Cohorts))
	begun := make([]bool, len(p.Cohorts))
	var write func(i int)
	write = func(i int) {
		if begun[i] && out[i] == nil {
			g.fail("cohort %d is told by itself", i)
		}
		if begun[i] {
			return
		}
		begun[i] = true
		for _, other := range named(tellingOf(p.Cohorts[i])) {
			write(other)
		}
		out[i] = g.cohort(i, p.Cohorts[i], p)
	}
	for i := range p.Cohorts {
		write(i)
	}
	for i, c := range out {
		c.provide(shown(i, p))
	}
	return out
}

// named are the cohorts that xs name, in the order in which they do.
func named(xs []plan.Expr) []int {
	var out []int
	for _, x := range xs {
		plan.Walk(x, func(x plan.Expr) bool {
			switch x := x.(type) {
			case *plan.InCohort:
				out = append(out, x.Cohort)
			case *plan.IndexOf:
				out = append(out, x.Cohort)
			}
			return true
		})
	}
	return out
}

// exprsOf are the index date of cohort i, its rules' conditions, and what is shown of its members.
func exprsOf(i int, p *plan.Plan) []plan.Expr { return append(tellingOf(p.Cohorts[i]), shown(i, p)...) }

// tellingOf are the expressions that tell who is in a cohort.
func tellingOf(c *plan.Cohort) []plan.Expr {
	return append([]plan.Expr{c.Index}, conditionsOf(c.Rules)...)
}

func conditionsOf(rules []*plan.Rule) []plan.Expr {
	out := make([]plan.Expr, len(rules))
	for i, r := range rules {
		out[i] = r.Cond
	}
	return out
}

func shown(i int, p *plan.Plan) []plan.Expr {
	var out []plan.Expr
	for _, r := range p.Reports {
		if r.Cohort == i && r.Kind != "attrition" {
			out = append(out, reportExprs(r)...)
		}
	}
	return out
}

// cohort writes the clauses of cohort i, up to the stage that tells its members.
func (g *generator) cohort(i int, from *plan.Cohort, p *plan.Plan) *cohort {
	c := &cohort{newScope(g, fmt.Sprintf("c%d", i)), from.Rules}
	plan.Walk(from.Index, func(x plan.Expr) bool {
		_, other := x.(*plan.IndexOf)
		c.everybody = c.everybody && !other && len(plan.Sets(x)) == 0
		return true
	})
	c.want(exprsOf(i, p))
	c.index(from.Index)
	c.steps()
	return c
}

// index keeps the persons that have an index date.
func (c *cohort) index(x plan.Expr) {
	if pick, ok := dated(x).(*plan.Pick); ok && len(c.attributes) == 0 {
		c.teller = c.featureKey(pick)
	}
	c.provide([]plan.Expr{x})
	date := c.apart("dated", ", "+c.expr(x).text+" AS index_date")
	c.next("index", "MATERIALIZED ", fmt.Sprintf("SELECT p.*%s\nFROM %s p\nWHERE index_date IS NOT NULL", date, c.staged()))
	c.indexed = true
}

// dated is the date that x, an index date, is so many days or months from: without it there is no x.
func dated(x plan.Expr) plan.Expr {
	switch x := x.(type) {
	case *plan.AddDate:
		return dated(x.X)
	case *plan.Day:
		return dated(x.X)
	}
	return x
}

// steps writes for each person the position of the first rule that removes it (their number for a member) and
// each rule's condition, which may be unknown.
func (c *cohort) steps() {
	c.provide(conditionsOf(c.rules))
	var text, cases strings.Builder
	for i, r := range c.rules {
		fmt.Fprintf(&text, ",\n  %s AS rule%d", c.expr(r.Cond).text, i)
		if r.Exclude {
			fmt.Fprintf(&cases, "\n    WHEN rule%d THEN %d", i, i)
		} else {
			fmt.Fprintf(&cases, "\n    WHEN rule%d IS NOT TRUE THEN %d", i, i)
		}
	}
	step := fmt.Sprint(len(c.rules))
	if len(c.rules) > 0 {
		step = fmt.Sprintf("CASE%s\n    ELSE %d\n  END", cases.String(), len(c.rules))
	}
	conditions := c.apart("rules", text.String())
	c.next("steps", "MATERIALIZED ", fmt.Sprintf("SELECT p.*%s,\n  %s AS step\nFROM %s p", conditions, step, c.staged()))
	c.next("members", "", fmt.Sprintf("SELECT *\nFROM %s\nWHERE step = %d", c.stage, len(c.rules)))
}

// apart returns columns for a SELECT that uses their names beside them. DuckDB does not take that of a column with a
// subquery: then they become columns of a clause of their own, and nothing is left to select.
func (c *cohort) apart(clause, columns string) string {
	if !strings.Contains(columns, "(SELECT ") {
		return columns
	}
	c.next(clause, "", "SELECT p.*"+columns+"\nFROM "+c.staged()+" p")
	return ""
}

package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/plan"
)

// cohort builds the stages of one cohort.
type cohort struct {
	*generator
	name    string
	stage   string // the clause that holds one row a person now
	indexed bool   // stage has index_date
	// everybody says that no event decides on the index date, so that most persons have one.
	everybody bool
	columns   map[string]string         // key of a feature → its column in stage
	keys      map[*plan.EventSet]string // see setKey
	short     map[string]string
	sets      int // event clauses so far
	stages    int // join clauses so far
	rules     []*plan.Rule
	wanted    []plan.Expr    // every feature of the cohort and its reports
	within    *plan.EventSet // the event set whose condition is being written
}

// persons writes the person table with the attributes that p names. An attribute's column is "person.NAME": a
// name with a dot cannot be that of another column.
func (g *generator) persons(p *plan.Plan) {
	u := g.use("person")
	u.all = true
	for _, x := range p.Exprs() {
		plan.Walk(x, func(x plan.Expr) bool {
			if a, ok := x.(*plan.Attr); ok {
				u.column(a.Column.Name)
			}
			return true
		})
	}
	columns := []string{"person"}
	for _, t := range g.tables() {
		for _, c := range t.Columns {
			columns = append(columns, name(c)+" AS "+name("person."+c))
		}
	}
	u.column("person")
	g.with("persons", "", "SELECT "+strings.Join(columns, ", ")+"\nFROM "+table("person"))
}

// cohort writes the clauses of cohort i, up to the stage from which its reports can be counted.
func (g *generator) cohort(i int, from *plan.Cohort, p *plan.Plan) *cohort {
	c := &cohort{generator: g, name: fmt.Sprintf("c%d", i), stage: "persons", columns: map[string]string{},
		keys: map[*plan.EventSet]string{}, short: map[string]string{}, rules: from.Rules, everybody: true}
	var shown []plan.Expr
	for _, r := range p.Reports {
		if r.Cohort == i && r.Kind != "attrition" {
			shown = append(shown, reportExprs(r)...)
		}
	}
	plan.Walk(from.Index, func(x plan.Expr) bool {
		c.everybody = c.everybody && len(plan.Sets(x)) == 0
		return true
	})
	c.want(append(append([]plan.Expr{from.Index}, conditionsOf(from.Rules)...), shown...))
	c.index(from.Index)
	c.steps()
	c.provide(shown)
	return c
}

// want notes the features of xs, so that those of one event set are made in one pass over the source.
func (c *cohort) want(xs []plan.Expr) {
	for _, x := range xs {
		plan.Walk(x, func(x plan.Expr) bool {
			if len(plan.Sets(x)) > 0 {
				c.wanted = append(c.wanted, x)
			}
			return true
		})
	}
}

func conditionsOf(rules []*plan.Rule) []plan.Expr {
	out := make([]plan.Expr, len(rules))
	for i, r := range rules {
		out[i] = r.Cond
	}
	return out
}

// index keeps the persons that have an index date.
func (c *cohort) index(x plan.Expr) {
	c.provide([]plan.Expr{x})
	date := c.apart("dated", ", "+c.expr(x).text+" AS index_date")
	c.next("index", "MATERIALIZED ", fmt.Sprintf("SELECT p.*%s\nFROM %s p\nWHERE index_date IS NOT NULL", date, c.stage))
	c.indexed = true
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
	c.next("steps", "MATERIALIZED ", fmt.Sprintf("SELECT p.*%s,\n  %s AS step\nFROM %s p", conditions, step, c.stage))
	c.next("members", "", fmt.Sprintf("SELECT *\nFROM %s\nWHERE step = %d", c.stage, len(c.rules)))
}

// apart returns columns for a SELECT that uses their names beside them. DuckDB does not take that of a column with a
// subquery: then they become columns of a clause of their own, and nothing is left to select.
func (c *cohort) apart(clause, columns string) string {
	if !strings.Contains(columns, "(SELECT ") {
		return columns
	}
	c.next(clause, "", "SELECT p.*"+columns+"\nFROM "+c.stage+" p")
	return ""
}

// next writes the clause that is the new stage.
func (c *cohort) next(name, kind, body string) {
	c.stage = c.name + "_" + name
	c.with(c.stage, kind, body)
}

// provide makes every feature of xs a column of the stage, in as many rounds as features depend on each other.
func (c *cohort) provide(xs []plan.Expr) {
	for c.err == nil {
		var ready []plan.Expr
		for _, x := range xs {
			c.lacking(x, &ready)
		}
		if len(ready) == 0 {
			return
		}
		c.join(ready)
	}
}

// lacking reports whether x has a feature that is no column yet, and adds to ready those whose own parts are.
func (c *cohort) lacking(x plan.Expr, ready *[]plan.Expr) bool {
	sets := plan.Sets(x)
	if x == nil || len(sets) > 0 && c.columns[c.key(x)] != "" {
		return false
	}
	parts := plan.Parts(x)
	for _, s := range sets {
		parts = append(parts, s.Where)
		for _, b := range s.Bounds {
			parts = append(parts, b.At)
		}
	}
	lacks := false
	for _, part := range parts {
		lacks = c.lacking(part, ready) || lacks
	}
	if len(sets) > 0 && !lacks {
		*ready = append(*ready, x)
	}
	return lacks || len(sets) > 0
}

// join writes one clause for each source of features and one that joins them to the stage. What else is wanted of the
// same event sets comes with them.
func (c *cohort) join(features []plan.Expr) {
	sets := map[string]bool{}
	for _, f := range features {
		sets[c.setKey(plan.Sets(f)[0])] = true
	}
	for _, f := range c.wanted {
		if sets[c.setKey(plan.Sets(f)[0])] {
			features = append(features, f)
		}
	}
	c.stages++
	stage := fmt.Sprintf("s%d", c.stages)
	columns, joins := "SELECT p.*", "\nFROM "+c.stage+" p"
	for _, sets := range c.bySource(features) {
		clause := word(c.name, stage, sets[0].Source.Name)
		c.events(clause, sets)
		joins += "\nLEFT JOIN " + clause + " USING (person)"
		for _, s := range sets {
			for _, f := range s.features {
				columns += ",\n  " + joined(clause, c.columns[c.key(f)], f)
			}
		}
	}
	c.next(stage, "", columns+joins)
}

// joined takes a feature from its clause: a person without events has a count of 0 and is missing all else.
func joined(clause, column string, f plan.Expr) string {
	if _, count := f.(*plan.Count); count {
		return fmt.Sprintf("coalesce(%s.%s, 0) AS %s", clause, column, column)
	}
	return clause + "." + column
}

// bySource gathers features by event set, and event sets by source, in the order in which they appear.
func (c *cohort) bySource(features []plan.Expr) [][]*eventSet {
	var out [][]*eventSet
	place := map[string]int{}
	sets := map[string]*eventSet{}
	seen := map[string]bool{}
	for _, f := range features {
		if seen[c.key(f)] {
			continue
		}
		seen[c.key(f)] = true
		of := plan.Sets(f)[0]
		s := sets[c.setKey(of)]
		if s == nil {
			c.sets++
			s = &eventSet{EventSet: of, short: fmt.Sprintf("e%d", c.sets)}
			sets[c.setKey(of)] = s
			i, ok := place[of.Source.Name]
			if !ok {
				i = len(out)
				place[of.Source.Name] = i
				out = append(out, nil)
			}
			out[i] = append(out[i], s)
		}
		s.features = append(s.features, f)
	}
	return out
}

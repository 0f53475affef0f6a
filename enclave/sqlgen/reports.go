package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

const summaryColumns = "recorded, sum, sum_squares, squares_rest, largest1, largest2"

// reportExprs are the expressions of a report over the members of its cohort.
func reportExprs(r *plan.Report) []plan.Expr {
	var xs []plan.Expr
	for _, d := range r.By {
		xs = append(xs, d.X)
	}
	if r.Value != nil {
		xs = append(xs, r.Value)
	}
	return xs
}

// keyColumns is the largest number of keys that a report of p has.
func keyColumns(p *plan.Plan) int {
	n := 0
	for _, r := range p.Reports {
		n = max(n, len(r.By))
		if r.Kind == "attrition" {
			n = max(n, 2)
		}
	}
	return n
}

// reports writes one clause a report and the last SELECT.
func (g *generator) reports(p *plan.Plan, stages []*cohort) {
	columns, summary := []string{"report"}, false
	for i := range keyColumns(p) {
		columns = append(columns, fmt.Sprintf("k%d", i+1))
	}
	order := strings.Join(columns, ", ")
	var parts []string
	for i, r := range p.Reports {
		c := stages[r.Cohort]
		body := ""
		switch r.Kind {
		case "count", "table":
			body = c.tally(r, "count(*) AS persons")
		case "attrition":
			body = c.attrition()
		case "summary":
			body, summary = c.summary(r), true
		default:
			g.fail("no report of kind %s", r.Kind)
		}
		g.with(fmt.Sprintf("report%d", i), "", body)
		parts = append(parts, fmt.Sprintf("  SELECT %d AS report, * FROM report%d", i, i))
	}
	columns = append(columns, "persons")
	if summary {
		columns = append(columns, summaryColumns)
	}
	fmt.Fprintf(&g.out, "\nSELECT %s\nFROM (\n%s\n)\nORDER BY %s\n",
		strings.Join(columns, ", "), strings.Join(parts, "\n  UNION ALL BY NAME\n"), order)
}

// tally groups the members by the dimensions of r. inner are further columns of the members.
func (c *cohort) tally(r *plan.Report, aggregates string, inner ...string) string {
	var keys []string
	for i, d := range r.By {
		x := c.expr(d.X)
		if d.Bands == nil && !isText(d.X.Type()) {
			x = cast(x, "VARCHAR")
		}
		inner = append(inner, fmt.Sprintf("%s AS d%d", x.text, i+1))
		keys = append(keys, fmt.Sprintf("%s AS k%d", c.position(d, atom("d%d", i+1)), i+1))
	}
	from := c.stage
	if len(inner) > 0 {
		from = fmt.Sprintf("(\n  SELECT %s\n  FROM %s p\n)", strings.Join(inner, ",\n    "), c.stage)
	}
	text := "SELECT " + strings.Join(append(keys, aggregates), ",\n  ") + "\nFROM " + from
	if len(keys) > 0 {
		text += "\nGROUP BY ALL"
	}
	return text
}

func isText(t catalog.Type) bool { return t.Kind == catalog.Code || t.Kind == catalog.String }

// position writes the place of x among the keys or bands of d; what is missing or none of them comes last.
func (c *cohort) position(d *plan.Dimension, x sql) string {
	text, n := "CASE", len(d.Keys)
	if d.Bands != nil {
		n = len(d.Bands)
		for i, b := range d.Bands {
			text += fmt.Sprintf(" WHEN %s THEN %d", band(b, x, d.X.Type()), i)
		}
	} else {
		text += " " + x.text
		for i, k := range d.Keys {
			text += fmt.Sprintf(" WHEN %s THEN %d", c.bind(k).text, i)
		}
	}
	if n == 0 {
		c.fail("a dimension has neither keys nor bands")
	}
	return fmt.Sprintf("%s ELSE %d END", text, n)
}

func band(b plan.Band, x sql, t catalog.Type) string {
	var limits []sql
	if b.Low != nil {
		limits = append(limits, binary(x, ">=", limitOf(*b.Low, t), compareLevel))
	}
	if b.High != nil {
		limits = append(limits, binary(x, "<", limitOf(*b.High, t), compareLevel))
	}
	if len(limits) == 0 {
		return x.text + " IS NOT NULL"
	}
	return join("AND", andLevel, limits).text
}

// summary counts, sums and bounds the value of r. largest1 and largest2 are the two largest magnitudes.
func (c *cohort) summary(r *plan.Report) string {
	aggregates := []string{
		"count(*) AS persons",
		"count(v) AS recorded",
		"sum(v) AS sum",
		"sum(CAST(" + squared + " AS " + square + ")) AS sum_squares",
		"sum(" + squared + " - CAST(" + squared + " AS " + square + ")) AS squares_rest",
		"CAST(max(abs(v), 2)[1] AS DOUBLE) AS largest1",
		"CAST(max(abs(v), 2)[2] AS DOUBLE) AS largest2",
	}
	return c.tally(r, strings.Join(aggregates, ",\n  "), tryCast(c.expr(r.Value), summand).text+" AS v")
}

// attrition counts persons by the rule that removed them and why; see [Query]. The remarks about exclusions come as
// two lists side by side.
func (c *cohort) attrition() string {
	var unknown string
	var rules, kept []string
	for i, r := range c.rules {
		if r.Exclude {
			rules = append(rules, fmt.Sprint(i))
			kept = append(kept, fmt.Sprintf("count(*) FILTER (WHERE step > %d AND rule%d IS NULL)", i, i))
		} else {
			unknown += fmt.Sprintf("\n    WHEN %d THEN rule%d IS NULL", i, i)
		}
	}
	why := "0"
	if unknown != "" {
		why = "CAST(CASE step" + unknown + "\n    ELSE false\n  END AS INTEGER)"
	}
	text := fmt.Sprintf("SELECT step AS k1,\n  %s AS k2,\n  count(*) AS persons\nFROM %s_steps\nGROUP BY ALL", why, c.name)
	if len(rules) > 0 {
		text += fmt.Sprintf("\nUNION ALL\nSELECT unnest([%s]), 2, unnest([\n  %s])\nFROM %s_steps",
			strings.Join(rules, ", "), strings.Join(kept, ",\n  "), c.name)
	}
	return text
}

package enginetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// script writes a dispute for people: tables as in the semantics scripts, the plan, and both answers.
func (d dispute) script(names [2]string, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nload\n%s", title, indent(d.data.text()))
	if len(d.question.withheld) > 0 {
		fmt.Fprintf(&b, "\nwithheld %s\n", strings.Join(d.question.withheld, " "))
	}
	if d.question.parted {
		b.WriteString("\nDuckDB looks at each part on its own\n")
	}
	fmt.Fprintf(&b, "\nplan as written\n%s\nplan\n%s", indent(d.question.text()), indent(d.question.canonical().Canonical()))
	for i, a := range d.answers {
		fmt.Fprintf(&b, "\nanswer of %s\n%s", names[i], indent(a.text()))
	}
	return b.String()
}

// text writes the plan before anything is made canonical.
func (q question) text() string {
	var b strings.Builder
	for i, c := range q.plan.Cohorts {
		fmt.Fprintf(&b, "cohort %d\n  index %s\n", i, plan.String(c.Index))
		for _, r := range c.Rules {
			fmt.Fprintf(&b, "  %s %s\n", map[bool]string{false: "include", true: "exclude"}[r.Exclude], plan.String(r.Cond))
		}
	}
	for _, r := range q.plan.Reports {
		fmt.Fprintf(&b, "%s of %d\n", r.Kind, r.Cohort)
		for _, d := range r.By {
			fmt.Fprintf(&b, "  by %s\n", plan.String(d.X))
		}
		if r.Value != nil {
			fmt.Fprintf(&b, "  value %s\n", plan.String(r.Value))
		}
	}
	return b.String()
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// text writes the tables that have rows, with the columns that have values.
func (d tables) text() string {
	var persons []namedRow
	for i, p := range d.persons {
		persons = append(persons, namedRow{i, p.Attributes})
	}
	text := tableText("person", d.of.catalog.AttributeNames(), persons)
	for _, s := range d.of.sources() {
		var rows []namedRow
		for i, p := range d.persons {
			for _, e := range p.Events[s.Name] {
				rows = append(rows, namedRow{i, e})
			}
		}
		if len(rows) > 0 {
			text += "\n" + tableText(s.Name, s.ColumnNames(), rows)
		}
	}
	return text
}

type namedRow struct {
	person int
	reference.Row
}

func tableText(name string, columns []string, rows []namedRow) string {
	var used []string
	for _, column := range columns {
		for _, r := range rows {
			if r.Row[column] != nil {
				used = append(used, column)
				break
			}
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(append([]string{name}, used...), "\t"))
	for _, r := range rows {
		line := []string{fmt.Sprintf("p%d", r.person)}
		for _, column := range used {
			line = append(line, cellText(r.Row[column]))
		}
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	_ = w.Flush() // into memory
	return b.String()
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		if v == "" || strings.ContainsAny(v, " -") {
			return strconv.Quote(v)
		}
	}
	return fmt.Sprint(v)
}

// text writes an answer, a line a cell.
func (a answer) text() string {
	if a.err != nil {
		return fmt.Sprintf("%v: %s\n", a.err, causes(a.err))
	}
	var b strings.Builder
	for i, r := range a.reports {
		fmt.Fprintf(&b, "report %d\n", i)
		for _, c := range r.Cells {
			fmt.Fprintf(&b, "  %v persons %d", c.Keys, c.Persons)
			if c.Recorded > 0 {
				fmt.Fprintf(&b, " recorded %d sum %v squares %v largest %v", c.Recorded, c.Sum, c.SumSquares, c.Largest)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// causes are what lies below an error, and the text that DuckDB gave, as the data are ours.
func causes(err error) string {
	var out []string
	for err = errors.Unwrap(err); err != nil; err = errors.Unwrap(err) {
		out = append(out, err.Error())
		if d, ok := err.(interface{ RestrictedDetail() string }); ok {
			out = append(out, d.RestrictedDetail())
		}
	}
	return strings.Join(out, ": ")
}

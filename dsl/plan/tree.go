package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Tree is p as a tree for people: the cohorts with their rules, and the reports, each with the labels of the query and
// the canonical text of what they mean, long lists of codes cut short.
func Tree(p *Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "study    %s\ndataset  %s\nplan     %s\n", p.Labels.Study, p.Dataset, p.digest)
	for _, c := range p.Cohorts {
		fmt.Fprintf(&b, "\ncohort %s\n  index\n%s\n", c.Name, brief(c.Index))
		for i, r := range c.Rules {
			verb := "keep"
			if r.Exclude {
				verb = "drop"
			}
			fmt.Fprintf(&b, "  %d. %s %s\n%s\n", i+1, verb, r.Label, brief(r.Cond))
		}
	}
	b.WriteString("\nreports\n")
	for _, r := range p.Reports {
		fmt.Fprintf(&b, "  %s of %s", r.Kind, p.CohortOf(r).Name)
		if r.Label != "" {
			fmt.Fprintf(&b, ": %s", r.Label)
		}
		b.WriteString("\n")
		if r.Value != nil {
			fmt.Fprintf(&b, "    value %s\n%s\n", r.ValueLabel, brief(r.Value))
		}
		for _, d := range r.By {
			fmt.Fprintf(&b, "    by %s (%d groups)\n%s\n", d.Label, max(len(d.Keys), len(d.Bands)), brief(d.X))
		}
	}
	return b.String()
}

// brief is the canonical text of x over several lines, with long lists of codes cut short.
func brief(x Expr) string {
	b := lines{columns: map[column]span{}}
	b.write(shorten(exprNode(x)), 6)
	return b.String()
}

func shorten(n node) node {
	const shown = 3
	if !n.list {
		return n
	}
	words := n.words
	if n.head == "codes" && len(words) > shown+1 {
		words = append(slices.Clone(words[:shown]), fmt.Sprintf("…%d more", len(words)-shown))
	}
	return form(n.head, each(n.parts, shorten)...).withWords(words)
}

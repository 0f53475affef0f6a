package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Outline says in a few lines what p asks: its cohorts rule by rule, and its reports. Labels are the query's
// own words; what stands beside them is what they mean.
func Outline(p *Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "study    %s\ndataset  %s\nplan     %s\n", p.Labels.Study, p.Dataset, p.digest)
	for _, c := range p.Cohorts {
		fmt.Fprintf(&b, "\ncohort %s\n  index  %s\n", c.Name, brief(c.Index))
		for i, r := range c.Rules {
			verb := "keep"
			if r.Exclude {
				verb = "drop"
			}
			fmt.Fprintf(&b, "  %2d. %s %s\n      %s\n", i+1, verb, r.Label, brief(r.Cond))
		}
	}
	b.WriteString("\nreports\n")
	for _, r := range p.Reports {
		fmt.Fprintf(&b, "  %s of %s", r.Kind, p.CohortOf(r).Name)
		if r.Label != "" {
			fmt.Fprintf(&b, ": %s", r.Label)
		}
		b.WriteString("\n")
		for _, d := range r.By {
			fmt.Fprintf(&b, "      by %s (%d groups)\n", d.Label, max(len(d.Keys), len(d.Bands)))
		}
	}
	return b.String()
}

// brief is the canonical text of x with long lists of codes cut short.
func brief(x Expr) string { return shorten(exprNode(x)).flat() }

func shorten(n node) node {
	const shown = 3
	if n.head == "codes" && len(n.words) > shown+1 {
		rest := len(n.words) - shown
		n.words = append(slices.Clone(n.words[:shown]), fmt.Sprintf("…%d more", rest))
		return n
	}
	parts := make([]node, len(n.parts))
	for i, p := range n.parts {
		parts[i] = shorten(p)
	}
	n.parts = parts
	return n
}

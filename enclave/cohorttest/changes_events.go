package cohorttest

import (
	"fmt"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// events lists the changes of a node that is about events.
func (l *lister) events(node any) {
	switch n := node.(type) {
	case *syntax.Exists:
		l.exists(n)
	case *syntax.Pick:
		l.pick(n)
	case *syntax.ExtremeOf:
		turn(l, n, &n.Which, map[syntax.Which]syntax.Which{syntax.First: syntax.Last, syntax.Last: syntax.First}[n.Which])
		for i, d := range n.Dates {
			if len(n.Dates) > 1 {
				l.drop(d, func() { n.Dates = without(n.Dates, i) })
			}
		}
	case *syntax.Agg:
		l.aggregate(n)
	case *syntax.PercentChange:
		l.add(n, "from and to changed over", func() { n.From, n.To = n.To, n.From })
	case *syntax.EventSet:
		l.set(n)
	case *syntax.InCohort:
		for i := range n.Phrases {
			l.drop(&n.Phrases[i], func() { n.Phrases = without(n.Phrases, i) })
		}
	case *syntax.Phrase:
		l.phrase(n)
	}
}

func (l *lister) exists(n *syntax.Exists) {
	switch n.Quant {
	case syntax.Any:
		l.add(n, "`any` read as `at least 2`", func() { n.Quant, n.N = syntax.AtLeast, 2 })
	case syntax.No:
		l.add(n, "`no` read as `at most 1`", func() { n.Quant, n.N = syntax.AtMost, 1 })
	default:
		l.times(n, &n.N)
	}
	if n.DistinctDays {
		l.add(n, "without `on distinct days`", func() { n.DistinctDays = false })
	}
}

func (l *lister) pick(n *syntax.Pick) {
	switch n.Which {
	case syntax.Nth:
		l.times(n, &n.N)
	case syntax.Nearest:
		l.add(n, "`nearest` read as `first`", func() { n.Which, n.To = syntax.First, nil })
	default:
		turn(l, n, &n.Which, map[syntax.Which]syntax.Which{syntax.First: syntax.Last, syntax.Last: syntax.First,
			syntax.Highest: syntax.Lowest, syntax.Lowest: syntax.Highest}[n.Which])
	}
}

func (l *lister) aggregate(n *syntax.Agg) {
	switch n.Column.Name {
	case "days", "codes":
		if n.Fn == "count" {
			l.add(n, fmt.Sprintf("`count %s` read as `count`", n.Column.Name), func() { n.Column = syntax.Ident{} })
		}
	}
	if to := map[string]string{"sum": "mean", "mean": "median", "median": "mean", "min": "max", "max": "min"}[n.Fn]; to != "" {
		turn(l, n, &n.Fn, to)
	}
}

func (l *lister) set(n *syntax.EventSet) {
	for i := range n.Union {
		if len(n.Union) > 2 {
			l.drop(n.Union[i], func() { n.Union = without(n.Union, i) })
		} else {
			l.drop(n.Union[i], func() { n.Union[i] = n.Union[1-i] }) // a row counts once
		}
	}
	if len(n.Codes) > 0 {
		l.codeTerms(n.Codes, func(terms []syntax.CodeTerm) { n.Codes = terms }, 1)
	}
	if n.Where != nil {
		l.add(n.Where, fmt.Sprintf("without `where (%s)`", l.file.Text(n.Where.Span())), func() { n.Where = nil })
	}
	for i := range n.Phrases {
		l.drop(&n.Phrases[i], func() { n.Phrases = without(n.Phrases, i) })
	}
}

// codeTerms leaves out one of several terms, or the descendants of one. At least some terms stay.
func (l *lister) codeTerms(terms []syntax.CodeTerm, put func([]syntax.CodeTerm), least int) {
	for i := range terms {
		if len(terms) > least {
			l.drop(&terms[i], func() { put(without(terms, i)) })
		}
		if terms[i].Descendants {
			l.add(&terms[i], fmt.Sprintf("`%s` without descendants", terms[i].Curie), func() { terms[i].Descendants = false })
		}
	}
}

var otherPhrase = map[syntax.PhraseKind]syntax.PhraseKind{
	syntax.Before: syntax.OnOrBefore, syntax.OnOrBefore: syntax.Before,
	syntax.After: syntax.OnOrAfter, syntax.OnOrAfter: syntax.After,
	syntax.Since: syntax.After, syntax.Until: syntax.Before,
	syntax.WithinBefore: syntax.WithinAfter, syntax.WithinAfter: syntax.WithinBefore,
	syntax.BetweenBefore: syntax.BetweenAfter, syntax.BetweenAfter: syntax.BetweenBefore,
	syntax.During: syntax.Inside, syntax.Inside: syntax.During,
	syntax.FollowedBy: syntax.PrecededBy, syntax.PrecededBy: syntax.FollowedBy,
}

func (l *lister) phrase(n *syntax.Phrase) {
	if to, ok := otherPhrase[n.Kind]; ok {
		turn(l, n, &n.Kind, to)
	}
	if n.Ending {
		l.add(n, "without `ending`", func() { n.Ending = false })
	}
}

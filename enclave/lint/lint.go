// Package lint finds rules that remove nobody, on persons that it makes up.
//
// The persons have the attributes and events of the catalog and, so that rules have something to decide, the codes and
// words that the query names. They are drawn from a fixed seed, so that a query always has the same findings; they say
// nothing about any real dataset. The findings that need no persons are in dsl/lint.
package lint

import (
	"context"
	"fmt"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// Enough is how many persons must come to a rule before it is said to remove nobody.
const Enough = 50

// Idle lists the rules that removed none of n persons, although [Enough] came that far. Errors are those of the reference
// engine and of ctx.
func Idle(ctx context.Context, q lint.Query, n int) (diag.List, error) {
	if n == 0 {
		return nil, nil
	}
	persons := Persons(q.Plan, q.Target, n)
	var out diag.List
	for i, places := range q.Rules() {
		reached, removed := make([]int, len(places)), make([]int, len(places))
		for _, person := range persons {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			way, err := reference.Follow(q.Plan, i, person)
			if err != nil {
				return nil, err
			}
			count(way, reached, removed)
		}
		for j, at := range places {
			if reached[j] >= Enough && removed[j] == 0 {
				out.Add(removesNobody(at, reached[j]))
			}
		}
	}
	return out.Sorted(), nil
}

// count notes the rules that a person came to, and the one that removed the person.
func count(way reference.Way, reached, removed []int) {
	if way.Index() == nil {
		return
	}
	at, _ := way.Removed()
	for j := range reached {
		if at < 0 || j <= at {
			reached[j]++
		}
	}
	if at >= 0 && at < len(removed) {
		removed[at]++
	}
}

func removesNobody(at diag.Span, reached int) diag.Diagnostic {
	return diag.Diagnostic{Code: "removes-nobody", Severity: diag.Warning, Span: at,
		Message: fmt.Sprintf("this rule removed none of the %d made-up persons who came to it", reached),
		Hints:   []string{"see whether it says what is meant; a rule against something rare is right to stay"}}
}

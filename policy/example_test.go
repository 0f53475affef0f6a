package policy_test

import (
	"fmt"

	"github.com/officina-enclave/officina/policy"
)

// Policy may tighten the custodian's floor; where it is looser the floor holds.
func ExampleTerms_Meet() {
	floor := policy.Terms{MinCell: 10, RoundTo: 5, RankShare: 0.1, Dimensions: 6, Kinds: []string{"count", "table"}}
	says := policy.Terms{MinCell: 15, RoundTo: 2, RankShare: 0.5, Dimensions: 2, Kinds: []string{"count"}, Review: policy.ReviewOne}
	terms := floor.Meet(says)
	fmt.Println(terms.MinCell, terms.RoundTo, terms.RankShare, terms.Dimensions, terms.Kinds, terms.Review)
	// Output: 15 10 0.1 2 [count] one
}

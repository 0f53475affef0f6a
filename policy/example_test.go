package policy_test

import (
	"bytes"
	"fmt"
	"io/fs"

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

// A number that would not protect is refused by its key, before any rule reads it.
func ExampleParseBoard() {
	text, err := fs.ReadFile(policy.Default(), policy.DataFile)
	if err != nil {
		fmt.Println(err)
	}
	board, err := policy.ParseBoard(text)
	fmt.Println(board.Sentences()[2], err)

	_, err = policy.ParseBoard(bytes.Replace(text, []byte("min_cell: 10"), []byte("min_cell: 1"), 1))
	fmt.Println(err)
	// Output:
	// No cell below 10 persons is shown, and nothing of a cohort below 10 persons. Counts are rounded to 5. <nil>
	// data.yaml is not valid: line 31: board.terms.min_cell must be a whole number from 3 to 1000
}

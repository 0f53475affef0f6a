package enginetest

import (
	"fmt"
	"testing"

	"github.com/officina-enclave/officina/enclave/engine/reference"
)

// canonicalEngine is the reference engine with what DuckDB gets: the canonical, restricted plan over all rows.
func canonicalEngine(t testing.TB, data tables) (func(question) answer, func()) {
	return func(q question) answer {
		p := q.canonical()
		raw, err := reference.Run(t.Context(), p, data.persons)
		return answered(t, p, raw, err)
	}, func() {}
}

// TestCanonicalPlansMeanTheSame asks more plans than DuckDB could, without it.
func TestCanonicalPlansMeanTheSame(t *testing.T) {
	both := pair{[2]engine{canonicalEngine, referenceEngine}, [2]string{"canonical", "as written"}}
	plans, seed := number(t, "OFFICINA_PLANS", 500), number(t, "OFFICINA_SEED", 1)
	for first := 0; first < plans && !t.Failed(); first += batch {
		data := newMaker(t, uint64(seed), uint64(first)<<1).tables()
		ask, done := open(t, both.engines, data)
		for i := first; i < first+batch && !t.Failed(); i++ {
			q := newMaker(t, uint64(seed), uint64(i)<<1|1).question()
			settle(t, both, dispute{data, q, ask(q)}, fmt.Sprintf("canonical plan %d of seed %d", i, seed))
		}
		done()
	}
}

package disclosure_test

import (
	"testing"

	"github.com/officina-enclave/officina/enclave/disclosure"
)

// BenchmarkApply releases the largest table there can be: 10 × 10 × 10 keys, those not recorded included.
func BenchmarkApply(b *testing.B) {
	s := parse(`{terms: {min_cell: 10, round_to: 5}, reports: [{kind: table, by: [
		{name: a, keys: [a, b, c, d, e, f, g, h, i]},
		{name: b, keys: [a, b, c, d, e, f, g, h, i]},
		{name: c, keys: [a, b, c, d, e, f, g, h, i]}]}]}`)
	r := &s.Reports[0]
	for i, keys := range combinations(s) {
		r.Cells = append(r.Cells, cell{Keys: keys, Persons: int64(i)})
	}
	p, terms := s.plan(), s.terms()
	for b.Loop() {
		if _, err := disclosure.Apply(p, disclosure.NewRaw(p, s.counts()), terms); err != nil {
			b.Fatal(err)
		}
	}
}

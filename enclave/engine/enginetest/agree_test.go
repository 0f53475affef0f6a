package enginetest

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/officina-enclave/officina/enclave/sqlgen"
)

// batch is how many plans are asked of one dataset.
const batch = 50

func number(t testing.TB, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q; give a number above 0", variable, text)
	}
	return n
}

func TestEnginesAgree(t *testing.T) {
	plans, seed := number(t, "OFFICINA_PLANS", 500), number(t, "OFFICINA_SEED", 1)
	seen := coverage{}
	for first := 0; first < plans; first += batch {
		t.Run(fmt.Sprintf("%d", first), func(t *testing.T) {
			compareBatch(t, uint64(seed), first, min(batch, plans-first), seen)
		})
		if t.Failed() {
			return
		}
	}
	seen.check(t)
}

func compareBatch(t *testing.T, seed uint64, first, n int, seen coverage) {
	data := newMaker(t, seed, uint64(first)<<1).tables()
	ask, done := duckEngine(t, data)
	defer done()
	askReference, _ := referenceEngine(t, data)
	for i := first; i < first+n; i++ {
		q := newMaker(t, seed, uint64(i)<<1|1).question()
		a, b := ask(q), askReference(q)
		var tooLong *sqlgen.Error
		if errors.As(a.err, &tooLong) {
			seen["no SQL"]++
			continue
		}
		seen.add(q, b)
		if !agree(a, b) {
			t.Errorf("plan %d\n%s\n%+v\n%+v\n%s", i, q.canonical().Canonical(), a, b, detail(a.err))
		}
	}
}

func detail(err error) string {
	for ; err != nil; err = errors.Unwrap(err) {
		if d, ok := err.(interface{ RestrictedDetail() string }); ok {
			return d.RestrictedDetail()
		}
	}
	return ""
}

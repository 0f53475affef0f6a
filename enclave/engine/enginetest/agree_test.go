package enginetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
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

// compareBatch asks n plans of one dataset. The first dispute is made small, written beside the test, and ends the batch.
func compareBatch(t *testing.T, seed uint64, first, n int, seen coverage) {
	data := newMaker(t, seed, uint64(first)<<1).tables()
	engines := [2]engine{duckEngine, referenceEngine}
	ask, done := open(t, engines, data)
	defer done()
	for i := first; i < first+n; i++ {
		q := newMaker(t, seed, uint64(i)<<1|1).question()
		answers := ask(q)
		if seen.noSQL(answers[0]) {
			continue
		}
		seen.add(q, answers[1])
		if !agree(answers[0], answers[1]) {
			d := shrink(t, engines, dispute{data, q, answers}, time.Minute)
			title := fmt.Sprintf("plan %d of seed %d: the engines differ", i, seed)
			report(t, d.script(readCatalog(t), [2]string{"duckdb", "reference"}, title), fmt.Sprintf("seed%d-plan%d.test", seed, i))
			return
		}
	}
}

// report fails the test with a script, and keeps it in testdata/failures.
func report(t *testing.T, script, name string) {
	t.Helper()
	file := filepath.Join("testdata", "failures", name)
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte(script), 0o644))
	t.Errorf("see %s\n%s", file, script)
}

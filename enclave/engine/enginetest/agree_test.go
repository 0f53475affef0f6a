package enginetest

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// compareBatch asks n plans of one dataset, until the first dispute.
func compareBatch(t *testing.T, seed uint64, first, n int, seen coverage) {
	data := newMaker(t, seed, uint64(first)<<1).tables()
	ask, done := open(t, duckAndReference.engines, data)
	defer done()
	for i := first; i < first+n && !t.Failed(); i++ {
		q := newMaker(t, seed, uint64(i)<<1|1).question()
		answers := ask(q)
		if seen.noSQL(answers[0]) {
			continue
		}
		seen.add(q, answers[1])
		settle(t, duckAndReference, dispute{data, q, answers}, fmt.Sprintf("plan %d of seed %d", i, seed))
	}
}

// pair are two engines that are to agree.
type pair struct {
	engines [2]engine
	names   [2]string
}

var duckAndReference = pair{[2]engine{duckEngine, referenceEngine}, [2]string{"duckdb", "reference"}}

// settle fails the test if the answers differ, with a small script that does too, which stays in testdata/failures.
func settle(t *testing.T, p pair, d dispute, name string) {
	t.Helper()
	if agree(d.answers[0], d.answers[1]) {
		return
	}
	d = shrink(t, p.engines, d, time.Minute)
	script := d.script(p.names, "The engines differ: "+name)
	file := filepath.Join("testdata", "failures", strings.ReplaceAll(name, " ", "-")+".test")
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte(script), 0o644))
	t.Errorf("see %s\n%s", file, script)
}

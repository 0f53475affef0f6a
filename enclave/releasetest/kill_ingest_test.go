package releasetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/node"
)

// killSizes are the numbers of persons with diabetes in the snapshots that a process loads in turn; released counts
// round to fives, and these tell them apart.
var killSizes = []int{20, 35, 50}

// killTables has that many persons with diabetes, and one without who bears the markers.
func killTables(size int) (*Tables, error) {
	return parseTables(fmt.Sprintf("person group sex\np1..p%d a female\n%s a male\n\n", size, markerText) +
		fmt.Sprintf("condition start code\np1..p%d 2020-03-10 ICD10:E11\n%s %s ICD10:%s\n", size, markerText, markerStart, markerText))
}

// ingestForever loads one snapshot after the other, and prints its size before and after.
func ingestForever(ctx context.Context, dir string) error {
	w := newWorld(dir, Real)
	if err := w.open(ctx); err != nil {
		return err
	}
	fmt.Println("ready")
	for i := time.Now().Nanosecond(); ; i++ {
		size := killSizes[i%len(killSizes)]
		tables, err := killTables(size)
		if err != nil {
			return err
		}
		fmt.Println("begins", size)
		if err := w.load(ctx, tables); err != nil {
			return err
		}
		fmt.Println("loaded", size)
	}
}

// A process is killed at random moments of its loads. Whenever the folder is opened again, the snapshot in force is the
// old one or the new one, whole; the log verifies and names it; no file holds a plain value; and the next load works
// and clears what the killed one left.
func TestIngestKilledAtAnyMoment(t *testing.T) {
	n := kills(t)
	t.Parallel()
	dir := t.TempDir()
	w := newWorld(dir, Real)
	if err := errors.Join(w.load(t.Context(), mustTables(t, killSizes[0])), w.register(t.Context(), defaultFile("study.yaml"))); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := w.load(t.Context(), mustTables(t, killSizes[0])); err != nil {
		t.Fatal(err)
	}
	one := time.Since(began)
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	size, cut, changed := killSizes[0], 0, 0
	for range n {
		said := runAndKill(t, dir, "ingest", one*5/2)
		may := mayBeInForce(size, said)
		leftovers, now := afterIngestKill(t, dir, may)
		if leftovers > 0 {
			cut++
		}
		if len(may) > 1 && now != may[0] {
			changed++
		}
		size = killSizes[0] // afterIngestKill loads it
	}
	t.Logf("%d kills: %d left an unfinished snapshot, %d the new snapshot in force but the load unfinished", n, cut, changed)
	if cut == 0 {
		t.Error("no kill fell into a load: nothing was tested")
	}
}

func mustTables(t *testing.T, size int) *Tables {
	t.Helper()
	tables, err := killTables(size)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// mayBeInForce lists the sizes that the snapshot in force can have: that of the last load that ended, and that of the
// load that was cut off.
func mayBeInForce(before int, said []line) []int {
	may := []int{before}
	for _, l := range said {
		size, _ := strconv.Atoi(l.object)
		switch l.verb {
		case "loaded":
			may = []int{size}
		case "begins":
			may = append(may, size)
		}
	}
	return may
}

// afterIngestKill opens the folder, checks it, loads the first size again and checks that nothing is left over. It
// returns how many unfinished snapshots there were, and the size that was in force.
func afterIngestKill(t *testing.T, dir string, may []int) (leftovers, size int) {
	t.Helper()
	w := newWorld(dir, Real)
	leftovers = len(unfinished(t, w.dir))
	(&said{t: t, dir: w.dir}).folder("after a kill")
	size = persons(t, w)
	defer w.close()
	if size != may[0] && size != may[len(may)-1] {
		t.Errorf("the snapshot in force has %d persons; may be %v", size, may)
	}
	checkNamed(t, w, verifiedEntries(t, w))
	if err := w.load(t.Context(), mustTables(t, killSizes[0])); err != nil {
		t.Fatalf("no load works after a kill: %v", err)
	}
	if got := persons(t, w); got != killSizes[0] {
		t.Errorf("a load of %d persons put %d in force", killSizes[0], got)
	}
	if left := unfinished(t, w.dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	removeOldSnapshots(t, w)
	return leftovers, size
}

// persons counts the persons with diabetes by a query.
func persons(t *testing.T, w *world) int {
	t.Helper()
	text := w.withHeader("story", "cohort c { index first condition in ICD10:E11 }\nreport count of c\n")
	r := w.answered(t, enclave.Submission{Name: "persons.cohort", Text: text, Study: "story", Subject: anna})
	d, err := enclave.ParseDocument(r.Document)
	if err != nil || len(d.Tables) != 1 || len(d.Tables[0].Rows) != 1 {
		t.Fatalf("no count: %v %s", err, r.Document)
	}
	n, err := strconv.Atoi(d.Tables[0].Rows[0].Values["persons"].String())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// unfinished lists what only a writer at work may have in a data folder. The log's tree is tessera's own.
func unfinished(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "tree":
			return filepath.SkipDir
		case strings.HasPrefix(d.Name(), "tmp-") || strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".new"):
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkNamed checks that the last load in the log is the snapshot in force.
func checkNamed(t *testing.T, w *world, entries []audit.Entry) {
	t.Helper()
	named := ""
	for _, e := range entries {
		if e.Kind == audit.KindIngest {
			named = e.Snapshot
		}
	}
	if got := w.enclave.Engine.Snapshot(); got != named {
		t.Errorf("in force is %s, the log names %s", got, named)
	}
}

// removeOldSnapshots keeps the folder small, as an operator would: every load looks at the manifests of all.
func removeOldSnapshots(t *testing.T, w *world) {
	t.Helper()
	root := filepath.Join(w.dir, "datasets", "tiny", "snapshots")
	current, err := os.ReadFile(filepath.Join(root, "CURRENT"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(root)
	for _, e := range list {
		if e.IsDir() && e.Name() != strings.TrimSpace(string(current)) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(root, e.Name())))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// loadOf is a load of tables as the next snapshot.
func (w *world) loadOf(tables *Tables) node.Load {
	return node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: tables, Limit: 1}
}

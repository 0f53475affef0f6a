package releasetest

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/internal/canon"
)

// killsVariable says in the environment how often a process is killed in the middle of its work, for each kind of
// work; `make nightly` sets 200.
const killsVariable = "OFFICINA_KILLS"

// kills returns how often to kill.
func kills(t *testing.T) int {
	t.Helper()
	if testing.Short() {
		t.Skip("starts dozens of processes")
	}
	text := os.Getenv(killsVariable)
	if text == "" {
		return 20
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of kills", killsVariable, text)
	}
	return n
}

// The environment of a process that is to be killed: its data folder, and what it does there for ever.
const (
	childDir  = "OFFICINA_RELEASETEST_CHILD"
	childWork = "OFFICINA_RELEASETEST_WORK"
)

var works = map[string]func(ctx context.Context, dir string) error{"submit": submitForever, "ingest": ingestForever}

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := works[os.Getenv(childWork)](context.Background(), dir); err != nil {
			fmt.Println("failed", err)
		}
		return
	}
	os.Exit(m.Run())
}

// submitForever asks a new question of the data folder again and again, each twice, and prints its number before and
// the digest of its release after.
func submitForever(ctx context.Context, dir string) error {
	w := newWorld(dir, Real)
	if err := w.ready(ctx); err != nil {
		return err
	}
	fmt.Println("ready")
	for n := rand.IntN(1 << 30); ; n++ {
		for range 2 {
			fmt.Println("begins", n)
			r, err := w.enclave.Submit(ctx, killQuery(n))
			if tooBusy(err) {
				continue
			}
			if err != nil {
				return err
			}
			fmt.Println("released", canon.Sum(r.Document))
		}
	}
}

// tooBusy says that policy did not decide in its tenth of a second, as on a machine under load.
func tooBusy(err error) bool {
	var told *enclave.Error
	return errors.As(err, &told) && len(told.Denials) == 1 && told.Denials[0].Rule == "policy-timeout"
}

// answered submits a query, again while the machine is too busy, and fails the test when it is not answered.
func (w *world) answered(t *testing.T, s enclave.Submission) *enclave.Release {
	t.Helper()
	err := w.submit(t.Context(), s)
	for tries := 0; err == nil && tooBusy(w.last.err) && tries < 50; tries++ {
		err = w.submit(t.Context(), s)
	}
	if err != nil || w.last.err != nil {
		t.Fatalf("%s is not answered: %v %v", s.Name, err, w.last.err)
	}
	return w.last.release
}

// killQuery is another question for each n: to have fewer than n drugs is no condition that anybody fails.
func killQuery(n int) enclave.Submission {
	text := "study \"A story\" version \"1\" purpose DUO:0000006 approval \"CE-1\"\n" +
		"cohort c { index first condition in ICD10:E11  include at most " + strconv.Itoa(100+n%900_000) + " drug }\nreport count of c\n"
	return enclave.Submission{Name: "kill.cohort", Text: text, Study: "story", Subject: anna}
}

// A process is killed at random moments of its submissions. Whenever the folder is opened again its log verifies, every
// run that began has ended there, nothing is settled or was printed that the log does not hold, and the question that
// was cut off gets one answer.
func TestSubmitKilledAtAnyMoment(t *testing.T) {
	n := kills(t)
	t.Parallel()
	dir := t.TempDir()
	w := newWorld(dir, Real)
	if prepare(t, w); w.close() != nil {
		t.Fatal("the folder does not close")
	}
	recovered := 0
	for range n {
		lines := runAndKill(t, dir, "submit", 100*time.Millisecond)
		recovered += inspectAfterKill(t, dir, lines)
	}
	t.Logf("%d kills, %d of them within a run", n, recovered)
	if recovered == 0 {
		t.Error("no kill fell into a run: nothing was tested")
	}
}

// prepare loads twenty persons with diabetes and registers the default study.
func prepare(t *testing.T, w *world) {
	t.Helper()
	tables, err := parseTables("person group\np1..p20 a\n\ncondition start code\np1..p20 2020-03-10 ICD10:E11\n")
	if err == nil {
		err = w.load(t.Context(), tables)
	}
	if err == nil {
		err = w.register(t.Context(), defaultFile("study.yaml"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// line is one thing that a killed process said: what it did, and of what.
type line struct{ verb, object string }

// runAndKill starts a process, lets it work for up to some time, kills it, and returns what it printed. One kill in ten
// may come before the process is ready.
func runAndKill(t *testing.T, dir, work string, within time.Duration) (said []line) {
	t.Helper()
	awaitForks()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childWork+"="+work)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() { time.AfterFunc(rand.N(within), func() { _ = child.Process.Kill() }) }
	if rand.IntN(10) == 0 {
		kill()
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		verb, object, _ := strings.Cut(lines.Text(), " ")
		if verb == "failed" {
			t.Errorf("the process says %q", lines.Text())
		}
		if said = append(said, line{verb, object}); verb == "ready" {
			kill()
		}
	}
	_ = child.Wait() // it was killed
	return said
}

// awaitForks waits for the processes that parallel tests are starting. Between fork and exec, which takes long on a
// machine under load, they hold a copy of every file that is open here, and so a folder's lock that is let go here.
func awaitForks() {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
}

// inspectAfterKill opens the folder, checks it and returns how many runs were recovered now.
func inspectAfterKill(t *testing.T, dir string, said []line) (recovered int) {
	t.Helper()
	w := newWorld(dir, Real)
	if err := w.open(t.Context()); err != nil {
		t.Fatalf("the folder does not open after a kill: %v", err)
	}
	defer w.close()
	entries := verifiedEntries(t, w)
	recorded := map[string]bool{}
	for i, e := range entries {
		recorded[e.Release] = recorded[e.Release] || e.Kind == audit.KindOutcome
		if e.Kind == audit.KindRecovered && !laterIntent(entries[i:]) {
			recovered++
		}
	}
	released := settled(t, w.dir)
	for _, l := range said {
		if l.verb == "released" {
			released = append(released, l.object)
		}
	}
	for _, digest := range released {
		if !recorded[digest] {
			t.Errorf("a release left without its outcome in the log: %s", digest)
		}
	}
	askAgain(t, w, said)
	return recovered
}

// verifiedEntries returns the whole log, which must verify and know no run without an end.
func verifiedEntries(t *testing.T, w *world) []audit.Entry {
	t.Helper()
	entries, err := w.entries(t.Context()) // waits until the log is signed
	if err != nil {
		t.Fatal(err)
	}
	report, err := inspect.Verify(t.Context(), filepath.Join(w.dir, "audit"), w.node.Log.Key(), nil)
	if err != nil || len(report.Unfinished) > 0 {
		t.Fatalf("log after a kill: %v; unfinished %v", err, report.Unfinished)
	}
	return entries
}

// askAgain submits the last question of a killed process twice: both get the same bytes, those that the process had if
// it had any, and the engine works and the ledger charges once at most.
func askAgain(t *testing.T, w *world, said []line) {
	t.Helper()
	question, had := "", ""
	for _, l := range said {
		switch l.verb {
		case "begins":
			if l.object != question {
				question, had = l.object, ""
			}
		case "released":
			had = l.object
		}
	}
	n, err := strconv.Atoi(question)
	if err != nil {
		return // killed before it asked
	}
	if err := w.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	var digests []string
	runs := w.probe.runs
	for range 2 {
		r := w.answered(t, killQuery(n))
		digest := canon.Sum(r.Document)
		if of := r.Envelope.Receipt.Statement.Outcome.Release; of != digest {
			t.Errorf("the receipt is of %s, the release is %s", of, digest)
		}
		digests = append(digests, digest)
	}
	if digests[0] != digests[1] || had != "" && had != digests[0] {
		t.Errorf("one question has several answers: %v, before the kill %q", digests, had)
	}
	if ran := w.probe.runs - runs; ran > 1 || had != "" && ran > 0 || !w.last.release.Envelope.Repeat {
		t.Errorf("a repeat costs again: %d runs; answered before the kill: %v", ran, had != "")
	}
}

func laterIntent(entries []audit.Entry) bool {
	for _, e := range entries {
		if e.Kind == audit.KindIntent {
			return true
		}
	}
	return false
}

// settled lists the digests of the stored answers that may leave. Each must have been reserved.
func settled(t *testing.T, dir string) (out []string) {
	t.Helper()
	answers, err := filepath.Glob(filepath.Join(dir, "answers", "*.answer"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range answers {
		name := strings.TrimSuffix(file, ".answer")
		if _, err := os.Stat(name + ".reserved"); err != nil {
			t.Errorf("an answer without a reservation: %v", err)
		}
		if _, err := os.Stat(name + ".settled"); err != nil {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil || len(text) < ed25519.SignatureSize {
			t.Fatal("a torn answer", err)
		}
		out = append(out, canon.Sum(text[ed25519.SignatureSize:]))
	}
	return out
}

package releasetest

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/internal/canon"
)

// kills is how often a process is killed in the middle of its work.
const kills = 20

// childDir names the data folder in the environment of a process that is to be killed.
const childDir = "OFFICINA_RELEASETEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := submitForever(context.Background(), dir); err != nil {
			fmt.Println("failed", err)
		}
		return
	}
	os.Exit(m.Run())
}

// submitForever asks a new question of the data folder again and again, and prints the digest of each release.
func submitForever(ctx context.Context, dir string) error {
	w := newWorld(dir, Real)
	if err := w.ready(ctx); err != nil {
		return err
	}
	fmt.Println("ready")
	for {
		r, err := w.enclave.Submit(ctx, killQuery(rand.IntN(1<<30)))
		if err != nil {
			return err
		}
		fmt.Println("released", canon.Sum(r.Document))
	}
}

// killQuery is another question for each n: to have fewer than n drugs is no condition that anybody fails.
func killQuery(n int) enclave.Submission {
	text := "study \"A story\" version \"1\" purpose DUO:0000006 approval \"CE-1\"\n" +
		"cohort c { index first condition in ICD10:E11  include at most " + strconv.Itoa(100+n%900_000) + " drug }\nreport count of c\n"
	return enclave.Submission{Name: "kill.cohort", Text: text, Study: "story", Subject: anna}
}

// A process is killed at random moments of its submissions. Whenever the folder is opened again its log verifies, every
// run that began has ended there, and nothing is settled or was printed that the log does not hold.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("starts twenty processes")
	}
	t.Parallel()
	dir := t.TempDir()
	w := newWorld(dir, Real)
	if prepare(t, w); w.close() != nil {
		t.Fatal("the folder does not close")
	}
	recovered := 0
	for range kills {
		released := runAndKill(t, dir)
		recovered += inspectAfterKill(t, dir, released)
	}
	t.Logf("%d kills, %d of them within a run", kills, recovered)
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

// runAndKill starts a process, lets it work for up to 100 ms, kills it, and returns the digests that it printed.
func runAndKill(t *testing.T, dir string) (released []string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, digest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "ready":
			time.AfterFunc(time.Duration(rand.IntN(100_000))*time.Microsecond, func() { _ = child.Process.Kill() })
		case "released":
			released = append(released, digest)
		default:
			t.Errorf("the process says %q", lines.Text())
		}
	}
	_ = child.Wait() // it was killed
	return released
}

// inspectAfterKill opens the folder, checks it and returns how many runs were recovered now.
func inspectAfterKill(t *testing.T, dir string, released []string) (recovered int) {
	t.Helper()
	w := newWorld(dir, Real)
	if err := w.open(t.Context()); err != nil {
		t.Fatalf("the folder does not open after a kill: %v", err)
	}
	defer w.close()
	entries, err := w.entries(t.Context()) // waits until the log is signed
	if err != nil {
		t.Fatal(err)
	}
	report, err := inspect.Verify(t.Context(), filepath.Join(w.dir, "audit"), w.node.Log.Key(), nil)
	if err != nil || len(report.Unfinished) > 0 {
		t.Fatalf("log after a kill: %v; unfinished %v", err, report.Unfinished)
	}
	recorded := map[string]bool{}
	for i, e := range entries {
		recorded[e.Release] = recorded[e.Release] || e.Kind == audit.KindOutcome
		if e.Kind == audit.KindRecovered && !laterIntent(entries[i:]) {
			recovered++
		}
	}
	for _, digest := range append(released, settled(t, w.dir)...) {
		if !recorded[digest] {
			t.Errorf("a release left without its outcome in the log: %s", digest)
		}
	}
	return recovered
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

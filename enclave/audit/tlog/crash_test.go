package tlog_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
)

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TLOG_CRASH_DIR"); dir != "" {
		appendForever(dir)
	}
	os.Exit(m.Run())
}

// appendForever appends from sixteen goroutines and prints each position after its append returned.
func appendForever(dir string) {
	ctx := context.Background()
	s, err := newSigner(private)
	if err != nil {
		panic(err)
	}
	l, err := tlog.Open(ctx, dir, s)
	if err != nil {
		fmt.Println("open:", err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	var out sync.Mutex
	for range 16 {
		wg.Go(func() {
			for {
				p, err := l.Append(ctx, intent())
				out.Lock()
				fmt.Println(p.Index, p.Leaf, err)
				out.Unlock()
			}
		})
	}
	wg.Wait()
}

// Killed at any moment, the log opens again, verifies, and holds every entry that was acknowledged.
func TestKilledAtAnyMoment(t *testing.T) {
	kills := 36
	switch text := os.Getenv("OFFICINA_KILLS"); {
	case testing.Short():
		kills = 6
	case text != "":
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		kills = n
	}
	dir := t.TempDir()
	acknowledged := map[uint64]audit.Hash{}
	for round := range kills {
		killed(t, dir, acknowledged)
		l := open(t, dir) // fails if the newest part were torn
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		report, err := inspect.Verify(t.Context(), dir, l.Key(), nil)
		if err != nil {
			t.Fatalf("after kill %d: %v", round, err)
		}
		if report.Pending != 0 {
			t.Errorf("after kill %d: %d entries unsigned although the log was opened", round, report.Pending)
		}
	}
	stored := entries(t, dir, signer(t, private).Key())
	for index, leaf := range acknowledged {
		if index >= uint64(len(stored)) || stored[index].Leaf != leaf {
			t.Fatalf("entry %d was acknowledged and is lost", index)
		}
	}
	if len(acknowledged) < kills {
		t.Errorf("only %d entries were acknowledged in %d rounds", len(acknowledged), kills)
	}
	t.Logf("%d kills, %d entries acknowledged, %d stored", kills, len(acknowledged), len(stored))
}

// killed runs a child until some random time after its first acknowledgement, kills it, and notes what it acknowledged.
func killed(t *testing.T, dir string, acknowledged map[uint64]audit.Hash) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "TLOG_CRASH_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		once.Do(func() { killSoon(child, 80*time.Millisecond) })
		note(t, lines.Text(), acknowledged)
	}
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the child ended by itself: %v", err)
	}
}

func killSoon(child *exec.Cmd, within time.Duration) {
	time.AfterFunc(rand.N(within), func() { _ = child.Process.Kill() })
}

// Killed while a new folder is begun, it can still be opened.
func TestKilledWhileBeginning(t *testing.T) {
	for range 12 {
		dir := t.TempDir()
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), "TLOG_CRASH_DIR="+dir)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		killSoon(child, 40*time.Millisecond)
		_ = child.Wait()
		l := open(t, dir)
		appendOne(t, l, intent())
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := inspect.Verify(t.Context(), dir, l.Key(), nil); err != nil {
			t.Error(err)
		}
	}
}

// note takes a whole line of the child, "index leaf <nil>"; the last one may be torn.
func note(t *testing.T, line string, acknowledged map[uint64]audit.Hash) {
	t.Helper()
	var index uint64
	var leaf, outcome string
	if n, _ := fmt.Sscan(line, &index, &leaf, &outcome); n != 3 || outcome != "<nil>" {
		if strings.Contains(line, "open:") || n == 3 {
			t.Errorf("child: %s", line)
		}
		return
	}
	var h audit.Hash
	if err := h.UnmarshalText([]byte(leaf)); err != nil {
		t.Fatal(err)
	}
	if old, ok := acknowledged[index]; ok && old != h {
		t.Errorf("entry %d was acknowledged twice", index)
	}
	acknowledged[index] = h
}

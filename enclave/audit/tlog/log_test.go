package tlog_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
	"github.com/officina-enclave/officina/internal/canon"
)

var private = ed25519.NewKeyFromSeed([]byte("the key of the test's log, 32 B."))

func newSigner(private ed25519.PrivateKey) (*audit.Signer, error) {
	key := audit.LogKey{Origin: "officina/test", Public: private.Public().(ed25519.PublicKey)}
	return audit.NewSigner(key, func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil })
}

func signer(t testing.TB, private ed25519.PrivateKey) *audit.Signer {
	t.Helper()
	s, err := newSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB, dir string) *tlog.Log {
	t.Helper()
	l, err := tlog.Open(t.Context(), dir, signer(t, private))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func digest(s string) string { return canon.Sum([]byte(s)) }

// intent makes the intent of a new run.
func intent() audit.Entry {
	return audit.Entry{
		Kind: audit.KindIntent, ID: "run_" + rand.Text(), Study: "onc-001", Dataset: "demo",
		Snapshot: digest("snapshot"), Subject: "hmac-" + digest("subject"), Plan: digest("plan"), Text: digest("text"),
		Policy: digest("policy"), Decision: rand.Text(), Terms: digest("terms"),
	}
}

// outcome ends the run of an intent with a release.
func outcome(e audit.Entry) audit.Entry {
	e.Kind, e.Subject, e.Class, e.Release = audit.KindOutcome, "", audit.ClassOK, digest("release of "+e.ID)
	return e
}

func appendOne(t testing.TB, l *tlog.Log, e audit.Entry) audit.Position {
	t.Helper()
	p, err := l.Append(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func entries(t testing.TB, dir string, key audit.LogKey) []inspect.Record {
	t.Helper()
	var list []inspect.Record
	for r, err := range inspect.Entries(t.Context(), dir, key, inspect.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestAppendedEntriesAreReadBackAndVerify(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	in := intent()
	in.Time = time.Date(2026, 3, 4, 5, 6, 7, 890, time.UTC)
	p0 := appendOne(t, l, in)
	p1 := appendOne(t, l, outcome(in))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	report, err := inspect.Verify(t.Context(), dir, l.Key(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if report.Size != 2 || report.Pending != 0 || len(report.Unfinished) != 0 {
		t.Errorf("report %+v", report)
	}
	got := entries(t, dir, l.Key())
	if got[0].Position != p0 || got[1].Position != p1 || p0.Index != 0 || p1.Index != 1 {
		t.Errorf("positions %v %v, read %v", p0, p1, got)
	}
	in.V, in.Time = audit.Version, in.Time.Truncate(time.Millisecond)
	if d := cmp.Diff(in, got[0].Entry); d != "" {
		t.Error(d)
	}
}

func TestConcurrentAppendsGetDistinctPlaces(t *testing.T) {
	const callers, each = 64, 8
	dir := t.TempDir()
	l := open(t, dir)
	var wg sync.WaitGroup
	places := make([]audit.Position, callers*each)
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				p, err := l.Append(t.Context(), intent())
				if err != nil {
					t.Error(err)
				}
				places[c*each+i] = p
			}
		})
	}
	wg.Wait()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	stored := entries(t, dir, l.Key())
	if len(stored) != callers*each {
		t.Fatalf("%d entries stored, %d appended", len(stored), callers*each)
	}
	for _, p := range places {
		if stored[p.Index].Leaf != p.Leaf {
			t.Errorf("entry %d is not the one that was appended there", p.Index)
		}
	}
	if _, err := inspect.Verify(t.Context(), dir, l.Key(), nil); err != nil {
		t.Error(err)
	}
}

func TestReopenGoesOn(t *testing.T) {
	dir := t.TempDir()
	for n := range uint64(4) {
		l := open(t, dir)
		if p := appendOne(t, l, intent()); p.Index != n {
			t.Errorf("index %d after %d entries", p.Index, n)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := tlog.Open(t.Context(), dir, signer(t, private)); !errors.Is(err, tlog.ErrLocked) {
		t.Errorf("second writer: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	open(t, dir)
}

func TestClosedLogTakesNothing(t *testing.T) {
	l := open(t, t.TempDir())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), intent()); !errors.Is(err, tlog.ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if _, err := l.Subject("ada"); !errors.Is(err, tlog.ErrClosed) {
		t.Errorf("subject: %v", err)
	}
	if err := l.Forget("ada"); !errors.Is(err, tlog.ErrClosed) {
		t.Errorf("forget: %v", err)
	}
}

func TestRefusedEntryLeavesNoTrace(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	bad := intent()
	bad.Study = "Mario Rossi"
	if _, err := l.Append(t.Context(), bad); !errors.Is(err, audit.ErrEntry) || strings.Contains(err.Error(), "Rossi") {
		t.Errorf("got %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Append(over, intent()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if p := appendOne(t, l, intent()); p.Index != 0 {
		t.Errorf("the first entry stands at %d", p.Index)
	}
}

func TestOpenRefusesAnotherKey(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	other := ed25519.NewKeyFromSeed([]byte("another key, 32 bytes long too.."))
	if _, err := tlog.Open(t.Context(), dir, signer(t, other)); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
}

func TestSignerThatFailsIsReported(t *testing.T) {
	broken := errors.New("key service is down")
	key := audit.LogKey{Origin: "officina/test", Public: private.Public().(ed25519.PublicKey)}
	s, err := audit.NewSigner(key, func([]byte) ([]byte, error) { return nil, broken })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tlog.Open(t.Context(), t.TempDir(), s); err == nil || !strings.Contains(err.Error(), broken.Error()) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkAppendAlone(b *testing.B) {
	l := open(b, b.TempDir())
	var took []time.Duration
	for b.Loop() {
		e := intent()
		t0 := time.Now()
		appendOne(b, l, e)
		took = append(took, time.Since(t0))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkAppendTogether(b *testing.B) {
	for _, callers := range []int{8, 64, 512} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			l := open(b, b.TempDir())
			b.SetParallelism(callers / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					appendOne(b, l, intent())
				}
			})
		})
	}
}

package tlog_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
)

// setBack does to a log what a clock does that is set back by a day: its checkpoint is of tomorrow.
func setBack(t *testing.T, dir string) {
	t.Helper()
	tomorrow := time.Now().Add(24 * time.Hour)
	if err := os.Chtimes(filepath.Join(inspect.Tree(dir), "checkpoint"), tomorrow, tomorrow); err != nil {
		t.Fatal(err)
	}
}

// A clock that is set back, while the log is closed or open, keeps no entry from being signed.
func TestClockSetBack(t *testing.T) {
	dir := t.TempDir()
	for i, while := range []string{"nothing", "closed", "open", "closed and open"} {
		if while == "closed" || while == "closed and open" {
			setBack(t, dir)
		}
		l := open(t, dir)
		appendOne(t, l, intent())
		if while == "open" || while == "closed and open" {
			setBack(t, dir)
			appendOne(t, l, intent())
		}
		p := appendOne(t, l, intent())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := l.Proof(ctx, p)
		if cancel(); err != nil {
			t.Errorf("set back while %s: %v", while, err)
		}
		if while == "open" {
			setBack(t, dir)
		}
		if err := l.Close(); err != nil {
			t.Fatalf("set back while %s: %v", while, err)
		}
		report, err := inspect.Verify(t.Context(), dir, l.Key(), nil)
		if err != nil || report.Pending > 0 || report.Size < uint64(2*i+2) {
			t.Errorf("set back while %s: %+v, %v", while, report, err)
		}
	}
}

// A crash and then a clock that is set back: the next writer signs what the first left.
func TestClockSetBackAfterACrash(t *testing.T) {
	dir := t.TempDir()
	killed(t, dir, map[uint64]audit.Hash{})
	setBack(t, dir)
	l, err := tlog.Open(t.Context(), dir, signer(t, private))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

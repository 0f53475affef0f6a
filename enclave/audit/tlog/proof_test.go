package tlog_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
)

// The whole life of a receipt: signed at once, proved when the checkpoint is there, verified with public keys only.
func TestReceiptFromTheLog(t *testing.T) {
	l := open(t, t.TempDir())
	in := intent()
	appendOne(t, l, in)
	out := outcome(in)
	out.Time = time.Now()
	p := appendOne(t, l, out)

	s, err := audit.NewStatement("demo", l.Key().Origin, p, out, []string{"For the named study only."}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	public := private.Public().(ed25519.PublicKey)
	r, err := audit.SignReceipt(s, public, func(text []byte) ([]byte, error) {
		return ed25519.Sign(private, append([]byte("officina/receipt/v1\n"), text...)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := verdict(t, r, in, l.Key()); got != "signature ok; inclusion pending" {
		t.Error(got)
	}
	proof, err := l.Proof(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if got := verdict(t, r.AddProof(proof), in, l.Key()); got != "signature ok; inclusion ok" {
		t.Error(got)
	}
}

func verdict(t *testing.T, r audit.Receipt, in audit.Entry, key audit.LogKey) string {
	t.Helper()
	text, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	v, err := audit.VerifyReceipt(text, []byte("release of "+in.ID), key.Public, key)
	if err != nil {
		t.Fatal(err)
	}
	return v.String()
}

func TestProofs(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	var places []audit.Position
	for range 5 {
		places = append(places, appendOne(t, l, intent()))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range places { // from files alone, after the writer is gone
		if _, err := tlog.Prove(t.Context(), dir, l.Key(), p); err != nil {
			t.Errorf("entry %d: %v", p.Index, err)
		}
	}
	wrong := audit.Position{Index: 1, Leaf: places[0].Leaf}
	if _, err := tlog.Prove(t.Context(), dir, l.Key(), wrong); !errors.Is(err, inspect.ErrEdited) {
		t.Errorf("another leaf: %v", err)
	}
	if _, err := tlog.Prove(t.Context(), dir, l.Key(), audit.Position{Index: 5}); !errors.Is(err, tlog.ErrPending) {
		t.Errorf("an entry to come: %v", err)
	}
	if _, err := tlog.Prove(t.Context(), t.TempDir(), l.Key(), places[0]); !errors.Is(err, inspect.ErrNoCheckpoint) {
		t.Errorf("no log: %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	_, err := l.Proof(soon, audit.Position{Index: 5})
	if !errors.Is(err, tlog.ErrPending) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting in vain: %v", err)
	}
}

// A folder whose edge was altered is not built upon.
func TestOpenRefusesAnAlteredEdge(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(t *testing.T, tree string)
		want  error
	}{
		"checkpoint gone":   {remove("checkpoint"), inspect.ErrNoCheckpoint},
		"state gone":        {remove(".state/treeState"), inspect.ErrTruncated},
		"state behind":      {state(1), inspect.ErrTruncated},
		"state unreadable":  {write(".state/treeState", "{"), inspect.ErrEdited},
		"state ahead":       {state(4), inspect.ErrEdited},
		"last entry gone":   {remove("tile/entries/000.p/3"), inspect.ErrEdited},
		"last entry edited": {flip("tile/entries/000.p/3", -9), inspect.ErrEdited},
		"last hash edited":  {flip("tile/0/000.p/3", -1), inspect.ErrEdited},
		"first hash edited": {flip("tile/0/000.p/3", 0), inspect.ErrEdited},
		"tile gone":         {remove("tile/0/000.p/3"), inspect.ErrEdited},
		"checkpoint edited": {flip("checkpoint", 20), audit.ErrCheckpoint},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			for range 3 {
				appendOne(t, l, intent())
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			c.alter(t, inspect.Tree(dir))
			if _, err := tlog.Open(t.Context(), dir, signer(t, private)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := tlog.Open(t.Context(), dir, signer(t, private)); errors.Is(err, tlog.ErrLocked) {
				t.Error("the refused folder stayed locked")
			}
		})
	}
}

type alteration = func(t *testing.T, tree string)

func remove(name string) alteration {
	return func(t *testing.T, tree string) {
		if err := os.Remove(filepath.Join(tree, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func write(name, text string) alteration {
	return func(t *testing.T, tree string) {
		if err := os.WriteFile(filepath.Join(tree, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// state rewrites the size in the writer's state and leaves its root.
func state(size uint64) alteration {
	return func(t *testing.T, tree string) {
		name := filepath.Join(tree, ".state/treeState")
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		m["size"] = size
		raw, _ = json.Marshal(m)
		write(".state/treeState", string(raw))(t, tree)
	}
}

// flip changes one bit; a negative place counts from the end.
func flip(name string, at int) alteration {
	return func(t *testing.T, tree string) {
		raw, err := os.ReadFile(filepath.Join(tree, name))
		if err != nil {
			t.Fatal(err)
		}
		raw[(at+len(raw))%len(raw)] ^= 1
		write(name, string(raw))(t, tree)
	}
}

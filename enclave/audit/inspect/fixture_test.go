package inspect_test

import (
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
	"github.com/officina-enclave/officina/internal/canon"
)

var (
	private = ed25519.NewKeyFromSeed([]byte("the key of the test's log, 32 B."))
	other   = ed25519.NewKeyFromSeed([]byte("another key, 32 bytes long too.."))
	key     = keyOf(private)
	start   = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
)

func keyOf(private ed25519.PrivateKey) audit.LogKey {
	return audit.LogKey{Origin: "officina/test", Public: private.Public().(ed25519.PublicKey)}
}

func signer(t testing.TB, private ed25519.PrivateKey) *audit.Signer {
	t.Helper()
	s, err := audit.NewSigner(keyOf(private), func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func digest(s string) string { return canon.Sum([]byte(s)) }

func run(n int) string { return fmt.Sprintf("run_%032x", n) }

// intent and outcome are those of the nth run.
func intent(n int) audit.Entry {
	return audit.Entry{
		Kind: audit.KindIntent, Time: start.Add(time.Duration(n) * time.Second), ID: run(n), Study: fmt.Sprintf("study-%d", n%3),
		Dataset: "demo", Snapshot: digest("snapshot"), Subject: "hmac-" + digest("subject"), Plan: digest("plan"),
		Text: digest("text"), Policy: digest("policy"), Decision: fmt.Sprintf("%032x", n), Terms: digest("terms"),
	}
}

func outcome(n int) audit.Entry {
	e := intent(n)
	e.Kind, e.Subject, e.Class, e.Release = audit.KindOutcome, "", audit.ClassOK, digest("release")
	return e
}

func denied(n int) audit.Entry {
	e := intent(n)
	e.Kind, e.Class, e.Denials = audit.KindDenied, audit.ClassDenied, []string{"purpose"}
	return e
}

func texts(t testing.TB, entries ...audit.Entry) [][]byte {
	t.Helper()
	var list [][]byte
	for _, e := range entries {
		text, err := e.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, text)
	}
	return list
}

// forge lays out a log of fewer than 256 entries, whatever they say, and signs it.
func forge(t testing.TB, entries ...[]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	tree := testonly.New(rfc6962.DefaultHasher)
	var bundle, tile []byte
	for _, e := range entries {
		tree.AppendData(e)
		bundle = append(binary.BigEndian.AppendUint16(bundle, uint16(len(e))), e...)
		leaf := audit.LeafHash(e)
		tile = append(tile, leaf[:]...)
	}
	write(t, dir, fmt.Sprintf("tile/entries/000.p/%d", len(entries)), bundle)
	write(t, dir, fmt.Sprintf("tile/0/000.p/%d", len(entries)), tile)
	text := log.Checkpoint{Origin: key.Origin, Size: tree.Size(), Hash: tree.Hash()}.Marshal()
	checkpoint, err := note.Sign(&note.Note{Text: string(text)}, signer(t, private))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "checkpoint", checkpoint)
	return dir
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(inspect.Tree(dir), name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(inspect.Tree(dir), name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// grow appends to the log in dir with the real writer, all at once.
func grow(t testing.TB, dir string, entries ...audit.Entry) {
	t.Helper()
	l, err := tlog.Open(context.Background(), dir, signer(t, private))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for _, e := range entries {
		go func() {
			_, err := l.Append(context.Background(), e)
			done <- err
		}()
	}
	for range entries {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// denials are n entries that depend on no others, so that their order is free.
func denials(from, n int) []audit.Entry {
	var list []audit.Entry
	for i := range n {
		list = append(list, denied(from+i))
	}
	return list
}

// large is a log of 600 entries: two full tiles, a partial one, and a tile above.
func large(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if largeDir == "" {
		made, err := os.MkdirTemp("", "inspect")
		if err != nil {
			t.Fatal(err)
		}
		grow(t, made, denials(0, 600)...)
		largeDir = made
	}
	if err := os.CopyFS(dir, os.DirFS(largeDir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

var largeDir string

func TestMain(m *testing.M) {
	code := m.Run()
	if largeDir != "" {
		_ = os.RemoveAll(largeDir)
	}
	os.Exit(code)
}

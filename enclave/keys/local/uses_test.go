package local

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/keys"
)

// rewrite changes what the sealed keyring of dir holds.
func rewrite(t *testing.T, dir string, change func(*secrets)) {
	t.Helper()
	l, err := identityLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.open(dir)
	if err != nil {
		t.Fatal(err)
	}
	change(s)
	if err := l.seal(dir, s); err != nil {
		t.Fatal(err)
	}
}

// A keyring of a program that knew fewer uses gets the keys that it lacks, once, and keeps the others.
func TestAnOlderKeyringGetsNewUses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	before := newRingIn(t, dir)
	kept, _ := before.Public(t.Context(), keys.Manifest)
	rewrite(t, dir, func(s *secrets) { delete(s.Seeds, keys.Backup) })
	if err := os.Remove(filepath.Join(dir, "backup.pub")); err != nil {
		t.Fatal(err)
	}
	var seen []ed25519.PublicKey
	for range 2 {
		k, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		public, err := k.Public(t.Context(), keys.Backup)
		if err != nil {
			t.Fatal(err)
		}
		if now, err := k.Public(t.Context(), keys.Manifest); err != nil || !now.Equal(kept) {
			t.Errorf("another key was replaced: %v", err)
		}
		seen = append(seen, public)
		k.Close()
	}
	if !seen[0].Equal(seen[1]) {
		t.Error("the new key was not kept")
	}
	if _, err := os.Stat(filepath.Join(dir, "backup.pub")); err != nil {
		t.Error(err)
	}
}

func TestANewerKeyringIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	newRingIn(t, dir).Close()
	rewrite(t, dir, func(s *secrets) { s.Format = 2 })
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "upgrade") {
		t.Errorf("got %v", err)
	}
}

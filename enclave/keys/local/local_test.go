package local

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/keystest"
	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/keys", "internal/durable")
	deptest.Ban(t, "Vault lives in keys/vault", "github.com/hashicorp")
}

func newRingIn(t *testing.T, dir string) *Keyring {
	t.Helper()
	k, err := Create(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

func TestContract(t *testing.T) {
	keystest.Run(t, func(t *testing.T) keys.Keys { return newRingIn(t, filepath.Join(t.TempDir(), "keys")) })
}

func TestContractOfDemo(t *testing.T) {
	seed := uint64(0)
	keystest.Run(t, func(t *testing.T) keys.Keys {
		seed++
		k, err := CreateFromSeed(t.TempDir(), seed)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { k.Close() })
		return k
	})
}

func TestKeysOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	k := newRingIn(t, dir)
	plain, w, err := k.Generate(t.Context(), keystest.Here)
	if err != nil {
		t.Fatal(err)
	}
	k.Close()
	k, err = Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if got, err := k.Unwrap(t.Context(), w, keystest.Here); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("Unwrap after Open: %v", err)
	}
}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	k := newRingIn(t, dir)
	got := map[string]string{}
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		info, _ := e.Info()
		got[e.Name()] = info.Mode().String()
	}
	want := map[string]string{
		"keyring.age": "-rw-------", "identity.txt": "-rw-------",
		"answer.pub": "-rw-r--r--", "backup.pub": "-rw-r--r--", "checkpoint.pub": "-rw-r--r--", "manifest.pub": "-rw-r--r--", "receipt.pub": "-rw-r--r--", "study.pub": "-rw-r--r--",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "receipt.pub"))
	block, _ := pem.Decode(text)
	fromFile, err := x509.ParsePKIXPublicKey(block.Bytes)
	pub, _ := k.Public(t.Context(), keys.Receipt)
	if err != nil || !pub.Equal(fromFile.(ed25519.PublicKey)) {
		t.Errorf("receipt.pub is not the public key: %v", err)
	}
}

func TestRotateAndRetire(t *testing.T) {
	ctx := t.Context()
	k := newRingIn(t, t.TempDir())
	plain, old, _ := k.Generate(ctx, keystest.Here)
	before, _ := k.Describe(ctx)

	version, err := k.Rotate(ctx)
	if err != nil {
		t.Fatal(err)
	}
	after, _ := k.Describe(ctx)
	want := []keys.Version{{ID: before.Primary, State: keys.Active}, {ID: version, State: keys.Primary}}
	if diff := cmp.Diff(want, after.Versions); diff != "" || after.Primary != version || after.Epoch == before.Epoch {
		t.Errorf("after Rotate: %+v %s", after, diff)
	}
	moved, err := k.Rewrap(ctx, old, keystest.Here)
	if err != nil || moved.KeyID != version {
		t.Fatalf("Rewrap: %+v, %v", moved, err)
	}
	if err := k.Retire(ctx, before.Primary); err != nil {
		t.Fatal(err)
	}
	retired, _ := k.Describe(ctx)
	if retired.Epoch == after.Epoch || retired.Versions[0].State != keys.Retired {
		t.Errorf("after Retire: %+v", retired)
	}
	if _, err := k.Unwrap(ctx, old, keystest.Here); !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("Unwrap under a retired version: %v", err)
	}
	if got, err := k.Unwrap(ctx, moved, keystest.Here); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("Unwrap of the rewrapped key: %v", err)
	}
	if err := k.Retire(ctx, before.Primary); err != nil {
		t.Errorf("retiring twice: %v", err)
	}
	if err := k.Retire(ctx, version); !errors.Is(err, keys.ErrDenied) {
		t.Errorf("retiring the primary version: %v", err)
	}
	if err := k.Retire(ctx, "local-00000000"); !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("retiring an unknown version: %v", err)
	}
}

// A server must notice that a key officer, in another process, rotated or retired a version.
func TestChangesOfAnotherProcessAreSeen(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	server := newRingIn(t, dir)
	_, w, _ := server.Generate(ctx, keystest.Here)
	before, _ := server.Describe(ctx)

	officer, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer officer.Close()
	if _, err := officer.Rotate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := officer.Retire(ctx, before.Primary); err != nil {
		t.Fatal(err)
	}
	if after, err := server.Describe(ctx); err != nil || after.Epoch == before.Epoch {
		t.Errorf("the epoch did not change: %v", err)
	}
	if _, err := server.Unwrap(ctx, w, keystest.Here); !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("the server still unwraps: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, ringFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Describe(ctx); !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("with the keyring gone: %v", err)
	}
}

func TestTwoOfficersAtOnce(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	a := newRingIn(t, dir)
	b, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	done := make(chan error)
	for _, k := range []*Keyring{a, b} {
		go func() {
			var err error
			for range 5 {
				_, e := k.Rotate(ctx)
				err = errors.Join(err, e)
			}
			done <- err
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	if d, _ := a.Describe(ctx); len(d.Versions) != 11 {
		t.Errorf("%d versions after 10 rotations, want 11: one was lost", len(d.Versions))
	}
}

func TestDemoIsTheSameEverywhere(t *testing.T) {
	ctx := t.Context()
	open := func(seed uint64) *Keyring {
		k, err := CreateFromSeed(t.TempDir(), seed)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { k.Close() })
		return k
	}
	a, b, c := open(7), open(7), open(8)
	plain, w, _ := a.Generate(ctx, keystest.Here)
	if got, err := b.Unwrap(ctx, w, keystest.Here); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("the same seed made another key: %v", err)
	}
	if _, err := c.Unwrap(ctx, w, keystest.Here); !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("another seed made the same key: %v", err)
	}
	other, _, _ := b.Generate(ctx, keystest.Here)
	if bytes.Equal(plain, other) {
		t.Error("data keys of a demo are not random")
	}
	d, _ := a.Describe(ctx)
	if d.Mark != "demo" {
		t.Errorf("mark %q, want demo", d.Mark)
	}
	pa, _ := a.Public(ctx, keys.Receipt)
	pb, _ := b.Public(ctx, keys.Receipt)
	pc, _ := c.Public(ctx, keys.Receipt)
	if !pa.Equal(pb) || pa.Equal(pc) {
		t.Error("signing keys do not follow the seed")
	}
}

func TestPassphrase(t *testing.T) {
	workFactor = 10
	defer func() { workFactor = 18 }()
	dir := t.TempDir()
	k, err := Create(dir, Options{Passphrase: "correct horse battery staple", Mark: "test"})
	if err != nil {
		t.Fatal(err)
	}
	k.Close()
	if _, err := os.Stat(filepath.Join(dir, identityFile)); !errors.Is(err, os.ErrNotExist) {
		t.Error("a passphrase needs no identity file")
	}
	k, err = Open(dir, Options{Passphrase: "correct horse battery staple"})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if d, _ := k.Describe(t.Context()); d.Mark != "test" {
		t.Errorf("mark %q, want test", d.Mark)
	}
	if _, err := Open(dir, Options{Passphrase: "wrong"}); !errors.Is(err, ErrWrongIdentity) {
		t.Errorf("wrong passphrase: got %v, want %v", err, ErrWrongIdentity)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("no passphrase: got %v, want %v", err, ErrNoIdentity)
	}
}

// Each thing that can be wrong has its own error, its class, and a text that says what to do.
func TestOpenRefuses(t *testing.T) {
	path := func(name string) func(dir string) string {
		return func(dir string) string { return filepath.Join(dir, name) }
	}
	ring, identity := path(ringFile), path(identityFile)
	for name, c := range map[string]struct {
		spoil func(dir string) error
		want  error
		class error
		hint  string
	}{
		"missing keyring":     {func(d string) error { return os.Remove(ring(d)) }, ErrMissing, keys.ErrUnavailable, "create one or restore"},
		"missing identity":    {func(d string) error { return os.Remove(identity(d)) }, ErrNoIdentity, keys.ErrUnavailable, "restore it"},
		"group can read":      {func(d string) error { return os.Chmod(identity(d), 0o640) }, ErrTooOpen, keys.ErrDenied, "chmod 600"},
		"world can read":      {func(d string) error { return os.Chmod(identity(d), 0o604) }, ErrTooOpen, keys.ErrDenied, "chmod 600"},
		"keyring is open":     {func(d string) error { return os.Chmod(ring(d), 0o644) }, ErrTooOpen, keys.ErrDenied, "chmod 600"},
		"other identity":      {func(d string) error { return errors.Join(os.Remove(identity(d)), makeIdentity(d)) }, ErrWrongIdentity, keys.ErrBadKey, "created with"},
		"empty identity":      {func(d string) error { return os.Truncate(identity(d), 0) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"garbled identity":    {func(d string) error { return os.WriteFile(identity(d), []byte("AGE-SECRET-KEY-PQ-1QQ\n"), 0o600) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"old identity":        {func(d string) error { return os.WriteFile(identity(d), []byte(x25519), 0o600) }, ErrCorrupt, keys.ErrBadKey, "age-keygen -pq"},
		"cut keyring":         {func(d string) error { return os.Truncate(ring(d), 2500) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"empty keyring":       {func(d string) error { return os.Truncate(ring(d), 0) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"altered keyring":     {func(d string) error { return flip(ring(d), -10) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"altered header":      {func(d string) error { return flip(ring(d), 5) }, ErrCorrupt, keys.ErrBadKey, "restore it"},
		"nothing of the kind": {func(d string) error { return os.RemoveAll(d) }, ErrMissing, keys.ErrUnavailable, "create one"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			newRingIn(t, dir).Close()
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir, Options{})
			if !errors.Is(err, c.want) || !errors.Is(err, c.class) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), c.hint) {
				t.Errorf("%q does not say what to do (%q)", err, c.hint)
			}
		})
	}
}

// x25519 is the identity of age's own documentation: it has no post-quantum part.
const x25519 = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX\n"

func flip(path string, at int) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b[(at+len(b))%len(b)] ^= 1
	return os.WriteFile(path, b, 0o600)
}

// Whatever byte of the keyring is changed, it does not open.
func TestEveryAlteredByteIsRefused(t *testing.T) {
	dir := t.TempDir()
	newRingIn(t, dir).Close()
	path := filepath.Join(dir, ringFile)
	good, _ := os.ReadFile(path)
	for i := 0; i < len(good); i += 7 {
		bad := slices.Clone(good)
		bad[i] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); !errors.Is(err, keys.ErrBadKey) {
			t.Fatalf("byte %d of %d: %v", i, len(good), err)
		}
	}
}

func TestCreateKeepsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	k := newRingIn(t, dir)
	before, _ := k.Describe(t.Context())
	if _, err := Create(dir, Options{}); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want %v", err, ErrExists)
	}
	if after, err := k.Describe(t.Context()); err != nil || after.Epoch != before.Epoch {
		t.Errorf("the keyring changed: %v", err)
	}
}

// A Create that was cut short before the keyring was written can be repeated.
func TestCreateAfterACrash(t *testing.T) {
	dir := t.TempDir()
	if err := makeIdentity(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".new-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	newRingIn(t, dir)
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	dir := t.TempDir()
	newRingIn(t, dir).Close()
	identity, _ := os.ReadFile(filepath.Join(dir, identityFile))
	secret := strings.Fields(string(identity))[len(strings.Fields(string(identity)))-1]
	if err := os.WriteFile(filepath.Join(dir, identityFile), []byte(secret[:len(secret)-1]+"Q\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || strings.Contains(err.Error(), secret[20:40]) {
		t.Errorf("the error shows the identity, or there is none")
	}
}

func Example() {
	dir, _ := os.MkdirTemp("", "keys")
	defer os.RemoveAll(dir)
	k, err := CreateFromSeed(dir, 1) // Create, outside of examples
	if err != nil {
		fmt.Println(err)
		return
	}
	defer k.Close()
	d, _ := k.Describe(context.Background())
	fmt.Println(d.Mark, len(d.Versions))
	_, err = Open(dir, Options{Passphrase: "guess"})
	fmt.Println(errors.Is(err, ErrWrongIdentity))
	// Output:
	// demo 1
	// true
}

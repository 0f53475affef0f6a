// Package keystest is the contract of [keys.Keys] as tests. Every implementation runs it.
package keystest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/officina-enclave/officina/enclave/keys"
)

// Here is the binding that the suite uses; the others differ from it in one field each.
var Here = keys.Binding{Dataset: "diabetes", Snapshot: "000001-a", Part: "condition/0", Group: "sensitive"}

var elsewhere = []keys.Binding{
	{Dataset: "cancer", Snapshot: "000001-a", Part: "condition/0", Group: "sensitive"},
	{Dataset: "diabetes", Snapshot: "000002-b", Part: "condition/0", Group: "sensitive"},
	{Dataset: "diabetes", Snapshot: "000001-a", Part: "condition/1", Group: "sensitive"},
	{Dataset: "diabetes", Snapshot: "000001-a", Part: "condition/0", Group: "genomic"},
	{Dataset: "diabetes000001-a", Part: "condition/0", Group: "sensitive"},
	{},
}

// Run runs the suite. open returns a fresh key service with at least one version, and closes it when t ends; two
// calls return services that do not share keys.
func Run(t *testing.T, open func(t *testing.T) keys.Keys) {
	for name, test := range map[string]func(*testing.T, func(*testing.T) keys.Keys){
		"data keys":    dataKeys,
		"binding":      binding,
		"altered":      altered,
		"other":        otherService,
		"many":         many,
		"rewrap":       rewrap,
		"describe":     describe,
		"sign":         sign,
		"uses":         uses,
		"ownership":    ownership,
		"cancellation": cancellation,
		"concurrency":  concurrency,
		"close":        closed,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

func generate(t *testing.T, k keys.Keys) ([]byte, keys.Wrapped) {
	t.Helper()
	plain, w, err := k.Generate(t.Context(), Here)
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	return plain, w
}

func wantClass(t *testing.T, what string, err, class error) {
	t.Helper()
	if !errors.Is(err, class) {
		t.Errorf("%s: got %v, want %v", what, err, class)
	}
	n := 0
	for _, c := range []error{keys.ErrDenied, keys.ErrBadKey, keys.ErrUnavailable} {
		if errors.Is(err, c) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%s: %v is of %d classes, want 1", what, err, n)
	}
}

func dataKeys(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	seen := map[string]bool{}
	for range 50 {
		plain, w := generate(t, k)
		if len(plain) != keys.DataKeySize {
			t.Fatalf("data key of %d bytes, want %d", len(plain), keys.DataKeySize)
		}
		if seen[string(plain)] || seen[string(w.Ciphertext)] {
			t.Fatal("a data key or its ciphertext came twice")
		}
		seen[string(plain)], seen[string(w.Ciphertext)] = true, true
		if bytes.Contains(w.Ciphertext, plain) {
			t.Fatal("the wrapped key shows the plain one")
		}
		for range 2 { // idempotent
			if got, err := k.Unwrap(t.Context(), w, Here); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("Unwrap: %v", err)
			}
		}
	}
}

func binding(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	_, w := generate(t, k)
	for _, b := range elsewhere {
		plain, err := k.Unwrap(t.Context(), w, b)
		wantClass(t, "Unwrap elsewhere", err, keys.ErrBadKey)
		if plain != nil {
			t.Errorf("Unwrap returned a key with the error")
		}
		_, err = k.Rewrap(t.Context(), w, b)
		wantClass(t, "Rewrap elsewhere", err, keys.ErrBadKey)
	}
}

func altered(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	_, w := generate(t, k)
	for i := range w.Ciphertext {
		bad := keys.Wrapped{KeyID: w.KeyID, Ciphertext: slices.Clone(w.Ciphertext)}
		bad.Ciphertext[i] ^= 4
		_, err := k.Unwrap(t.Context(), bad, Here)
		wantClass(t, "altered ciphertext", err, keys.ErrBadKey)
	}
	for _, bad := range []keys.Wrapped{
		{}, {KeyID: w.KeyID}, {KeyID: w.KeyID, Ciphertext: w.Ciphertext[:len(w.Ciphertext)-1]},
		{Ciphertext: w.Ciphertext}, {KeyID: "no-such-version", Ciphertext: w.Ciphertext}, {KeyID: "../" + w.KeyID, Ciphertext: w.Ciphertext},
	} {
		_, err := k.Unwrap(t.Context(), bad, Here)
		wantClass(t, "malformed", err, keys.ErrBadKey)
	}
}

func otherService(t *testing.T, open func(*testing.T) keys.Keys) {
	a, b := open(t), open(t)
	_, w := generate(t, a)
	_, err := b.Unwrap(t.Context(), w, Here)
	wantClass(t, "key of another service", err, keys.ErrBadKey)
}

func many(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	var requests []keys.Request
	var want [][]byte
	for range 7 {
		plain, w := generate(t, k)
		want = append(want, plain)
		requests = append(requests, keys.Request{Wrapped: w, Binding: Here})
	}
	got, err := k.UnwrapMany(t.Context(), requests)
	if err != nil || !slices.EqualFunc(got, want, bytes.Equal) {
		t.Fatalf("UnwrapMany: %d keys in order, %v", len(got), err)
	}
	requests[4].Binding.Group = "genomic"
	got, err = k.UnwrapMany(t.Context(), requests)
	wantClass(t, "one of several elsewhere", err, keys.ErrBadKey)
	if got != nil {
		t.Error("UnwrapMany returned keys with the error")
	}
	if got, err = k.UnwrapMany(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("UnwrapMany of none: %d keys, %v", len(got), err)
	}
}

func rewrap(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	plain, w := generate(t, k)
	again, err := k.Rewrap(t.Context(), w, Here)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrapped := range []keys.Wrapped{w, again} {
		if got, err := k.Unwrap(t.Context(), wrapped, Here); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Unwrap after Rewrap: %v", err)
		}
	}
	d, err := k.Describe(t.Context())
	if err != nil || again.KeyID != d.Primary {
		t.Errorf("rewrapped under %q, primary is %q, %v", again.KeyID, d.Primary, err)
	}
}

func describe(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	d, err := k.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, w := generate(t, k)
	if w.KeyID != d.Primary || d.Epoch == "" {
		t.Errorf("wrapped under %q: %+v", w.KeyID, d)
	}
	primaries := 0
	for i, v := range d.Versions {
		if v.State == keys.Primary {
			primaries++
			if v.ID != d.Primary {
				t.Errorf("version %+v is primary too", v)
			}
		}
		d.Versions[i].ID = "changed by the caller"
	}
	if primaries != 1 {
		t.Errorf("%d primary versions", primaries)
	}
	again, err := k.Describe(t.Context())
	if err != nil || again.Epoch != d.Epoch || again.Versions[0].ID == "changed by the caller" {
		t.Errorf("second Describe: %+v, %v", again, err)
	}
	if err := k.Health(t.Context()); err != nil {
		t.Errorf("Health: %v", err)
	}
}

func sign(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	for _, use := range keys.Uses() {
		pub, err := k.Public(t.Context(), use)
		if err != nil {
			t.Fatal(err)
		}
		for _, msg := range [][]byte{nil, []byte("m"), bytes.Repeat([]byte("long "), 100000)} {
			sig, err := k.Sign(t.Context(), use, msg)
			if err != nil || len(sig) != ed25519.SignatureSize {
				t.Fatalf("Sign: %d bytes, %v", len(sig), err)
			}
			if err := keys.Verify(pub, use, msg, sig); err != nil {
				t.Error(err)
			}
			again, _ := k.Sign(t.Context(), use, msg)
			if !bytes.Equal(sig, again) {
				t.Errorf("use %q: two signatures of one message", use)
			}
		}
	}
	_, err := k.Sign(t.Context(), "cheque", nil)
	wantClass(t, "Sign for an unknown use", err, keys.ErrBadKey)
	_, err = k.Public(t.Context(), "cheque")
	wantClass(t, "Public of an unknown use", err, keys.ErrBadKey)
}

func uses(t *testing.T, open func(*testing.T) keys.Keys) {
	k, other := open(t), open(t)
	sig, err := k.Sign(t.Context(), keys.Receipt, []byte("m"))
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range keys.Uses() {
		pub, _ := k.Public(t.Context(), use)
		if err := keys.Verify(pub, use, []byte("m"), sig); (err == nil) != (use == keys.Receipt) {
			t.Errorf("a signature for receipts, checked for %q: %v", use, err)
		}
	}
	pub, _ := other.Public(t.Context(), keys.Receipt)
	if keys.Verify(pub, keys.Receipt, []byte("m"), sig) == nil {
		t.Error("two services have the same signing key")
	}
}

func ownership(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	plain, w := generate(t, k)
	want := slices.Clone(plain)
	clear(plain)
	for range 2 {
		got, err := k.Unwrap(t.Context(), w, Here)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("Unwrap after the caller cleared a key: %v", err)
		}
		clear(got)
	}
	pub, _ := k.Public(t.Context(), keys.Receipt)
	clear(pub)
	sig, _ := k.Sign(t.Context(), keys.Receipt, []byte("m"))
	pub, _ = k.Public(t.Context(), keys.Receipt)
	if err := keys.Verify(pub, keys.Receipt, []byte("m"), sig); err != nil {
		t.Errorf("after the caller cleared a public key: %v", err)
	}
}

// calls are all methods that take a context.
func calls(k keys.Keys, w keys.Wrapped) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Generate": func(ctx context.Context) error { _, _, err := k.Generate(ctx, Here); return err },
		"Unwrap":   func(ctx context.Context) error { _, err := k.Unwrap(ctx, w, Here); return err },
		"UnwrapMany": func(ctx context.Context) error {
			_, err := k.UnwrapMany(ctx, []keys.Request{{Wrapped: w, Binding: Here}})
			return err
		},
		"Rewrap":   func(ctx context.Context) error { _, err := k.Rewrap(ctx, w, Here); return err },
		"Describe": func(ctx context.Context) error { _, err := k.Describe(ctx); return err },
		"Sign":     func(ctx context.Context) error { _, err := k.Sign(ctx, keys.Receipt, nil); return err },
		"Public":   func(ctx context.Context) error { _, err := k.Public(ctx, keys.Receipt); return err },
		"Health":   func(ctx context.Context) error { return k.Health(ctx) },
	}
}

func cancellation(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	_, w := generate(t, k)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(k, w) {
		if err := call(over); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a context that is over: got %v, want %v", name, err, context.Canceled)
		}
		if err := call(t.Context()); err != nil {
			t.Errorf("%s afterwards: %v", name, err)
		}
	}
}

func concurrency(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	_, w := generate(t, k)
	var wg sync.WaitGroup
	for name, call := range calls(k, w) {
		for range 3 {
			wg.Go(func() {
				for range 10 {
					if err := call(t.Context()); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
	}
	wg.Wait()
}

func closed(t *testing.T, open func(*testing.T) keys.Keys) {
	k := open(t)
	_, w := generate(t, k)
	for range 2 {
		if err := k.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	for name, call := range calls(k, w) {
		wantClass(t, name+" after Close", call(t.Context()), keys.ErrUnavailable)
	}
}

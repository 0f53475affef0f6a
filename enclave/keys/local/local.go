// Package local keeps the keys of one enclave in a folder: the key service that needs no server.
//
//	keyring.age    the secrets, sealed with age: a Tink AES-256-GCM keyset and one Ed25519 seed per use
//	identity.txt   the age identity that opens it (mode 0600), unless a passphrase does
//	<use>.pub      public keys (PEM, SubjectPublicKeyInfo) for offline checks
//
// A keyring has versions. [Keyring.Rotate] adds one, which wraps from then on; [Keyring.Retire] takes one out of use.
// Another process may do either: an open Keyring looks at the file before each call and reads it again if it changed.
//
// Limits. Who can read the folder has the keys: the identity lies beside what it opens, so keep the folder on another
// volume than the data, or use a passphrase. The host's administrator can read the memory of the process. Plain key
// bytes are cleared as soon as they are not needed, but Tink and the age reader keep copies that Go's collector frees
// at its own time. File versions are told apart by inode, size and time of change.
package local

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/internal/durable"
)

// Options says how a keyring is sealed.
type Options struct {
	Passphrase string // seals the keyring instead of an identity file; costs about a second to open
	Mark       string // Create: what Describe shows, such as "test"; "" in earnest
}

func (o Options) lock(dir string) (lock, error) {
	if o.Passphrase != "" {
		return passphraseLock(o.Passphrase)
	}
	return identityLock(dir)
}

// Keyring is a [keys.Keys] over one folder.
type Keyring struct {
	dir  string
	lock lock

	mu   sync.RWMutex
	seen stamp
	ring *ring // nil when closed
}

var _ keys.Keys = (*Keyring)(nil)

// Create makes a keyring in dir, which is made if need be, and opens it. It fails with ErrExists rather than replace one.
func Create(dir string, o Options) (*Keyring, error) {
	return create(dir, o, random)
}

// CreateFromSeed makes a keyring for demonstrations, marked "demo": the same seed gives the same key-encrypting key and
// the same signing keys everywhere, so anybody can forge its signatures. Data keys are random even so.
func CreateFromSeed(dir string, seed uint64) (*Keyring, error) {
	return create(dir, Options{Mark: "demo"}, derived(seed))
}

func create(dir string, o Options, from source) (*Keyring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	err := exclusive(dir, func() error {
		path := filepath.Join(dir, ringFile)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s; open it, or choose an empty folder", ErrExists, path)
		}
		return fill(dir, o, from)
	})
	if err != nil {
		return nil, err
	}
	return Open(dir, o)
}

// fill writes the files of a new keyring; keyring.age comes last, so a crash leaves no half keyring.
func fill(dir string, o Options, from source) error {
	s, err := newSecrets(o.Mark, from)
	if err != nil {
		return err
	}
	defer s.clear()
	for use, seed := range s.Seeds {
		if err := writePublic(dir, use, seed); err != nil {
			return err
		}
	}
	if o.Passphrase == "" {
		if err := makeIdentity(dir); err != nil {
			return err
		}
	}
	l, err := o.lock(dir)
	if err != nil {
		return err
	}
	return l.seal(dir, s)
}

func writePublic(dir string, use keys.Use, seed []byte) error {
	private := ed25519.NewKeyFromSeed(seed)
	defer clear(private)
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return durable.WriteFile(filepath.Join(dir, string(use)+".pub"), text, 0o644)
}

// Open opens the keyring of dir, and adds the signing keys of uses that are newer than it. Its errors are those of this
// package: ErrMissing, ErrNoIdentity, ErrTooOpen, ErrWrongIdentity, ErrCorrupt, ErrNewer; each says what to do.
func Open(dir string, o Options) (*Keyring, error) {
	if _, err := stampOf(dir); err != nil {
		return nil, err
	}
	l, err := o.lock(dir)
	if err != nil {
		return nil, err
	}
	k := &Keyring{dir: dir, lock: l}
	if err := k.load(); err != nil {
		return nil, err
	}
	if len(k.ring.sign) < len(keys.Uses()) {
		err = l.addUses(dir)
		if err == nil {
			err = k.load()
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%w: new signing keys cannot be added: %w", keys.ErrUnavailable, err), k.Close())
		}
	}
	return k, nil
}

// load reads the file; the caller holds mu, or has the only reference.
func (k *Keyring) load() error {
	now, err := stampOf(k.dir) // before reading: a change in between is seen next time
	if err != nil {
		return err
	}
	s, err := k.lock.open(k.dir)
	if err != nil {
		return err
	}
	defer s.clear()
	r, err := newRing(s)
	if err != nil {
		return err
	}
	k.seen, k.ring = now, r
	return nil
}

// refresh loads the file again if it changed.
func (k *Keyring) refresh() error {
	now, err := stampOf(k.dir)
	if err != nil {
		return err
	}
	k.mu.RLock()
	current := k.ring == nil || k.seen == now
	k.mu.RUnlock()
	if current {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ring == nil || k.seen == now {
		return nil
	}
	return k.load()
}

// use runs f on the ring in force.
func (k *Keyring) use(ctx context.Context, f func(*ring) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := k.refresh(); err != nil {
		return err
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.ring == nil {
		return fmt.Errorf("%w; open it again", ErrClosed)
	}
	return f(k.ring)
}

// Generate implements [keys.Keys]. The data key comes from crypto/rand, also in a demonstration.
func (k *Keyring) Generate(ctx context.Context, b keys.Binding) (plain []byte, w keys.Wrapped, err error) {
	err = k.use(ctx, func(r *ring) error {
		if plain, err = random("", keys.DataKeySize); err != nil {
			return err
		}
		w, err = r.seal(plain, b)
		return err
	})
	return plain, w, err
}

// Unwrap implements [keys.Keys].
func (k *Keyring) Unwrap(ctx context.Context, w keys.Wrapped, b keys.Binding) (plain []byte, err error) {
	err = k.use(ctx, func(r *ring) error {
		plain, err = r.unwrap(w, b)
		return err
	})
	return plain, err
}

// UnwrapMany implements [keys.Keys].
func (k *Keyring) UnwrapMany(ctx context.Context, rs []keys.Request) ([][]byte, error) {
	out := make([][]byte, 0, len(rs))
	err := k.use(ctx, func(r *ring) error {
		for i, q := range rs {
			plain, err := r.unwrap(q.Wrapped, q.Binding)
			if err != nil {
				return fmt.Errorf("key %d of %d: %w", i+1, len(rs), err)
			}
			out = append(out, plain)
		}
		return nil
	})
	if err != nil {
		for _, plain := range out {
			clear(plain)
		}
		return nil, err
	}
	return out, nil
}

// Rewrap implements [keys.Keys].
func (k *Keyring) Rewrap(ctx context.Context, w keys.Wrapped, b keys.Binding) (out keys.Wrapped, err error) {
	err = k.use(ctx, func(r *ring) error {
		plain, err := r.unwrap(w, b)
		if err != nil {
			return err
		}
		defer clear(plain)
		out, err = r.seal(plain, b)
		return err
	})
	return out, err
}

// Describe implements [keys.Keys].
func (k *Keyring) Describe(ctx context.Context) (d keys.Description, err error) {
	err = k.use(ctx, func(r *ring) error {
		d = r.about
		d.Versions = slices.Clone(d.Versions)
		return nil
	})
	return d, err
}

// Sign implements [keys.Keys].
func (k *Keyring) Sign(ctx context.Context, use keys.Use, msg []byte) (sig []byte, err error) {
	err = k.use(ctx, func(r *ring) error {
		key, err := r.signer(use)
		if err == nil {
			sig = ed25519.Sign(key, keys.Message(use, msg))
		}
		return err
	})
	return sig, err
}

// Public implements [keys.Keys].
func (k *Keyring) Public(ctx context.Context, use keys.Use) (pub ed25519.PublicKey, err error) {
	err = k.use(ctx, func(r *ring) error {
		key, err := r.signer(use)
		if err == nil {
			pub = key.Public().(ed25519.PublicKey)
		}
		return err
	})
	return pub, err
}

func (r *ring) signer(use keys.Use) (ed25519.PrivateKey, error) {
	key, ok := r.sign[use]
	if !ok {
		return nil, fmt.Errorf("%w: no signing key for %q; the uses are %q", keys.ErrBadKey, use, slices.Sorted(maps.Keys(r.sign)))
	}
	return key, nil
}

// Health implements [keys.Keys]: it wraps and unwraps a key.
func (k *Keyring) Health(ctx context.Context) error {
	b := keys.Binding{Group: "health"}
	plain, w, err := k.Generate(ctx, b)
	if err != nil {
		return err
	}
	clear(plain)
	plain, err = k.Unwrap(ctx, w, b)
	clear(plain)
	return err
}

// Close implements [keys.Keys].
func (k *Keyring) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ring != nil {
		k.ring.clear()
		k.ring = nil
	}
	return nil
}

package local

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/officina-enclave/officina/enclave/keys"
)

// Rotate adds a version of the key-encrypting key and returns its identifier. It wraps from now on; older versions
// still unwrap. Wrapped keys move to it by [Keyring.Rewrap].
func (k *Keyring) Rotate(ctx context.Context) (version string, err error) {
	err = k.change(ctx, func(_ *ring, m *keyset.Manager) error {
		id, err := m.Add(aead.AES256GCMKeyTemplate())
		if err != nil {
			return err
		}
		version = versionID(id)
		return m.SetPrimary(id)
	})
	return version, err
}

// Retire takes a version out of use: what it wrapped and nobody rewrapped is lost to this keyring. It fails with
// keys.ErrDenied for the primary version and with keys.ErrBadKey for an unknown one; a retired one stays so.
func (k *Keyring) Retire(ctx context.Context, version string) error {
	return k.change(ctx, func(r *ring, m *keyset.Manager) error {
		switch r.versions[version] {
		case "":
			return fmt.Errorf("%w: version %q is not in this keyring; see Describe", keys.ErrBadKey, version)
		case keys.Primary:
			return fmt.Errorf("%w: version %q is the primary one; rotate first", keys.ErrDenied, version)
		}
		id, err := tinkID(version)
		if err != nil {
			return err
		}
		return m.Disable(id)
	})
}

// change edits the keyset on disk, as it is there, under a lock that other processes respect.
func (k *Keyring) change(ctx context.Context, edit func(*ring, *keyset.Manager) error) error {
	return exclusive(k.dir, func() error {
		return k.use(ctx, func(r *ring) error {
			s, err := k.lock.open(k.dir)
			if err != nil {
				return err
			}
			defer s.clear()
			if err := s.change(func(m *keyset.Manager) error { return edit(r, m) }); err != nil {
				return err
			}
			return k.lock.seal(k.dir, s)
		})
	})
}

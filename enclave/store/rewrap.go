package store

import (
	"context"
	"path/filepath"

	"github.com/officina-enclave/officina/enclave/keys"
)

// Rewrap wraps the data keys of the snapshot in force under the primary version of the key service, so that older
// versions can be retired. The sealed files stay as they are; the manifest is signed anew with the next counter, and
// replaced by rename. A Store that is open keeps the old keys: open it again. Snapshots out of force are not touched.
// Errors: ErrLocked, those of Open.
func Rewrap(ctx context.Context, dir string, k keys.Keys, dataset string) (Manifest, error) {
	lock, err := lockDir(filepath.Join(dir, "snapshots"))
	if err != nil {
		return Manifest{}, err
	}
	defer lock.Close()
	m, err := inForce(ctx, dir, k, dataset)
	if err != nil {
		return Manifest{}, err
	}
	return rewrap(ctx, dir, k, m)
}

func rewrap(ctx context.Context, dir string, k keys.Keys, m Manifest) (Manifest, error) {
	newest, err := clean(ctx, dir, k, m.Dataset)
	if err != nil {
		return Manifest{}, err
	}
	m.Counter, m.Previous = newest+1, m.Digest()
	for _, f := range m.Files {
		for group, w := range f.Keys {
			if f.Keys[group], err = k.Rewrap(ctx, w, f.binding(m.Dataset, m.Snapshot, group)); err != nil {
				return Manifest{}, f.wrap(err)
			}
		}
	}
	s, err := m.sign(ctx, k)
	if err != nil {
		return Manifest{}, err
	}
	return m, replace(filepath.Join(snapshotDir(dir, m.Snapshot), manifestFile), s.encode())
}

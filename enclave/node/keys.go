package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/internal/canon"
)

// keyring is a key service whose versions can be managed from here. Of a Vault a key officer does it.
type keyring interface {
	Rotate(ctx context.Context) (version string, err error)
	Retire(ctx context.Context, version string) error
}

var errNoRotation = &enclave.Error{Class: enclave.Invalid, Message: "this key service is managed elsewhere; ask its key officer"}

// RotateKeys makes a new version of the wrapping key and wraps the data keys of every snapshot in force with it.
// Older versions still open what they wrapped, until they are retired.
func (n *Node) RotateKeys(ctx context.Context) (keys.Description, error) {
	ring, ok := n.Keys.(keyring)
	if !ok {
		return keys.Description{}, errNoRotation
	}
	version, err := ring.Rotate(ctx)
	if err == nil {
		err = n.recordKey(ctx, "rotated", version)
	}
	if err != nil {
		return keys.Description{}, unavailable("the keys", err)
	}
	datasets, err := os.ReadDir(filepath.Join(n.Dir, "datasets"))
	if err != nil {
		return keys.Description{}, err
	}
	for _, d := range datasets {
		if err := n.rewrap(ctx, d.Name()); err != nil {
			return keys.Description{}, unavailable("dataset "+d.Name(), err)
		}
	}
	return n.Keys.Describe(ctx)
}

// rewrap wraps the data keys of a dataset anew. Only the snapshot that the log knows is touched, and the log
// learns of the new manifest.
func (n *Node) rewrap(ctx context.Context, dataset string) error {
	if _, err := n.snapshot(ctx, dataset); errors.Is(err, store.ErrNone) {
		return nil
	} else if err != nil {
		return err
	}
	if err := ingest.Rewrap(ctx, DatasetDir(n.Dir, dataset), n.Keys, dataset); err != nil {
		return err
	}
	m, err := store.Rewrap(ctx, DatasetDir(n.Dir, dataset), n.Keys, dataset)
	if err != nil {
		return err
	}
	return n.recordIngest(ctx, m)
}

// RetireKey makes a version useless.
func (n *Node) RetireKey(ctx context.Context, version string) error {
	ring, ok := n.Keys.(keyring)
	if !ok {
		return errNoRotation
	}
	if err := ring.Retire(ctx, version); err != nil {
		return &enclave.Error{Class: enclave.Invalid, Message: fmt.Sprintf("key %s: %v", version, err)}
	}
	return n.recordKey(ctx, "retired", version)
}

func (n *Node) recordKey(ctx context.Context, action, version string) error {
	_, err := n.Log.Append(ctx, audit.Entry{Kind: audit.KindKey, Action: action, Ref: canon.Sum([]byte(version)), Time: n.now()})
	return err
}

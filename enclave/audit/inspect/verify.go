package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/officina-enclave/officina/enclave/audit"
)

// Report is what a log says that was found whole.
type Report struct {
	Size       uint64                // entries under the checkpoint
	Root       audit.Hash            // of the tree over them
	Kinds      map[audit.Kind]uint64 // entries by kind
	Unfinished []string              // runs with an intent and no outcome, sorted: under way, or cut off by a crash
	Pending    uint64                // entries written since, not yet under a signature and not checked
	Checkpoint []byte                // to remember elsewhere, for the next Verify
}

// Verify checks the log in the audit folder dir against its newest checkpoint: every entry, every tile, and that
// the entries agree with each other. If remembered is not nil it is an earlier Report.Checkpoint, of which the log must
// be a continuation. It needs no private key and no running enclave, and time linear in the log.
//
// The errors are those of this package, audit.ErrWrongKey and audit.ErrCheckpoint.
func Verify(ctx context.Context, dir string, key audit.LogKey, remembered []byte) (Report, error) {
	raw, signed, err := ReadCheckpoint(dir, key)
	if err != nil {
		return Report{}, err
	}
	earlier, err := openRemembered(remembered, key)
	if err != nil {
		return Report{}, err
	}
	if earlier.Size > signed.Size {
		return Report{}, fmt.Errorf("%w: %d entries, remembered %d", ErrRolledBack, signed.Size, earlier.Size)
	}
	pending, err := pending(dir, signed.Size)
	if err != nil {
		return Report{}, err
	}
	runs, err := rebuild(ctx, Tree(dir), signed, earlier)
	if err != nil {
		return Report{}, err
	}
	return Report{
		Size: signed.Size, Root: signed.Root, Kinds: runs.kinds, Unfinished: runs.unfinished(),
		Pending: pending, Checkpoint: raw,
	}, runs.err
}

// openRemembered gives the empty log when nothing is remembered: every log continues it.
func openRemembered(raw []byte, key audit.LogKey) (audit.Checkpoint, error) {
	if raw == nil {
		root, err := newRebuilder("", 0).root()
		return audit.Checkpoint{Root: root}, err
	}
	c, err := key.Open(raw)
	if err != nil {
		return c, fmt.Errorf("remembered checkpoint: %w", err)
	}
	return c, nil
}

// rebuild goes through the log once. It holds one bundle and one tile a level.
func rebuild(ctx context.Context, tree string, signed, earlier audit.Checkpoint) (*chain, error) {
	runs, r := newChain(), newRebuilder(tree, signed.Size)
	then, err := r.root()
	for b, berr := range bundles(ctx, tree, signed.Size) {
		for i, entry := range b.entries {
			if err := r.add(entry); err != nil {
				return nil, err
			}
			runs.add(b.first+uint64(i), entry)
			if r.nodes.End() == earlier.Size {
				then, err = r.root()
			}
		}
		if berr != nil && len(r.entries) > 0 { // an edited length garbles what follows: name where it begins
			return nil, r.edited()
		}
		if berr != nil {
			return nil, berr
		}
	}
	if err != nil {
		return nil, err
	}
	if err := r.verdict(signed.Root); err != nil {
		return nil, err
	}
	if then != earlier.Root {
		return nil, fmt.Errorf("%w: they differ within the first %d entries", ErrRewritten, earlier.Size)
	}
	return runs, nil
}

// pending compares the writer's own note of the size, absent from a published copy, with the signed size.
func pending(dir string, signed uint64) (uint64, error) {
	state, err := ReadState(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if state.Size < signed {
		return 0, fmt.Errorf("%w: the writer knows of %d entries, %d are signed", ErrTruncated, state.Size, signed)
	}
	return state.Size - signed, nil
}

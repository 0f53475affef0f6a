package tlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

// checkEdge checks the newest part of a log, on which new entries are built, in time that does not grow with the log:
// the writer's state continues the signed checkpoint, and the last entry and its tiles lead to that state.
// Building on an altered edge would put a signature on it. (inspect.Verify checks the rest.)
func checkEdge(ctx context.Context, dir string, key audit.LogKey) error {
	_, signed, err := inspect.ReadCheckpoint(dir, key)
	if errors.Is(err, inspect.ErrNoCheckpoint) && fresh(dir) {
		return nil
	}
	if err != nil {
		return err
	}
	state, err := inspect.ReadState(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && state.Size < signed.Size {
		return fmt.Errorf("%w: the writer's state is behind the checkpoint", inspect.ErrTruncated)
	}
	if err != nil {
		return err
	}
	if err := checkLast(ctx, dir, state); err != nil {
		return fmt.Errorf("%w: at entry %d: %w", inspect.ErrEdited, state.Size-1, err)
	}
	if err := checkContinues(ctx, dir, signed, state); err != nil {
		return fmt.Errorf("%w: the tree does not continue its checkpoint: %w", inspect.ErrEdited, err)
	}
	return nil
}

// fresh tells that no entry was ever written.
func fresh(dir string) bool {
	_, err := os.Stat(filepath.Join(inspect.Tree(dir), "tile"))
	return errors.Is(err, fs.ErrNotExist)
}

// checkLast checks that the last entry has the hash in its tile, and that the path from it, which crosses all of the
// last tiles, leads to the writer's root.
func checkLast(ctx context.Context, dir string, state audit.Checkpoint) error {
	if state.Size == 0 {
		return nil
	}
	files, last := client.FileFetcher{Root: inspect.Tree(dir)}, state.Size-1
	number, at := last/layout.EntryBundleWidth, last%layout.EntryBundleWidth
	b, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, number, state.Size)
	if err != nil {
		return err
	}
	tile, err := files.ReadTile(ctx, 0, number, layout.PartialTileSize(0, number, state.Size))
	if err != nil {
		return err
	}
	if at >= uint64(len(b.Entries)) || 32*(at+1) > uint64(len(tile)) {
		return errors.New("its bundle or tile is too short")
	}
	leaf := audit.LeafHash(b.Entries[at])
	if !bytes.Equal(leaf[:], tile[32*at:][:32]) {
		return errors.New("it is not the one in its tile")
	}
	_, err = prove(ctx, dir, state, audit.Position{Index: last, Leaf: leaf})
	return err
}

func checkContinues(ctx context.Context, dir string, signed, state audit.Checkpoint) error {
	builder, err := client.NewProofBuilder(ctx, state.Size, client.FileFetcher{Root: inspect.Tree(dir)}.ReadTile)
	if err != nil {
		return err
	}
	hashes, err := builder.ConsistencyProof(ctx, signed.Size, state.Size)
	if err != nil {
		return err
	}
	return proof.VerifyConsistency(rfc6962.DefaultHasher, signed.Size, state.Size, hashes, signed.Root[:], state.Root[:])
}

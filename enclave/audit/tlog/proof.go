package tlog

import (
	"context"
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

// Proof waits until a signed checkpoint covers the entry at p and returns the proof against it. When ctx ends first
// the error is [ErrPending] and the context's. See [Prove] for the others.
func (l *Log) Proof(ctx context.Context, p audit.Position) (i audit.Inclusion, err error) {
	err = l.poll(ctx, func() error {
		i, err = Prove(ctx, l.dir, l.key, p)
		return err
	})
	return i, err
}

// Prove returns the proof that the log in dir holds the entry at p, from files alone: no Log need be open. It is checked
// before it is returned. The errors are [ErrPending], inspect.ErrEdited and those of inspect.ReadCheckpoint.
func Prove(ctx context.Context, dir string, key audit.LogKey, p audit.Position) (audit.Inclusion, error) {
	raw, c, err := inspect.ReadCheckpoint(dir, key)
	if err != nil {
		return audit.Inclusion{}, err
	}
	if c.Size <= p.Index {
		return audit.Inclusion{}, ErrPending
	}
	hashes, err := prove(ctx, dir, c, p)
	if err != nil {
		return audit.Inclusion{}, fmt.Errorf("%w: entry %d: %w", inspect.ErrEdited, p.Index, err)
	}
	i := audit.Inclusion{Checkpoint: string(raw), Hashes: make([]audit.Hash, len(hashes))}
	for n, h := range hashes {
		i.Hashes[n] = audit.Hash(h)
	}
	return i, nil
}

// prove reads from tiles the hashes that lead from the leaf to the root of c, and checks that they do.
func prove(ctx context.Context, dir string, c audit.Checkpoint, p audit.Position) ([][]byte, error) {
	builder, err := client.NewProofBuilder(ctx, c.Size, client.FileFetcher{Root: inspect.Tree(dir)}.ReadTile)
	if err != nil {
		return nil, err
	}
	hashes, err := builder.InclusionProof(ctx, p.Index)
	if err != nil {
		return nil, err
	}
	return hashes, proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, c.Size, p.Leaf[:], hashes, c.Root[:])
}

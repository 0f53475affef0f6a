package inspect

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/officina-enclave/officina/enclave/audit"
)

// Filter selects entries; its zero value selects all.
type Filter struct {
	Kinds []audit.Kind // any of these; none means every kind
	Study string       // "" means every study
}

func (f Filter) takes(e audit.Entry) bool {
	return (len(f.Kinds) == 0 || slices.Contains(f.Kinds, e.Kind)) && (f.Study == "" || f.Study == e.Study)
}

// Record is an entry and where it stands.
type Record struct {
	audit.Position
	Entry audit.Entry
}

// Entries yields the selected entries under the newest checkpoint, oldest first, and stops at the first error: those of
// [ReadCheckpoint], [ErrTruncated], [ErrEdited] or audit.ErrEntry. It shows what is stored; [Verify] tells whether to believe it.
func Entries(ctx context.Context, dir string, key audit.LogKey, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		_, signed, err := ReadCheckpoint(dir, key)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for b, err := range bundles(ctx, Tree(dir), signed.Size) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !b.records(f, yield) {
				return
			}
		}
	}
}

// records yields the selected entries of one bundle and tells whether to go on.
func (b bundle) records(f Filter, yield func(Record, error) bool) bool {
	for i, text := range b.entries {
		index := b.first + uint64(i)
		e, err := audit.ParseEntry(text)
		if err != nil {
			yield(Record{}, fmt.Errorf("entry %d: %w", index, err))
			return false
		}
		if f.takes(e) && !yield(Record{audit.Position{Index: index, Leaf: audit.LeafHash(text)}, e}, nil) {
			return false
		}
	}
	return true
}

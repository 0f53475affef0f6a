package inspect

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"github.com/transparency-dev/tessera/api/layout"
)

// resource is one file of the tree: a bundle of entries or a tile of hashes.
type resource struct {
	name  string // relative to the tree
	data  []byte
	whole bool // the log has grown since: the file may hold more than was asked for
}

// readResource reads the file that path names for width p; when that partial file is gone because the log grew
// past it, the full one (C2SP tlog-tiles, partial tiles).
func readResource(tree string, p uint8, path func(p uint8) string) (resource, error) {
	name, whole := path(p), false
	data, err := os.ReadFile(filepath.Join(tree, name))
	if errors.Is(err, fs.ErrNotExist) && p != 0 {
		whole = true
		data, err = os.ReadFile(filepath.Join(tree, path(0)))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return resource{}, fmt.Errorf("%w: %s", ErrTruncated, name)
	}
	return resource{name: name, data: data, whole: whole}, err
}

// bundle is up to 256 consecutive entries.
type bundle struct {
	first   uint64 // index of the first entry
	name    string
	entries [][]byte
}

// bundles yields the entries of a log of the given size, file by file. A bundle that comes with an error holds what
// could be read of it, and is the last. The errors are [ErrTruncated] and [ErrEdited].
func bundles(ctx context.Context, tree string, size uint64) iter.Seq2[bundle, error] {
	return func(yield func(bundle, error) bool) {
		for r := range layout.Range(0, size, size) {
			b, err := readBundle(tree, r)
			if err == nil {
				err = ctx.Err()
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
	}
}

func readBundle(tree string, r layout.RangeInfo) (bundle, error) {
	f, err := readResource(tree, r.Partial, func(p uint8) string { return layout.EntriesPath(r.Index, p) })
	if err != nil {
		return bundle{}, err
	}
	b := bundle{first: r.Index * layout.EntryBundleWidth, name: f.name}
	rest := f.data
	for n := range uint64(r.N) {
		var entry []byte
		if entry, rest, err = cut(rest); err != nil {
			return b, fmt.Errorf("%w: %s ends within entry %d", ErrTruncated, f.name, b.first+n)
		}
		b.entries = append(b.entries, entry)
	}
	if len(rest) > 0 && !f.whole {
		return b, fmt.Errorf("%w: %s goes on after its last entry", ErrEdited, f.name)
	}
	return b, nil
}

var errShort = errors.New("too short")

// cut takes one entry, two bytes of length (big-endian) and that many bytes, from the front of a bundle.
func cut(data []byte) (entry, rest []byte, err error) {
	if len(data) < 2 {
		return nil, nil, errShort
	}
	n := int(binary.BigEndian.Uint16(data))
	if data = data[2:]; len(data) < n {
		return nil, nil, errShort
	}
	return data[:n], data[n:], nil
}

package inspect

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"

	"github.com/officina-enclave/officina/enclave/audit"
)

// maxNamed is the most places that an error lists.
const maxNamed = 8

// rebuilder computes a log's tree from its entries alone and compares every stored tile with what it computes.
//
// (tessera/fsck does the like, but stops answering when a tile differs early in a log of several tiles, and can
// neither name an entry nor tell an edited entry from an edited tile.)
type rebuilder struct {
	tree  string
	size  uint64
	nodes *compact.Range
	tiles map[uint64]resource // the tile being compared, by level

	entries []uint64 // entries whose hash is not the one in their tile
	inner   []string // tiles above level 0 that differ
	leaves  []string // tiles of level 0 that differ
	err     error    // a tile could not be read
}

func newRebuilder(tree string, size uint64) *rebuilder {
	f := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return &rebuilder{tree: tree, size: size, nodes: f.NewEmptyRange(0), tiles: map[uint64]resource{}}
}

// add takes the next entry.
func (r *rebuilder) add(entry []byte) error {
	h := audit.LeafHash(entry)
	if err := r.nodes.Append(h[:], r.compare); err != nil {
		return err
	}
	return r.err
}

// root returns the root of the tree over the entries added so far.
func (r *rebuilder) root() (audit.Hash, error) {
	if r.nodes.End() == 0 {
		return audit.Hash(rfc6962.DefaultHasher.EmptyRoot()), nil
	}
	h, err := r.nodes.GetRootHash(nil)
	if err != nil {
		return audit.Hash{}, err
	}
	return audit.Hash(h), nil
}

// compare looks a computed node up in its tile; tiles store every eighth level.
func (r *rebuilder) compare(id compact.NodeID, h []byte) {
	if id.Level%layout.TileHeight != 0 || r.err != nil {
		return
	}
	level, tile, at := uint64(id.Level/layout.TileHeight), id.Index/layout.TileWidth, id.Index%layout.TileWidth
	if at == 0 {
		r.tiles[level], r.err = r.readTile(level, tile)
		if r.err != nil {
			return
		}
	}
	f := r.tiles[level]
	if bytes.Equal(f.data[at*32:at*32+32], h) {
		return
	}
	if level == 0 {
		r.entries = append(r.entries, id.Index)
		r.leaves = appendNew(r.leaves, f.name)
	} else {
		r.inner = appendNew(r.inner, f.name)
	}
}

// readTile reads a tile and checks its length.
func (r *rebuilder) readTile(level, index uint64) (resource, error) {
	p := layout.PartialTileSize(level, index, r.size)
	f, err := readResource(r.tree, p, func(p uint8) string { return layout.TilePath(level, index, p) })
	if err != nil {
		return f, err
	}
	want := 32 * int(p)
	if p == 0 {
		want = 32 * layout.TileWidth
	}
	if len(f.data) < want {
		return f, fmt.Errorf("%w: %s ends early", ErrTruncated, f.name)
	}
	if len(f.data) > want && !f.whole {
		return f, fmt.Errorf("%w: %s goes on after its last hash", ErrEdited, f.name)
	}
	return f, nil
}

// verdict compares with the signed root, after the last entry. When the entries lead to it they are genuine, and
// a tile that differs was edited; when they do not, entries were.
func (r *rebuilder) verdict(signed audit.Hash) error {
	root, err := r.root()
	if err != nil {
		return err
	}
	switch {
	case root == signed && len(r.leaves)+len(r.inner) == 0:
		return nil
	case root == signed:
		return fmt.Errorf("%w: the entries are genuine, but not %s", ErrEdited, some(append(r.leaves, r.inner...)))
	case len(r.entries) > 0:
		return r.edited()
	case len(r.inner) > 0:
		return fmt.Errorf("%w: entries and the hashes over them, below %s", ErrEdited, some(r.inner))
	}
	return fmt.Errorf("%w: entries and all hashes over them; the signed root is another", ErrEdited)
}

// edited names the entries that are not those of their tiles.
func (r *rebuilder) edited() error {
	return fmt.Errorf("%w: entry %s in %s", ErrEdited, some(texts(r.entries)), some(bundleNames(r.entries, r.size)))
}

func bundleNames(entries []uint64, size uint64) []string {
	var names []string
	for _, i := range entries {
		names = appendNew(names, layout.EntriesPathForLogIndex(i, size))
	}
	return names
}

func texts(ns []uint64) []string {
	var list []string
	for _, n := range ns {
		list = append(list, strconv.FormatUint(n, 10))
	}
	return list
}

// appendNew appends s unless it is the last already.
func appendNew(list []string, s string) []string {
	if len(list) > 0 && list[len(list)-1] == s {
		return list
	}
	return append(list, s)
}

// some joins the first few of a sorted list.
func some(list []string) string {
	list = slices.Compact(list)
	if len(list) > maxNamed {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:maxNamed], ", "), len(list)-maxNamed)
	}
	return strings.Join(list, ", ")
}

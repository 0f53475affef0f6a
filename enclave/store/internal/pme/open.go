package pme

import (
	"bytes"
	"crypto/cipher"
	"fmt"
	"io"
	"slices"
	"sync"
)

// File is the footer of a sealed file, authenticated. It holds no key. It is safe for concurrent use.
type File struct {
	size    int64
	aad     fileAAD
	meta    object // FileMetaData
	columns []column
	groups  []rowGroup

	mu sync.Mutex // guards chunk.meta
}

type rowGroup struct {
	rows   int64
	object object
	chunks []chunk
}

type chunk struct {
	object object
	key    string // "" for the footer key
	sealed []byte // ColumnMetaData under that key
	meta   object // nil until unlocked
}

// Open reads the footer of a sealed file. prefix is the AAD prefix the file must carry, footer the key it is sealed
// with. Errors: ErrPlainFooter, ErrAlgorithm, ErrNoAAD, ErrPrefix, ErrColumnKey (another footer key name), ErrWrongKey,
// ErrRowGroups, ErrThrift, ErrLayout, ErrTruncated, ErrModule (the first bytes were altered).
func Open(src io.ReaderAt, size int64, prefix []byte, footer Key) (*File, error) {
	tail, err := Tail(src, size)
	if err != nil {
		return nil, err
	}
	if string(tail[len(tail)-4:]) != sealedMagic {
		return nil, ErrPlainFooter
	}
	if err := checkMagic(src, sealedMagic); err != nil {
		return nil, err
	}
	tail = tail[:len(tail)-8]
	crypto, n, err := parse(tail[:min(len(tail), maxCrypto)])
	if err != nil {
		return nil, err
	}
	unique, err := identity(crypto, prefix)
	if err != nil {
		return nil, err
	}
	if id := string(crypto.text(cryptoKey)); id != footer.ID {
		return nil, fmt.Errorf("%w: the footer is sealed with key %q, not %q", ErrColumnKey, id, footer.ID)
	}
	if !bytes.Equal(cryptoMeta(prefix, unique, footer.ID).encode(nil), tail[:n]) {
		return nil, fmt.Errorf("%w: FileCryptoMetaData is not as Seal writes it", ErrModule)
	}
	f := &File{size: size, aad: slices.Concat(fileAAD(prefix), unique)}
	return f, f.read(tail[n:], footer.Bytes)
}

// identity checks the algorithm and the prefix of FileCryptoMetaData and returns the random identifier of the file.
func identity(crypto object, prefix []byte) ([]byte, error) {
	algorithm, _ := crypto.object(cryptoAlgorithm)
	gcm, ok := algorithm.object(algorithmGCM)
	if !ok || len(algorithm) != 1 {
		return nil, ErrAlgorithm
	}
	stored, unique := gcm.text(gcmPrefix), gcm.text(gcmUnique)
	if supply, _ := gcm.integer(gcmSupply); supply != 0 || len(stored) == 0 || len(unique) == 0 {
		return nil, ErrNoAAD
	}
	if !bytes.Equal(stored, prefix) {
		return nil, fmt.Errorf("%w: want %q", ErrPrefix, prefix)
	}
	return unique, nil
}

// read opens the footer module and checks its shape.
func (f *File) read(sealed, key []byte) error {
	g, err := newGCM(key)
	if err != nil {
		return err
	}
	plain, n, err := openModule(nil, g, sealed, f.aad.module(nil, footerModule))
	if err != nil || n != len(sealed) {
		return fmt.Errorf("%w: footer", ErrWrongKey)
	}
	if f.meta, _, err = parse(plain); err != nil {
		return err
	}
	if f.columns, err = columns(f.meta); err != nil {
		return err
	}
	groups := f.meta.list(metaRowGroups)
	if len(groups) > maxOrdinal {
		return fmt.Errorf("%w: %d row groups", ErrRowGroups, len(groups))
	}
	for r, g := range groups {
		rg, err := f.group(r, g.obj)
		if err != nil {
			return fmt.Errorf("row group %d: %w", r, err)
		}
		f.groups = append(f.groups, rg)
	}
	return nil
}

func (f *File) group(r int, o object) (rowGroup, error) {
	rows, ok := o.integer(groupRows)
	ordinal, ok2 := o.integer(groupOrdinal)
	list := o.list(groupColumns)
	if !ok || !ok2 || ordinal != int64(r) || rows < 0 || len(list) != len(f.columns) {
		return rowGroup{}, fmt.Errorf("%w: row group without rows, ordinal or some column", ErrLayout)
	}
	rg := rowGroup{rows: rows, object: o}
	for c, v := range list {
		ch, err := newChunk(v.obj, f.columns[c].name)
		if err == nil && ch.meta != nil {
			_, _, err = span(ch.meta, f.size)
		}
		if err != nil {
			return rowGroup{}, err
		}
		rg.chunks = append(rg.chunks, ch)
	}
	return rg, nil
}

// newChunk reads which key a column chunk needs. The path in a column's key metadata must be its name.
func newChunk(o object, name string) (chunk, error) {
	crypto, _ := o.object(chunkCrypto)
	if own, ok := crypto.object(withColumnKey); ok {
		ch := chunk{object: o, key: string(own.text(columnKeyID)), sealed: o.text(chunkSealed)}
		if path := own.list(columnKeyPath); len(path) != 1 || string(path[0].bytes) != name || ch.key == "" {
			return chunk{}, fmt.Errorf("%w: column %q has no key name of its own", ErrColumnKey, name)
		}
		return ch, nil
	}
	meta, ok := o.object(chunkMeta)
	if _, sealed := crypto.object(withFooterKey); !sealed || !ok {
		return chunk{}, fmt.Errorf("%w: column %q is not encrypted", ErrLayout, name)
	}
	return chunk{object: o, meta: meta}, nil
}

// RowGroups returns how many row groups the file has.
func (f *File) RowGroups() int { return len(f.groups) }

// Key returns the name of the key that a column needs, "" for the footer key; ok is false if there is no such column.
// All row groups agree on it, or the column is refused when it is unlocked.
func (f *File) Key(name string) (id string, ok bool) {
	c, err := f.column(name)
	if err != nil || len(f.groups) == 0 {
		return "", err == nil
	}
	return f.groups[0].chunks[c].key, true
}

func (f *File) column(name string) (int, error) {
	for i, c := range f.columns {
		if c.name == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: %q; see the catalog", ErrColumn, name)
}

// Unlock opens the metadata of columns, in every row group, with keys by name. What is unlocked stays so without the
// key. Errors: ErrColumn, ErrColumnKey (no key of that name), ErrWrongKey, ErrThrift, ErrTruncated.
func (f *File) Unlock(columns []string, keys map[string][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range columns {
		c, err := f.column(name)
		if err != nil {
			return err
		}
		if err := f.unlock(c, keys); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	return nil
}

func (f *File) unlock(c int, keys map[string][]byte) error {
	if len(f.groups) == 0 || f.groups[len(f.groups)-1].chunks[c].meta != nil {
		return nil // row groups are unlocked in order: the last one tells
	}
	id := f.groups[0].chunks[c].key
	g, err := cipherFor(keys, id)
	if err != nil {
		return err
	}
	var aad []byte
	for r := range f.groups {
		ch := &f.groups[r].chunks[c]
		if ch.key != id {
			return fmt.Errorf("%w: row groups name different keys", ErrColumnKey)
		}
		aad = f.aad.module(aad, columnMetaModule, r, c)
		plain, _, err := openModule(nil, g, ch.sealed, aad)
		if err != nil {
			return fmt.Errorf("%w: metadata of row group %d", ErrWrongKey, r)
		}
		meta, _, err := parse(plain)
		if err != nil {
			return err
		}
		if _, _, err := span(meta, f.size); err != nil {
			return err
		}
		ch.meta = meta
	}
	return nil
}

func cipherFor(keys map[string][]byte, id string) (cipher.AEAD, error) {
	key, ok := keys[id]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrColumnKey, id)
	}
	return newGCM(key)
}

// meta returns the metadata of a chunk, or ErrColumnKey if the column is locked.
func (f *File) chunkMeta(r, c int) (object, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.groups[r].chunks[c].meta; m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("%w: column %q is locked", ErrColumnKey, f.columns[c].name)
}

// Unlocked says whether the metadata of all these columns is unlocked.
func (f *File) Unlocked(columns []string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range columns {
		c, err := f.column(name)
		if err != nil || (len(f.groups) > 0 && f.groups[len(f.groups)-1].chunks[c].meta == nil) {
			return false
		}
	}
	return true
}

package pme

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// Key is a data key of 32 bytes and the public name that the file records for it (key_metadata).
type Key struct {
	ID    string
	Bytes []byte
}

// Settings says how to seal a file.
type Settings struct {
	Prefix  []byte         // AAD prefix, stored in the file: what the file is
	Footer  Key            // seals the footer and every column not in Columns
	Columns map[string]Key // column → its key
}

// Info describes a sealed file.
type Info struct {
	Columns   []string // in order of the file
	Rows      int64
	RowGroups int
}

// Seal writes the plain Parquet of src to dst, sealed. It reads src one row group at a time and uses all processors.
// Errors: ErrLayout, ErrTruncated, ErrThrift, ErrRowGroups, ErrColumn (a key for a column that is not there), those of
// src and dst, and the context's.
func Seal(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, s Settings) (Info, error) {
	w, err := newSealer(dst, src, size, s)
	if err != nil {
		return Info{}, err
	}
	groups := w.meta.list(metaRowGroups)
	if len(groups) > maxOrdinal {
		return Info{}, fmt.Errorf("%w: %d row groups", ErrRowGroups, len(groups))
	}
	if err := w.write([]byte(sealedMagic)); err != nil {
		return Info{}, err
	}
	sealed := make([]value, len(groups))
	for r, g := range groups {
		o, err := w.rowGroup(ctx, r, g.obj)
		if err != nil {
			return Info{}, fmt.Errorf("row group %d: %w", r, err)
		}
		sealed[r] = structValue(o)
	}
	return w.info(len(groups)), w.footer(w.meta.with(metaRowGroups, listValue(kindStruct, sealed)))
}

type sealer struct {
	dst     io.Writer
	at      int64 // bytes written
	src     io.ReaderAt
	size    int64
	meta    object // plain FileMetaData
	columns []sealedColumn
	key     Key
	gcm     cipher.AEAD // footer key
	prefix  []byte
	unique  []byte
	file    fileAAD
}

type sealedColumn struct {
	name string
	key  *Key // nil: footer key
	gcm  cipher.AEAD
}

func newSealer(dst io.Writer, src io.ReaderAt, size int64, s Settings) (*sealer, error) {
	w := &sealer{dst: dst, src: src, size: size, key: s.Footer, prefix: s.Prefix, unique: make([]byte, 16)}
	if _, err := rand.Read(w.unique); err != nil {
		return nil, err
	}
	w.file = append(append(fileAAD{}, s.Prefix...), w.unique...)
	var err error
	if w.gcm, err = newGCM(s.Footer.Bytes); err != nil {
		return nil, err
	}
	if w.meta, err = plainFooter(src, size); err != nil {
		return nil, err
	}
	return w, w.assign(s.Columns)
}

func plainFooter(src io.ReaderAt, size int64) (object, error) {
	tail, err := Tail(src, size)
	if err != nil {
		return nil, err
	}
	if string(tail[len(tail)-4:]) != plainMagic {
		return nil, fmt.Errorf("%w: the file to seal must be plain Parquet", ErrLayout)
	}
	meta, _, err := parse(tail)
	return meta, err
}

// assign gives each column its cipher.
func (w *sealer) assign(own map[string]Key) error {
	cols, err := columns(w.meta)
	if err != nil {
		return err
	}
	used := 0
	for _, c := range cols {
		sc := sealedColumn{name: c.name, gcm: w.gcm}
		if key, ok := own[c.name]; ok {
			used++
			sc.key = &key
			if sc.gcm, err = newGCM(key.Bytes); err != nil {
				return err
			}
		}
		w.columns = append(w.columns, sc)
	}
	if used != len(own) {
		return fmt.Errorf("%w: keys for %d columns, of which %d are in the file", ErrColumn, len(own), used)
	}
	return nil
}

func (w *sealer) info(groups int) Info {
	rows, _ := w.meta.integer(metaRows)
	i := Info{Rows: rows, RowGroups: groups}
	for _, c := range w.columns {
		i.Columns = append(i.Columns, c.name)
	}
	return i
}

func (w *sealer) write(b []byte) error {
	n, err := w.dst.Write(b)
	w.at += int64(n)
	return err
}

// rowGroup seals the chunks of one row group at once, then writes them in order.
func (w *sealer) rowGroup(ctx context.Context, r int, group object) (object, error) {
	plain := group.list(groupColumns)
	if len(plain) != len(w.columns) {
		return nil, fmt.Errorf("%w: %d column chunks for %d columns", ErrLayout, len(plain), len(w.columns))
	}
	chunks := make([]sealedChunk, len(plain))
	err := parallel(ctx, len(plain), func(c int) (err error) {
		chunks[c], err = w.chunk(r, c, plain[c].obj)
		return err
	})
	if err != nil {
		return nil, err
	}
	start, out := w.at, make([]value, len(plain))
	for c, ch := range chunks {
		out[c] = structValue(w.describe(r, c, plain[c].obj, ch))
		if err := w.write(ch.bytes); err != nil {
			return nil, err
		}
	}
	return group.with(groupColumns, listValue(kindStruct, out)).
		with(groupOffset, num(kindI64, start)).
		with(groupSize, num(kindI64, w.at-start)).
		with(groupOrdinal, num(kindI16, int64(r))), nil
}

// sealedChunk is a sealed column chunk in memory; offsets count from its first byte.
type sealedChunk struct {
	bytes        []byte
	meta         object // plain ColumnMetaData
	data         int64  // of the first data page
	dictionary   bool   // a dictionary page stands at 0
	uncompressed int64
}

// chunk seals the pages of one column chunk.
func (w *sealer) chunk(r, c int, chunk object) (sealedChunk, error) {
	meta, ok := chunk.object(chunkMeta)
	if !ok || len(chunk.text(chunkPath)) > 0 {
		return sealedChunk{}, fmt.Errorf("%w: column chunk without metadata, or in another file", ErrLayout)
	}
	start, length, err := span(meta, w.size)
	if err != nil {
		return sealedChunk{}, err
	}
	in := make([]byte, length)
	defer clear(in)
	if err := readFull(w.src, in, start); err != nil {
		return sealedChunk{}, err
	}
	out := sealedChunk{meta: meta, bytes: make([]byte, 0, length+length/64+1024)}
	return out, out.pages(in, w.columns[c].gcm, w.file, r, c)
}

// pages seals the pages of in. Sizes in page headers become those of the sealed page, as parquet-mr and Arrow write them.
func (s *sealedChunk) pages(in []byte, g cipher.AEAD, file fileAAD, r, c int) error {
	var aad, head []byte
	for page := 0; len(in) > 0; {
		h, n, err := parse(in)
		if err != nil {
			return err
		}
		size, ok := h.integer(pageCompressed)
		if !ok || size < 0 || size > int64(len(in)-n) {
			return fmt.Errorf("%w: a page is longer than its chunk", ErrTruncated)
		}
		body := in[n : n+int(size)]
		in = in[n+int(size):]
		headKind, bodyKind, ordinals := dataHeaderModule, dataPageModule, []int{r, c, page}
		if t, _ := h.integer(pageType); t == dictionaryPage {
			if len(s.bytes) > 0 {
				return fmt.Errorf("%w: a dictionary page that is not first", ErrLayout)
			}
			headKind, bodyKind, ordinals, s.dictionary = dictionaryHeaderModule, dictionaryPageModule, []int{r, c}, true
		} else if page++; page > maxOrdinal {
			return fmt.Errorf("%w: pages of a column chunk", ErrRowGroups)
		} else if page == 1 {
			s.data = int64(len(s.bytes))
		}
		head = h.without(pageCRC).with(pageCompressed, num(kindI32, size+overhead)).encode(head[:0])
		aad = file.module(aad, headKind, ordinals...)
		s.bytes = sealModule(s.bytes, g, head, aad)
		aad = file.module(aad, bodyKind, ordinals...)
		s.bytes = sealModule(s.bytes, g, body, aad)
		plain, _ := h.integer(pageUncompressed)
		s.uncompressed += int64(len(head)) + 2*overhead + plain
	}
	return nil
}

// describe returns the ColumnChunk of a sealed chunk that will stand at w.at.
func (w *sealer) describe(r, c int, chunk object, s sealedChunk) object {
	meta := s.meta.without(columnIndexPage, columnDictionary, columnBloom, columnBloomLength).
		with(columnDataPage, num(kindI64, w.at+s.data)).
		with(columnUncompressed, num(kindI64, s.uncompressed)).
		with(columnCompressed, num(kindI64, int64(len(s.bytes))))
	if s.dictionary {
		meta = meta.with(columnDictionary, num(kindI64, w.at))
	}
	out := chunk.without(chunkIndexes...).without(chunkMeta).with(chunkOffset, num(kindI64, 0))
	col := w.columns[c]
	if col.key == nil {
		crypto := object{{withFooterKey, structValue(nil)}}
		return out.with(chunkMeta, structValue(meta)).with(chunkCrypto, structValue(crypto))
	}
	path, _ := meta.get(columnPath)
	own := object{{columnKeyPath, path}, {columnKeyID, binaryValue([]byte(col.key.ID))}}
	sealed := sealModule(nil, col.gcm, meta.encode(nil), w.file.module(nil, columnMetaModule, r, c))
	return out.with(chunkCrypto, structValue(object{{withColumnKey, structValue(own)}})).
		with(chunkSealed, binaryValue(sealed))
}

// footer writes FileCryptoMetaData, the sealed footer, their length and the magic.
func (w *sealer) footer(meta object) error {
	crypto := cryptoMeta(w.prefix, w.unique, w.key.ID)
	out := sealModule(crypto.encode(nil), w.gcm, meta.encode(nil), w.file.module(nil, footerModule))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(out)))
	return w.write(append(out, sealedMagic...))
}

// cryptoMeta returns FileCryptoMetaData, the only part of a file that no tag covers.
func cryptoMeta(prefix, unique []byte, keyID string) object {
	gcm := object{
		{gcmPrefix, binaryValue(prefix)},
		{gcmUnique, binaryValue(unique)},
		{gcmSupply, num(kindFalse, 0)}, // the default, but arrow-go panics without it
	}
	return object{
		{cryptoAlgorithm, structValue(object{{algorithmGCM, structValue(gcm)}})},
		{cryptoKey, binaryValue([]byte(keyID))},
	}
}

// parallel runs f for 0 … n-1 on all processors and returns the first error.
func parallel(ctx context.Context, n int, f func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, min(n, runtime.GOMAXPROCS(0)))
	for worker := range errs {
		wg.Go(func() {
			for errs[worker] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[worker] = ctx.Err(); errs[worker] == nil {
					errs[worker] = f(i)
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

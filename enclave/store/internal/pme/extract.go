package pme

import (
	"context"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"sync"
)

// Extract writes plain Parquet of some columns and row groups to dst, in the order of the file, and returns its size.
// The columns must be unlocked; keys are by name, "" is the footer key. Every page is authenticated before it is
// written. Pages are not decompressed. src must be the file that f was opened from.
// Errors: ErrColumn, ErrColumnKey, ErrModule, ErrThrift, ErrLayout, ErrTruncated, those of src and dst, the context's.
func (f *File) Extract(ctx context.Context, dst io.WriterAt, src io.ReaderAt, keys map[string][]byte, names []string, groups []int) (int64, error) {
	x := &extraction{File: f, src: src, dst: dst, groups: groups, end: int64(len(plainMagic))}
	if err := x.choose(names); err != nil {
		return 0, err
	}
	if err := x.ciphers(keys); err != nil {
		return 0, err
	}
	if err := x.plan(); err != nil {
		return 0, err
	}
	if err := parallel(ctx, len(x.jobs), func(i int) error { return x.run(x.jobs[i]) }); err != nil {
		return 0, err
	}
	return x.finish()
}

// Size returns an upper bound for what Extract writes, but for the footer.
func (f *File) Size(names []string, groups []int) (int64, error) {
	x := &extraction{File: f, groups: groups}
	if err := x.choose(names); err != nil {
		return 0, err
	}
	err := x.plan()
	return x.end, err
}

type extraction struct {
	*File
	src    io.ReaderAt
	dst    io.WriterAt
	chosen []int         // columns
	gcm    []cipher.AEAD // of each
	groups []int
	jobs   []*job
	end    int64 // where the next chunk, then the footer, goes
}

// job is one column chunk to open.
type job struct {
	row, column   int // ordinals in the sealed file
	gcm           cipher.AEAD
	meta          object
	start, length int64 // in the sealed file
	to            int64 // in the plain one
}

func (x *extraction) choose(names []string) error {
	for c, col := range x.columns {
		if slices.Contains(names, col.name) {
			x.chosen = append(x.chosen, c)
		}
	}
	if len(x.chosen) == 0 || len(x.chosen) != len(names) {
		return fmt.Errorf("%w: %q has a column that is not in the file, or twice; see the catalog", ErrColumn, names)
	}
	x.gcm = make([]cipher.AEAD, len(x.chosen))
	return nil
}

func (x *extraction) ciphers(keys map[string][]byte) error {
	for i, c := range x.chosen {
		id, _ := x.Key(x.columns[c].name)
		g, err := cipherFor(keys, id)
		if err != nil {
			return fmt.Errorf("column %q: %w", x.columns[c].name, err)
		}
		x.gcm[i] = g
	}
	return nil
}

// plan places each chunk. A plain chunk is never longer than the sealed one, so the places are known beforehand; the
// gaps between chunks stay empty.
func (x *extraction) plan() error {
	for _, r := range x.groups {
		for i, c := range x.chosen {
			meta, err := x.chunkMeta(r, c)
			if err != nil {
				return err
			}
			start, length, err := span(meta, x.size)
			if err != nil {
				return err
			}
			x.jobs = append(x.jobs, &job{r, c, x.gcm[i], meta, start, length, x.end})
			x.end += length
		}
	}
	return nil
}

// scratch are the buffers for one chunk, reused because allocating and clearing them costs as much as decryption.
type scratch struct{ sealed, plain []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// run opens one chunk, writes it and turns j.meta into the metadata of the plain chunk.
func (x *extraction) run(j *job) error {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	s.sealed = slices.Grow(s.sealed[:0], int(j.length))[:j.length]
	if err := readFull(x.src, s.sealed, j.start); err != nil {
		return err
	}
	p := plainChunk{out: slices.Grow(s.plain[:0], int(j.length)), data: -1}
	s.plain = p.out
	defer clear(s.plain[:j.length]) // the opened pages: they fit, so out stays where it is
	_, p.dictionary = j.meta.get(columnDictionary)
	if err := p.pages(s.sealed, j.gcm, x.aad, j.row, j.column); err != nil {
		return fmt.Errorf("row group %d, column %q: %w", j.row, x.columns[j.column].name, err)
	}
	j.meta = p.describe(j)
	_, err := x.dst.WriteAt(p.out, j.to)
	return err
}

// plainChunk is an opened column chunk; offsets count from its first byte.
type plainChunk struct {
	out          []byte
	dictionary   bool  // the first page is a dictionary
	data         int64 // of the first data page, -1 if none
	uncompressed int64
}

// pages opens the pages of in. Row group, column and page number are part of what the tags cover.
func (p *plainChunk) pages(in []byte, g cipher.AEAD, file fileAAD, r, c int) error {
	var head, aad []byte
	for page := 0; len(in) > 0; {
		first := p.dictionary && len(p.out) == 0
		headKind, bodyKind, ordinals := dataHeaderModule, dataPageModule, []int{r, c, page}
		if first {
			headKind, bodyKind, ordinals = dictionaryHeaderModule, dictionaryPageModule, []int{r, c}
		} else if page++; page > maxOrdinal {
			return ErrRowGroups
		} else if page == 1 {
			p.data = int64(len(p.out))
		}
		aad = file.module(aad, headKind, ordinals...)
		opened, n, err := openModule(head[:0], g, in, aad)
		if err != nil {
			return err
		}
		head, in = opened, in[n:]
		if err := p.header(head, in, first); err != nil {
			return err
		}
		aad = file.module(aad, bodyKind, ordinals...)
		if p.out, n, err = openModule(p.out, g, in, aad); err != nil {
			return err
		}
		in = in[n:]
	}
	return nil
}

// header writes the plain page header for the sealed body at the beginning of in.
func (p *plainChunk) header(head, in []byte, dictionary bool) error {
	h, _, err := parse(head)
	if err != nil {
		return err
	}
	body, err := moduleSize(in)
	if err != nil {
		return err
	}
	if t, ok := h.integer(pageType); !ok || (t == dictionaryPage) != dictionary {
		return fmt.Errorf("%w: a page of an unexpected kind", ErrLayout)
	}
	at := len(p.out)
	p.out = h.without(pageCRC).with(pageCompressed, num(kindI32, int64(body-overhead))).encode(p.out)
	plain, _ := h.integer(pageUncompressed)
	p.uncompressed += int64(len(p.out)-at) + plain
	return nil
}

func (p *plainChunk) describe(j *job) object {
	meta := j.meta.without(columnIndexPage, columnBloom, columnBloomLength).
		with(columnDataPage, num(kindI64, j.to+max(p.data, 0))).
		with(columnUncompressed, num(kindI64, p.uncompressed)).
		with(columnCompressed, num(kindI64, int64(len(p.out))))
	if p.dictionary {
		meta = meta.with(columnDictionary, num(kindI64, j.to))
	}
	return meta
}

// finish writes the magic, the footer, its length and the magic again.
func (x *extraction) finish() (int64, error) {
	footer := x.footer().encode(nil)
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(footer)))
	footer = append(footer, plainMagic...)
	if _, err := x.dst.WriteAt([]byte(plainMagic), 0); err != nil {
		return 0, err
	}
	_, err := x.dst.WriteAt(footer, x.end)
	return x.end + int64(len(footer)), err
}

// footer describes just the chosen columns and row groups. The file's key-value metadata may describe other columns
// and goes.
func (x *extraction) footer() object {
	rows, groups := int64(0), []value{}
	for i, r := range x.groups {
		rg := x.File.groups[r]
		rows += rg.rows
		chunks := []value{}
		for k, c := range x.chosen {
			j := x.jobs[i*len(x.chosen)+k]
			o := rg.chunks[c].object.without(chunkIndexes...).without(chunkCrypto, chunkSealed).
				with(chunkOffset, num(kindI64, 0)).with(chunkMeta, structValue(j.meta))
			chunks = append(chunks, structValue(o))
		}
		groups = append(groups, structValue(rg.object.without(groupSorting, groupOffset, groupSize, groupOrdinal).
			with(groupColumns, listValue(kindStruct, chunks))))
	}
	return x.schema(x.meta.without(metaKeyValues)).
		with(metaRows, num(kindI64, rows)).
		with(metaRowGroups, listValue(kindStruct, groups))
}

// schema keeps the chosen columns of the schema and of the column orders.
func (x *extraction) schema(meta object) object {
	root := meta.list(metaSchema)[0].obj.with(schemaChildren, num(kindI32, int64(len(x.chosen))))
	schema, orders := []value{structValue(root)}, []value{}
	all := meta.list(metaColumnOrders)
	for _, c := range x.chosen {
		schema = append(schema, x.columns[c].schema)
		if len(all) == len(x.columns) {
			orders = append(orders, all[c])
		}
	}
	meta = meta.with(metaSchema, listValue(kindStruct, schema)).without(metaColumnOrders)
	if len(orders) > 0 {
		meta = meta.with(metaColumnOrders, listValue(kindStruct, orders))
	}
	return meta
}

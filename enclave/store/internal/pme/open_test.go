package pme

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

// fourGroups has rows 0–299, 300–599, 600–899, 900–999; code is row/100.
var fourGroups = sample.Shape{Rows: 1000, GroupLen: 300, PageSize: 512}

func TestExtractColumns(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, fourGroups), perColumn)
	for _, columns := range [][]string{{"person"}, {"label"}, {"start", "value"}, {"person", "code", "label"}} {
		plain, err := extract(sealed, columns)
		if err != nil {
			t.Fatal(err)
		}
		checkImage(t, plain, columns, wantRows(fourGroups, 0, 1000, columns))
		for _, hidden := range sample.Columns {
			if !slices.Contains(columns, hidden) && bytes.Contains(plain, []byte(hidden)) {
				t.Errorf("image of %q names %q", columns, hidden)
			}
		}
	}
}

func TestExtractRowGroups(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, fourGroups), perColumn)
	columns := []string{"person", "code"}
	code := func(in ...[2]int64) Range { return Range{Column: "code", Intervals: in} }
	for name, c := range map[string]struct {
		ranges   []Range
		from, to int
	}{
		"everything":    {nil, 0, 1000},
		"one code":      {[]Range{code([2]int64{4, 4})}, 300, 600},
		"edge":          {[]Range{code([2]int64{2, 3})}, 0, 600},
		"last":          {[]Range{code([2]int64{9, 99})}, 900, 1000},
		"two intervals": {[]Range{code([2]int64{-5, -1}, [2]int64{6, 8})}, 600, 900},
		"two columns":   {[]Range{code([2]int64{0, 5}), {Column: "person", Intervals: [][2]int64{{150, 160}}}}, 300, 600},
		"date":          {[]Range{{Column: "start", Intervals: [][2]int64{{15850, 15899}}}}, 600, 900},
		"outside":       {[]Range{code([2]int64{10, 99})}, 0, 0},
		"no interval":   {[]Range{code()}, 0, 0},
		"no integers":   {[]Range{{Column: "label", Intervals: [][2]int64{{1, 2}}}}, 0, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			plain, err := extract(sealed, columns, c.ranges...)
			if err != nil {
				t.Fatal(err)
			}
			checkImage(t, plain, columns, wantRows(fourGroups, c.from, c.to, columns))
		})
	}
}

func TestUnsignedStatistics(t *testing.T) {
	signed := column{schema: structValue(object{{schemaType, num(kindI32, 1)}})}
	unsigned := column{schema: signed.schema, unsigned: true}
	wide := column{schema: structValue(object{{schemaType, num(kindI32, 2)}}), unsigned: true}
	for _, c := range []struct {
		column column
		bytes  []byte
		want   int64
		ok     bool
	}{
		{signed, []byte{0xff, 0xff, 0xff, 0xff}, -1, true},
		{unsigned, []byte{0xff, 0xff, 0xff, 0xff}, 1<<32 - 1, true},
		{wide, bytes.Repeat([]byte{0xff}, 8), -1, false}, // beyond int64: says nothing
		{signed, []byte{1, 2}, 0, false},
		{signed, nil, 0, false},
	} {
		got, ok := c.column.integer(c.bytes)
		if ok != c.ok || (ok && got != c.want) {
			t.Errorf("%x: got %d, %t; want %d, %t", c.bytes, got, ok, c.want, c.ok)
		}
	}
}

func TestColumnKeys(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, fourGroups), perColumn)
	f, err := Open(bytes.NewReader(sealed), int64(len(sealed)), prefix, footerKey)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range sample.Columns {
		got[c], _ = f.Key(c)
	}
	want := map[string]string{"person": "sensitive", "start": "", "code": "sensitive", "value": "sensitive", "label": "location"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if f.Unlocked([]string{"code"}) || !f.Unlocked([]string{"start"}) {
		t.Error("a column key's metadata is open, or the footer key's is not")
	}
	if _, err := f.Select([]Range{{Column: "code"}}); !errors.Is(err, ErrColumnKey) {
		t.Errorf("selecting by a locked column: %v", err)
	}
	if err := f.Unlock([]string{"code"}, map[string][]byte{"location": location.Bytes}); !errors.Is(err, ErrColumnKey) {
		t.Errorf("unlocking without the key: %v", err)
	}
	if err := f.Unlock([]string{"code"}, map[string][]byte{"sensitive": location.Bytes}); !errors.Is(err, ErrWrongKey) {
		t.Errorf("unlocking with another key: %v", err)
	}
	if err := f.Unlock([]string{"code"}, allKeys); err != nil || !f.Unlocked([]string{"code"}) {
		t.Errorf("unlocking: %v", err)
	}
}

// Statistics of a column with its own key are nowhere in the footer that the footer key opens.
func TestStatisticsAreSealedWithTheColumn(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, sample.Shape{Rows: 10, Plain: true}), perColumn)
	withTail(t, sealed, func(crypto, meta object) (object, object) {
		if bytes.Contains(meta.without(metaKeyValues).encode(nil), []byte(sample.Marker)) {
			t.Error("the footer holds a least or greatest value of a column with its own key")
		}
		return crypto, meta
	})
}

func TestOpenRefuses(t *testing.T) {
	plain := sample.Parquet(t, fourGroups)
	sealed := seal(t, plain, perColumn)
	crypto := func(edit func(gcm object) object) []byte {
		return withTail(t, sealed, func(crypto, meta object) (object, object) {
			a, _ := crypto.object(cryptoAlgorithm)
			gcm, _ := a.object(algorithmGCM)
			return crypto.with(cryptoAlgorithm, structValue(edit(gcm))), meta
		})
	}
	wrap := func(o object) object { return object{{algorithmGCM, structValue(o)}} }
	footer := func(edit func(meta object) object) []byte {
		return withTail(t, sealed, func(crypto, meta object) (object, object) { return crypto, edit(meta) })
	}
	chunk := func(edit func(c object) object) []byte {
		return footer(func(meta object) object { return editChunk(meta, edit) })
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"plain file":       {plain, ErrPlainFooter},
		"GCM_CTR":          {crypto(func(g object) object { return object{{2, structValue(g)}} }), ErrAlgorithm},
		"both algorithms":  {crypto(func(g object) object { return append(wrap(g), field{2, structValue(g)}) }), ErrAlgorithm},
		"no prefix":        {crypto(func(g object) object { return wrap(g.without(gcmPrefix)) }), ErrNoAAD},
		"no identifier":    {crypto(func(g object) object { return wrap(g.without(gcmUnique)) }), ErrNoAAD},
		"supply prefix":    {crypto(func(g object) object { return wrap(g.with(gcmSupply, num(kindTrue, 1))) }), ErrNoAAD},
		"other prefix":     {crypto(func(g object) object { return wrap(g.with(gcmPrefix, binaryValue([]byte("x/y/z/0")))) }), ErrPrefix},
		"other identifier": {crypto(func(g object) object { return wrap(g.with(gcmUnique, binaryValue(make([]byte, 16)))) }), ErrWrongKey},
		"other spelling":   {crypto(func(g object) object { return wrap(g.with(9, num(kindI32, 1))) }), ErrModule},
		"footer key name": {withTail(t, sealed, func(c, m object) (object, object) {
			return c.with(cryptoKey, binaryValue([]byte("other"))), m
		}), ErrColumnKey},
		"too many row groups": {footer(func(m object) object {
			return m.with(metaRowGroups, listValue(kindStruct, slices.Repeat(m.list(metaRowGroups)[:1], maxOrdinal+1)))
		}), ErrRowGroups},
		"row group twice": {footer(func(m object) object {
			return m.with(metaRowGroups, listValue(kindStruct, slices.Repeat(m.list(metaRowGroups)[:1], 2)))
		}), ErrLayout},
		"no schema":              {footer(func(m object) object { return m.without(metaSchema) }), ErrLayout},
		"unencrypted column":     {chunk(func(c object) object { return c.without(chunkCrypto) }), ErrLayout},
		"column without a name":  {chunk(func(c object) object { return ownKey(c, []string{"start"}, "") }), ErrColumnKey},
		"key of another column":  {chunk(func(c object) object { return ownKey(c, []string{"code"}, "sensitive") }), ErrColumnKey},
		"chunk outside the file": {chunk(func(c object) object { return moveChunk(c, 1<<40) }), ErrTruncated},
		"negative place":         {chunk(func(c object) object { return moveChunk(c, -1) }), ErrTruncated},
		"empty":                  {nil, ErrTruncated},
		"first byte":             {append([]byte{'Q'}, sealed[1:]...), ErrModule},
		"corrupt Thrift":         {corruptTail(sealed), ErrThrift},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(bytes.NewReader(c.file), int64(len(c.file)), prefix, footerKey)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// editChunk edits the second column (start, under the footer key) of the first row group.
func editChunk(meta object, edit func(object) object) object {
	groups := slices.Clone(meta.list(metaRowGroups))
	chunks := slices.Clone(groups[0].obj.list(groupColumns))
	chunks[1] = structValue(edit(chunks[1].obj))
	groups[0] = structValue(groups[0].obj.with(groupColumns, listValue(kindStruct, chunks)))
	return meta.with(metaRowGroups, listValue(kindStruct, groups))
}

func ownKey(c object, path []string, id string) object {
	var list []value
	for _, p := range path {
		list = append(list, binaryValue([]byte(p)))
	}
	key := object{{columnKeyPath, listValue(kindBinary, list)}, {columnKeyID, binaryValue([]byte(id))}}
	return c.with(chunkCrypto, structValue(object{{withColumnKey, structValue(key)}}))
}

func moveChunk(c object, to int64) object {
	meta, _ := c.object(chunkMeta)
	return c.with(chunkMeta, structValue(meta.without(columnDictionary).with(columnDataPage, num(kindI64, to))))
}

// corruptTail makes the first field of FileCryptoMetaData a map, which Parquet does not use.
func corruptTail(sealed []byte) []byte {
	tail, _ := Tail(bytes.NewReader(sealed), int64(len(sealed)))
	out := bytes.Clone(sealed)
	out[len(out)-len(tail)] = 0x1b
	return out
}

func TestOpenWithTheWrongKey(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, fourGroups), perColumn)
	_, err := Open(bytes.NewReader(sealed), int64(len(sealed)), prefix, Key{"plain", location.Bytes})
	if !errors.Is(err, ErrWrongKey) {
		t.Errorf("got %v, want %v", err, ErrWrongKey)
	}
}

func TestExtractUnknownColumns(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, fourGroups), oneKey)
	for _, columns := range [][]string{{"nobody"}, {"code", "code"}, {}} {
		if _, err := extract(sealed, columns); !errors.Is(err, ErrColumn) {
			t.Errorf("%q: got %v, want %v", columns, err, ErrColumn)
		}
	}
}

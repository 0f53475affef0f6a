package pme

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
	"github.com/officina-enclave/officina/internal/intime"
)

var small = sample.Shape{Rows: 240, GroupLen: 80, PageSize: 256}

// Every bit of a sealed file is covered by a tag or has one accepted value.
func TestEveryBitFlipIsRefused(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, small), perColumn)
	flips, refused := 0, 0
	flip := func(bit int) {
		sealed[bit/8] ^= 1 << (bit % 8)
		if _, err := extract(sealed, sample.Columns); err != nil {
			refused++
		} else {
			t.Errorf("bit %d of byte %d of %d: not noticed", bit%8, bit/8, len(sealed))
		}
		flips++
		sealed[bit/8] ^= 1 << (bit % 8)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		flip(random.IntN(len(sealed) * 8))
	}
	tail, _ := Tail(bytes.NewReader(sealed), int64(len(sealed)))
	for byteAt := 0; byteAt < 120; byteAt++ { // FileCryptoMetaData and the ends, bit by bit
		for bit := range 8 {
			flip((len(sealed)-len(tail)+byteAt)*8 + bit)
			flip((len(sealed)-1-byteAt)*8 + bit)
			if byteAt < 4 {
				flip(byteAt*8 + bit)
			}
		}
	}
	t.Logf("%d bit flips over %d bytes, %d refused", flips, len(sealed), refused)
}

func TestEveryTruncationIsRefused(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, small), perColumn)
	step := 1
	if testing.Short() {
		step = 31
	}
	cuts := 0
	for n := 0; n < len(sealed); n += step {
		if _, err := extract(sealed[:n], sample.Columns); err == nil {
			t.Fatalf("cut to %d of %d bytes: not noticed", n, len(sealed))
		}
		cuts++
	}
	t.Logf("%d truncations refused", cuts)
}

// module is where a module lies in a sealed file.
type module struct{ row, column, page, at, size int }

// dataPages lists the data pages of a sealed file (body modules), in order.
func dataPages(t *testing.T, sealed []byte) []module {
	t.Helper()
	f, err := Open(bytes.NewReader(sealed), int64(len(sealed)), prefix, footerKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Unlock(sample.Columns, allKeys); err != nil {
		t.Fatal(err)
	}
	var out []module
	for r, g := range f.groups {
		for c, ch := range g.chunks {
			start, length, _ := span(ch.meta, f.size)
			_, dictionary := ch.meta.get(columnDictionary)
			page := 0
			for at := int(start); at < int(start+length); {
				head, _ := moduleSize(sealed[at:])
				body, _ := moduleSize(sealed[at+head:])
				if !dictionary {
					out = append(out, module{r, c, page, at + head, body})
					page++
				}
				dictionary = false
				at += head + body
			}
		}
	}
	return out
}

// Two genuine pages of one file, of the same size and even under the same key, cannot change places: not within a
// column, not between row groups, not between columns.
func TestSwappedPagesAreRefused(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, sample.Shape{Rows: 960, GroupLen: 320, PageSize: 256, Plain: true}), oneKey)
	pages := dataPages(t, sealed)
	kinds := map[string]int{}
	for i, a := range pages {
		for _, b := range pages[i+1:] {
			if a.size != b.size || kinds[kindOfSwap(a, b)] >= 40 {
				continue
			}
			kinds[kindOfSwap(a, b)]++
			forged := slices.Clone(sealed)
			copy(forged[a.at:a.at+a.size], sealed[b.at:b.at+b.size])
			copy(forged[b.at:b.at+b.size], sealed[a.at:a.at+a.size])
			if _, err := extract(forged, sample.Columns); !errors.Is(err, ErrModule) {
				t.Errorf("pages %+v and %+v: got %v, want %v", a, b, err, ErrModule)
			}
		}
	}
	for _, k := range []string{"same column", "other row group", "other column"} {
		if kinds[k] == 0 {
			t.Errorf("no swap of kind %q was possible; change the sample", k)
		}
	}
	t.Logf("swaps refused: %v", kinds)
}

func kindOfSwap(a, b module) string {
	switch {
	case a.column != b.column:
		return "other column"
	case a.row != b.row:
		return "other row group"
	}
	return "same column"
}

// A page of a file that was sealed under the same keys and prefix, at the same place, is refused: each file has a
// random identifier of its own.
func TestPageOfAnotherFileIsRefused(t *testing.T) {
	shape := sample.Shape{Rows: 100, Plain: true}
	a := seal(t, sample.Parquet(t, shape), oneKey)
	shape.Salt = 10
	b := seal(t, sample.Parquet(t, shape), oneKey)
	pa, pb := dataPages(t, a), dataPages(t, b)
	copy(a[pa[1].at:pa[1].at+pa[1].size], b[pb[1].at:pb[1].at+pb[1].size])
	if _, err := extract(a, sample.Columns); !errors.Is(err, ErrModule) {
		t.Errorf("got %v, want %v", err, ErrModule)
	}
}

// Swapping a row group's whole entry in the footer needs the footer key; even then the ordinals do not fit.
func TestSwappedRowGroupsAreRefused(t *testing.T) {
	sealed := withTail(t, seal(t, sample.Parquet(t, small), perColumn), func(crypto, meta object) (object, object) {
		g := slices.Clone(meta.list(metaRowGroups))
		a, b := g[0].obj, g[1].obj
		g[0] = structValue(b.with(groupOrdinal, num(kindI16, 0)))
		g[1] = structValue(a.with(groupOrdinal, num(kindI16, 1)))
		return crypto, meta.with(metaRowGroups, listValue(kindStruct, g))
	})
	for _, column := range sample.Columns {
		if _, err := extract(sealed, []string{column}); !errors.Is(err, ErrModule) && !errors.Is(err, ErrWrongKey) {
			t.Errorf("column %q: got %v", column, err)
		}
	}
}

// FuzzOpen puts any bytes into a sealed file, or cuts it; whatever opens must be the file itself.
func FuzzOpen(f *testing.F) {
	sealed := seal(f, sample.Parquet(f, sample.Shape{Rows: 20, GroupLen: 10}), perColumn)
	want, err := extract(sealed, sample.Columns)
	if err != nil {
		f.Fatal(err)
	}
	tail, err := Tail(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint(0), []byte("PAR1"), uint(0))
	f.Add(uint(len(sealed)-len(tail)), []byte{0x1c, 0x2c, 0x00}, uint(0))
	f.Add(uint(len(sealed)-8), []byte{1, 0, 0, 0}, uint(0))
	f.Add(uint(4), []byte{0xff, 0xff, 0xff, 0xff}, uint(0))
	f.Add(uint(0), []byte{}, uint(9))
	f.Fuzz(func(t *testing.T, at uint, patch []byte, cut uint) {
		in := bytes.Clone(sealed)
		copy(in[at%uint(len(in)):], patch)
		in = in[:uint(len(in))-cut%uint(len(in))]
		intime.Run(t, func() {
			if got, err := extract(in, sample.Columns); err == nil && !bytes.Equal(got, want) {
				t.Fatal("a changed file was opened")
			}
		})
	})
}

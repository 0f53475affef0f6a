package pme

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

var (
	prefix    = []byte("diabetes/s1/condition/0")
	footerKey = Key{"plain", bytes.Repeat([]byte{1}, 32)}
	sensitive = Key{"sensitive", bytes.Repeat([]byte{2}, 32)}
	location  = Key{"location", bytes.Repeat([]byte{3}, 32)}

	// oneKey seals everything with the footer key; perColumn has three keys.
	oneKey    = Settings{Prefix: prefix, Footer: footerKey}
	perColumn = Settings{Prefix: prefix, Footer: footerKey, Columns: map[string]Key{
		"person": sensitive, "code": sensitive, "value": sensitive, "label": location,
	}}
	allKeys = map[string][]byte{"": footerKey.Bytes, "plain": footerKey.Bytes, "sensitive": sensitive.Bytes, "location": location.Bytes}
)

func seal(t testing.TB, plain []byte, s Settings) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := Seal(context.Background(), &out, bytes.NewReader(plain), int64(len(plain)), s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// image is an io.WriterAt in memory.
type image struct {
	mu sync.Mutex
	b  []byte
}

func (m *image) WriteAt(p []byte, off int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if end := int(off) + len(p); end > len(m.b) {
		m.b = append(m.b, make([]byte, end-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

// extract opens a sealed file and returns plain Parquet of the columns and of the row groups that meet the ranges.
func extract(sealed []byte, columns []string, ranges ...Range) ([]byte, error) {
	src := bytes.NewReader(sealed)
	f, err := Open(src, int64(len(sealed)), prefix, footerKey)
	if err != nil {
		return nil, err
	}
	needs := slices.Clone(columns)
	for _, r := range ranges {
		needs = append(needs, r.Column)
	}
	if err := f.Unlock(needs, allKeys); err != nil {
		return nil, err
	}
	groups, err := f.Select(ranges)
	if err != nil {
		return nil, err
	}
	return extractGroups(f, src, columns, groups)
}

func extractGroups(f *File, src io.ReaderAt, columns []string, groups []int) ([]byte, error) {
	var out image
	_, err := f.Extract(context.Background(), &out, src, allKeys, columns, groups)
	return out.b, err
}

// wantRows returns the rows of the sample from … to (exclusive), reduced to columns.
func wantRows(s sample.Shape, from, to int, columns []string) [][]string {
	rows := make([][]string, 0, to-from)
	for i := from; i < to; i++ {
		full, row := sample.Row(s, i), []string{}
		for c, name := range sample.Columns {
			if slices.Contains(columns, name) {
				row = append(row, full[c])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func checkImage(t *testing.T, plain []byte, columns []string, want [][]string) {
	t.Helper()
	names, rows, err := sample.Read(sample.Bytes(plain), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(columns, names); diff != "" {
		t.Errorf("columns: %s", diff)
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows: %.1000s", diff)
	}
}

// withTail replaces FileCryptoMetaData and the plain footer by what edit makes of them, and seals the footer anew.
func withTail(t testing.TB, sealed []byte, edit func(crypto, meta object) (object, object)) []byte {
	t.Helper()
	tail, err := Tail(bytes.NewReader(sealed), int64(len(sealed)))
	if err != nil {
		t.Fatal(err)
	}
	crypto, n, err := parse(tail)
	if err != nil {
		t.Fatal(err)
	}
	unique, err := identity(crypto, prefix)
	if err != nil {
		t.Fatal(err)
	}
	g, _ := newGCM(footerKey.Bytes)
	aad := slices.Concat(fileAAD(prefix), unique).module(nil, footerModule)
	plain, _, err := openModule(nil, g, tail[n:len(tail)-8], aad)
	if err != nil {
		t.Fatal(err)
	}
	meta, _, err := parse(plain)
	if err != nil {
		t.Fatal(err)
	}
	crypto, meta = edit(crypto, meta)
	out := slices.Clone(sealed[:len(sealed)-len(tail)])
	at := len(out)
	out = sealModule(crypto.encode(out), g, meta.encode(nil), aad)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(out)-at))
	return append(out, sealedMagic...)
}

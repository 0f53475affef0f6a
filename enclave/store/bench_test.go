package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/compress"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

// big is a part of two million rows in row groups as DuckDB writes them.
var big = sample.Shape{Rows: 2_000_000, GroupLen: 122_880, Codec: compress.Codecs.Snappy, Plain: true}

var bigPlain = sync.OnceValue(func() []byte { return sample.Parquet(new(testing.B), big) })

func bigStore(b *testing.B) (*Store, string) {
	dir, k := b.TempDir(), newKeys(b, 1)
	w := begin(b, dir, k)
	table := Table{Name: "condition", Groups: groupsOf, Rows: int64(big.Rows)}
	if err := w.Add(context.Background(), table, bytes.NewReader(bigPlain()), int64(len(bigPlain()))); err != nil {
		b.Fatal(err)
	}
	m, err := w.Commit(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return open(b, dir, k, Options{}), partPath(dir, m, 0)
}

// BenchmarkImage measures what doc.go says of decryption; the rate is of image bytes.
func BenchmarkImage(b *testing.B) {
	s, _ := bigStore(b)
	for name, q := range map[string]Request{
		"cold, all columns": request(sample.Columns...), "cold, three columns": request("person", "start", "code"),
		"hot": request(sample.Columns...),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if name != "hot" {
					s.forget()
				}
				i, err := s.Image(context.Background(), q)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(i.Size())
				i.Release()
			}
		})
	}
}

// BenchmarkSHA256 measures the way not taken: hashing the whole file before its first use.
func BenchmarkSHA256(b *testing.B) {
	s, _ := bigStore(b)
	b.SetBytes(s.manifest.Files[0].Bytes)
	for b.Loop() {
		if err := s.Verify(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSeal measures Writer.Add: reading, sealing on all processors, hashing, writing, fsync.
func BenchmarkSeal(b *testing.B) {
	plain := bigPlain()
	dir, k := b.TempDir(), newKeys(b, 1)
	w := begin(b, dir, k)
	part := 0
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		table := Table{Name: "condition", Part: part, Groups: groupsOf, Rows: int64(big.Rows)}
		if err := w.Add(context.Background(), table, bytes.NewReader(plain), int64(len(plain))); err != nil {
			b.Fatal(err)
		}
		part++
	}
}

// BenchmarkHash is the hash alone, on one processor.
func BenchmarkHash(b *testing.B) {
	plain := bigPlain()
	b.SetBytes(int64(len(plain)))
	for b.Loop() {
		sha256.Sum256(plain)
	}
}

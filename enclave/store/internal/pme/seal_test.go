package pme

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

var shapes = map[string]sample.Shape{
	"snappy":        {Rows: 1000, GroupLen: 300, Codec: compress.Codecs.Snappy},
	"zstd":          {Rows: 1000, GroupLen: 300, Codec: compress.Codecs.Zstd},
	"gzip":          {Rows: 1000, GroupLen: 300, Codec: compress.Codecs.Gzip},
	"uncompressed":  {Rows: 1000, GroupLen: 300},
	"many pages":    {Rows: 2000, GroupLen: 700, PageSize: 256, Codec: compress.Codecs.Snappy},
	"no dictionary": {Rows: 1000, GroupLen: 300, PageSize: 512, Plain: true},
	"pages v2":      {Rows: 1000, GroupLen: 300, PageSize: 512, Version2: true, Codec: compress.Codecs.Zstd},
	"one row":       {Rows: 1},
	"no rows":       {Rows: 0},
}

func TestRoundTrip(t *testing.T) {
	for name, shape := range shapes {
		for keyName, settings := range map[string]Settings{"one key": oneKey, "column keys": perColumn} {
			t.Run(name+"/"+keyName, func(t *testing.T) {
				sealed := seal(t, sample.Parquet(t, shape), settings)
				if bytes.Contains(sealed, []byte(sample.Marker)) {
					t.Error("a sealed file holds plain text")
				}
				plain, err := extract(sealed, sample.Columns)
				if err != nil {
					t.Fatal(err)
				}
				checkImage(t, plain, sample.Columns, wantRows(shape, 0, shape.Rows, sample.Columns))
			})
		}
	}
}

// The independent check of the standard: arrow-go, which shares no code with us, reads what we sealed.
func TestArrowReadsSealedFiles(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			keys := map[string][]byte{"": footerKey.Bytes}
			_, got, err := sample.Read(sample.Bytes(seal(t, sample.Parquet(t, shape), oneKey)), keys)
			if err != nil {
				t.Fatal(err)
			}
			want := wantRows(shape, 0, shape.Rows, sample.Columns)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("one key: %.1000s", diff)
			}
			for column, key := range perColumn.Columns {
				keys[column] = key.Bytes
			}
			_, got, err = sample.Read(sample.Bytes(seal(t, sample.Parquet(t, shape), perColumn)), keys)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("column keys: %.1000s", diff)
			}
		})
	}
}

func TestArrowRefusesTheWrongKey(t *testing.T) {
	sealed := seal(t, sample.Parquet(t, shapes["snappy"]), oneKey)
	if _, _, err := sample.Read(sample.Bytes(sealed), map[string][]byte{"": location.Bytes}); err == nil {
		t.Error("arrow-go read a sealed file with another key")
	}
}

func TestSealingTwiceSharesNothing(t *testing.T) {
	plain := sample.Parquet(t, shapes["uncompressed"])
	pages := func() []byte {
		sealed := seal(t, plain, oneKey)
		tail, err := Tail(bytes.NewReader(sealed), int64(len(sealed)))
		if err != nil {
			t.Fatal(err)
		}
		return sealed[4 : len(sealed)-len(tail)]
	}
	a, b := pages(), pages()
	seen := map[string]bool{}
	for i := range len(a) - 12 {
		seen[string(a[i:i+12])] = true
	}
	for i := range len(b) - 12 { // no nonce and no ciphertext occurs in both
		if seen[string(b[i:i+12])] {
			t.Fatalf("12 bytes at %d occur in both files", i)
		}
	}
}

func TestSealSaysWhatItWrote(t *testing.T) {
	plain := sample.Parquet(t, shapes["snappy"])
	var out bytes.Buffer
	got, err := Seal(context.Background(), &out, bytes.NewReader(plain), int64(len(plain)), perColumn)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Info{Columns: sample.Columns, Rows: 1000, RowGroups: 4}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSealRefuses(t *testing.T) {
	plain := sample.Parquet(t, shapes["snappy"])
	for name, c := range map[string]struct {
		in   []byte
		s    Settings
		want error
	}{
		"sealed input":   {seal(t, plain, oneKey), oneKey, ErrLayout},
		"no Parquet":     {[]byte("person,start,code\n1,2,3\n"), oneKey, ErrTruncated},
		"empty":          {nil, oneKey, ErrTruncated},
		"cut":            {plain[:len(plain)-100], oneKey, ErrTruncated},
		"unknown column": {plain, Settings{Prefix: prefix, Footer: footerKey, Columns: map[string]Key{"nobody": sensitive}}, ErrColumn},
		"short key":      {plain, Settings{Prefix: prefix, Footer: Key{"plain", []byte("short")}}, ErrWrongKey},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Seal(context.Background(), &bytes.Buffer{}, bytes.NewReader(c.in), int64(len(c.in)), c.s)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestSealStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	plain := sample.Parquet(t, shapes["snappy"])
	if _, err := Seal(ctx, &bytes.Buffer{}, bytes.NewReader(plain), int64(len(plain)), oneKey); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// A plain file with any page header or footer byte changed is refused or sealed, but never makes Seal fall over.
func TestSealSurvivesDamagedInput(t *testing.T) {
	plain := sample.Parquet(t, sample.Shape{Rows: 60, GroupLen: 20, PageSize: 128})
	for i := 0; i < len(plain); i += 3 {
		for _, bit := range []byte{1, 0x80} {
			in := bytes.Clone(plain)
			in[i] ^= bit
			_, _ = Seal(context.Background(), &bytes.Buffer{}, bytes.NewReader(in), int64(len(in)), oneKey)
		}
	}
}

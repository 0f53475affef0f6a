package store

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/internal/intime"
)

var update = flag.Bool("update", false, "write testdata anew")

var example = Manifest{
	Format: 1, Dataset: "diabetes", Snapshot: "000002-0123456789ab", Counter: 2, Previous: "sha256:aa", Mark: "demo", Catalog: "sha256:bb",
	Created: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
	Files: []FileEntry{{
		Table: "condition", Part: 3, Path: "cc.parquet", SHA256: "cc", Tail: "dd", Bytes: 4096, Rows: 17, RowGroups: 1,
		SortedBy: []string{"code", "person", "start"},
		Columns:  map[string]string{"code": "sensitive", "start": Plain},
		Keys: map[string]keys.Wrapped{
			Plain:       {KeyID: "local-1", Ciphertext: []byte("p")},
			"sensitive": {KeyID: "local-1", Ciphertext: []byte("s<>&")},
		},
	}},
}

// The bytes of a manifest are an interface: what was signed years ago must still verify.
func TestManifestFormat(t *testing.T) {
	for path, got := range map[string][]byte{
		"testdata/manifest.json":           signed{example, []byte("signature")}.encode(),
		"testdata/manifest-canonical.json": example.canonical(),
	} {
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	const digest = "sha256:c94f0a914f4effbce11475aa0411577a966121d8217035473d58107b88ded350"
	if got := example.Digest(); got != digest {
		t.Errorf("digest %s, want %s", got, digest)
	}
}

func TestParseManifest(t *testing.T) {
	text, err := os.ReadFile("testdata/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(signed{example, []byte("signature")}, got, cmp.AllowUnexported(signed{})); diff != "" {
		t.Error(diff)
	}
}

func TestSignedManifestMustBeWhole(t *testing.T) {
	whole := func() Manifest {
		m := example
		f := m.Files[0]
		f.SHA256 = hexSum(nil)
		f.Path = f.SHA256 + ".parquet"
		m.Files = []FileEntry{f}
		return m
	}
	if err := whole().check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(f *FileEntry){
		"path":        func(f *FileEntry) { f.Path = "../../etc/passwd" },
		"hash":        func(f *FileEntry) { f.SHA256, f.Path = "cc", "cc.parquet" },
		"size":        func(f *FileEntry) { f.Bytes = 3 },
		"group":       func(f *FileEntry) { f.Columns = map[string]string{"code": "genomic"} },
		"footer key":  func(f *FileEntry) { f.Columns, f.Keys = nil, nil },
		"no rows yet": func(f *FileEntry) { f.Rows = -1 },
	} {
		m := whole()
		spoil(&m.Files[0])
		if err := m.check(); !errors.Is(err, ErrManifest) {
			t.Errorf("%s: got %v, want %v", name, err, ErrManifest)
		}
	}
}

func FuzzManifest(f *testing.F) {
	text, err := os.ReadFile("testdata/manifest.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"manifest":{"format":1},"signature":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		var s signed
		var err error
		intime.Run(t, func() { s, err = parseManifest(in) })
		if err == nil && !bytes.Equal(s.encode(), in) {
			t.Fatal("two spellings of one manifest")
		}
	})
}

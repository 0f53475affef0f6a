package store

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

// forget makes s read files anew.
func (s *Store) forget() {
	s.images.dropAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.footers)
}

// attempt opens all columns of one part anew.
func attempt(s *Store, part int) error {
	s.forget()
	q := request(sample.Columns...)
	q.Part = part
	i, err := s.Image(context.Background(), q)
	if err == nil {
		i.Release()
	}
	return err
}

func partPath(dir string, m Manifest, part int) string {
	return filepath.Join(snapshotDir(dir, m.Snapshot), m.Files[part].Path)
}

func overwrite(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryBitFlipOfAFileIsRefused(t *testing.T) {
	s, _, dir := opened(t, Options{})
	path := partPath(dir, s.Manifest(), 0)
	good := read(t, path)
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	random, refused := rand.New(rand.NewPCG(3, 4)), map[string]int{}
	const flips = 3000
	for range flips {
		bit := random.IntN(len(good) * 8)
		if _, err := file.WriteAt([]byte{good[bit/8] ^ 1<<(bit%8)}, int64(bit/8)); err != nil {
			t.Fatal(err)
		}
		switch err := attempt(s, 0); {
		case errors.Is(err, ErrModule):
			refused["module"]++
		case errors.Is(err, ErrSwapped):
			refused["footer differs"]++
		case errors.Is(err, ErrTruncated):
			refused["footer length"]++
		default:
			t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
		if _, err := file.WriteAt([]byte{good[bit/8]}, int64(bit/8)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bit flips over %d bytes, refused: %v", flips, len(good), refused)
	if err := attempt(s, 0); err != nil {
		t.Errorf("after repair: %v", err)
	}
}

func TestTruncatedFileIsRefused(t *testing.T) {
	s, _, dir := opened(t, Options{})
	path := partPath(dir, s.Manifest(), 0)
	good := read(t, path)
	for n := 0; n < len(good); n += 997 {
		overwrite(t, path, good[:n])
		if err := attempt(s, 0); !errors.Is(err, ErrTruncated) {
			t.Fatalf("cut to %d of %d bytes: got %v, want %v", n, len(good), err, ErrTruncated)
		}
	}
	overwrite(t, path, append(good, 0))
	if err := attempt(s, 0); !errors.Is(err, ErrSwapped) {
		t.Errorf("one byte more: got %v, want %v", err, ErrSwapped)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := attempt(s, 0); !errors.Is(err, ErrSwapped) {
		t.Errorf("no file: got %v, want %v", err, ErrSwapped)
	}
}

// Genuine sealed files of the same size, of another part, an older snapshot, another dataset.
func TestSwappedFileIsRefused(t *testing.T) {
	dir, otherDir, k := t.TempDir(), t.TempDir(), newKeys(t, 1)
	old := snapshot(t, dir, k, 0)
	now := snapshot(t, dir, k, 0)
	w, err := Begin(context.Background(), otherDir, k, "cancer", "sha256:cafe", "test")
	if err != nil {
		t.Fatal(err)
	}
	add(t, w, "condition", 0, fourGroups)
	other, err := w.Commit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, k, Options{})
	for name, from := range map[string]string{
		"other part":     partPath(dir, now, 1),
		"older snapshot": partPath(dir, old, 0),
		"other dataset":  partPath(otherDir, other, 0),
	} {
		t.Run(name, func(t *testing.T) {
			path := partPath(dir, now, 0)
			good := read(t, path)
			defer overwrite(t, path, good)
			overwrite(t, path, read(t, from))
			err := attempt(s, 0)
			if !errors.Is(err, ErrSwapped) && !errors.Is(err, ErrTruncated) { // shorter by a byte or two: cut
				t.Errorf("got %v, want %v", err, ErrSwapped)
			}
		})
	}
}

// A file that is swapped after its footer was read is caught by the tags of its pages.
func TestFileSwappedAfterOpenIsRefused(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	shape := sample.Shape{Rows: 200, Plain: true}
	var ms []Manifest
	for range 2 {
		w := begin(t, dir, k)
		add(t, w, "condition", 0, shape)
		m, err := w.Commit(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	s := open(t, dir, k, Options{})
	mustImage(t, s, request("code")) // the footer is in memory now
	old, now := read(t, partPath(dir, ms[0], 0)), read(t, partPath(dir, ms[1], 0))
	if len(old) != len(now) {
		t.Fatalf("the two files differ in size: %d, %d", len(old), len(now))
	}
	overwrite(t, partPath(dir, ms[1], 0), old)
	if _, err := s.Image(context.Background(), request("value")); !errors.Is(err, ErrModule) {
		t.Errorf("got %v, want %v", err, ErrModule)
	}
}

func TestManifestEditsAreRefused(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	m := snapshot(t, dir, k, 0)
	path := filepath.Join(snapshotDir(dir, m.Snapshot), manifestFile)
	good := read(t, path)
	refuse := func(name string, text []byte, want ...error) {
		t.Helper()
		overwrite(t, path, text)
		_, err := Open(context.Background(), dir, k, "diabetes", Options{})
		for _, w := range want {
			if errors.Is(err, w) {
				return
			}
		}
		t.Errorf("%s: got %v, want %v", name, err, want)
	}
	edit := func(old, new string) []byte {
		t.Helper()
		if !bytes.Contains(good, []byte(old)) {
			t.Fatalf("manifest has no %q", old)
		}
		return bytes.Replace(good, []byte(old), []byte(new), 1)
	}
	refuse("counter", edit(`"counter": 1`, `"counter": 2`), ErrSignature)
	refuse("mark", edit(`"mark": "test"`, `"mark": ""`), ErrSignature)
	refuse("group of a column", edit(`"label": "location"`, `"label": "plain"`), ErrSignature)
	refuse("catalog", edit("sha256:cafe", "sha256:beef"), ErrSignature)
	refuse("file", edit(m.Files[0].SHA256, m.Files[1].SHA256), ErrSignature)
	refuse("format", edit(`"format": 1`, `"format": 0`), ErrManifest)
	refuse("newer format", edit(`"format": 1`, `"format": 2`), ErrNewer)
	refuse("unknown field", edit(`"format": 1`, `"format": 1, "x": 1`), ErrManifest)
	refuse("field twice", edit(`"counter": 1`, `"counter": 9, "counter": 1`), ErrManifest)
	refuse("other case", edit(`"counter"`, `"Counter"`), ErrManifest)
	refuse("blank", append(bytes.Clone(good), ' '), ErrManifest)
	refuse("more", append(bytes.Clone(good), good...), ErrManifest)
	refuse("cut", good[:len(good)/2], ErrManifest)
	refuse("empty", nil, ErrManifest)
	for i := 0; i < len(good); i += 11 {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		refuse("bit flip", bad, ErrSignature, ErrManifest)
	}
	overwrite(t, path, good)
	open(t, dir, k, Options{})
}

// A signature does not move: not between uses, not between datasets or snapshots.
func TestManifestOfAnotherPlaceIsRefused(t *testing.T) {
	dir, other, k := t.TempDir(), t.TempDir(), newKeys(t, 1)
	a, b := snapshot(t, dir, k, 0), snapshot(t, dir, k, 5)
	path := filepath.Join(snapshotDir(dir, b.Snapshot), manifestFile)
	good := read(t, path)
	overwrite(t, path, read(t, filepath.Join(snapshotDir(dir, a.Snapshot), manifestFile)))
	if _, err := Open(context.Background(), dir, k, "diabetes", Options{}); !errors.Is(err, ErrManifest) {
		t.Errorf("manifest of another snapshot: got %v, want %v", err, ErrManifest)
	}
	overwrite(t, path, good)
	if err := os.CopyFS(other, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), other, k, "cancer", Options{}); !errors.Is(err, ErrManifest) {
		t.Errorf("snapshots of another dataset: got %v, want %v", err, ErrManifest)
	}
	sig, _ := k.Sign(context.Background(), keys.Receipt, b.canonical())
	overwrite(t, path, signed{b, sig}.encode())
	if _, err := Open(context.Background(), dir, k, "diabetes", Options{}); !errors.Is(err, ErrSignature) {
		t.Errorf("signature for another use: got %v, want %v", err, ErrSignature)
	}
}

// The whole old snapshot, genuine in every byte, put in force again.
func TestRollbackIsRefused(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	old, now := snapshot(t, dir, k, 0), snapshot(t, dir, k, 5)
	if old.Counter != 1 || now.Counter != 2 || now.Previous != old.Digest() {
		t.Fatalf("counters %d, %d, previous %q", old.Counter, now.Counter, now.Previous)
	}
	open(t, dir, k, Options{Newest: 2, Expect: now.Digest()})
	overwrite(t, filepath.Join(dir, "snapshots", currentFile), []byte(old.Snapshot+"\n"))
	if _, err := Open(context.Background(), dir, k, "diabetes", Options{Newest: 2}); !errors.Is(err, ErrRollback) {
		t.Errorf("got %v, want %v", err, ErrRollback)
	}
	if _, err := Open(context.Background(), dir, k, "diabetes", Options{Expect: now.Digest()}); !errors.Is(err, ErrPinned) {
		t.Errorf("got %v, want %v", err, ErrPinned)
	}
	// A new ingest does not reuse the counter of the snapshot that was put out of force.
	if m := snapshot(t, dir, k, 7); m.Counter != 3 || m.Previous != old.Digest() {
		t.Errorf("counter %d after the rollback, want 3", m.Counter)
	}
}

func TestCurrentElsewhereIsRefused(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	m := snapshot(t, dir, k, 0)
	for text, want := range map[string]error{
		"":                               ErrName,
		"../" + m.Snapshot:               ErrName,
		"/etc":                           ErrName,
		".":                              ErrName,
		m.Snapshot + "\n\n":              ErrName,
		"000009-0123456789ab\n":          ErrManifest,
		strings.Repeat("9", 1000) + "\n": ErrName,
	} {
		overwrite(t, filepath.Join(dir, "snapshots", currentFile), []byte(text))
		if _, err := Open(context.Background(), dir, k, "diabetes", Options{}); !errors.Is(err, want) {
			t.Errorf("CURRENT %.40q: got %v, want %v", text, err, want)
		}
	}
	if _, err := Open(context.Background(), t.TempDir(), k, "diabetes", Options{}); !errors.Is(err, ErrNone) {
		t.Errorf("no CURRENT: got %v, want %v", err, ErrNone)
	}
}

func TestOtherKeyServiceIsRefused(t *testing.T) {
	dir, k, stranger := t.TempDir(), newKeys(t, 1), newKeys(t, 2)
	snapshot(t, dir, k, 0)
	if _, err := Open(context.Background(), dir, stranger, "diabetes", Options{}); !errors.Is(err, ErrSignature) {
		t.Errorf("Open: got %v, want %v", err, ErrSignature)
	}
	if _, err := Begin(context.Background(), dir, stranger, "diabetes", "", ""); !errors.Is(err, ErrSignature) {
		t.Errorf("Begin: got %v, want %v", err, ErrSignature)
	}
	s := open(t, dir, k, Options{})
	s.keys = stranger
	if err := attempt(s, 0); !errors.Is(err, ErrWrongKey) || !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("Image: got %v, want %v", err, ErrWrongKey)
	}
}

// A manifest that names the data key of another file, signed by mistake, opens nothing.
func TestKeyOfAnotherFileIsRefused(t *testing.T) {
	s, _, _ := opened(t, Options{})
	s.manifest.Files[0].Keys = s.manifest.Files[1].Keys
	if err := attempt(s, 0); !errors.Is(err, ErrWrongKey) {
		t.Errorf("got %v, want %v", err, ErrWrongKey)
	}
}

// A manifest that gives a column another group than the file does, signed by mistake, opens nothing.
func TestGroupOfManifestAndFileMustAgree(t *testing.T) {
	s, _, _ := opened(t, Options{})
	s.manifest.Files[0].Columns["label"] = "sensitive"
	if err := attempt(s, 0); !errors.Is(err, ErrColumnKey) {
		t.Errorf("got %v, want %v", err, ErrColumnKey)
	}
}

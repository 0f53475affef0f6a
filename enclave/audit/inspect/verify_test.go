package inspect_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

func verify(t testing.TB, dir string, remembered []byte) (inspect.Report, error) {
	t.Helper()
	return inspect.Verify(context.Background(), dir, key, remembered)
}

func TestSizesAroundTiles(t *testing.T) {
	dir, size := t.TempDir(), 0
	for _, next := range []int{0, 1, 2, 255, 256, 257, 513} {
		grow(t, dir, denials(size, next-size)...)
		size = next
		report, err := verify(t, dir, nil)
		if err != nil || report.Size != uint64(size) {
			t.Errorf("size %d: %+v %v", size, report, err)
		}
	}
}

func TestReportOfALargeLog(t *testing.T) {
	dir := large(t)
	report, err := verify(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := inspect.Report{
		Size: 600, Root: report.Root, Kinds: map[audit.Kind]uint64{audit.KindDenied: 600},
		Checkpoint: read(t, dir, "checkpoint"),
	}
	if d := cmp.Diff(want, report); d != "" {
		t.Error(d)
	}
}

// A published copy has no state of the writer.
func TestPublishedCopyVerifies(t *testing.T) {
	dir := large(t)
	if err := os.RemoveAll(filepath.Join(inspect.Tree(dir), ".state")); err != nil {
		t.Fatal(err)
	}
	if _, err := verify(t, dir, nil); err != nil {
		t.Error(err)
	}
}

type tampering struct {
	alter func(t *testing.T, dir string)
	want  error
	says  string // what the error names
}

func edit(name, old, new string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		raw := read(t, dir, name)
		changed := bytes.Replace(raw, []byte(old), []byte(new), 1)
		if bytes.Equal(raw, changed) {
			t.Fatalf("%s has no %q", name, old)
		}
		write(t, dir, name, changed)
	}
}

func flip(name string, at int) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		raw := read(t, dir, name)
		raw[at] ^= 1
		write(t, dir, name, raw)
	}
}

func shorten(name string, by int) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		raw := read(t, dir, name)
		write(t, dir, name, raw[:len(raw)-by])
	}
}

func lengthen(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { write(t, dir, name, append(read(t, dir, name), 0)) }
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		if err := os.RemoveAll(filepath.Join(inspect.Tree(dir), name)); err != nil {
			t.Fatal(err)
		}
	}
}

// reseal edits the first entry of the second bundle and mends its hash in the tile, as a careful forger would.
func reseal(t *testing.T, dir string) {
	const bundle, tile = "tile/entries/001", "tile/0/001"
	raw := read(t, dir, bundle)
	n := int(raw[0])<<8 + int(raw[1])
	entry := bytes.Replace(raw[2:2+n], []byte(`"purpose"`), []byte(`"consent"`), 1)
	leaf := audit.LeafHash(entry)
	write(t, dir, bundle, append(append(raw[:2:2], entry...), raw[2+n:]...))
	write(t, dir, tile, append(leaf[:], read(t, dir, tile)[32:]...))
}

func TestTampering(t *testing.T) {
	last, lastTile := "tile/entries/002.p/88", "tile/0/002.p/88"
	for name, c := range map[string]tampering{
		"entry edited":             {edit("tile/entries/001", `"purpose"`, `"consent"`), inspect.ErrEdited, "entry 256 in tile/entries/001"},
		"entry of the last bundle": {edit(last, `"purpose"`, `"consent"`), inspect.ErrEdited, "entry 512 in " + last},
		"length edited":            {flip("tile/entries/001", 1), inspect.ErrEdited, "entry 256"},
		"length out of bounds":     {flip(last, 0), nil, last},
		"leaf hash edited":         {flip("tile/0/001", 32*7), inspect.ErrEdited, "but not tile/0/001"},
		"last leaf hash edited":    {flip(lastTile, 32*88-1), inspect.ErrEdited, "but not " + lastTile},
		"inner hash edited":        {flip("tile/1/000.p/2", 40), inspect.ErrEdited, "but not tile/1/000.p/2"},
		"entry and hash edited":    {reseal, inspect.ErrEdited, "below tile/1/000.p/2"},
		"bundle gone":              {remove("tile/entries/001"), inspect.ErrTruncated, "tile/entries/001"},
		"last bundle gone":         {remove(last), inspect.ErrTruncated, last},
		"tile gone":                {remove("tile/0/000"), inspect.ErrTruncated, "tile/0/000"},
		"inner tile gone":          {remove("tile/1"), inspect.ErrTruncated, "tile/1/000.p/2"},
		"bundle cut short":         {shorten(last, 30), inspect.ErrTruncated, "ends within entry 599"},
		"tile cut short":           {shorten(lastTile, 1), inspect.ErrTruncated, lastTile + " ends early"},
		"bundle goes on":           {lengthen("tile/entries/000"), inspect.ErrEdited, "tile/entries/000 goes on"},
		"tile goes on":             {lengthen("tile/0/001"), inspect.ErrEdited, "tile/0/001 goes on"},
		"checkpoint gone":          {remove("checkpoint"), inspect.ErrNoCheckpoint, "backup"},
		"everything gone":          {remove(""), inspect.ErrNoCheckpoint, "backup"},
		"size edited":              {edit("checkpoint", "\n600\n", "\n599\n"), audit.ErrCheckpoint, "checkpoint"},
		"origin edited":            {edit("checkpoint", "officina/test\n", "officina/best\n"), audit.ErrCheckpoint, "checkpoint"},
		"signature edited":         {flip("checkpoint", 150), audit.ErrCheckpoint, "checkpoint"},
		"state behind":             {edit(".state/treeState", `"size":600`, `"size":599`), inspect.ErrTruncated, "599 entries, 600 are signed"},
		"state unreadable":         {edit(".state/treeState", `"size"`, `"root"`), inspect.ErrEdited, "treeState"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := large(t)
			c.alter(t, dir)
			_, err := verify(t, dir, nil)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got  %v\nwant %v: %s", err, c.want, c.says)
			}
		})
	}
}

// A log of one tile has no hashes above it: entry and leaf hash edited alike show in the root only.
func TestSmallLogRewrittenWithItsTile(t *testing.T) {
	dir := forge(t, texts(t, denials(0, 3)...)...)
	genuine := read(t, dir, "checkpoint")
	forged := forge(t, texts(t, denied(0), denied(7), denied(2))...)
	write(t, forged, "checkpoint", genuine)
	if _, err := verify(t, forged, nil); !errors.Is(err, inspect.ErrEdited) || !strings.Contains(err.Error(), "the signed root is another") {
		t.Errorf("got %v", err)
	}
}

func TestEveryFlippedByteIsFound(t *testing.T) {
	dir := forge(t, texts(t, intent(1), outcome(1), denied(2))...)
	if _, err := verify(t, dir, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"checkpoint", "tile/entries/000.p/3", "tile/0/000.p/3"} {
		raw := read(t, dir, name)
		for i := range raw {
			raw[i] ^= 2
			write(t, dir, name, raw)
			if _, err := verify(t, dir, nil); err == nil && !spare(raw, i) {
				t.Errorf("%s: byte %d of %d", name, i, len(raw))
			}
			raw[i] ^= 2
		}
		write(t, dir, name, raw)
	}
}

// spare tells whether place i is the last digit of a note's base64, whose low bits mean nothing.
func spare(raw []byte, i int) bool { return bytes.HasSuffix(raw, []byte("=\n")) && i == len(raw)-3 }

func TestAnotherKey(t *testing.T) {
	dir := forge(t, texts(t, denied(0))...)
	if _, err := inspect.Verify(t.Context(), dir, keyOf(other), nil); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
	if _, err := inspect.Verify(t.Context(), dir, audit.LogKey{Origin: "officina/else", Public: key.Public}, nil); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("another log: got %v", err)
	}
}

func TestRememberedCheckpoint(t *testing.T) {
	dir := t.TempDir()
	var checkpoints [][]byte
	var old string // a copy from the second time
	for n, size := range []int{0, 3, 260, 300} {
		grow(t, dir, denials(1000*n, size)...)
		checkpoints = append(checkpoints, read(t, dir, "checkpoint"))
		if n == 1 {
			old = t.TempDir()
			if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, c := range checkpoints {
		if _, err := verify(t, dir, c); err != nil {
			t.Errorf("checkpoint %d: %v", n, err)
		}
	}
	if _, err := verify(t, old, nil); err != nil {
		t.Errorf("an old copy by itself is whole: %v", err)
	}
	if _, err := verify(t, old, checkpoints[3]); !errors.Is(err, inspect.ErrRolledBack) {
		t.Errorf("rolled back: got %v", err)
	}
	for _, size := range []int{3, 4} { // as long as what is remembered, and longer
		fork := forge(t, texts(t, denials(50, size)...)...)
		if _, err := verify(t, fork, checkpoints[1]); !errors.Is(err, inspect.ErrRewritten) {
			t.Errorf("another history of %d entries: got %v", size, err)
		}
	}
	if _, err := verify(t, dir, []byte("nonsense")); !errors.Is(err, audit.ErrCheckpoint) || !strings.Contains(err.Error(), "remembered") {
		t.Errorf("nonsense remembered: got %v", err)
	}
}

func TestEntriesNotYetSignedAreCounted(t *testing.T) {
	dir := forge(t, texts(t, denied(0), denied(1))...)
	write(t, dir, ".state/treeState", []byte(`{"size":5,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`))
	if report, err := verify(t, dir, nil); err != nil || report.Pending != 3 {
		t.Errorf("%+v %v", report, err)
	}
}

// While the log grows, a reader sees whole states only.
func TestVerifyWhileTheLogGrows(t *testing.T) {
	dir, done := t.TempDir(), make(chan struct{})
	grow(t, dir, denied(0))
	go func() {
		defer close(done)
		grow(t, dir, denials(1, 700)...)
	}()
	for {
		if _, err := verify(t, dir, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := inspect.Verify(ctx, forge(t, texts(t, denied(0))...), key, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Whatever stands in a bundle's place, only the genuine bytes pass.
func FuzzVerify(f *testing.F) {
	dir := forge(f, texts(f, intent(1), outcome(1))...)
	const name = "tile/entries/000.p/2"
	genuine := read(f, dir, name)
	f.Add(genuine)
	f.Add(genuine[:len(genuine)-1])
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, bundle []byte) {
		write(t, dir, name, bundle)
		if _, err := verify(t, dir, nil); (err == nil) != bytes.Equal(bundle, genuine) {
			t.Fatalf("%q: %v", bundle, err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	dir := large(b)
	for b.Loop() {
		if _, err := verify(b, dir, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(600*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

func TestCommit(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	first, second := snapshot(t, dir, k, 0), snapshot(t, dir, k, 5)
	if second.Counter != 2 || second.Previous != first.Digest() || second.Snapshot == first.Snapshot {
		t.Errorf("second snapshot: %+v", second)
	}
	s := open(t, dir, k, Options{})
	if diff := cmp.Diff(second, s.Manifest()); diff != "" {
		t.Error(diff)
	}
	_, rows := readImage(t, mustImage(t, s, request("label")))
	shape := fourGroups
	shape.Salt = 5
	if diff := cmp.Diff(wantRows(shape, 0, 1000, []string{"label"}), rows); diff != "" {
		t.Errorf("%.500s", diff)
	}
}

func TestFilesOfASnapshot(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	m := snapshot(t, dir, k, 0)
	hash := regexp.MustCompile(`[0-9a-f]{64}`)
	var got []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		info, _ := e.Info()
		name := strings.ReplaceAll(strings.TrimPrefix(path, dir), m.Snapshot, "ID")
		got = append(got, info.Mode().String()+" "+hash.ReplaceAllString(name, "HASH"))
		return err
	})
	want := []string{
		"drwx------ /snapshots", "drwx------ /snapshots/ID",
		"-rw------- /snapshots/ID/HASH.parquet", "-rw------- /snapshots/ID/HASH.parquet", "-rw------- /snapshots/ID/manifest.json",
		"-rw------- /snapshots/CURRENT",
	}
	// got[0] is the dataset's folder itself, which the store did not make.
	if diff := cmp.Diff(want, got[1:]); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
}

func TestAddRefuses(t *testing.T) {
	plain := sample.Parquet(t, fourGroups)
	without := func(column string) map[string]string {
		m := map[string]string{}
		for c, g := range groupsOf {
			if c != column {
				m[c] = g
			}
		}
		return m
	}
	with := func(column, group string) map[string]string { m := without(column); m[column] = group; return m }
	for name, c := range map[string]struct {
		table Table
		want  error
	}{
		"column without group": {Table{Name: "t", Groups: without("value"), Rows: 1000}, ErrColumn},
		"group without column": {Table{Name: "t", Groups: with("genome", "genomic"), Rows: 1000}, ErrColumn},
		"group with a slash":   {Table{Name: "t", Groups: with("value", "a/b"), Rows: 1000}, ErrName},
		"group without name":   {Table{Name: "t", Groups: with("value", ""), Rows: 1000}, ErrName},
		"other number of rows": {Table{Name: "t", Groups: groupsOf, Rows: 999}, ErrLayout},
		"path for a name":      {Table{Name: "../t", Groups: groupsOf, Rows: 1000}, ErrName},
		"no name":              {Table{Groups: groupsOf, Rows: 1000}, ErrName},
		"added before":         {Table{Name: "condition", Groups: groupsOf, Rows: 1000}, ErrTable},
		"negative part":        {Table{Name: "t", Part: -1, Groups: groupsOf, Rows: 1000}, ErrTable},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, t.TempDir(), newKeys(t, 1))
			add(t, w, "condition", 0, fourGroups)
			err := w.Add(context.Background(), c.table, bytes.NewReader(plain), int64(len(plain)))
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if _, err := w.Commit(context.Background()); !errors.Is(err, c.want) {
				t.Errorf("Commit after a failed Add: got %v, want %v", err, c.want)
			}
		})
	}
}

func TestEmptySnapshotIsRefused(t *testing.T) {
	w := begin(t, t.TempDir(), newKeys(t, 1))
	if _, err := w.Commit(context.Background()); !errors.Is(err, ErrTable) {
		t.Errorf("got %v, want %v", err, ErrTable)
	}
}

func TestWriterIsOver(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	w := begin(t, dir, k)
	add(t, w, "condition", 0, fourGroups)
	if _, err := w.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("Commit again: got %v, want %v", err, ErrClosed)
	}
	if err := w.Add(context.Background(), Table{}, nil, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("Add after Commit: got %v, want %v", err, ErrClosed)
	}
	if err := w.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	open(t, dir, k, Options{})
}

func TestOneWriter(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	w := begin(t, dir, k)
	if _, err := Begin(context.Background(), dir, k, "diabetes", "", ""); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want %v", err, ErrLocked)
	}
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	begin(t, dir, k)
}

func TestAbort(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	before := snapshot(t, dir, k, 0)
	w := begin(t, dir, k)
	add(t, w, "condition", 0, fourGroups)
	if err := w.Abort(); err != nil {
		t.Fatal(err)
	}
	if leftovers := glob(t, dir, "snapshots/tmp-*"); len(leftovers) != 0 {
		t.Errorf("Abort left %q", leftovers)
	}
	if m := open(t, dir, k, Options{}).Manifest(); m.Digest() != before.Digest() {
		t.Error("Abort changed the snapshot in force")
	}
}

func glob(t *testing.T, dir, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// brokenKeys fails as a Vault that is sealed in the middle of an ingest.
type brokenKeys struct {
	keys.Keys
	left int
}

func (b *brokenKeys) Generate(ctx context.Context, q keys.Binding) ([]byte, keys.Wrapped, error) {
	if b.left--; b.left < 0 {
		return nil, keys.Wrapped{}, keys.ErrUnavailable
	}
	return b.Keys.Generate(ctx, q)
}

func TestKeyServiceFailsDuringAdd(t *testing.T) {
	dir := t.TempDir()
	w := begin(t, dir, &brokenKeys{newKeys(t, 1), 1})
	plain := sample.Parquet(t, fourGroups)
	err := w.Add(context.Background(), Table{Name: "t", Groups: groupsOf, Rows: 1000}, bytes.NewReader(plain), int64(len(plain)))
	if !errors.Is(err, keys.ErrUnavailable) {
		t.Errorf("got %v, want %v", err, keys.ErrUnavailable)
	}
	if files := glob(t, dir, "snapshots/*/*"); len(files) != 0 {
		t.Errorf("files were written: %q", files)
	}
}

// At no step of an ingest is there a plain byte in the folder.
func TestNothingPlainOnDisk(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	steps, files := 0, 0
	step = func(string) {
		steps++
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				files++
				if b, _ := os.ReadFile(path); bytes.Contains(b, []byte(sample.Marker)) {
					t.Errorf("plain text in %s", path)
				}
			}
			return nil
		})
	}
	defer func() { step = func(string) {} }()
	w := begin(t, dir, k)
	add(t, w, "condition", 0, sample.Shape{Rows: 3000, GroupLen: 1000, Plain: true})
	if _, err := w.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	step("the end")
	if steps < 10 || files < 10 {
		t.Errorf("looked %d times at %d files only", steps, files)
	}
}

// TestChildIngest is not a test of its own: TestKilledIngest runs it in a process that kills itself at a step.
func TestChildIngest(t *testing.T) {
	dir := os.Getenv("STORE_CHILD_DIR")
	if dir == "" {
		t.Skip("only as a child of TestKilledIngest")
	}
	k, err := local.Open(filepath.Join(dir, "keys"), local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	last, _ := strconv.Atoi(os.Getenv("STORE_CHILD_STEP"))
	n := 0
	step = func(name string) {
		if n++; n == last {
			fmt.Printf("killed before: %s\n", name)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	w := begin(t, dir, k)
	add(t, w, "condition", 0, sample.Shape{Rows: 100})
	add(t, w, "condition", 1, sample.Shape{Rows: 100})
	if _, err := w.Commit(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// runChild returns before which step the child was killed, "" if it came to its end.
func runChild(t *testing.T, dir string, at int) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChildIngest$", "-test.v")
	cmd.Env = append(os.Environ(), "STORE_CHILD_DIR="+dir, "STORE_CHILD_STEP="+strconv.Itoa(at))
	out, err := cmd.CombinedOutput()
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if name, ok := strings.CutPrefix(lines.Text(), "killed before: "); ok {
			return name
		}
	}
	if err != nil {
		t.Fatalf("child failed: %v\n%s", err, out)
	}
	return ""
}

// Killed before any step, an ingest leaves the old snapshot in force, whole, and the next ingest cleans up. Only once
// CURRENT was renamed is the new one in force.
func TestKilledIngest(t *testing.T) {
	dir := t.TempDir()
	k, err := local.CreateFromSeed(filepath.Join(dir, "keys"), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	old := snapshot(t, dir, k, 0)
	var killed []string
	for at := 1; ; at++ {
		name := runChild(t, dir, at)
		if name == "" {
			break
		}
		renamed := len(killed) > 0 && (killed[len(killed)-1] == "put in force")
		killed = append(killed, name)
		s := open(t, dir, k, Options{})
		if now := s.Manifest(); (now.Digest() == old.Digest()) == renamed {
			t.Errorf("killed before %q (step %d): snapshot %s is in force", name, at, now.Snapshot)
		}
		if err := s.Verify(context.Background()); err != nil {
			t.Errorf("killed before %q (step %d): %v", name, at, err)
		}
		mustImage(t, s, request(sample.Columns...))
		old = s.Manifest()
	}
	t.Logf("%d kill points: %s", len(killed), strings.Join(killed, ", "))
	if leftovers := glob(t, dir, "snapshots/tmp-*"); len(leftovers) != 0 {
		t.Errorf("left behind: %q", leftovers)
	}
	if len(killed) < 15 {
		t.Errorf("%d kill points, expected more", len(killed))
	}
	counters := map[uint64]bool{}
	for _, path := range glob(t, dir, "snapshots/0*") {
		m, err := readManifest(context.Background(), dir, k, "diabetes", filepath.Base(path))
		if err != nil || counters[m.Counter] {
			t.Errorf("%s: counter %d twice, or %v", path, m.Counter, err)
		}
		counters[m.Counter] = true
	}
}

func TestDamagedSnapshotStopsAnIngest(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	old := snapshot(t, dir, k, 0)
	snapshot(t, dir, k, 0)
	overwrite(t, filepath.Join(snapshotDir(dir, old.Snapshot), manifestFile), nil)
	if _, err := Begin(context.Background(), dir, k, "diabetes", "", ""); !errors.Is(err, ErrManifest) || !strings.Contains(err.Error(), "move the snapshot away") {
		t.Errorf("got %v, want %v", err, ErrManifest)
	}
}

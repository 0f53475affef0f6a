package store

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/pme"
)

// unfinished begins the name of a folder that a Writer still fills.
const unfinished = "tmp-"

// step is called before each change on disk, with its name. Tests end the process in it.
var step = func(string) {}

// Table describes one part of a table to be sealed.
type Table struct {
	Name     string
	Part     int
	Groups   map[string]string // every column → its column-key group; Plain for everybody
	Rows     int64             // how many rows the file must have
	SortedBy []string          // columns by which the rows are sorted
}

// Writer fills one new snapshot. It is not safe for concurrent use. End it with Commit or Abort; Abort after Commit
// does nothing, so it may be deferred.
type Writer struct {
	dir, tmp string
	keys     keys.Keys
	lock     *os.File // nil when the writer is done
	m        Manifest
	failed   error
}

// Begin starts a snapshot of a dataset in the dataset's folder dir, which is made if need be. It takes the writer's
// lock (ErrLocked if another process has it), removes what a crashed writer left, and verifies the snapshot in force,
// if any, so that an ingest under the wrong keys ends before it starts. catalog is the digest of the catalog; mark is
// "" in earnest.
func Begin(ctx context.Context, dir string, k keys.Keys, dataset, catalog, mark string) (*Writer, error) {
	if err := checkName("dataset", dataset); err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "snapshots")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockDir(root)
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, keys: k, lock: lock}
	if err := w.begin(ctx, dataset, catalog, mark); err != nil {
		lock.Close()
		return nil, err
	}
	return w, nil
}

// lockDir locks a folder for as long as the file returned is open.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %s; wait until it is done", ErrLocked, dir)
	}
	return f, nil
}

func (w *Writer) begin(ctx context.Context, dataset, catalog, mark string) error {
	previous, err := inForce(ctx, w.dir, w.keys, dataset)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	newest, err := clean(ctx, w.dir, w.keys, dataset)
	if err != nil {
		return err
	}
	w.m = Manifest{Format: manifestFormat, Dataset: dataset, Counter: newest + 1, Mark: mark, Catalog: catalog, Files: []FileEntry{}}
	if previous.Counter > 0 {
		w.m.Previous = previous.Digest()
	}
	unique := make([]byte, 6)
	if _, err := rand.Read(unique); err != nil {
		return err
	}
	w.m.Snapshot = fmt.Sprintf("%06d-%x", w.m.Counter, unique)
	w.tmp = snapshotDir(w.dir, unfinished+w.m.Snapshot)
	step("make folder")
	return os.Mkdir(w.tmp, 0o700)
}

// clean removes unfinished snapshots and returns the highest counter of the finished ones. A finished snapshot that a
// crash kept from coming into force stays: it may as well be one that somebody put out of force.
func clean(ctx context.Context, dir string, k keys.Keys, dataset string) (newest uint64, err error) {
	list, err := os.ReadDir(filepath.Join(dir, "snapshots"))
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		switch path := snapshotDir(dir, e.Name()); {
		case strings.HasPrefix(e.Name(), unfinished):
			step("remove leftover")
			if err := os.RemoveAll(path); err != nil {
				return 0, err
			}
		case e.IsDir():
			m, err := readManifest(ctx, dir, k, dataset, e.Name())
			if err != nil {
				return 0, fmt.Errorf("snapshot %s: %w, or move the snapshot away", path, err)
			}
			newest = max(newest, m.Counter)
		}
	}
	return newest, nil
}

// Add seals one part of a table: size bytes of plain Parquet, usually in a memfd. Nothing plain is written to disk.
// After an error the snapshot can only be aborted. Errors: ErrName, ErrTable (added before), ErrColumn (Groups and file
// differ), ErrLayout (not plain flat Parquet, or another number of rows), ErrRowGroups, ErrTruncated, ErrThrift, those
// of package keys and of the disk.
func (w *Writer) Add(ctx context.Context, t Table, plain io.ReaderAt, size int64) error {
	if w.lock == nil {
		return fmt.Errorf("%w: the snapshot was committed or aborted; begin a new one", ErrClosed)
	}
	if w.failed == nil {
		w.failed = w.add(ctx, t, plain, size)
	}
	return w.failed
}

func (w *Writer) add(ctx context.Context, t Table, plain io.ReaderAt, size int64) error {
	f := FileEntry{Table: t.Name, Part: t.Part, SortedBy: append([]string{}, t.SortedBy...), Columns: maps.Clone(t.Groups)}
	if err := w.admit(f); err != nil {
		return err
	}
	settings, err := w.settings(ctx, &f)
	if err != nil {
		return err
	}
	defer settings.clear()
	if err := w.seal(ctx, &f, plain, size, settings.Settings); err != nil {
		return fmt.Errorf("table %q, part %d: %w", t.Name, t.Part, err)
	}
	if f.Rows != t.Rows {
		return fmt.Errorf("%w: table %q, part %d has %d rows, not %d; write it again", ErrLayout, t.Name, t.Part, f.Rows, t.Rows)
	}
	w.m.Files = append(w.m.Files, f)
	return nil
}

func (w *Writer) admit(f FileEntry) error {
	if err := checkName("table", f.Table); err != nil {
		return err
	}
	for _, group := range f.Columns {
		if err := checkName("column-key group", group); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(w.m.Files, f.samePart) || f.Part < 0 {
		return fmt.Errorf("%w: table %q, part %d was added before, or is negative; number the parts", ErrTable, f.Table, f.Part)
	}
	return nil
}

func (f FileEntry) samePart(g FileEntry) bool { return f.Table == g.Table && f.Part == g.Part }

// sealing is how to seal one file: pme's settings with the plain keys to clear.
type sealing struct {
	pme.Settings
	plain [][]byte
}

func (s sealing) clear() {
	for _, k := range s.plain {
		clear(k)
	}
}

// settings makes a data key for each group of f and writes the wrapped ones into f.
func (w *Writer) settings(ctx context.Context, f *FileEntry) (s sealing, err error) {
	defer func() {
		if err != nil {
			s.clear()
		}
	}()
	f.Keys = map[string]keys.Wrapped{}
	byGroup := map[string]pme.Key{}
	for _, group := range f.groups(slices.Collect(maps.Keys(f.Columns))) {
		plain, wrapped, err := w.keys.Generate(ctx, f.binding(w.m.Dataset, w.m.Snapshot, group))
		if err != nil {
			return s, err
		}
		s.plain = append(s.plain, plain)
		f.Keys[group], byGroup[group] = wrapped, pme.Key{ID: group, Bytes: plain}
	}
	s.Prefix, s.Footer, s.Columns = f.prefix(w.m.Dataset, w.m.Snapshot), byGroup[Plain], map[string]pme.Key{}
	for column, group := range f.Columns {
		if group != Plain {
			s.Columns[column] = byGroup[group]
		}
	}
	return s, nil
}

// seal writes the file under a passing name, then under its hash, and fills in what the manifest says of it.
func (w *Writer) seal(ctx context.Context, f *FileEntry, plain io.ReaderAt, size int64, s pme.Settings) error {
	step("create file")
	out, err := os.OpenFile(filepath.Join(w.tmp, "part"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	dst := &hashing{out: bufio.NewWriterSize(out, 1<<20), sum: sha256.New()}
	info, err := pme.Seal(ctx, dst, plain, size, s)
	if err != nil {
		return err
	}
	if err := sameColumns(info.Columns, f.Columns); err != nil {
		return err
	}
	step("sync file")
	if err := errors.Join(dst.out.Flush(), out.Sync()); err != nil {
		return err
	}
	tail, err := pme.Tail(out, dst.n)
	if err != nil {
		return err
	}
	f.SHA256, f.Tail = hex.EncodeToString(dst.sum.Sum(nil)), hexSum(tail)
	f.Path, f.Bytes, f.Rows, f.RowGroups = f.SHA256+".parquet", dst.n, info.Rows, info.RowGroups
	step("name file")
	return os.Rename(out.Name(), filepath.Join(w.tmp, f.Path))
}

// Scratch returns an empty file for what does not fit memory while a snapshot is made. It lies on the disk of the
// snapshots but has no name, so nothing of it survives the process. Seal what is written to it: it is a disk. The
// caller closes it.
func (w *Writer) Scratch() (*os.File, error) {
	f, err := os.CreateTemp(w.tmp, "scratch-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// sameColumns refuses a column without a group: nothing is plain by oversight.
func sameColumns(file []string, groups map[string]string) error {
	for _, c := range file {
		if _, ok := groups[c]; !ok {
			return fmt.Errorf("%w: %q has no column-key group; name one", ErrColumn, c)
		}
	}
	if len(file) != len(groups) {
		return fmt.Errorf("%w: groups name %d columns, the file has %d", ErrColumn, len(groups), len(file))
	}
	return nil
}

// hashing writes and hashes.
type hashing struct {
	out *bufio.Writer
	sum hash.Hash
	n   int64
}

func (h *hashing) Write(b []byte) (int, error) {
	n, err := h.out.Write(b)
	h.sum.Write(b[:n])
	h.n += int64(n)
	return n, err
}

// Commit signs the manifest and puts the snapshot in force. The order makes it safe to crash anywhere: files, their
// folder, the manifest, the folder's final name, and last, by rename, CURRENT; each is on disk before the next.
// After an error the snapshot before stays in force, and Abort cleans up.
func (w *Writer) Commit(ctx context.Context) (Manifest, error) {
	switch {
	case w.lock == nil:
		return Manifest{}, fmt.Errorf("%w: the snapshot was committed or aborted; begin a new one", ErrClosed)
	case w.failed != nil:
		return Manifest{}, w.failed
	case len(w.m.Files) == 0:
		return Manifest{}, fmt.Errorf("%w: the snapshot has no table; add one", ErrTable)
	}
	slices.SortFunc(w.m.Files, func(a, b FileEntry) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Part, b.Part))
	})
	w.m.Created = time.Now().UTC().Truncate(time.Second)
	if err := w.publish(ctx); err != nil {
		return Manifest{}, err
	}
	return w.m, w.unlock()
}

func (w *Writer) publish(ctx context.Context) error {
	s, err := w.m.sign(ctx, w.keys)
	if err != nil {
		return err
	}
	root := filepath.Join(w.dir, "snapshots")
	if err := writeNew(filepath.Join(w.tmp, manifestFile), s.encode()); err != nil {
		return err
	}
	final := snapshotDir(w.dir, w.m.Snapshot)
	step("name folder")
	if err := os.Rename(w.tmp, final); err != nil {
		return err
	}
	w.tmp = final
	if err := syncDir(root); err != nil {
		return err
	}
	return replace(filepath.Join(root, currentFile), []byte(w.m.Snapshot+"\n"))
}

// replace puts content at path by rename.
func replace(path string, content []byte) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := writeNew(next, content); err != nil {
		return err
	}
	step("put in force")
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeNew writes a file that must not exist, and makes it and its folder durable.
func writeNew(path string, content []byte) error {
	step("create " + filepath.Base(path))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	step("sync " + filepath.Base(path))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	step("sync folder")
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Abort removes what the writer wrote and frees the lock. After Commit it does nothing.
func (w *Writer) Abort() error {
	if w.lock == nil {
		return nil
	}
	return errors.Join(os.RemoveAll(w.tmp), w.unlock())
}

func (w *Writer) unlock() error {
	err := w.lock.Close()
	w.lock = nil
	return err
}

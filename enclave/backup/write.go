package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/durable"
)

// Options say how a backup is made or restored.
type Options struct {
	WithoutKeys bool                    // Write: leave out what opens the data
	Keys        string                  // Restore: the folder with the keys of a backup that was made without
	Remembered  []byte                  // Restore: a checkpoint that the log must continue; nil: any
	Progress    func(done, total int64) // bytes; nil: nobody looks
}

// secrets are the files that open the data.
var secrets = []string{"keys/identity.txt", "keys/keyring.age"}

// Write makes a backup of a data folder that is held, in a new file. A folder that [Restore] would refuse is refused.
// Errors: those of this package, of node.Check, of the disk, of the keys, and ctx's; after an error there is no file.
func Write(ctx context.Context, h *node.Held, file string, o Options) (Manifest, error) {
	w := &writer{ctx: ctx, options: o, manifest: Manifest{Format: Format, Enclave: h.Config.Name, Created: time.Now().UTC().Truncate(time.Second), Keys: !o.WithoutKeys}}
	var err error
	if w.root, err = filepath.EvalSymlinks(h.Dir); err != nil {
		return Manifest{}, err
	}
	if err := w.admit(file); err != nil {
		return Manifest{}, err
	}
	if _, err := node.Check(ctx, h.Dir, nil, node.Options{}); err != nil {
		return Manifest{}, err
	}
	if err := filepath.WalkDir(w.root, w.list); err != nil {
		return Manifest{}, err
	}
	slices.SortFunc(w.manifest.Members, func(a, b Member) int { return strings.Compare(a.Path, b.Path) })
	w.total = 2 * w.manifest.Bytes() // each file is read for the list, and for the archive
	for i := range w.manifest.Members {
		if err := w.measure(&w.manifest.Members[i]); err != nil {
			return Manifest{}, err
		}
	}
	first, err := w.manifest.sign(ctx, h.Keys)
	if err != nil {
		return Manifest{}, err
	}
	return w.manifest, durable.Write(file, 0o600, func(out io.Writer) error { return w.archive(out, first) })
}

// writer is one backup under way.
type writer struct {
	ctx         context.Context
	options     Options
	root        string
	manifest    Manifest
	done, total int64
}

// admit refuses a file that is there, or would be part of itself.
func (w *writer) admit(file string) error {
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", file, ErrExists)
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err != nil {
		return err
	}
	root, err := filepath.Abs(w.root)
	if err != nil {
		return err
	}
	if within, err := filepath.Rel(root, folder); err == nil && filepath.IsLocal(within) {
		return fmt.Errorf("%s: %w", file, ErrInside)
	}
	return nil
}

// list notes a file or folder, unless it is a secret that stays out or the rest of a load that was cut off.
func (w *writer) list(at string, d fs.DirEntry, err error) error {
	if err != nil || at == w.root {
		return err
	}
	name, err := filepath.Rel(w.root, at)
	if err != nil {
		return err
	}
	name = filepath.ToSlash(name)
	secret := slices.Contains(secrets, name)
	info, err := d.Info()
	switch unfinished, _ := filepath.Match("datasets/*/snapshots/tmp-*", name); {
	case err != nil:
		return err
	case secret && w.options.WithoutKeys:
		return nil
	case secret && d.Type()&fs.ModeSymlink != 0:
		return ErrApart
	case unfinished:
		return filepath.SkipDir
	case d.IsDir():
		w.manifest.Members = append(w.manifest.Members, Member{Path: name + "/", Mode: uint32(info.Mode().Perm())})
	case d.Type().IsRegular():
		w.manifest.Members = append(w.manifest.Members, Member{Path: name, Mode: uint32(info.Mode().Perm()), Bytes: info.Size()})
	default:
		return fmt.Errorf("%w: %s", ErrIrregular, name)
	}
	return nil
}

// measure computes the hash of a file. A sealed file is called by its hash.
func (w *writer) measure(m *Member) (err error) {
	m.SHA256, err = w.read(*m, io.Discard)
	sealed, _ := filepath.Match("datasets/*/snapshots/*/*.parquet", m.Path)
	if name := strings.TrimSuffix(path.Base(m.Path), ".parquet"); err == nil && sealed && m.SHA256 != "sha256:"+name {
		err = fmt.Errorf("%w: %s", ErrDamaged, m.Path)
	}
	return err
}

// read copies a file to out and returns its hash. A folder has none.
func (w *writer) read(m Member, out io.Writer) (string, error) {
	if m.folder() {
		return "", nil
	}
	f, err := os.Open(filepath.Join(w.root, filepath.FromSlash(m.Path)))
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, sum), &watched{w.ctx, f, w.progress})
	if errors.Is(err, tar.ErrWriteTooLong) || err == nil && n != m.Bytes {
		err = fmt.Errorf("%w: %s", ErrChanged, m.Path)
	}
	return digest(sum), err
}

func digest(h hash.Hash) string { return "sha256:" + hex.EncodeToString(h.Sum(nil)) }

func (w *writer) progress(n int64) {
	if w.done += n; w.options.Progress != nil {
		w.options.Progress(w.done, w.total)
	}
}

// archive writes the list and every member.
func (w *writer) archive(out io.Writer, first []byte) error {
	archive := tar.NewWriter(out)
	h := &tar.Header{Typeflag: tar.TypeReg, Name: manifestName, Mode: 0o600, Size: int64(len(first)), ModTime: w.manifest.Created}
	if err := archive.WriteHeader(h); err != nil {
		return err
	}
	if _, err := archive.Write(first); err != nil {
		return err
	}
	for _, m := range w.manifest.Members {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: m.Path, Mode: int64(m.Mode), Size: m.Bytes, ModTime: w.manifest.Created}
		if m.folder() {
			h.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		sum, err := w.read(m, archive)
		if err != nil {
			return err
		}
		if sum != m.SHA256 {
			return fmt.Errorf("%w: %s", ErrChanged, m.Path)
		}
	}
	return archive.Close()
}

// watched reads until its context ends, and tells how much it read.
type watched struct {
	ctx  context.Context
	r    io.Reader
	tell func(n int64)
}

func (r *watched) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(p)
	r.tell(int64(n))
	return n, err
}

package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/internal/durable"
)

// Restored is what [Restore] put in place.
type Restored struct {
	Manifest Manifest
	Found    node.Report
}

// unpacking ends the name of the folder that a restore fills.
const unpacking = ".restoring"

// Restore unpacks a backup as the data folder dir, which must not be there, or be empty. Everything is checked first;
// after an error there is nothing at dir. Errors: those of this package, of node.Check, of the disk, and ctx's.
func Restore(ctx context.Context, file, dir string, o Options) (r Restored, err error) {
	dir = filepath.Clean(dir)
	if list, err := os.ReadDir(dir); err == nil && len(list) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%s: %w", dir, ErrTarget)
	}
	in, err := os.Open(file)
	if err != nil {
		return r, err
	}
	defer in.Close()
	tmp := dir + unpacking
	if err := os.Mkdir(tmp, 0o700); errors.Is(err, fs.ErrExist) {
		return r, fmt.Errorf("%s: %w", tmp, ErrUnderWay)
	} else if err != nil {
		return r, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(tmp))
		}
	}()
	u := &unpacker{ctx: ctx, dir: tmp, options: o}
	if r.Manifest, err = u.run(in); err != nil {
		return r, err
	}
	if r.Found, err = node.Check(ctx, tmp, o.Remembered, node.Options{}); err != nil {
		return r, err
	}
	return r, u.place(dir)
}

// unpacker is one restore under way.
type unpacker struct {
	ctx         context.Context
	dir         string
	options     Options
	root        *os.Root // of dir: no name leads out of it
	done, total int64
}

// run unpacks a backup, byte by byte as its list says, and checks the list's signature.
func (u *unpacker) run(in *os.File) (m Manifest, err error) {
	if u.root, err = os.OpenRoot(u.dir); err != nil {
		return m, err
	}
	defer u.root.Close()
	info, err := in.Stat()
	if err != nil {
		return m, err
	}
	u.total = info.Size()
	source := &watched{u.ctx, in, u.progress}
	archive := tar.NewReader(source)
	s, err := first(archive)
	if err != nil {
		return m, err
	}
	if err := u.admitKeys(s.Manifest); err != nil {
		return m, err
	}
	for _, member := range s.Manifest.Members {
		if err := u.unpack(archive, member); err != nil {
			return m, err
		}
	}
	if err := last(archive, source); err != nil {
		return m, err
	}
	if err := u.takeKeys(); err != nil {
		return m, err
	}
	return s.Manifest, u.verify(s)
}

func (u *unpacker) progress(n int64) {
	if u.done += n; u.options.Progress != nil {
		u.options.Progress(u.done, u.total)
	}
}

// first reads the list.
func first(archive *tar.Reader) (signed, error) {
	h, err := archive.Next()
	if err != nil || h.Name != manifestName || h.Size > maxManifest {
		return signed{}, ErrNoBackup
	}
	text, err := io.ReadAll(archive)
	if err != nil {
		return signed{}, reading(err)
	}
	return parse(text)
}

// last checks that nothing follows the last member.
func last(archive *tar.Reader, source io.Reader) error {
	if _, err := archive.Next(); err == nil {
		return fmt.Errorf("%w: it holds more than its list says", ErrAltered)
	} else if !errors.Is(err, io.EOF) {
		return reading(err)
	}
	switch n, err := io.Copy(io.Discard, source); {
	case err != nil:
		return err
	case n > 0:
		return fmt.Errorf("%w: something follows its end", ErrAltered)
	}
	return nil
}

// reading tells an archive that ends too soon from one that is garbled, and both from a disk that fails.
func reading(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrTruncated
	case errors.Is(err, tar.ErrHeader):
		return ErrAltered
	}
	return err
}

// unpack makes the next member, which must be m, durable.
func (u *unpacker) unpack(archive *tar.Reader, m Member) error {
	h, err := archive.Next()
	if err != nil {
		return reading(err)
	}
	if h.Name != m.Path || h.Size != m.Bytes || (h.Typeflag == tar.TypeDir) != m.folder() || h.Typeflag != tar.TypeDir && h.Typeflag != tar.TypeReg {
		return fmt.Errorf("%w: at %.100q", ErrAltered, m.Path)
	}
	mode := fs.FileMode(m.Mode) & 0o755
	if m.folder() {
		return placing(u.root.Mkdir(strings.TrimSuffix(m.Path, "/"), mode|0o700))
	}
	out, err := u.root.OpenFile(m.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return placing(err)
	}
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, sum), archive)
	if err := errors.Join(reading(err), out.Sync(), out.Close()); err != nil {
		return err
	}
	if digest(sum) != m.SHA256 {
		return fmt.Errorf("%w: at %.100q", ErrAltered, m.Path)
	}
	return nil
}

// placing tells a list that contradicts itself from a disk that fails.
func placing(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: its list contradicts itself", ErrAltered)
	}
	return err
}

// admitKeys refuses a backup without keys when none are given, and keys given twice.
func (u *unpacker) admitKeys(m Manifest) error {
	if m.Keys == (u.options.Keys == "") {
		return nil
	}
	if m.Keys {
		return ErrTwoKeys
	}
	return ErrNoKeys
}

// takeKeys copies the keys that were kept apart.
func (u *unpacker) takeKeys() error {
	if u.options.Keys == "" {
		return nil
	}
	for _, name := range secrets {
		text, err := os.ReadFile(filepath.Join(u.options.Keys, filepath.Base(name)))
		if err != nil {
			return fmt.Errorf("the keys: %w", err)
		}
		err = durable.WriteFile(filepath.Join(u.dir, filepath.FromSlash(name)), text, 0o600)
		if clear(text); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) verify(s signed) error {
	ring, err := local.Open(filepath.Join(u.dir, "keys"), local.Options{})
	if err != nil {
		return fmt.Errorf("the keys: %w", err)
	}
	return errors.Join(s.verify(u.ctx, ring), ring.Close())
}

// place makes every folder durable and gives the whole its name.
func (u *unpacker) place(dir string) error {
	var folders []string
	err := filepath.WalkDir(u.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range slices.Backward(folders) {
		if err := durable.SyncDir(f); err != nil {
			return err
		}
	}
	if err := os.Rename(u.dir, dir); err != nil { // also over an empty folder
		return err
	}
	return durable.SyncDir(filepath.Dir(dir))
}

package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/pme"
)

// footer returns the footer of a file with the metadata of columns unlocked, from memory if it can.
func (s *Store) footer(ctx context.Context, f FileEntry, columns []string) (*pme.File, error) {
	s.mu.Lock()
	footer := s.footers[f.SHA256]
	s.mu.Unlock()
	if footer != nil && footer.Unlocked(columns) {
		return footer, nil
	}
	plain, err := s.dataKeys(ctx, f, columns)
	if err != nil {
		return nil, err
	}
	defer clearKeys(plain)
	if footer == nil {
		if footer, err = s.openFooter(f, plain[""]); err != nil {
			return nil, err
		}
		s.keep(f, footer)
	}
	return footer, footer.Unlock(columns, plain)
}

// keep remembers a footer, whose statistics are about patients, no longer than an image.
func (s *Store) keep(f FileEntry, footer *pme.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.footers[f.SHA256] = footer
	time.AfterFunc(s.ttl, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.footers[f.SHA256] == footer {
			delete(s.footers, f.SHA256)
		}
	})
}

// openFooter opens the footer after the file's tail was found to be that of the manifest.
func (s *Store) openFooter(f FileEntry, key []byte) (*pme.File, error) {
	src, err := s.open(f)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	tail, err := pme.Tail(src, f.Bytes)
	if err != nil {
		return nil, err
	}
	if hexSum(tail) != f.Tail {
		return nil, fmt.Errorf("%w: its footer differs; restore the file from the backup", ErrSwapped)
	}
	footer, err := pme.Open(src, f.Bytes, f.prefix(s.manifest.Dataset, s.manifest.Snapshot), pme.Key{ID: Plain, Bytes: key})
	if err != nil {
		return nil, err
	}
	return footer, f.sameAs(footer)
}

// sameAs holds the file to the column-key groups of the manifest.
func (f FileEntry) sameAs(footer *pme.File) error {
	if footer.RowGroups() != f.RowGroups {
		return fmt.Errorf("%w: %d row groups, not %d", ErrSwapped, footer.RowGroups(), f.RowGroups)
	}
	for column, group := range f.Columns {
		id, ok := footer.Key(column)
		if !ok {
			return fmt.Errorf("%w: %q is in the manifest, not in the file; ingest the dataset again", ErrColumn, column)
		}
		if group == Plain {
			group = ""
		}
		if id != group && f.RowGroups > 0 {
			return fmt.Errorf("%w: %q is sealed for group %q, not %q; ingest the dataset again", ErrColumnKey, column, id, group)
		}
	}
	return nil
}

func (s *Store) open(f FileEntry) (*os.File, error) {
	src, err := os.OpenFile(filepath.Join(s.dir, f.Path), os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; restore it from the backup", ErrSwapped, err)
	}
	info, err := src.Stat()
	switch {
	case err != nil:
	case info.Size() < f.Bytes:
		err = ErrTruncated
	case info.Size() > f.Bytes || !info.Mode().IsRegular():
		err = fmt.Errorf("%w: %d bytes, not %d; restore it from the backup", ErrSwapped, info.Size(), f.Bytes)
	}
	if err != nil {
		src.Close()
		return nil, err
	}
	return src, nil
}

// dataKeys unwraps the keys of columns and of the footer, in one request. They are by group; that of the footer is by ""
// as well. The caller clears them.
func (s *Store) dataKeys(ctx context.Context, f FileEntry, columns []string) (map[string][]byte, error) {
	groups := f.groups(columns)
	requests := make([]keys.Request, len(groups))
	for i, g := range groups {
		requests[i] = keys.Request{Wrapped: f.Keys[g], Binding: f.binding(s.manifest.Dataset, s.manifest.Snapshot, g)}
	}
	plain, err := s.keys.UnwrapMany(ctx, requests)
	if errors.Is(err, keys.ErrBadKey) {
		return nil, fmt.Errorf("%w: %w", ErrWrongKey, err)
	}
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{}
	for i, g := range groups {
		out[g] = plain[i]
	}
	out[""] = out[Plain]
	return out, nil
}

func clearKeys(plain map[string][]byte) {
	for _, k := range plain {
		clear(k)
	}
}

// build decrypts an image.
func (s *Store) build(ctx context.Context, f FileEntry, footer *pme.File, columns []string, groups []int) (*memory, error) {
	src, err := s.open(f)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	plain, err := s.dataKeys(ctx, f, columns)
	if err != nil {
		return nil, err
	}
	defer clearKeys(plain)
	return newMemory(func(dst io.WriterAt) (int64, error) {
		return footer.Extract(ctx, dst, src, plain, columns, groups)
	})
}

// Verify reads every file of the snapshot and compares it with the SHA-256 in the manifest: a check of a backup or a
// disk, not needed before Image. It returns ErrSwapped or ErrTruncated for the first file that differs.
func (s *Store) Verify(ctx context.Context) error {
	for _, f := range s.manifest.Files {
		if err := s.verifyFile(ctx, f); err != nil {
			return f.wrap(err)
		}
	}
	return nil
}

func (s *Store) verifyFile(ctx context.Context, f FileEntry) error {
	src, err := s.open(f)
	if err != nil {
		return err
	}
	defer src.Close()
	sum := sha256.New()
	for err == nil && ctx.Err() == nil {
		_, err = io.CopyN(sum, src, 1<<22)
	}
	if ctx.Err() != nil || err != io.EOF {
		return errors.Join(ctx.Err(), err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("%w: its SHA-256 differs; restore it from the backup", ErrSwapped)
	}
	return nil
}

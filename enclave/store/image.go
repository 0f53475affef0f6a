package store

import (
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Image is plain Parquet in memory: some columns and row groups of one part. It has no name in any file system and its
// content cannot change any more, not even by this process. Release it when the query is done.
type Image struct {
	entry *entry
	cache *cache
	rows  int64
	once  sync.Once
}

// Path opens the image by name, in this process only: /proc/self/fd/N. It is valid until Release.
func (i *Image) Path() string { return i.entry.mem.path() }

// Size returns the length of the image in bytes.
func (i *Image) Size() int64 { return i.entry.mem.size }

// Rows returns the number of rows in the row groups that meet the request's ranges; the image may have more.
func (i *Image) Rows() int64 { return i.rows }

// Release gives the image back; the path must not be used any more. Releasing twice is harmless.
func (i *Image) Release() { i.once.Do(func() { i.cache.release(i.entry) }) }

// memory is a sealed memfd.
type memory struct {
	file *os.File
	size int64
}

// newMemory lets write fill a memfd, and seals it (memfd_create(2), fcntl(2) F_ADD_SEALS): no write, no growth, no
// shrinking, no further seals. write returns the size.
func newMemory(write func(io.WriterAt) (int64, error)) (*memory, error) {
	fd, err := unix.MemfdCreate("officina-image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("no memory file: %w", err)
	}
	m := &memory{file: os.NewFile(uintptr(fd), "image")}
	if m.size, err = write(m.file); err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL)
	}
	if err != nil {
		m.close()
		return nil, err
	}
	return m, nil
}

func (m *memory) path() string { return fmt.Sprintf("/proc/self/fd/%d", m.file.Fd()) }

// close frees the memory; the kernel clears its pages before anybody else gets them.
func (m *memory) close() { m.file.Close() }

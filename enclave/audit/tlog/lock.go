package tlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
	"k8s.io/klog/v2"
)

// Hold takes the lock of an audit folder without opening the log, so that nothing in it changes until it is closed. The
// error is [ErrLocked], or that of the file system.
func Hold(dir string) (io.Closer, error) { return acquire(filepath.Join(dir, "lock")) }

// acquire takes the lock of a folder. The system lets it go when the file is closed or the process ends.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%s: %w", path, ErrLocked)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// silence keeps tessera's notices, which it writes through klog, off standard error; its errors still appear.
var silence = sync.OnceFunc(func() {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
})

package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"
	"golang.org/x/sys/unix"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/internal/durable"
)

const (
	ringFile     = "keyring.age"
	identityFile = "identity.txt"
	maxRing      = 1 << 20 // bytes; a keyring of a thousand versions is a tenth of it
)

// lock opens and closes the age file: an identity and its recipient.
type lock struct {
	identity  age.Identity
	recipient age.Recipient
}

// workFactor is the logarithm of scrypt's cost: a second of work and 256 MiB, the choice of the age tool. Tests lower it.
var workFactor = 18

func passphraseLock(passphrase string) (lock, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return lock{}, err
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return lock{}, err
	}
	to.SetWorkFactor(workFactor)
	return lock{id, to}, nil
}

// identityLock reads the identity file of dir: one hybrid (post-quantum) identity, as `age-keygen -pq` writes it.
func identityLock(dir string) (lock, error) {
	path := filepath.Join(dir, identityFile)
	text, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		return lock{}, fmt.Errorf("%w: %s is missing; restore it from the backup or give the passphrase", ErrNoIdentity, path)
	}
	if err != nil {
		return lock{}, err
	}
	defer clear(text)
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil || len(ids) != 1 {
		return lock{}, fmt.Errorf("%w: %s does not hold one age identity; restore it from the backup", ErrCorrupt, path)
	}
	id, ok := ids[0].(*age.HybridIdentity)
	if !ok {
		return lock{}, fmt.Errorf("%w: %s does not hold a hybrid identity; make one with age-keygen -pq", ErrCorrupt, path)
	}
	return lock{id, id.Recipient()}, nil
}

// makeIdentity writes a new identity file unless there is one, for instance of a Create that was cut short.
func makeIdentity(dir string) error {
	path := filepath.Join(dir, identityFile)
	if _, err := os.Lstat(path); err == nil {
		return nil
	}
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return err
	}
	text := []byte("# opens keyring.age; keep it secret, keep a copy elsewhere\n" + id.String() + "\n")
	defer clear(text)
	return durable.WriteFile(path, text, 0o600)
}

// readSecret reads a small file that only its owner may read.
func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", keys.ErrUnavailable, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o; run: chmod 600 %s", ErrTooOpen, path, mode, path)
	}
	return io.ReadAll(io.LimitReader(f, maxRing))
}

// exclusive runs change while this process alone may change the keyring of dir.
func exclusive(dir string, change func() error) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close() // also ends the lock
	if err := unix.Flock(int(d.Fd()), unix.LOCK_EX); err != nil {
		return fmt.Errorf("%w: cannot lock %s: %w", keys.ErrUnavailable, dir, err)
	}
	return change()
}

// stamp tells one version of the keyring file from another without reading it.
type stamp struct {
	inode uint64
	size  int64
	mtime time.Time
}

func stampOf(dir string) (stamp, error) {
	var st unix.Stat_t
	path := filepath.Join(dir, ringFile)
	if err := unix.Stat(path, &st); err != nil {
		return stamp{}, fmt.Errorf("%w: %s: %w; create one or restore it from the backup", ErrMissing, path, err)
	}
	return stamp{st.Ino, st.Size, time.Unix(st.Mtim.Unix())}, nil
}

// seal writes the secrets of dir, encrypted.
func (l lock) seal(dir string, s *secrets) error {
	plain, err := s.encode()
	if err != nil {
		return err
	}
	defer clear(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, l.recipient)
	if err != nil {
		return err
	}
	_, err = w.Write(plain)
	if err := errors.Join(err, w.Close()); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, ringFile), out.Bytes(), 0o600)
}

// open reads the secrets of dir.
func (l lock) open(dir string) (*secrets, error) {
	path := filepath.Join(dir, ringFile)
	sealed, err := readSecret(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s; create one or restore it from the backup", ErrMissing, dir)
	}
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), l.identity)
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) {
		return nil, fmt.Errorf("%w: %s was sealed for another identity or passphrase; give the one it was created with", ErrWrongIdentity, path)
	}
	var plain []byte
	if err == nil {
		plain, err = io.ReadAll(io.LimitReader(r, maxRing))
	}
	defer clear(plain)
	if err != nil {
		return nil, fmt.Errorf("%w: %s was altered or cut; restore it from the backup", ErrCorrupt, path)
	}
	return decode(plain)
}

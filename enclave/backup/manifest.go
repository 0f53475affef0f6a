package backup

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/internal/canon"
)

const (
	// Format numbers the layout of an archive.
	Format       = 1
	manifestName = "officina-backup.json"
	maxManifest  = 256 << 20 // bytes; a million members are about 150 MB
)

// Manifest says what a backup holds.
type Manifest struct {
	Format  int       `json:"format"`  // 1
	Enclave string    `json:"enclave"` // name
	Created time.Time `json:"created"` // UTC, whole seconds
	Keys    bool      `json:"keys"`    // the keys are inside
	Members []Member  `json:"members"` // by path, in the order of the archive
}

// Member is a file or a folder of the data folder.
type Member struct {
	Path   string `json:"path"`             // with slashes; that of a folder ends with one
	Mode   uint32 `json:"mode"`             // permission bits
	Bytes  int64  `json:"bytes"`            // of a file
	SHA256 string `json:"sha256,omitempty"` // of a file; "sha256:" and 64 hexadecimal digits
}

func (m Member) folder() bool { return strings.HasSuffix(m.Path, "/") }

// signed is the content of the first member.
type signed struct {
	Manifest  Manifest `json:"manifest"`
	Signature []byte   `json:"signature"` // Ed25519 over the canonical JSON of Manifest, for the use "backup"
}

func (m Manifest) sign(ctx context.Context, k keys.Keys) ([]byte, error) {
	text, err := canon.Marshal(m)
	if err != nil {
		return nil, err
	}
	signature, err := k.Sign(ctx, keys.Backup, text)
	if err != nil {
		return nil, err
	}
	return canon.Marshal(signed{m, signature})
}

// parse reads the first member and checks its shape; the signature is checked once there are keys.
func parse(text []byte) (signed, error) {
	var of struct {
		Manifest struct {
			Format int `json:"format"`
		} `json:"manifest"`
	}
	if err := json.Unmarshal(text, &of); err != nil || of.Manifest.Format < 1 {
		return signed{}, ErrNoBackup
	}
	if of.Manifest.Format > Format {
		return signed{}, fmt.Errorf("%w (format %d, this program reads %d)", ErrNewer, of.Manifest.Format, Format)
	}
	var s signed
	if err := canon.Unmarshal(text, &s); err != nil {
		return signed{}, fmt.Errorf("%w: %s", ErrAltered, manifestName)
	}
	before := ""
	for _, m := range s.Manifest.Members {
		if name := strings.TrimSuffix(m.Path, "/"); !filepath.IsLocal(name) || filepath.Clean(name) != name || m.Mode&^0o777 != 0 {
			return signed{}, fmt.Errorf("%w: %.100q", ErrPath, m.Path)
		}
		if m.Path <= before || m.Bytes < 0 {
			return signed{}, fmt.Errorf("%w: its list is out of order", ErrAltered)
		}
		before = m.Path
	}
	return s, nil
}

// verify checks the signature.
func (s signed) verify(ctx context.Context, k keys.Keys) error {
	text, err := canon.Marshal(s.Manifest)
	if err != nil {
		return err
	}
	public, err := k.Public(ctx, keys.Backup)
	if err != nil {
		return err
	}
	if keys.Verify(public, keys.Backup, text, s.Signature) != nil {
		return ErrSignature
	}
	return nil
}

// Files counts the files.
func (m Manifest) Files() (n int) {
	for _, x := range m.Members {
		if !x.folder() {
			n++
		}
	}
	return n
}

// Bytes sums the sizes of the files.
func (m Manifest) Bytes() (n int64) {
	for _, x := range m.Members {
		n += x.Bytes
	}
	return n
}

package tlog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"sync"

	"github.com/officina-enclave/officina/internal/durable"
)

const saltSize = 32

var (
	// ErrSubjects says that subjects.json is damaged.
	ErrSubjects = errors.New("subjects.json is not readable; restore it from a backup, or move it away to begin anew")
	// ErrNewer says that a newer version of this program wrote subjects.json.
	ErrNewer = errors.New("subjects.json is of a newer format than this program reads; upgrade enclave")
)

// subjectsFormat numbers the layout of subjects.json. Format 1 was the bare table.
const subjectsFormat = 2

// subjectsFile is the content of subjects.json.
type subjectsFile struct {
	Format int               `json:"format"`
	Salts  map[string][]byte `json:"salts"`
}

// subjects is the side table from a subject to its salt. Without the salt nobody can tell whose hash an entry holds.
type subjects struct {
	path  string
	mu    sync.Mutex
	salts map[string][]byte
}

func openSubjects(path string) (*subjects, error) {
	s := &subjects{path: path, salts: map[string][]byte{}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if s.salts, err = parseSubjects(raw); err != nil {
		return nil, err
	}
	if s.salts == nil {
		return nil, ErrSubjects
	}
	for _, salt := range s.salts {
		if len(salt) != saltSize {
			return nil, ErrSubjects
		}
	}
	return s, nil
}

// parseSubjects reads both formats; the next [subjects.store] writes the newer one. A table of format 1 may know a
// subject called "format", whose salt is no number.
func parseSubjects(raw []byte) (map[string][]byte, error) {
	var bare map[string][]byte
	if err := json.Unmarshal(raw, &bare); err == nil {
		return bare, nil
	}
	var f subjectsFile
	err := json.Unmarshal(raw, &f)
	if f.Format > subjectsFormat {
		return nil, ErrNewer
	}
	if err != nil || f.Format != subjectsFormat {
		return nil, ErrSubjects
	}
	return f.Salts, nil
}

// Subject returns the salted hash under which entries name a person who acts (a researcher, a steward; never a patient):
// "hmac-sha256:" and 64 hexadecimal digits. The first call for a subject makes its salt, which is on disk before
// Subject returns. After [Log.Forget] the same subject gets another hash.
func (l *Log) Subject(name string) (string, error) {
	leave, err := l.enter()
	if err != nil {
		return "", err
	}
	defer leave()
	salt, err := l.subjects.salt(name)
	if err != nil {
		return "", fmt.Errorf("salt of a subject: %w", err)
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(name))
	return "hmac-sha256:" + hex.EncodeToString(mac.Sum(nil)), nil
}

// Forget deletes a subject's salt, so that entries can no longer be linked to the person. The log itself stays as it
// is and still verifies. Blocks of the disk and backups may hold the salt for longer.
func (l *Log) Forget(name string) error {
	leave, err := l.enter()
	if err != nil {
		return err
	}
	defer leave()
	s := l.subjects
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := maps.Clone(s.salts)
	delete(rest, name)
	return s.store(rest)
}

func (s *subjects) salt(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if salt, ok := s.salts[name]; ok {
		return salt, nil
	}
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	more := maps.Clone(s.salts)
	more[name] = salt
	return salt, s.store(more)
}

// store replaces the file and, once that is durable, the table.
func (s *subjects) store(salts map[string][]byte) error {
	raw, err := json.Marshal(subjectsFile{subjectsFormat, salts})
	if err != nil {
		return err
	}
	if err := durable.WriteFile(s.path, raw, 0o600); err != nil {
		return err
	}
	s.salts = salts
	return nil
}

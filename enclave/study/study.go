// Package study keeps the studies that an ethics board registered, each a signed YAML file.
//
// A study is ID.yaml beside ID.yaml.sig. The signature is Ed25519 over the exact bytes of the YAML, made
// with a board key for the use [keys.Study]; [Load] returns nothing that no board key signed. What the
// board signs is, word for word, what policy sees: a [policy.Study].
//
// The signature file holds one line a signature: the key's fingerprint and the signature in base64.
//
// Limits: one board key is enough, and an older signed version put back in place is not noticed; approval
// by several and versions come with the board's state database.
package study

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/policy"
)

// Why a study is not loaded.
var (
	ErrID       = errors.New("not a study id; use letters, digits, dots, dashes and underscores, 64 at most")
	ErrNotFound = errors.New("no such study; ask the ethics board to register it")
	ErrUnsigned = errors.New("the study is not signed; the ethics board must sign it")
	ErrKey      = errors.New("the study is signed by a key that is not the board's; the ethics board must sign it")
	ErrEdited   = errors.New("the study was changed after it was signed; the ethics board must sign it again")
	ErrName     = errors.New("the study's id is not its file name; rename the file or mend the id")
	ErrFormat   = errors.New("the study file cannot be read; mend it and sign it again")
)

const maxFile = 64 << 10 // bytes of a study or of its signatures

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Study is a registered study, as signed.
type Study struct {
	policy.Study
	Digest string // of the YAML file: "sha256:" and hexadecimal digits
}

// Load returns the study of that id in dir, if a board key signed it as it stands. Each failure is one of
// the errors of this package; none says which other studies exist.
func Load(dir, id string, board []ed25519.PublicKey) (Study, error) {
	if !idPattern.MatchString(id) {
		return Study{}, ErrID
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Study{}, notFound(err, ErrNotFound)
	}
	defer root.Close()
	text, err := read(root, id+".yaml", ErrNotFound)
	if err != nil {
		return Study{}, err
	}
	signatures, err := read(root, id+".yaml.sig", ErrUnsigned)
	if err != nil {
		return Study{}, err
	}
	if err := verify(board, text, signatures); err != nil {
		return Study{}, err
	}
	s, err := Parse(text)
	if err == nil && s.ID != id {
		return Study{}, ErrName
	}
	return s, err
}

// Verify returns the study of a text that a board key signed as it stands.
func Verify(text, signatures []byte, board []ed25519.PublicKey) (Study, error) {
	if err := verify(board, text, signatures); err != nil {
		return Study{}, err
	}
	return Parse(text)
}

// Add puts a signed study into dir, where it replaces one of the same id. A crash at any moment leaves the
// old study or the new one, each with its signature.
func Add(dir string, text, signatures []byte, board []ed25519.PublicKey) (Study, error) {
	s, err := Verify(text, signatures, board)
	if err != nil {
		return Study{}, err
	}
	path := filepath.Join(dir, s.ID+".yaml")
	old, err := os.ReadFile(path + ".sig")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Study{}, err
	}
	// While the YAML is replaced, the signatures of both versions are there.
	both := append(append(bytes.Clone(signatures), '\n'), old...)
	steps := []struct {
		path string
		data []byte
	}{{path + ".sig", both}, {path, text}, {path + ".sig", signatures}}
	for _, step := range steps {
		if err := durable.WriteFile(step.path, step.data, 0o644); err != nil {
			return Study{}, fmt.Errorf("write study: %w", err)
		}
	}
	return s, nil
}

// read returns a file of root, at most maxFile bytes; a file that is not there is the error absent.
func read(root *os.Root, name string, absent error) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, notFound(err, absent)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%w: larger than 64 KiB", ErrFormat)
	}
	return data, err
}

func notFound(err, absent error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return absent
	}
	return fmt.Errorf("read study: %w", err)
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

package audit

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// LogKey is what one needs to check a log: its name and its public key.
type LogKey struct {
	Origin string // such as officina/diabetes-network; no white space, no plus sign
	Public ed25519.PublicKey
}

// String returns the key as one line, origin+hash+base64 (C2SP signed-note, verifier keys), or "" if it is no key.
func (k LogKey) String() string {
	line, err := note.NewEd25519VerifierKey(k.Origin, k.Public)
	if err != nil {
		return ""
	}
	return line
}

// verifier fails with ErrWrongKey if the key cannot be one.
func (k LogKey) verifier() (note.Verifier, error) {
	v, err := note.NewVerifier(k.String())
	if err != nil {
		return nil, fmt.Errorf("%w: %q with %d bytes is no log key", ErrWrongKey, k.Origin, len(k.Public))
	}
	return v, nil
}

// Checkpoint is a state of a log that its key has signed.
type Checkpoint struct {
	Size uint64 // entries
	Root Hash   // of the tree over them
}

// Open checks a signed checkpoint (C2SP tlog-checkpoint, Ed25519). The errors are [ErrWrongKey] and [ErrCheckpoint].
func (k LogKey) Open(raw []byte) (Checkpoint, error) {
	v, err := k.verifier()
	if err != nil {
		return Checkpoint{}, err
	}
	n, err := note.Open(raw, note.VerifierList(v))
	var unsigned *note.UnverifiedNoteError
	if errors.As(err, &unsigned) {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", ErrWrongKey)
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	var c log.Checkpoint
	if _, err := c.Unmarshal([]byte(n.Text)); err != nil || len(c.Hash) != len(Hash{}) {
		return Checkpoint{}, fmt.Errorf("%w: not a checkpoint", ErrCheckpoint)
	}
	if c.Origin != k.Origin {
		return Checkpoint{}, fmt.Errorf("checkpoint of %q: %w", c.Origin, ErrWrongKey)
	}
	return Checkpoint{Size: c.Size, Root: Hash(c.Hash)}, nil
}

// Signer signs checkpoints. It is a [note.Signer] of the Ed25519 kind over a key that it never sees.
type Signer struct {
	key  LogKey
	note note.Verifier
	sign func(text []byte) ([]byte, error)
}

// NewSigner returns a signer of the log that key names. The function returns the plain Ed25519 signature (64 bytes,
// RFC 8032) of exactly the text it is given, as C2SP signed-note asks: the text begins with the origin, so it needs
// no other prefix. The error is [ErrWrongKey].
func NewSigner(key LogKey, sign func(text []byte) ([]byte, error)) (*Signer, error) {
	v, err := key.verifier()
	if err != nil {
		return nil, err
	}
	return &Signer{key: key, note: v, sign: sign}, nil
}

// Key returns what checks the signatures.
func (s *Signer) Key() LogKey { return s.key }

// Name returns the origin.
func (s *Signer) Name() string { return s.note.Name() }

// KeyHash returns the short id of the key inside a note.
func (s *Signer) KeyHash() uint32 { return s.note.KeyHash() }

// Sign returns a signature that has been checked; the error is [ErrWrongKey] if the function signs with another key
// or signs more than the text.
func (s *Signer) Sign(text []byte) ([]byte, error) {
	sig, err := s.sign(text)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	if !s.note.Verify(text, sig) {
		return nil, fmt.Errorf("sign checkpoint: the signature does not fit key and text: %w", ErrWrongKey)
	}
	return sig, nil
}

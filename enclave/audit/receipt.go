package audit

import (
	"crypto/ed25519"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/officina-enclave/officina/internal/canon"
)

// ReceiptFormat is the format of the receipts that this package writes and reads.
const ReceiptFormat = "officina/receipt/v1"

const (
	maxReceipt    = 1 << 20 // bytes
	maxConditions = 64
	maxCondition  = 2000 // bytes
)

// Statement is what a receipt asserts.
//
// It quotes the outcome entry whole. Thus the leaf can be computed anew from the receipt, and the inclusion proof shows
// that the log holds the very digests that the receipt names. Nothing is circular: the entry holds the digest of the
// release; the receipt, made after the entry was appended, holds the entry and where it stands; the release holds
// neither.
type Statement struct {
	Format     string    `json:"format"`
	Enclave    string    `json:"enclave"` // name
	IssuedAt   time.Time `json:"issued_at"`
	Conditions []string  `json:"conditions"` // sentences of the policy that bind the recipient
	Audit      Place     `json:"audit"`
	Outcome    Entry     `json:"outcome"` // dataset, snapshot, study, plan, text, terms, policy, decision, release
}

// Place is where the log named Origin holds the outcome entry.
type Place struct {
	Origin string `json:"origin"`
	Index  uint64 `json:"index"`
	Leaf   Hash   `json:"leaf"`
}

// Inclusion proves that a leaf is in a log: hashes from the leaf up to the root of a signed checkpoint
// (RFC 6962 section 2.1.1).
type Inclusion struct {
	Checkpoint string `json:"checkpoint"`
	Hashes     []Hash `json:"hashes"`
}

// Receipt is the signed statement that goes out with a release. Inclusion may be added later: the signature covers the
// statement only, and the proof carries the signature of the log.
type Receipt struct {
	Statement Statement  `json:"statement"`
	Key       string     `json:"key"`       // KeyID of the key that signed
	Signature []byte     `json:"signature"` // Ed25519, over "officina/receipt/v1\n" and the canonical statement
	Inclusion *Inclusion `json:"inclusion,omitempty"`
}

// KeyID names a public key: the SHA-256 of its 32 bytes, as a digest.
func KeyID(public ed25519.PublicKey) string { return canon.Sum(public) }

// NewStatement describes the outcome that stands at p in the log named origin.
// The error is [ErrReceipt] if entry, place and conditions do not make a statement that would verify.
func NewStatement(enclave, origin string, p Position, outcome Entry, conditions []string, now time.Time) (Statement, error) {
	outcome.V = Version
	outcome.Time = outcome.Time.UTC().Truncate(time.Millisecond)
	s := Statement{
		Format:     ReceiptFormat,
		Enclave:    enclave,
		IssuedAt:   now.UTC().Truncate(time.Millisecond),
		Conditions: append([]string{}, conditions...),
		Audit:      Place{Origin: origin, Index: p.Index, Leaf: p.Leaf},
		Outcome:    outcome,
	}
	return s, s.validate()
}

// SignReceipt signs s. The function returns the Ed25519 signature over "officina/receipt/v1\n" and the text it is
// given, which is what keys.Keys.Sign does for the use Receipt; SignReceipt checks it against public.
// The errors are [ErrReceipt], [ErrWrongKey] and the function's own.
func SignReceipt(s Statement, public ed25519.PublicKey, sign func(text []byte) ([]byte, error)) (Receipt, error) {
	if err := s.validate(); err != nil {
		return Receipt{}, err
	}
	text, err := canon.Marshal(s)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	sig, err := sign(text)
	if err != nil {
		return Receipt{}, fmt.Errorf("sign receipt: %w", err)
	}
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, signed(text), sig) {
		return Receipt{}, fmt.Errorf("sign receipt: the signature does not fit the key: %w", ErrWrongKey)
	}
	return Receipt{Statement: s, Key: KeyID(public), Signature: sig}, nil
}

// AddProof returns the receipt with the proof that a later checkpoint made possible.
func (r Receipt) AddProof(i Inclusion) Receipt {
	r.Inclusion = &i
	return r
}

// Encode returns the receipt as one line of canonical JSON.
func (r Receipt) Encode() ([]byte, error) {
	text, err := canon.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return append(text, '\n'), nil
}

// ParseReceipt reads a receipt without checking any signature, white space aside exactly as [Receipt.Encode] wrote it.
// The error is [ErrReceipt].
func ParseReceipt(data []byte) (Receipt, error) {
	var r Receipt
	if len(data) > maxReceipt {
		return Receipt{}, fmt.Errorf("%w: longer than %d bytes", ErrReceipt, maxReceipt)
	}
	if err := canon.Unmarshal(data, &r); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return r, r.Statement.validate()
}

func signed(statement []byte) []byte { return append([]byte(ReceiptFormat+"\n"), statement...) }

// validate checks everything that needs no key.
func (s Statement) validate() error {
	switch {
	case s.Format != ReceiptFormat:
		return fmt.Errorf("%w: its format is not %s", ErrReceipt, ReceiptFormat)
	case !isName(s.Enclave):
		return fmt.Errorf("%w: the enclave has no proper name", ErrReceipt)
	case s.Outcome.Kind != KindOutcome && s.Outcome.Kind != KindRecovered, s.Outcome.Release == "":
		return fmt.Errorf("%w: it is not about the outcome of a released run", ErrReceipt)
	case s.Conditions == nil, len(s.Conditions) > maxConditions, !all(s.Conditions, isCondition):
		return fmt.Errorf("%w: its conditions are too many, too long or not text", ErrReceipt)
	}
	text, err := canon.Marshal(s.Outcome)
	if err == nil {
		_, err = ParseEntry(text)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if LeafHash(text) != s.Audit.Leaf {
		return fmt.Errorf("%w: its leaf is not the hash of its outcome", ErrReceipt)
	}
	return nil
}

func isCondition(s string) bool { return s != "" && len(s) <= maxCondition && utf8.ValidString(s) }

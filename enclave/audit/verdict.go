package audit

import (
	"crypto/ed25519"
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/officina-enclave/officina/internal/canon"
)

// Verdict is what holds of a receipt that was not refused.
type Verdict struct {
	Receipt  Receipt
	Included bool // the log is proved to hold the outcome; false while the proof is pending
}

// String returns the verdict in one line.
func (v Verdict) String() string {
	if v.Included {
		return "signature ok; inclusion ok"
	}
	return "signature ok; inclusion pending"
}

// VerifyReceipt checks, offline, that the holder of receiptKey signed the receipt, that it was made for these bytes of
// release.json and, if it carries a proof, that the log of logKey holds the outcome it quotes.
// The errors are [ErrReceipt], [ErrWrongKey], [ErrSignature], [ErrRelease] and [ErrInclusion].
func VerifyReceipt(receipt, release []byte, receiptKey ed25519.PublicKey, logKey LogKey) (Verdict, error) {
	r, err := ParseReceipt(receipt)
	if err != nil {
		return Verdict{}, err
	}
	if err := r.verifySignature(receiptKey); err != nil {
		return Verdict{}, err
	}
	if r.Statement.Audit.Origin != logKey.Origin {
		return Verdict{}, fmt.Errorf("the receipt names another log: %w", ErrWrongKey)
	}
	if canon.Sum(release) != r.Statement.Outcome.Release {
		return Verdict{}, ErrRelease
	}
	if r.Inclusion == nil {
		return Verdict{Receipt: r}, nil
	}
	if err := r.verifyInclusion(logKey); err != nil {
		return Verdict{}, err
	}
	return Verdict{Receipt: r, Included: true}, nil
}

func (r Receipt) verifySignature(key ed25519.PublicKey) error {
	if len(key) != ed25519.PublicKeySize || r.Key != KeyID(key) {
		return fmt.Errorf("receipt: %w", ErrWrongKey)
	}
	text, err := canon.Marshal(r.Statement)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	if !ed25519.Verify(key, signed(text), r.Signature) {
		return ErrSignature
	}
	return nil
}

func (r Receipt) verifyInclusion(key LogKey) error {
	c, err := key.Open([]byte(r.Inclusion.Checkpoint))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInclusion, err)
	}
	place, hashes := r.Statement.Audit, make([][]byte, len(r.Inclusion.Hashes))
	for i := range hashes {
		hashes[i] = r.Inclusion.Hashes[i][:]
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, place.Index, c.Size, place.Leaf[:], hashes, c.Root[:]); err != nil {
		return fmt.Errorf("%w: the hashes lead to another root", ErrInclusion)
	}
	return nil
}

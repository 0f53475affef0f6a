package audit

import (
	"encoding/hex"
	"errors"

	"github.com/transparency-dev/merkle/rfc6962"
)

// Hash is a node of the Merkle tree: SHA-256 as RFC 6962 section 2.1 uses it. As text it is 64 hexadecimal digits.
type Hash [32]byte

// LeafHash returns SHA-256(0x00 ‖ entry), the leaf of an entry's stored bytes (RFC 6962 section 2.1).
func LeafHash(entry []byte) Hash { return Hash(rfc6962.DefaultHasher.HashLeaf(entry)) }

// String returns 64 lower-case hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText is [Hash.String].
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what [Hash.MarshalText] wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != 2*len(h) {
		return errors.New("a hash has 64 hexadecimal digits")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// Position is where an entry stands in the log.
type Position struct {
	Index uint64 // from 0
	Leaf  Hash
}

package audit

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
)

// PublicKeys is what an enclave publishes so that anybody can check its receipts offline. Whoever checks must
// have got it from the enclave itself, not with the receipt.
type PublicKeys struct {
	Format  string            `json:"format"` // "officina/keys/v1"
	Enclave string            `json:"enclave"`
	Receipt ed25519.PublicKey `json:"receipt"` // base64
	Origin  string            `json:"origin"`  // of the audit log
	Log     ed25519.PublicKey `json:"log"`     // base64
}

// PublicKeysFormat is the format of [PublicKeys].
const PublicKeysFormat = "officina/keys/v1"

// ParsePublicKeys reads a published key file.
func ParsePublicKeys(text []byte) (PublicKeys, error) {
	var k PublicKeys
	if err := json.Unmarshal(text, &k); err != nil || k.Format != PublicKeysFormat ||
		len(k.Receipt) != ed25519.PublicKeySize || len(k.Log) != ed25519.PublicKeySize {
		return PublicKeys{}, fmt.Errorf("%w: not a file of the format %s", ErrWrongKey, PublicKeysFormat)
	}
	return k, nil
}

// Verify checks a receipt against the bytes of its release.
func (k PublicKeys) Verify(receipt, release []byte) (Verdict, error) {
	return VerifyReceipt(receipt, release, k.Receipt, LogKey{Origin: k.Origin, Public: k.Log})
}

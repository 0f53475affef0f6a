package study

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/officina-enclave/officina/enclave/keys"
)

// ErrPEM says that a key file is not what it should be.
var ErrPEM = errors.New("not an Ed25519 key in PEM (PKCS #8 for private, SPKI for public); make one with openssl genpkey -algorithm ed25519")

// Sign returns the signature line for the exact bytes of a study's YAML, with a newline at its end.
func Sign(board ed25519.PrivateKey, text []byte) []byte {
	public := board.Public().(ed25519.PublicKey)
	signature := ed25519.Sign(board, keys.Message(keys.Study, text))
	return fmt.Appendf(nil, "%s %s\n", fingerprint(public), base64.StdEncoding.EncodeToString(signature))
}

// verify reports whether a line of signatures is of a board key over text. It fails with ErrUnsigned when
// there is no line, with ErrKey when no line names a board key, with ErrEdited when such a line does not verify.
func verify(board []ed25519.PublicKey, text, signatures []byte) error {
	failure := ErrUnsigned
	for line := range bytes.Lines(signatures) {
		fields := bytes.Fields(line)
		if len(fields) != 2 {
			continue
		}
		if failure == ErrUnsigned {
			failure = ErrKey
		}
		signature, _ := base64.StdEncoding.Strict().DecodeString(string(fields[1]))
		for _, public := range board {
			if fingerprint(public) != string(fields[0]) {
				continue
			}
			if keys.Verify(public, keys.Study, text, signature) == nil {
				return nil
			}
			failure = ErrEdited
		}
	}
	return failure
}

// fingerprint names a key in a signature line: the first 16 hexadecimal digits of its SHA-256. It only
// chooses the message of a failure; the signature is what counts.
func fingerprint(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// ParsePrivate reads a board member's private key: one PEM block, PKCS #8 (RFC 5958, RFC 8410).
func ParsePrivate(text []byte) (ed25519.PrivateKey, error) {
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" || len(bytes.TrimSpace(rest)) > 0 {
		return nil, ErrPEM
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, ErrPEM // the cause may quote the key
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, ErrPEM
	}
	return private, nil
}

// ParsePublic reads the board's public keys: one PEM block each, SPKI (RFC 5280, RFC 8410).
func ParsePublic(text []byte) ([]ed25519.PublicKey, error) {
	var board []ed25519.PublicKey
	for rest := bytes.TrimSpace(text); len(rest) > 0; rest = bytes.TrimSpace(rest) {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "PUBLIC KEY" {
			return nil, ErrPEM
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrPEM, err)
		}
		public, ok := key.(ed25519.PublicKey)
		if !ok {
			return nil, ErrPEM
		}
		board = append(board, public)
	}
	if len(board) == 0 {
		return nil, ErrPEM
	}
	return board, nil
}

// EncodePrivate is the inverse of [ParsePrivate].
func EncodePrivate(private ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

// EncodePublic is the inverse of [ParsePublic] for one key; files may be joined.
func EncodePublic(public ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

package pme

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

// moduleKind is the type byte of a module's AAD suffix (Parquet Modular Encryption, section 4.4.2).
type moduleKind byte

const (
	footerModule moduleKind = iota
	columnMetaModule
	dataPageModule
	dictionaryPageModule
	dataHeaderModule
	dictionaryHeaderModule
)

// overhead is what sealing adds to a module: its length (4), a nonce (12) and a tag (16).
const overhead = 4 + 12 + 16

// fileAAD is the AAD prefix followed by the random identifier of the file (section 4.4.1).
type fileAAD []byte

// module writes the AAD of one module into buf: file, kind, then row group, column and page as far as they apply, as
// little-endian 16-bit ordinals.
func (f fileAAD) module(buf []byte, k moduleKind, ordinals ...int) []byte {
	buf = append(append(buf[:0], f...), byte(k))
	for _, n := range ordinals {
		buf = binary.LittleEndian.AppendUint16(buf, uint16(n))
	}
	return buf
}

// newGCM returns AES-GCM that makes its own random 96-bit nonces and puts them before the ciphertext, which is just the
// layout of a module (section 5.1).
func newGCM(key []byte) (cipher.AEAD, error) {
	b, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%w: %w; give 32 bytes", ErrWrongKey, err)
	}
	return cipher.NewGCMWithRandomNonce(b)
}

// sealModule appends the sealed module to dst: length, nonce, ciphertext, tag.
func sealModule(dst []byte, g cipher.AEAD, plain, aad []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(plain)+overhead-4))
	return g.Seal(dst, nil, plain, aad)
}

// openModule appends the content of the module at the beginning of in to dst and says how many bytes it took.
func openModule(dst []byte, g cipher.AEAD, in, aad []byte) (out []byte, n int, err error) {
	if n, err = moduleSize(in); err != nil {
		return nil, 0, err
	}
	if out, err = g.Open(dst, nil, in[4:n], aad); err != nil {
		return nil, 0, ErrModule
	}
	return out, n, nil
}

// moduleSize returns the length of the module at the beginning of in, with its length field.
func moduleSize(in []byte) (int, error) {
	if len(in) < overhead {
		return 0, ErrModule
	}
	n := binary.LittleEndian.Uint32(in)
	if n < overhead-4 || uint64(n) > uint64(len(in)-4) {
		return 0, ErrModule
	}
	return int(n) + 4, nil
}

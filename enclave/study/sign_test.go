package study

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"testing"
)

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func TestPEMRoundTrip(t *testing.T) {
	private, public := key("board")
	_, second := key("second")
	text, err := EncodePrivate(private)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ParsePrivate(text); err != nil || !private.Equal(got) {
		t.Errorf("private key: %v", err)
	}
	one, err1 := EncodePublic(public)
	two, err2 := EncodePublic(second)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	board, err := ParsePublic(append(one, two...))
	if err != nil || len(board) != 2 || !public.Equal(board[0]) || !second.Equal(board[1]) {
		t.Errorf("public keys: %v, %v", board, err)
	}
}

// The keys of RFC 8410, section 10, as openssl writes them.
func TestPEMOfTheRFC(t *testing.T) {
	public := []byte("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")
	private := []byte("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n")
	board, err := ParsePublic(public)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ParsePrivate(private)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(board, []byte("text"), Sign(signer, []byte("text"))); err != nil {
		t.Errorf("the pair does not fit: %v", err)
	}
}

func TestPEMRefuses(t *testing.T) {
	private, public := key("board")
	privateText, _ := EncodePrivate(private)
	publicText, _ := EncodePublic(public)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(other.Public())
	otherText := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})

	for name, text := range map[string][]byte{
		"empty": nil, "no PEM": []byte("key"), "the other half": privateText, "another curve": otherText,
		"cut": publicText[:len(publicText)-30], "rubbish after": append(bytes.Clone(publicText), "more"...),
		"not DER": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}),
	} {
		if _, err := ParsePublic(text); !errors.Is(err, ErrPEM) {
			t.Errorf("public, %s: got %v", name, err)
		}
	}
	for name, text := range map[string][]byte{
		"empty": nil, "the other half": publicText, "two keys": append(bytes.Clone(privateText), privateText...),
		"not DER": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}),
	} {
		if _, err := ParsePrivate(text); !errors.Is(err, ErrPEM) {
			t.Errorf("private, %s: got %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	private, public := key("board")
	text := readStudy(f)
	good := Sign(private, text)
	f.Add(good)
	f.Add([]byte("a b"))
	f.Add(bytes.Repeat([]byte("\n"), 3))
	f.Fuzz(func(t *testing.T, signatures []byte) {
		err := verify([]ed25519.PublicKey{public}, text, signatures)
		if err == nil && !bytes.Contains(signatures, bytes.TrimSpace(good)[:80]) {
			t.Errorf("accepted %q", signatures)
		}
	})
}

package keys

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t)
	deptest.Ban(t, "the contract needs no implementation", "github.com/tink-crypto", "filippo.io/age", "github.com/hashicorp")
}

// A change of the AAD would lock every snapshot. The value was computed with Python's hashlib from the description.
func TestBindingAADIsFixed(t *testing.T) {
	b := Binding{Dataset: "d", Snapshot: "s", Part: "t/0", Group: "plain"}
	const want = "b38ea0bca552a0a0fcb365dc52bcdc31552b88ea1c27b9ed40e3c7a15fe86df8"
	if got := hex.EncodeToString(b.AAD()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBindingsDiffer(t *testing.T) {
	word := rapid.StringMatching(`[a-c/]{0,3}`)
	draw := func(t *rapid.T, n string) Binding {
		return Binding{word.Draw(t, n+"1"), word.Draw(t, n+"2"), word.Draw(t, n+"3"), word.Draw(t, n+"4")}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if (a == b) != bytes.Equal(a.AAD(), b.AAD()) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func TestVerify(t *testing.T) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	pub := private.Public().(ed25519.PublicKey)
	msg := []byte("release 7")
	sig := ed25519.Sign(private, []byte("officina/receipt/v1\nrelease 7"))
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if err := Verify(pub, Receipt, msg, sig); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"other use":     Verify(pub, Manifest, msg, sig),
		"other message": Verify(pub, Receipt, []byte("release 8"), sig),
		"other key":     Verify(other, Receipt, msg, sig),
		"cut signature": Verify(pub, Receipt, msg, sig[:63]),
		"no signature":  Verify(pub, Receipt, msg, nil),
		"no key":        Verify(nil, Receipt, msg, sig),
		"bare message":  Verify(pub, Receipt, msg, ed25519.Sign(private, msg)),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want %v", name, err, ErrSignature)
		}
	}
}

func TestWrappedJSON(t *testing.T) {
	text, err := json.Marshal(Wrapped{KeyID: "local-1", Ciphertext: []byte{1, 2, 255}})
	if want := `{"key_id":"local-1","ciphertext":"AQL/"}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v; want %s", text, err, want)
	}
}

func ExampleVerify() {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // lives in a key service
	sig := ed25519.Sign(private, Message(Receipt, []byte("42 persons")))

	pub := private.Public().(ed25519.PublicKey) // receipt.pub of the custodian
	fmt.Println(Verify(pub, Receipt, []byte("42 persons"), sig))
	fmt.Println(Verify(pub, Receipt, []byte("43 persons"), sig))
	// Output:
	// <nil>
	// keys: signature does not verify as "receipt": the content was altered or signed by another key
}

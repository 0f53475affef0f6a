package audit_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/audit"
)

func TestPublishedKeysVerifyAReceipt(t *testing.T) {
	published, err := json.Marshal(audit.PublicKeys{
		Format: audit.PublicKeysFormat, Enclave: "demo", Receipt: public(receiptKey), Origin: logKey.Origin, Log: logKey.Public,
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := audit.ParsePublicKeys(published)
	if err != nil {
		t.Fatal(err)
	}
	f := newFixture(t)
	receipt := encode(t, f.receipt(t).AddProof(f.inclusion(t)))
	if v, err := keys.Verify(receipt, release); err != nil || !v.Included {
		t.Errorf("%v %v", v, err)
	}
	if _, err := keys.Verify(receipt, []byte("another")); !errors.Is(err, audit.ErrRelease) {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{"", "{}", "[]",
		strings.Replace(string(published), "keys/v1", "keys/v2", 1),
		strings.Replace(string(published), `"receipt":"`, `"receipt":"AAAA`, 1),
		strings.Replace(string(published), `"log":`, `"lag":`, 1),
	} {
		if _, err := audit.ParsePublicKeys([]byte(bad)); !errors.Is(err, audit.ErrWrongKey) {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

package audit_test

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/officina-enclave/officina/enclave/audit"
)

func TestCheckpointIsAStandardNote(t *testing.T) {
	raw := checkpoint(t, signerOf(t, logKey, logPrivate), 7, make([]byte, 32))
	v, err := note.NewVerifier(logKey.String()) // what any other tool would do
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(raw), note.VerifierList(v))
	if err != nil || n.Text != "officina/demo\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" {
		t.Errorf("%v %v", n, err)
	}
	c, err := logKey.Open([]byte(raw))
	if err != nil || c != (audit.Checkpoint{Size: 7}) {
		t.Errorf("%v %v", c, err)
	}
}

func TestCheckpointsThatAreRefused(t *testing.T) {
	s := signerOf(t, logKey, logPrivate)
	raw := checkpoint(t, s, 7, make([]byte, 32))
	bySomebody := signerOf(t, audit.LogKey{Origin: logKey.Origin, Public: public(otherKey)}, otherKey)
	foreign, err := note.Sign(&note.Note{Text: "officina/else\n7\n" + strings.Repeat("A", 43) + "=\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"size edited":         {strings.Replace(raw, "\n7\n", "\n8\n", 1), audit.ErrCheckpoint},
		"root edited":         {strings.Replace(raw, "AAA", "AAB", 1), audit.ErrCheckpoint},
		"no signature":        {raw[:strings.Index(raw, "\n\n")+1], audit.ErrCheckpoint},
		"cut short":           {raw[:len(raw)-3], audit.ErrCheckpoint},
		"empty":               {"", audit.ErrCheckpoint},
		"by somebody else":    {checkpoint(t, bySomebody, 7, make([]byte, 32)), audit.ErrWrongKey},
		"of another log":      {string(foreign), audit.ErrWrongKey},
		"short root":          {checkpoint(t, s, 7, make([]byte, 31)), audit.ErrCheckpoint},
		"text, not a size":    {signText(t, s, "officina/demo\nseven\n\n"), audit.ErrCheckpoint},
		"signed, but no tree": {signText(t, s, "officina/demo\n"), audit.ErrCheckpoint},
	} {
		if _, err := logKey.Open([]byte(c.raw)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func signText(t *testing.T, s note.Signer, text string) string {
	t.Helper()
	raw, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestKeysThatAreNone(t *testing.T) {
	for _, key := range []audit.LogKey{
		{},
		{Origin: "officina/demo"},
		{Origin: "officina demo", Public: logKey.Public},
		{Origin: "officina+demo", Public: logKey.Public},
		{Origin: "officina/demo", Public: logKey.Public[:31]},
	} {
		if _, err := audit.NewSigner(key, nil); !errors.Is(err, audit.ErrWrongKey) {
			t.Errorf("%q: got %v", key.Origin, err)
		}
		if _, err := key.Open(nil); !errors.Is(err, audit.ErrWrongKey) {
			t.Errorf("%q: got %v", key.Origin, err)
		}
	}
}

func TestSignerChecksWhatItGets(t *testing.T) {
	prefixed := func(text []byte) ([]byte, error) {
		return ed25519.Sign(logPrivate, append([]byte("officina/checkpoint/v1\n"), text...)), nil
	}
	s, err := audit.NewSigner(logKey, prefixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign([]byte("text\n")); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("got %v", err)
	}
}

func TestHashText(t *testing.T) { // RFC 6962: the leaf of an empty entry is SHA-256(0x00)
	h := audit.LeafHash(nil)
	text, err := h.MarshalText()
	if err != nil || string(text) != "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" {
		t.Errorf("%s %v", text, err)
	}
	var back audit.Hash
	if err := back.UnmarshalText(text); err != nil || back != h {
		t.Errorf("%s %v", back, err)
	}
	for _, bad := range []string{"", "6e34", string(text) + "00", strings.Replace(string(text), "6e", "6g", 1)} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a hash", bad)
		}
	}
}

package audit_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/note"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/internal/canon"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	receiptKey = ed25519.NewKeyFromSeed([]byte("the key that signs receipts, 32B"))
	logPrivate = ed25519.NewKeyFromSeed([]byte("the key that signs checkpoints.."))
	otherKey   = ed25519.NewKeyFromSeed([]byte("the key of somebody else, 32 B.."))
	logKey     = audit.LogKey{Origin: "officina/demo", Public: public(logPrivate)}
	release    = []byte("release") // its digest stands in testdata/entries.jsonl
)

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// signReceipt signs as keys.Keys.Sign does for the use Receipt.
func signReceipt(key ed25519.PrivateKey) func([]byte) ([]byte, error) {
	return func(text []byte) ([]byte, error) {
		return ed25519.Sign(key, append([]byte("officina/receipt/v1\n"), text...)), nil
	}
}

func signerOf(t testing.TB, key audit.LogKey, private ed25519.PrivateKey) *audit.Signer {
	t.Helper()
	s, err := audit.NewSigner(key, func(text []byte) ([]byte, error) { return ed25519.Sign(private, text), nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkpoint signs the state of a tree.
func checkpoint(t testing.TB, s note.Signer, size uint64, root []byte) string {
	t.Helper()
	text := log.Checkpoint{Origin: s.Name(), Size: size, Hash: root}.Marshal()
	signed, err := note.Sign(&note.Note{Text: string(text)}, s)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

// fixture is a log of five entries, the fourth an outcome, and the statement about it.
type fixture struct {
	tree      *testonly.Tree
	place     audit.Position
	statement audit.Statement
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	outcome := sample(t, audit.KindOutcome)
	text, err := outcome.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{tree: testonly.New(rfc6962.DefaultHasher), place: audit.Position{Index: 3, Leaf: audit.LeafHash(text)}}
	f.tree.AppendData([]byte("a"), []byte("b"), []byte("c"), text, []byte("e"))
	conditions := []string{"For the named study only.", "Cite the network – «Rete Nazionale»."}
	f.statement, err = audit.NewStatement("demo", logKey.Origin, f.place, outcome, conditions, time.Date(2026, 3, 4, 6, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f fixture) inclusion(t testing.TB) audit.Inclusion {
	t.Helper()
	hashes, err := f.tree.InclusionProof(f.place.Index, f.tree.Size())
	if err != nil {
		t.Fatal(err)
	}
	i := audit.Inclusion{Checkpoint: checkpoint(t, signerOf(t, logKey, logPrivate), f.tree.Size(), f.tree.Hash())}
	for _, h := range hashes {
		i.Hashes = append(i.Hashes, audit.Hash(h))
	}
	return i
}

func (f fixture) receipt(t testing.TB) audit.Receipt {
	t.Helper()
	r, err := audit.SignReceipt(f.statement, public(receiptKey), signReceipt(receiptKey))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func encode(t testing.TB, r audit.Receipt) []byte {
	t.Helper()
	text, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func verify(receipt []byte) (audit.Verdict, error) {
	return audit.VerifyReceipt(receipt, release, public(receiptKey), logKey)
}

func TestReceiptBeforeAndAfterItsProof(t *testing.T) {
	f := newFixture(t)
	v, err := verify(encode(t, f.receipt(t)))
	if err != nil || v.Included || v.String() != "signature ok; inclusion pending" {
		t.Errorf("%v %v", v, err)
	}
	v, err = verify(encode(t, f.receipt(t).AddProof(f.inclusion(t))))
	if err != nil || !v.Included || v.String() != "signature ok; inclusion ok" {
		t.Errorf("%v %v", v, err)
	}
	if v.Receipt.Statement.Outcome.Release != canon.Sum(release) {
		t.Error("the verdict is about another release")
	}
}

// The form is what others verify: it changes on purpose only.
func TestReceiptForm(t *testing.T) {
	f := newFixture(t)
	got := encode(t, f.receipt(t).AddProof(f.inclusion(t)))
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, got, "", "  "); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/receipt.json", pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, "testdata/receipt.json"); pretty.String() != want {
		t.Errorf("got\n%s\nwant\n%s", pretty.String(), want)
	}
	if v, err := verify(pretty.Bytes()); err != nil || !v.Included {
		t.Errorf("indented: %v %v", v, err)
	}
}

func TestEveryChangeOfAFieldIsRefused(t *testing.T) {
	f := newFixture(t)
	var doc any
	if err := json.Unmarshal(encode(t, f.receipt(t).AddProof(f.inclusion(t))), &doc); err != nil {
		t.Fatal(err)
	}
	n := 0
	vary(doc, "", func(path string) {
		n++
		text, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verify(text); !known(err) {
			t.Errorf("%s changed: got %v", path, err)
		}
	})
	if n < 60 {
		t.Errorf("only %d changes were tried", n)
	}
}

// known tells whether an error is one that VerifyReceipt promises.
func known(err error) bool {
	return slices.ContainsFunc([]error{audit.ErrReceipt, audit.ErrWrongKey, audit.ErrSignature, audit.ErrRelease, audit.ErrInclusion},
		func(want error) bool { return errors.Is(err, want) })
}

// vary changes one place of a JSON document at a time, calls try, and puts it back: each value is altered and taken away,
// and each object gets one more member.
func vary(node any, path string, try func(path string)) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			if path+"/"+key == "/inclusion" {
				delete(node, key) // a receipt without proof is a receipt
				node[key] = value
			} else {
				delete(node, key)
				try(path + "/" + key + " taken away")
			}
			for _, other := range altered(value) {
				node[key] = other
				try(path + "/" + key)
			}
			node[key] = value
			vary(value, path+"/"+key, try)
		}
		node["more"] = "x"
		try(path + "/more")
		delete(node, "more")
	case []any:
		for i, value := range node {
			for _, other := range altered(value) {
				node[i] = other
				try(fmt.Sprintf("%s/%d", path, i))
			}
			node[i] = value
		}
	}
}

func altered(value any) []any {
	switch v := value.(type) {
	case string:
		return []any{v + "x", "x" + v, v[1:], swap(v), "", nil, 7}
	case float64:
		return []any{v + 1, v - 1, -v, v + 0.5, "3", nil}
	case []any:
		return []any{append(slices.Clone(v), "x"), v[1:], append(slices.Clone(v[1:]), v[0]), []any{}, nil}
	}
	return []any{nil, "x"}
}

// swap changes one character in the middle to another of the same kind.
func swap(s string) string {
	b := []byte(s)
	if i := len(b) / 2; b[i] == 'a' {
		b[i] = 'b'
	} else {
		b[i] = 'a'
	}
	return string(b)
}

func TestEveryFlippedByteIsRefused(t *testing.T) {
	f := newFixture(t)
	text := encode(t, f.receipt(t).AddProof(f.inclusion(t)))
	text = text[:len(text)-1]
	// The last digit of the note's base64 holds two bits that mean nothing, outside of every signature.
	spare := bytes.Index(text, []byte(`=\n","hashes"`)) - 1
	if spare < 0 {
		t.Fatal("no note found")
	}
	for i := range text {
		for _, bit := range []byte{1, 2, 32} {
			text[i] ^= bit
			if _, err := verify(text); !known(err) && i != spare {
				t.Errorf("byte %d (%q): got %v", i, text[max(0, i-10):min(len(text), i+10)], err)
			}
			text[i] ^= bit
		}
	}
}

func TestWhatExactlyIsWrong(t *testing.T) {
	f := newFixture(t)
	good := f.receipt(t).AddProof(f.inclusion(t))
	text := encode(t, good)
	otherLog := audit.LogKey{Origin: logKey.Origin, Public: public(otherKey)}
	for name, c := range map[string]struct {
		receipt, release []byte
		key              ed25519.PublicKey
		log              audit.LogKey
		want             error
	}{
		"another release":       {text, []byte("release "), public(receiptKey), logKey, audit.ErrRelease},
		"no release":            {text, nil, public(receiptKey), logKey, audit.ErrRelease},
		"another receipt key":   {text, release, public(otherKey), logKey, audit.ErrWrongKey},
		"no receipt key":        {text, release, nil, logKey, audit.ErrWrongKey},
		"another log key":       {text, release, public(receiptKey), otherLog, audit.ErrWrongKey},
		"another log":           {text, release, public(receiptKey), audit.LogKey{Origin: "officina/else", Public: logKey.Public}, audit.ErrWrongKey},
		"no log key":            {text, release, public(receiptKey), audit.LogKey{Origin: logKey.Origin}, audit.ErrWrongKey},
		"no receipt":            {nil, release, public(receiptKey), logKey, audit.ErrReceipt},
		"too long":              {bytes.Repeat([]byte(" "), 2<<20), release, public(receiptKey), logKey, audit.ErrReceipt},
		"signed by another":     {encode(t, signedBy(otherKey, good)), release, public(receiptKey), logKey, audit.ErrSignature},
		"no signature":          {encode(t, withSignature(good, nil)), release, public(receiptKey), logKey, audit.ErrSignature},
		"forged checkpoint":     {encode(t, good.AddProof(forged(t, f, otherKey))), release, public(receiptKey), logKey, audit.ErrInclusion},
		"proof of another leaf": {encode(t, good.AddProof(proofOf(t, f, 2))), release, public(receiptKey), logKey, audit.ErrInclusion},
		"smaller checkpoint":    {encode(t, good.AddProof(smaller(t, f))), release, public(receiptKey), logKey, audit.ErrInclusion},
	} {
		if _, err := audit.VerifyReceipt(c.receipt, c.release, c.key, c.log); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// signedBy signs the statement with another key, but names the right one.
func signedBy(key ed25519.PrivateKey, r audit.Receipt) audit.Receipt {
	text, _ := canon.Marshal(r.Statement)
	sig, _ := signReceipt(key)(text)
	return withSignature(r, sig)
}

func withSignature(r audit.Receipt, sig []byte) audit.Receipt {
	r.Signature = append([]byte{}, sig...)
	return r
}

func forged(t testing.TB, f fixture, key ed25519.PrivateKey) audit.Inclusion {
	i := f.inclusion(t)
	i.Checkpoint = checkpoint(t, signerOf(t, audit.LogKey{Origin: logKey.Origin, Public: public(key)}, key), f.tree.Size(), f.tree.Hash())
	return i
}

func proofOf(t testing.TB, f fixture, index uint64) audit.Inclusion {
	f.place.Index = index
	return f.inclusion(t)
}

// smaller is a genuine checkpoint from before the outcome was appended.
func smaller(t testing.TB, f fixture) audit.Inclusion {
	i := f.inclusion(t)
	i.Checkpoint = checkpoint(t, signerOf(t, logKey, logPrivate), 3, f.tree.HashAt(3))
	return i
}

func TestWhatCannotBeStated(t *testing.T) {
	f := newFixture(t)
	outcome, now := sample(t, audit.KindOutcome), time.Now()
	failed := outcome
	failed.Class, failed.Release = audit.ClassInternal, ""
	for name, err := range map[string]error{
		"a denial":             statementError("demo", f.place, sample(t, audit.KindDenied), nil, now),
		"an intent":            statementError("demo", f.place, sample(t, audit.KindIntent), nil, now),
		"a run that failed":    statementError("demo", f.place, failed, nil, now),
		"another leaf":         statementError("demo", audit.Position{Index: 3}, outcome, nil, now),
		"an unnamed enclave":   statementError("", f.place, outcome, nil, now),
		"an empty condition":   statementError("demo", f.place, outcome, []string{""}, now),
		"a broken condition":   statementError("demo", f.place, outcome, []string{"a\xff"}, now),
		"an endless condition": statementError("demo", f.place, outcome, []string{strings.Repeat("a", 2001)}, now),
		"many conditions":      statementError("demo", f.place, outcome, make([]string, 65), now),
	} {
		if !errors.Is(err, audit.ErrReceipt) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := statementError("demo", f.place, outcome, nil, now); err != nil {
		t.Errorf("no conditions: %v", err)
	}
}

func statementError(enclave string, p audit.Position, e audit.Entry, conditions []string, now time.Time) error {
	_, err := audit.NewStatement(enclave, logKey.Origin, p, e, conditions, now)
	return err
}

func TestSignReceiptChecksItsSigner(t *testing.T) {
	f, down := newFixture(t), errors.New("key service is down")
	bare := func(text []byte) ([]byte, error) { return ed25519.Sign(receiptKey, text), nil } // without the prefix
	if _, err := audit.SignReceipt(f.statement, public(receiptKey), bare); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("no prefix: %v", err)
	}
	if _, err := audit.SignReceipt(f.statement, public(receiptKey), signReceipt(otherKey)); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := audit.SignReceipt(f.statement, nil, signReceipt(receiptKey)); !errors.Is(err, audit.ErrWrongKey) {
		t.Errorf("no key: %v", err)
	}
	failing := func([]byte) ([]byte, error) { return nil, down }
	if _, err := audit.SignReceipt(f.statement, public(receiptKey), failing); !errors.Is(err, down) {
		t.Errorf("key service down: %v", err)
	}
	if _, err := audit.SignReceipt(audit.Statement{}, public(receiptKey), signReceipt(receiptKey)); !errors.Is(err, audit.ErrReceipt) {
		t.Errorf("nothing to state: %v", err)
	}
}

func ExampleVerifyReceipt() {
	_, err := audit.VerifyReceipt([]byte("{}"), nil, nil, audit.LogKey{})
	fmt.Println(err)
	// Output: not a receipt of this format; ask the enclave for it again: malformed JSON: unknown, missing or misspelt members
}

func FuzzVerifyReceipt(f *testing.F) {
	x := newFixture(f)
	whole := x.receipt(f).AddProof(x.inclusion(f))
	f.Add(encode(f, whole))
	f.Add(encode(f, x.receipt(f)))
	f.Add([]byte(`{"statement":{"format":"officina/receipt/v1"}}`))
	want, err := canon.Marshal(whole.Statement)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := verify(text)
		if err != nil {
			if !known(err) {
				t.Fatal(err)
			}
			return
		}
		got, err := canon.Marshal(v.Receipt.Statement)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("accepted a statement that was never signed: %s", got)
		}
	})
}

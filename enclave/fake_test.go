package enclave_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/ledger"
	"github.com/officina-enclave/officina/policy"
)

// errPlanted is what failing parts say; it looks like a patient's value.
var errPlanted = errors.New("RSSMRA80A01F205X has ICD10:B20")

// bench is an enclave whose parts are for breaking: each field, when it is set, takes the place of a part that works.
type bench struct {
	t       testing.TB
	dir     string // of the ledger
	enclave *enclave.Enclave
	text    string
	cancel  context.CancelFunc

	study   func() error
	subject func() error
	decide  func(d *policy.Decision) error
	append  func(e audit.Entry) error
	run     func(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error)
	receipt func() error

	mu      sync.Mutex
	steps   []string
	entries []audit.Entry
	trouble []error
}

var terms = policy.Terms{MinCell: 10, RhoStudy: 0.5, RankShare: 0.1, RoundTo: 5, Kinds: []string{"count", "table"}, Dimensions: 2}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, dir: filepath.Join(t.TempDir(), "answers"), text: read(t, "testdata/query.cohort")}
	ring, err := local.CreateFromSeed(filepath.Join(t.TempDir(), "keys"), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ring.Close() })
	answers, err := ledger.Open(t.Context(), b.dir, ring)
	if err != nil {
		t.Fatal(err)
	}
	c, diags := catalog.Parse("catalog.yaml", []byte(read(t, "testdata/catalog.yaml")))
	v, more := catalog.ParseVocabulary([]byte("code,label,parents\n"))
	if diags.Failed() || more.Failed() {
		t.Fatal(diags, more)
	}
	b.enclave = &enclave.Enclave{Name: "bench", Target: dsl.Target{Catalog: c, Vocabulary: v}, Study: b.registered, Gate: b, Floor: terms,
		Engine: b, Ledger: answers, Log: b, Receipt: b.sign, Now: func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) },
		Trouble: func(_ string, cause error) { b.note(func() { b.trouble = append(b.trouble, cause) }) }}
	return b
}

func read(t testing.TB, file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (b *bench) submit(ctx context.Context) (*enclave.Release, error) {
	ctx, b.cancel = context.WithCancel(ctx)
	defer b.cancel()
	return b.enclave.Submit(ctx, enclave.Submission{Name: "query.cohort", Text: b.text, Study: "story",
		Subject: policy.Subject{ID: "anna@example.org", Roles: []string{"researcher"}}})
}

func (b *bench) note(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	do()
}

// step notes a step, and whether it failed.
func (b *bench) step(name string, err error) error {
	if err != nil {
		name += "!"
	}
	b.note(func() { b.steps = append(b.steps, name) })
	return err
}

func (b *bench) registered(string) (policy.Study, error) {
	if b.study != nil {
		return policy.Study{}, b.study()
	}
	return policy.Study{ID: "story", Status: "active", Purpose: []string{"DUO:0000006"}}, nil
}

// Decide is the gate.
func (b *bench) Decide(context.Context, policy.Input) (policy.Decision, error) {
	d := policy.Decision{Allow: true, Terms: terms, ID: strings.Repeat("0", 32), Bundle: digest('1')}
	var err error
	if b.decide != nil {
		err = b.decide(&d)
	}
	return d, b.step("decide", err)
}

// Run is the engine: twenty women and three men.
func (b *bench) Run(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
	if b.run == nil {
		return counts(p), b.step("run", nil)
	}
	raw, err := b.run(ctx, p)
	return raw, b.step("run", err)
}

func counts(p *plan.Plan) *disclosure.Raw {
	return disclosure.NewRaw(p, []disclosure.Counts{
		{Cells: []disclosure.Cell{{Keys: []int{}, Persons: 23}}},
		{Cells: []disclosure.Cell{{Keys: []int{0}, Persons: 20}, {Keys: []int{1}, Persons: 3}}}})
}

func (b *bench) Snapshot() string { return digest('2') }

// Append is the log. Like the real one it does not begin when the caller has gone.
func (b *bench) Append(ctx context.Context, e audit.Entry) (audit.Position, error) {
	err := ctx.Err()
	if err == nil && b.append != nil {
		err = b.append(e)
	}
	text, invalid := e.Canonical()
	if invalid != nil {
		b.t.Errorf("an entry that no log would take: %v", invalid)
	}
	name := string(e.Kind)
	switch {
	case err != nil:
	case e.Kind == audit.KindOutcome:
		name += " " + string(e.Class)
	case e.Kind == audit.KindDenied:
		name += " " + strings.Join(e.Denials, " ")
	}
	if b.step(name, err) != nil {
		return audit.Position{}, err
	}
	var at audit.Position
	b.note(func() {
		at = audit.Position{Index: uint64(len(b.entries)), Leaf: audit.LeafHash(text)}
		b.entries = append(b.entries, e)
	})
	return at, nil
}

// Subject is the log's side table.
func (b *bench) Subject(string) (string, error) {
	var err error
	if b.subject != nil {
		err = b.subject()
	}
	return "hmac-sha256:" + strings.Repeat("3", 64), b.step("subject", err)
}

func (b *bench) Key() audit.LogKey { return audit.LogKey{Origin: "officina/bench"} }

func (b *bench) sign(_ context.Context, s audit.Statement) (audit.Receipt, error) {
	var err error
	if b.receipt != nil {
		err = b.receipt()
	}
	if b.step("receipt", err) != nil {
		return audit.Receipt{}, err
	}
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return audit.SignReceipt(s, key.Public().(ed25519.PublicKey), func(text []byte) ([]byte, error) {
		return ed25519.Sign(key, keys.Message(keys.Receipt, text)), nil
	})
}

func digest(c rune) string { return "sha256:" + strings.Repeat(string(c), 64) }

package releasetest

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/officina-enclave/officina/enclave/audit"
)

// A clock jumps between submissions and between runs of the program, years back and months ahead. The log keeps its
// order and verifies, receipts verify, one question keeps one answer, and loads follow each other.
func TestClockThatJumps(t *testing.T) {
	t.Parallel()
	w := newWorld(t.TempDir(), Real)
	defer w.close()
	prepare(t, w)
	first := w.answered(t, killQuery(1))
	now := w.now
	for i, jump := range []time.Duration{-10 * 365 * 24 * time.Hour, 100 * 24 * time.Hour, -time.Second, -24 * time.Hour, 0} {
		w.now = now.Add(jump)
		if i%2 == 1 { // the program ends between
			if err := w.close(); err != nil {
				t.Fatal(err)
			}
		}
		again, other := w.answered(t, killQuery(1)), w.answered(t, killQuery(2+i))
		if !again.Envelope.Repeat || !bytes.Equal(again.Document, first.Document) {
			t.Errorf("after a jump of %v the question has another answer", jump)
		}
		for _, r := range [][2]any{{again.Envelope.Receipt, again.Document}, {other.Envelope.Receipt, other.Document}} {
			checkReceipt(t, w, r[0].(audit.Receipt), r[1].([]byte))
		}
		verifiedEntries(t, w)
	}
	w.now = now.Add(-5 * 365 * 24 * time.Hour)
	if err := w.load(t.Context(), mustTables(t, 35)); err != nil {
		t.Fatal(err)
	}
	if got := persons(t, w); got != 35 {
		t.Errorf("after a load in the past %d persons are in force, not 35", got)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	w.now = now.Add(time.Hour)
	if got := persons(t, w); got != 35 {
		t.Errorf("opened again %d persons are in force, not 35", got)
	}
	verifiedEntries(t, w)
}

// checkReceipt checks a receipt, with its proof, as a stranger does.
func checkReceipt(t *testing.T, w *world, r audit.Receipt, document []byte) {
	t.Helper()
	proof, err := w.node.Proof(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	r.Inclusion = &proof
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	published, err := w.node.PublicKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v, err := published.Verify(text, document); err != nil || !v.Included {
		t.Errorf("receipt issued at %v: %v %v", r.Statement.IssuedAt, v, err)
	}
}

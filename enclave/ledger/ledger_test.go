package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/internal/deptest"
)

var question = Question{Plan: "sha256:p", Study: "s", Snapshot: "sha256:m", Terms: "sha256:t"}

func open(t *testing.T) *Ledger {
	t.Helper()
	dir := t.TempDir()
	ring, err := local.CreateFromSeed(filepath.Join(dir, "keys"), 1)
	must(t, err)
	t.Cleanup(func() { ring.Close() })
	l, err := Open(t.Context(), filepath.Join(dir, "ledger"), ring)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLifeOfAQuestion(t *testing.T) {
	l := open(t)
	if _, ok, err := l.Recall(question); ok || err != nil {
		t.Fatalf("an unasked question has an answer: %v, %v", ok, err)
	}
	must(t, l.Reserve(question))
	must(t, l.Reserve(question)) // a crash and a second attempt
	if _, ok, _ := l.Recall(question); ok {
		t.Fatal("a reserved question has an answer")
	}
	must(t, l.Commit(t.Context(), question, []byte(`{"rows":[]}`)))
	if a, ok, err := l.Recall(question); !ok || err != nil || a.Settled || string(a.Document) != `{"rows":[]}` {
		t.Fatalf("committed: got %+v, %v, %v", a, ok, err)
	}
	must(t, l.Settle(question))
	if a, _, _ := l.Recall(question); !a.Settled {
		t.Fatal("settled answer says it is not")
	}
}

func TestEveryPartOfAQuestionCounts(t *testing.T) {
	l := open(t)
	must(t, l.Reserve(question))
	must(t, l.Commit(t.Context(), question, []byte("x")))
	for _, other := range []Question{
		{"sha256:q", "s", "sha256:m", "sha256:t"}, {"sha256:p", "r", "sha256:m", "sha256:t"},
		{"sha256:p", "s", "sha256:n", "sha256:t"}, {"sha256:p", "s", "sha256:m", "sha256:u"},
		{"sha256:ps", "", "sha256:m", "sha256:t"},
	} {
		if _, ok, _ := l.Recall(other); ok {
			t.Errorf("%+v got the answer to %+v", other, question)
		}
	}
}

func TestCommitNeedsAReservationAndHappensOnce(t *testing.T) {
	l := open(t)
	if err := l.Commit(t.Context(), question, []byte("x")); err == nil {
		t.Error("committed without a reservation")
	}
	must(t, l.Reserve(question))
	must(t, l.Commit(t.Context(), question, []byte("x")))
	if err := l.Commit(t.Context(), question, []byte("y")); err == nil {
		t.Error("replaced an answer")
	}
}

func TestAChangedAnswerIsRefused(t *testing.T) {
	l := open(t)
	must(t, l.Reserve(question))
	must(t, l.Commit(t.Context(), question, []byte("12 persons")))
	path := l.path(question, "answer")
	b, err := os.ReadFile(path)
	must(t, err)
	for i := range b {
		changed := append([]byte(nil), b...)
		changed[i] ^= 1
		must(t, os.WriteFile(path, changed, 0o600))
		if _, _, err := l.Recall(question); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("byte %d changed: got %v", i, err)
		}
	}
}

func TestAnAnswerDoesNotMoveToAnotherQuestion(t *testing.T) {
	l, other := open(t), Question{"sha256:q", "s", "sha256:m", "sha256:t"}
	must(t, l.Reserve(question))
	must(t, l.Commit(t.Context(), question, []byte("12 persons")))
	must(t, os.Rename(l.path(question, "answer"), l.path(other, "answer")))
	if _, _, err := l.Recall(other); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerOfAnotherEnclaveIsRefused(t *testing.T) {
	l := open(t)
	must(t, l.Reserve(question))
	must(t, l.Commit(t.Context(), question, []byte("12 persons")))
	ring, err := local.CreateFromSeed(filepath.Join(t.TempDir(), "keys"), 2)
	must(t, err)
	defer ring.Close()
	again, err := Open(t.Context(), l.dir, ring)
	must(t, err)
	if _, _, err := again.Recall(question); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

func TestImports(t *testing.T) {
	deptest.Only(t, "enclave/keys", "internal/durable")
}

// FuzzRecall puts any bytes into a stored answer; whatever is recalled must be what was committed.
func FuzzRecall(f *testing.F) {
	dir := f.TempDir()
	ring, err := local.CreateFromSeed(filepath.Join(dir, "keys"), 1)
	if err != nil {
		f.Fatal(err)
	}
	l, err := Open(f.Context(), filepath.Join(dir, "ledger"), ring)
	if err == nil {
		err = errors.Join(l.Reserve(question), l.Commit(f.Context(), question, []byte("an answer")))
	}
	whole, readErr := os.ReadFile(l.path(question, "answer"))
	if err := errors.Join(err, readErr); err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:64])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		must(t, os.WriteFile(l.path(question, "answer"), text, 0o600))
		a, ok, err := l.Recall(question)
		if ok && string(a.Document) != "an answer" || ok == (err != nil) {
			t.Errorf("%q is recalled as %q: %v", text, a.Document, err)
		}
		if verified := l.Verify() == nil; verified != ok {
			t.Errorf("recalled %v, verified %v", ok, verified)
		}
	})
}

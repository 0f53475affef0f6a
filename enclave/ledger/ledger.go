// Package ledger remembers what was asked and what was answered, so that the same question gets the same
// answer and costs nothing.
//
// This is the first part of the ledger: answers by question. Budgets and the history of asked cells join
// it with the full disclosure pipeline.
//
// A question's life on disk: reserved (before the engine runs) → committed (the answer is stored) → settled
// (its outcome is in the audit log). A crash leaves one of these states: a reserved question may run again
// under its reservation; a committed answer stays withheld until a recovered outcome is durable.
package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/officina-enclave/officina/internal/durable"
)

// Question identifies an answer: the same plan of the same study on the same snapshot under the same terms.
// All four are digests, but for the study's id.
type Question struct{ Plan, Study, Snapshot, Terms string }

// key is a file name that depends on every part.
func (q Question) key() string {
	h := sha256.New()
	for _, part := range []string{q.Plan, q.Study, q.Snapshot, q.Terms} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Answer is a stored release document.
type Answer struct {
	Document []byte
	// Settled says that the outcome is in the audit log; an answer that is not settled must not leave.
	Settled bool
}

// ErrCorrupt says that a stored answer is not the one that was committed.
var ErrCorrupt = errors.New("a stored answer was changed on disk; restore the data folder from its backup")

// Ledger keeps answers in a folder. It has one writer: whoever holds the data folder's lock.
type Ledger struct{ dir string }

// Open opens the ledger in dir and makes the folder when it is not there.
func Open(dir string) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return &Ledger{dir}, nil
}

func (l *Ledger) path(q Question, state string) string {
	return filepath.Join(l.dir, q.key()+"."+state)
}

// Recall returns the stored answer to q, if there is one.
func (l *Ledger) Recall(q Question) (Answer, bool, error) {
	doc, err := os.ReadFile(l.path(q, "answer"))
	if errors.Is(err, fs.ErrNotExist) {
		return Answer{}, false, nil
	}
	if err != nil {
		return Answer{}, false, fmt.Errorf("recall: %w", err)
	}
	sum, body := doc[:min(len(doc), sha256.Size)], doc[min(len(doc), sha256.Size):]
	if want := sha256.Sum256(body); string(sum) != string(want[:]) {
		return Answer{}, false, ErrCorrupt
	}
	_, err = os.Stat(l.path(q, "settled"))
	return Answer{Document: body, Settled: err == nil}, true, nil
}

// Reserve records that q is about to run. To reserve again what a crash left reserved is no error.
func (l *Ledger) Reserve(q Question) error {
	return durable.WriteFile(l.path(q, "reserved"), nil, 0o600)
}

// Commit stores the answer to a reserved question. An answer is never replaced.
func (l *Ledger) Commit(q Question, document []byte) error {
	if _, err := os.Stat(l.path(q, "reserved")); err != nil {
		return errors.New("commit: the question was not reserved")
	}
	if _, ok, err := l.Recall(q); ok || err != nil {
		return errors.Join(errors.New("commit: the question is answered already"), err)
	}
	sum := sha256.Sum256(document)
	return durable.WriteFile(l.path(q, "answer"), append(sum[:], document...), 0o600)
}

// Settle records that the outcome of q is in the audit log.
func (l *Ledger) Settle(q Question) error {
	return durable.WriteFile(l.path(q, "settled"), nil, 0o600)
}

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
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/officina-enclave/officina/enclave/keys"
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

// format numbers the layout of the folder, and stands in its file "format". A folder without that file is of format 1,
// and gets it.
const format = "1\n"

// ErrNewer says that a newer version of this program wrote the folder.
var ErrNewer = errors.New("the stored answers are of a newer format than this program reads; upgrade enclave")

// ErrCorrupt says that a stored answer is not the one that this enclave committed for the question.
var ErrCorrupt = errors.New("a stored answer was changed on disk; restore the data folder from its backup")

// Ledger keeps answers in a folder, each signed together with its question, so that whoever can write the
// disk cannot put an answer in. It has one writer: whoever holds the data folder's lock.
type Ledger struct {
	dir    string
	keys   keys.Keys
	public ed25519.PublicKey
}

// Open opens the ledger in dir and makes the folder when it is not there.
func Open(ctx context.Context, dir string, k keys.Keys) (*Ledger, error) {
	public, err := k.Public(ctx, keys.Answer)
	if err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o700), checkFormat(filepath.Join(dir, "format")))
	}
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	return &Ledger{dir, k, public}, nil
}

// checkFormat refuses a folder of another format than ours, and marks one that has no mark yet.
func checkFormat(path string) error {
	switch text, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist):
		return durable.WriteFile(path, []byte(format), 0o600)
	case err != nil:
		return err
	case string(text) != format:
		return ErrNewer
	}
	return nil
}

// signed is what the signature of an answer covers.
func signed(key string, document []byte) []byte { return append([]byte(key+"\n"), document...) }

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
	n := min(len(doc), ed25519.SignatureSize)
	signature, body := doc[:n], doc[n:]
	if err := keys.Verify(l.public, keys.Answer, signed(q.key(), body), signature); err != nil {
		return Answer{}, false, ErrCorrupt
	}
	_, err = os.Stat(l.path(q, "settled"))
	return Answer{Document: body, Settled: err == nil}, true, nil
}

// Verify checks every stored answer. The error is [ErrCorrupt], or that of the disk.
func (l *Ledger) Verify() error {
	files, err := os.ReadDir(l.dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		key, is := strings.CutSuffix(f.Name(), ".answer")
		if !is {
			continue
		}
		text, err := os.ReadFile(filepath.Join(l.dir, f.Name()))
		if err != nil {
			return err
		}
		n := min(len(text), ed25519.SignatureSize)
		if err := keys.Verify(l.public, keys.Answer, signed(key, text[n:]), text[:n]); err != nil {
			return fmt.Errorf("%w: %s", ErrCorrupt, f.Name())
		}
	}
	return nil
}

// Reserve records that q is about to run. To reserve again what a crash left reserved is no error.
func (l *Ledger) Reserve(q Question) error {
	return durable.WriteFile(l.path(q, "reserved"), nil, 0o600)
}

// Commit stores the answer to a reserved question. An answer is never replaced.
func (l *Ledger) Commit(ctx context.Context, q Question, document []byte) error {
	if _, err := os.Stat(l.path(q, "reserved")); err != nil {
		return errors.New("commit: the question was not reserved")
	}
	if _, ok, err := l.Recall(q); ok || err != nil {
		return errors.Join(errors.New("commit: the question is answered already"), err)
	}
	signature, err := l.keys.Sign(ctx, keys.Answer, signed(q.key(), document))
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return durable.WriteFile(l.path(q, "answer"), append(signature, document...), 0o600)
}

// Settle records that the outcome of q is in the audit log.
func (l *Ledger) Settle(q Question) error {
	return durable.WriteFile(l.path(q, "settled"), nil, 0o600)
}

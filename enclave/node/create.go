package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/internal/canon"
	"github.com/officina-enclave/officina/internal/durable"
)

// Create makes a data folder with new keys. The board's public keys say whose signature makes a study.
func Create(dir string, c Config, boardKeys []ed25519.PublicKey, makeKeys func(dir string) (*local.Keyring, error)) error {
	if _, err := os.Stat(filepath.Join(dir, "enclave.yaml")); err == nil {
		return &enclave.Error{Class: enclave.Invalid, Message: fmt.Sprintf("%s is a data folder already; nothing was changed", dir)}
	}
	for _, name := range []string{"keys", "datasets", "studies", "audit", "answers"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			return err
		}
	}
	ring, err := makeKeys(filepath.Join(dir, "keys"))
	if err != nil {
		return unavailable("the keys", err)
	}
	if err := errors.Join(ring.Close(), writeBoard(dir, boardKeys)); err != nil {
		return err
	}
	return writeConfig(dir, c) // last: its presence makes the folder a data folder
}

func writeBoard(dir string, boardKeys []ed25519.PublicKey) error {
	var text []byte
	for _, k := range boardKeys {
		pem, err := study.EncodePublic(k)
		if err != nil {
			return err
		}
		text = append(text, pem...)
	}
	return durable.WriteFile(filepath.Join(dir, "keys", "board.pub.pem"), text, 0o600)
}

// AddStudy registers a study that a board key signed: in the log first, so that none is in force that the log does not
// know.
func (n *Node) AddStudy(ctx context.Context, text, signature []byte) (study.Study, error) {
	signers, err := board(n.Dir)
	if err != nil {
		return study.Study{}, unavailable("the studies", err)
	}
	s, err := study.Verify(text, signature, signers)
	entry := audit.Entry{Kind: audit.KindStudy, Action: "registered", Study: s.ID, Ref: canon.Sum(text), Time: n.now()}
	if err == nil && entry.Validate() != nil {
		err = errors.New("the id of a study takes small letters and digits, with single dots, dashes and underscores between them")
	}
	if err != nil {
		return study.Study{}, &enclave.Error{Class: enclave.Invalid, Message: err.Error()}
	}
	if _, err = n.Log.Append(ctx, entry); err == nil {
		s, err = study.Add(filepath.Join(n.Dir, "studies"), text, signature, signers)
	}
	if err != nil {
		return study.Study{}, unavailable("the study was not registered", err)
	}
	return s, nil
}

// PublicKeys is what the enclave publishes, so that anybody can check its receipts and its log.
func (n *Node) PublicKeys(ctx context.Context) (audit.PublicKeys, error) {
	receipt, err := n.Keys.Public(ctx, keys.Receipt)
	if err != nil {
		return audit.PublicKeys{}, err
	}
	log := n.Log.Key()
	return audit.PublicKeys{Format: audit.PublicKeysFormat, Enclave: n.Config.Name, Receipt: receipt, Origin: log.Origin, Log: log.Public}, nil
}

// Proof waits for the proof that the log holds the outcome of a receipt.
func (n *Node) Proof(ctx context.Context, r audit.Receipt) (audit.Inclusion, error) {
	at := r.Statement.Audit
	return n.Log.Proof(ctx, audit.Position{Index: at.Index, Leaf: at.Leaf})
}

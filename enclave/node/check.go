package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/ledger"
	"github.com/officina-enclave/officina/enclave/store"
)

// Held is a data folder that is locked and at rest.
type Held struct {
	Dir    string
	Config Config
	Keys   keys.Keys
	lock   io.Closer
}

// Hold closes runs that a crash cut off, as [Open] does, and then keeps the folder locked and at rest until Close:
// nobody writes to it, the holder neither.
func Hold(ctx context.Context, dir string, o Options) (*Held, error) {
	n, err := Open(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	if err := n.Close(); err != nil {
		return nil, unavailable("the audit log", err)
	}
	ring, err := local.Open(filepath.Join(dir, "keys"), o.Keys)
	if err != nil {
		return nil, unavailable("the keys", err)
	}
	lock, err := tlog.Hold(n.auditDir())
	if err != nil {
		return nil, errors.Join(unavailable("the audit log", err), ring.Close())
	}
	return &Held{Dir: dir, Config: n.Config, Keys: ring, lock: lock}, nil
}

// Close lets go of the folder.
func (h *Held) Close() error { return errors.Join(h.Keys.Close(), h.lock.Close()) }

// Report is what [Check] found whole.
type Report struct {
	Log      inspect.Report
	Datasets map[string]string // name → digest of the manifest in force
}

// Check looks at everything in a data folder that nobody writes: keys, audit log, snapshots in force with their
// catalogs, stored answers. If remembered is not nil it is an earlier checkpoint, of which the log must be a
// continuation. It does not read the sealed files, only that they are there.
func Check(ctx context.Context, dir string, remembered []byte, o Options) (r Report, err error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return r, err
	}
	ring, err := local.Open(filepath.Join(dir, "keys"), o.Keys)
	if err != nil {
		return r, unavailable("the keys", err)
	}
	defer func() { err = errors.Join(err, ring.Close()) }()
	if _, err := board(dir); err != nil {
		return r, unavailable("the keys", err)
	}
	n := &Node{Dir: dir, Config: c, Keys: ring, newest: map[string]string{}}
	if r.Log, err = n.checkLog(ctx, remembered); err != nil {
		return r, unavailable("the audit log", err)
	}
	if r.Datasets, err = n.checkDatasets(ctx); err != nil {
		return r, err
	}
	answers, err := ledger.Open(ctx, filepath.Join(dir, "answers"), ring)
	if err == nil {
		err = answers.Verify()
	}
	if err != nil {
		return r, unavailable("the stored answers", err)
	}
	return r, nil
}

func (n *Node) checkLog(ctx context.Context, remembered []byte) (inspect.Report, error) {
	key, err := n.LogKey(ctx)
	if err != nil {
		return inspect.Report{}, err
	}
	report, err := inspect.Verify(ctx, n.auditDir(), key, remembered)
	if err != nil {
		return report, err
	}
	_, err = n.readLog(ctx, key)
	return report, err
}

// checkDatasets checks the snapshot in force of each dataset, also of those that only the log knows.
func (n *Node) checkDatasets(ctx context.Context) (map[string]string, error) {
	list, err := os.ReadDir(filepath.Join(n.Dir, "datasets"))
	if err != nil {
		return nil, unavailable("the data", err)
	}
	out := map[string]string{}
	for _, d := range list {
		switch digest, err := n.checkDataset(ctx, d.Name()); {
		case errors.Is(err, store.ErrNone) && n.newest[d.Name()] == "": // a first load that failed
		case err != nil:
			return nil, unavailable("dataset "+d.Name(), err)
		default:
			out[d.Name()] = digest
		}
	}
	for name := range n.newest {
		if out[name] == "" {
			return nil, unavailable("dataset "+name, errors.New("the log knows it, and its folder is missing"))
		}
	}
	return out, nil
}

func (n *Node) checkDataset(ctx context.Context, name string) (digest string, err error) {
	s, _, err := n.inForce(ctx, name)
	if err != nil {
		return "", err
	}
	defer s.Close()
	m := s.Manifest()
	for _, f := range m.Files {
		path := filepath.Join(DatasetDir(n.Dir, name), "snapshots", m.Snapshot, f.Path)
		if info, err := os.Stat(path); err != nil || info.Size() != f.Bytes {
			return "", fmt.Errorf("the file %s of table %s is missing or cut; restore it from a backup", f.Path, f.Table)
		}
	}
	_, err = n.target(name, m.Catalog)
	return m.Digest(), err
}

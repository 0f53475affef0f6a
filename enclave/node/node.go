// Package node opens a data folder, one centre's enclave on disk, and puts the real parts together: keys,
// encrypted store, policy, audit log, engine.
//
// A data folder:
//
//	enclave.yaml                      what the custodian decides (Config)
//	keys/                             the sealed keyring, its identity, the board's public keys
//	datasets/NAME/catalogs/           what may be queried: catalog.yaml and vocabulary.csv, public, by digest
//	datasets/NAME/snapshots/          encrypted Parquet, signed manifests
//	studies/ID.yaml, ID.yaml.sig      studies, signed by the board
//	policy/                           the board's bundle; absent: the one that ships
//	audit/                            the log
//	answers/                          stored releases, and the number of their format
//	trouble.log                       causes of internal errors, by reference
//
// One process writes a data folder at a time: the audit log's lock is the folder's lock.
package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/audit/tlog"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/ledger"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/internal/durable"
	"github.com/officina-enclave/officina/policy"
	"github.com/officina-enclave/officina/policy/opa"
)

// Node is an open data folder.
type Node struct {
	Dir    string
	Config Config
	Keys   keys.Keys
	Log    *tlog.Log
	now    func() time.Time
	engine *duckdb.Engine

	mu     sync.Mutex
	stores []*store.Store
	policy string            // digest of the bundle that the log says is in force
	newest map[string]string // dataset → digest of the manifest that the log says is in force
}

// Options are for tests and demonstrations; the zero Options are for earnest.
type Options struct {
	Keys local.Options
	Now  func() time.Time // nil: time.Now
}

// Open opens a data folder for writing, closes runs that a crash cut off, and keeps the folder locked until Close.
func Open(ctx context.Context, dir string, o Options) (*Node, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	ring, err := local.Open(filepath.Join(dir, "keys"), o.Keys)
	if err != nil {
		return nil, unavailable("the keys", err)
	}
	n := &Node{Dir: dir, Config: c, Keys: ring, now: o.Now, newest: map[string]string{}, engine: duckdb.New(c.engineLimits())}
	if n.now == nil {
		n.now = time.Now
	}
	signer, err := n.signer(ctx)
	if err == nil {
		n.Log, err = tlog.Open(ctx, n.auditDir(), signer)
	}
	if err == nil {
		err = errors.Join(sweep(dir), n.recover(ctx))
	}
	if err != nil {
		return nil, errors.Join(unavailable("the audit log", err), n.Close())
	}
	return n, nil
}

// sweep removes the temporary files that a crash left.
func sweep(dir string) (err error) {
	for _, pattern := range []string{".", "keys", "studies", "audit", "answers", "datasets/*", "datasets/*/catalogs/*"} {
		below, _ := fs.Glob(os.DirFS(dir), pattern) // the patterns are good
		for _, name := range below {
			err = errors.Join(err, durable.Sweep(filepath.Join(dir, name)))
		}
	}
	return err
}

// unavailable is an error of the operator's: nothing of it depends on patients.
func unavailable(what string, err error) error {
	message := fmt.Sprintf("%s: %v", what, err)
	if remedy := durable.Remedy(err); remedy != "" {
		message += "; " + remedy
	}
	return &enclave.Error{Class: enclave.Unavailable, Message: message}
}

func (n *Node) auditDir() string { return filepath.Join(n.Dir, "audit") }

// LogKey is what checks the audit log of a data folder.
func (n *Node) LogKey(ctx context.Context) (audit.LogKey, error) {
	public, err := n.Keys.Public(ctx, keys.Checkpoint)
	return audit.LogKey{Origin: "officina/" + n.Config.Name, Public: public}, err
}

func (n *Node) signer(ctx context.Context) (*audit.Signer, error) {
	key, err := n.LogKey(ctx)
	if err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // the log signs until it is closed
	return audit.NewSigner(key, func(text []byte) ([]byte, error) { return n.Keys.Sign(ctx, keys.Checkpoint, text) })
}

// recover reads the log: it notes which snapshots are in force, and gives every run that a crash left without outcome
// one: it ended, and released nothing.
func (n *Node) recover(ctx context.Context) error {
	open, err := n.readLog(ctx, n.Log.Key())
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(open)) {
		e := open[id]
		e.Kind, e.Class, e.Subject, e.Ref, e.Time = audit.KindRecovered, audit.ClassInternal, "", id, n.now()
		if _, err := n.Log.Append(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// readLog notes what the log says is in force, and returns the intents of the runs that have no outcome.
func (n *Node) readLog(ctx context.Context, key audit.LogKey) (open map[string]audit.Entry, err error) {
	open = map[string]audit.Entry{}
	for r, err := range inspect.Entries(ctx, n.auditDir(), key, inspect.Filter{}) {
		if err != nil {
			return nil, err
		}
		switch r.Entry.Kind {
		case audit.KindIntent:
			open[r.Entry.ID] = r.Entry
		case audit.KindOutcome, audit.KindRecovered:
			delete(open, r.Entry.ID)
		case audit.KindPolicy:
			n.policy = r.Entry.Policy
		case audit.KindIngest:
			n.newest[r.Entry.Dataset] = r.Entry.Snapshot
		}
	}
	return open, nil
}

// Close releases the folder.
func (n *Node) Close() error {
	var errs []error
	for _, s := range n.stores {
		errs = append(errs, s.Close())
	}
	if n.Log != nil {
		errs = append(errs, n.Log.Close())
	}
	return errors.Join(append(errs, n.engine.Close(), n.Keys.Close())...)
}

// DatasetDir is the folder of a dataset.
func DatasetDir(dir, dataset string) string { return filepath.Join(dir, "datasets", dataset) }

// catalogDir is where the catalog of that digest is kept: every snapshot keeps the one it was checked against.
func catalogDir(dir, dataset, digest string) string {
	return filepath.Join(DatasetDir(dir, dataset), "catalogs", strings.TrimPrefix(digest, "sha256:"))
}

// ParseTarget reads a catalog and its vocabulary, and checks that the libraries it pins are there, by
// [catalog.Library.File].
func ParseTarget(name string, text, vocabulary []byte, libraries map[string][]byte) (dsl.Target, error) {
	c, diags := catalog.Parse(name, text)
	if diags.Failed() {
		return dsl.Target{}, &enclave.Error{Class: enclave.Invalid, Message: name + " has errors", Diagnostics: diags}
	}
	v, diags := catalog.ParseVocabulary(vocabulary)
	if diags.Failed() {
		return dsl.Target{}, &enclave.Error{Class: enclave.Invalid, Message: "the vocabulary of " + name + " has errors", Diagnostics: diags}
	}
	l := catalog.NewLibraries(c, libraries)
	if diags := l.Check(); diags.Failed() {
		return dsl.Target{}, &enclave.Error{Class: enclave.Invalid, Message: "a library of " + name + " has errors", Diagnostics: diags}
	}
	return dsl.Target{Catalog: c, Vocabulary: v, Libraries: l}, nil
}

// target reads the catalog that a snapshot was checked against.
func (n *Node) target(dataset, digest string) (dsl.Target, error) {
	dir := catalogDir(n.Dir, dataset, digest)
	text, err := os.ReadFile(filepath.Join(dir, "catalog.yaml"))
	if err != nil {
		return dsl.Target{}, unavailable("the catalog", err)
	}
	vocabulary, err := os.ReadFile(filepath.Join(dir, "vocabulary.csv"))
	if err != nil {
		return dsl.Target{}, unavailable("the vocabulary", err)
	}
	libraries, err := readLibraries(dir)
	if err != nil {
		return dsl.Target{}, unavailable("the libraries", err)
	}
	t, err := ParseTarget("catalog.yaml", text, vocabulary, libraries)
	if err != nil { // they could be read when they were put here
		return dsl.Target{}, unavailable("the catalog", fmt.Errorf("it was changed after the data were loaded, or a file beside it; ingest again: %w", err))
	}
	switch {
	case t.Catalog.Digest() != digest:
		err = unavailable("the catalog", errors.New("it was changed after the data were loaded; ingest again"))
	case t.Catalog.Mode.Release != "exact":
		err = unavailable("the catalog", fmt.Errorf("its mode is %s, and this version of the enclave protects in exact mode only", t.Catalog.Mode.Release))
	}
	return t, err
}

// readLibraries reads all libraries that are kept with a catalog.
func readLibraries(dir string) (map[string][]byte, error) {
	dir = filepath.Join(dir, "libraries")
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	out := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			return nil, err
		}
		out["libraries/"+file.Name()] = text
	}
	return out, err
}

// Enclave puts a dataset's snapshot in force behind the pipeline.
func (n *Node) Enclave(ctx context.Context, dataset string) (*enclave.Enclave, error) {
	snapshot, err := n.snapshot(ctx, dataset)
	if errors.Is(err, store.ErrNone) || errors.Is(err, store.ErrName) {
		return nil, &enclave.Error{Class: enclave.NotFound, Message: fmt.Sprintf("there is no dataset %q here; `enclave ingest` loads one", dataset)}
	}
	if err != nil {
		return nil, unavailable("the data", err)
	}
	target, err := n.target(dataset, snapshot.Manifest().Catalog)
	if err != nil {
		return nil, err
	}
	gate, err := n.gate(ctx)
	if err != nil {
		return nil, unavailable("the policy", err)
	}
	answers, err := ledger.Open(ctx, filepath.Join(n.Dir, "answers"), n.Keys)
	if err != nil {
		return nil, unavailable("the stored answers", err)
	}
	return &enclave.Enclave{Name: n.Config.Name, Target: target, Study: n.study, Gate: gate, Floor: n.Config.Floor,
		Engine: engine{n.engine, snapshot}, Ledger: answers, Log: n.Log, Receipt: n.receipt, Now: n.now, Trouble: n.trouble}, nil
}

// snapshot opens the snapshot in force, and records it when a crash came between it and its entry.
func (n *Node) snapshot(ctx context.Context, dataset string) (*store.Store, error) {
	s, recorded, err := n.inForce(ctx, dataset)
	if err == nil && !recorded {
		err = n.recordIngest(ctx, s.Manifest())
	}
	return s, err
}

// inForce opens the snapshot in force and checks that the log knows it, or the one before it, as the newest.
func (n *Node) inForce(ctx context.Context, dataset string) (s *store.Store, recorded bool, err error) {
	s, err = store.Open(ctx, DatasetDir(n.Dir, dataset), n.Keys, dataset, store.Options{ImageBudget: n.Config.imageBudget()})
	if err != nil {
		return nil, false, err
	}
	n.mu.Lock()
	n.stores = append(n.stores, s)
	newest := n.newest[dataset]
	n.mu.Unlock()
	switch m := s.Manifest(); newest {
	case m.Digest():
		return s, true, nil
	case m.Previous:
		return s, false, nil
	}
	return nil, false, ErrOldSnapshot
}

// ErrOldSnapshot says that the snapshot on disk is not the one that the audit log says is in force.
var ErrOldSnapshot = errors.New("the snapshot is not the newest that the audit log knows: it was put back; restore the newest")

func (n *Node) recordIngest(ctx context.Context, m store.Manifest) error {
	_, err := n.Log.Append(ctx, audit.Entry{Kind: audit.KindIngest, Dataset: m.Dataset, Snapshot: m.Digest(), Time: n.now()})
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.newest[m.Dataset] = m.Digest()
	return nil
}

// Bundle is the policy that queries of a data folder meet: the board's or, without one, that which ships.
func Bundle(dir string) fs.FS {
	own := filepath.Join(dir, "policy")
	if info, err := os.Stat(own); err != nil || !info.IsDir() {
		return policy.Default()
	}
	return os.DirFS(own)
}

// gate loads the policy.
func (n *Node) gate(ctx context.Context) (*opa.Engine, error) {
	b, err := opa.Load(ctx, Bundle(n.Dir))
	if err != nil {
		return nil, err
	}
	if err := n.recordPolicy(ctx, b.Digest()); err != nil {
		return nil, err
	}
	gate := &opa.Engine{}
	gate.Activate(b)
	return gate, nil
}

// recordPolicy notes in the log when another bundle comes into force.
func (n *Node) recordPolicy(ctx context.Context, digest string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.policy == digest {
		return nil
	}
	_, err := n.Log.Append(ctx, audit.Entry{Kind: audit.KindPolicy, Action: "activated", Policy: digest, Time: n.now()})
	if err == nil {
		n.policy = digest
	}
	return err
}

// study loads a registered study. Whatever is wrong with it, there is none.
func (n *Node) study(id string) (policy.Study, error) {
	signers, err := board(n.Dir)
	if err != nil {
		return policy.Study{}, unavailable("the studies", err)
	}
	s, err := study.Load(filepath.Join(n.Dir, "studies"), id, signers)
	if errors.Is(err, study.ErrNotFound) || errors.Is(err, study.ErrID) {
		return policy.Study{}, &enclave.Error{Class: enclave.NotFound, Message: fmt.Sprintf("there is no study %q; ask %s", id, n.Config.Contact)}
	}
	if err != nil {
		return policy.Study{}, unavailable("study "+id, err)
	}
	return s.Study, nil
}

func (n *Node) receipt(ctx context.Context, s audit.Statement) (audit.Receipt, error) {
	public, err := n.Keys.Public(ctx, keys.Receipt)
	if err != nil {
		return audit.Receipt{}, err
	}
	return audit.SignReceipt(s, public, func(text []byte) ([]byte, error) { return n.Keys.Sign(ctx, keys.Receipt, text) })
}

// trouble notes the cause of an internal error in trouble.log. Causes name stages and classes: what DuckDB
// says of values is cut off where it enters, in enclave/duck.
func (n *Node) trouble(ref string, cause error) {
	f, err := os.OpenFile(filepath.Join(n.Dir, "trouble.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return // the researcher has the reference, the audit log the outcome
	}
	defer f.Close()
	fmt.Fprintf(f, "%s %s", n.now().UTC().Format(time.RFC3339), ref)
	for ; cause != nil; cause = errors.Unwrap(cause) {
		fmt.Fprintf(f, " %q", cause.Error())
	}
	fmt.Fprintln(f)
}

// engine binds DuckDB to a snapshot.
type engine struct {
	duckdb   *duckdb.Engine
	snapshot *store.Store
}

func (e engine) Snapshot() string { return e.snapshot.Digest() }

// Run tells data that cannot be read from other failures: then it is the operator who has to do something.
func (e engine) Run(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
	raw, err := e.duckdb.Run(ctx, p, e.snapshot)
	var large *duckdb.TooLarge
	if errors.As(err, &large) {
		return nil, enclave.Because(enclave.Unavailable, large.Error()+"; ask for fewer sources or columns, or ask the operator", err)
	}
	var failed *duckdb.Error
	if ctx.Err() == nil && errors.As(err, &failed) && (failed.Stage == duckdb.Dictionary || failed.Stage == duckdb.Images) {
		return nil, enclave.Because(enclave.Unavailable, "the data cannot be read; tell the operator, who finds the cause under the reference", err)
	}
	return raw, err
}

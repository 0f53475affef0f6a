package releasetest

import (
	"context"
	"crypto/ed25519"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/study"
)

//go:embed defaults
var defaults embed.FS

func defaultFile(name string) []byte {
	text, err := defaults.ReadFile("defaults/" + name)
	if err != nil {
		panic(err) // it is in the program
	}
	return text
}

// world is what a story happens in: a data folder, and who looks at it.
type world struct {
	dir     string
	engine  Engine
	board   ed25519.PrivateKey
	config  node.Config
	now     time.Time
	catalog []byte
	words   []byte // the vocabulary
	tables  *Tables
	studies map[string]study.Study

	node    *node.Node       // nil: closed
	enclave *enclave.Enclave // nil: not yet, or to be opened anew
	probe   *probe           // between the enclave and its engine and log

	last     *submission
	released []byte // the document of the release before the last submission
	audited  uint64 // entries that an expectation has seen
}

// submission is what became of a query.
type submission struct {
	release *enclave.Release
	err     error
	ran     bool // the engine was asked
}

func newWorld(dir string, engine Engine) *world {
	return &world{
		dir: filepath.Join(dir, "data"), engine: engine, board: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)),
		config:  node.Config{Format: node.Format, Name: "story", Contact: "data@example.org", Floor: node.DefaultFloor},
		now:     time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC),
		catalog: defaultFile("catalog.yaml"), words: defaultFile("vocabulary.csv"),
		tables: &Tables{}, studies: map[string]study.Study{}, probe: &probe{},
	}
}

// open makes the data folder, or opens it again.
func (w *world) open(ctx context.Context) (err error) {
	if w.node != nil {
		return nil
	}
	board := []ed25519.PublicKey{w.board.Public().(ed25519.PublicKey)}
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, 1) }
	if _, err := os.Stat(filepath.Join(w.dir, "enclave.yaml")); errors.Is(err, fs.ErrNotExist) {
		if err := node.Create(w.dir, w.config, board, makeKeys); err != nil {
			return err
		}
	}
	w.node, err = node.Open(ctx, w.dir, node.Options{Now: func() time.Time { return w.now }})
	return err
}

// close lets go of the folder; what follows opens it again.
func (w *world) close() error {
	n := w.node
	w.node, w.enclave = nil, nil
	if n == nil {
		return nil
	}
	return n.Close()
}

// load puts tables in force as the next snapshot.
func (w *world) load(ctx context.Context, tables *Tables) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	w.tables, w.enclave = tables, nil
	if target, err := node.ParseTarget("catalog.yaml", w.catalog, w.words, nil); err == nil { // else Ingest says so
		tables.placed(target.Catalog)
	}
	_, err := w.node.Ingest(ctx, node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: tables, Limit: 1})
	return err
}

// register signs a study and registers it.
func (w *world) register(ctx context.Context, text []byte) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	s, err := w.node.AddStudy(ctx, text, study.Sign(w.board, text))
	w.studies[s.ID] = s
	return err
}

// submit takes a query through the enclave. Its own error is that of the story; the query's is in w.last.
func (w *world) submit(ctx context.Context, s enclave.Submission) error {
	if w.last != nil && w.last.release != nil {
		w.released = w.last.release.Document
	}
	w.last = &submission{}
	if err := w.ready(ctx); err != nil {
		w.last.err = err
		return asPublic(err)
	}
	runs := w.probe.runs
	w.last.release, w.last.err = w.enclave.Submit(ctx, s)
	w.last.ran = w.probe.runs > runs
	return nil
}

// asPublic lets through what a researcher may be told; everything else spoils the story.
func asPublic(err error) error {
	var told *enclave.Error
	if errors.As(err, &told) {
		return nil
	}
	return err
}

// ready opens the enclave of the snapshot in force.
func (w *world) ready(ctx context.Context) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	if w.enclave != nil {
		return nil
	}
	target, err := node.ParseTarget("catalog.yaml", w.catalog, w.words, nil)
	if err != nil {
		return err
	}
	e, err := w.node.Enclave(ctx, target.Catalog.Dataset)
	if err != nil {
		return err
	}
	w.tables.catalog = target.Catalog
	w.probe.attach(e, w.engine(e.Engine, w.tables))
	w.enclave = e
	return nil
}

// entries reads the log once everything in it is under a signature, and leaves out what was seen before.
func (w *world) entries(ctx context.Context) ([]audit.Entry, error) {
	dir := filepath.Join(w.dir, "audit")
	if err := w.settled(ctx, dir); err != nil {
		return nil, err
	}
	var out []audit.Entry
	for r, err := range inspect.Entries(ctx, dir, w.node.Log.Key(), inspect.Filter{}) {
		if err != nil {
			return nil, err
		}
		if r.Index >= w.audited {
			out = append(out, r.Entry)
		}
	}
	w.audited += uint64(len(out))
	return out, nil
}

// settled waits until the checkpoint covers every entry.
func (w *world) settled(ctx context.Context, dir string) error {
	if err := w.open(ctx); err != nil {
		return err
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		state, err := inspect.ReadState(dir)
		if err != nil {
			return err
		}
		_, signed, err := inspect.ReadCheckpoint(dir, w.node.Log.Key())
		if err != nil || signed.Size >= state.Size {
			return err
		}
		if time.Now().After(deadline) {
			return errors.New("the audit log was not signed within ten seconds")
		}
	}
}

// verify checks the whole audit log.
func (w *world) verify(ctx context.Context) error {
	if w.node == nil {
		return nil
	}
	dir := filepath.Join(w.dir, "audit")
	if err := w.settled(ctx, dir); err != nil {
		return err
	}
	_, err := inspect.Verify(ctx, dir, w.node.Log.Key(), nil)
	return err
}

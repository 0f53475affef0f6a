// Package sealed is our side of the benchmark: a data folder like any other, asked through enclave.Submit.
package sealed

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/officina-enclave/officina/bench/cells"
	"github.com/officina-enclave/officina/bench/population"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/enclave/study"
	"github.com/officina-enclave/officina/internal/stage"
	"github.com/officina-enclave/officina/policy"
)

// Dataset is the name of the benchmark's dataset.
const Dataset = "bench"

//go:embed study.yaml
var studyText []byte

// board is the key of the benchmark's ethics board. It protects nothing.
func board() ed25519.PrivateKey {
	sum := sha256.Sum256([]byte("officina benchmark board"))
	return ed25519.NewKeyFromSeed(sum[:])
}

// Create makes a data folder and loads the source into it. progress is called now and then with the share that is done.
func Create(ctx context.Context, dir string, catalog []byte, s population.Source, progress func(float64)) (report ingest.Report, err error) {
	config := node.Config{Format: node.Format, Name: "officina-bench", Contact: "custodian@example.org", Floor: node.DefaultFloor}
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, s.Seed) }
	if err := node.Create(dir, config, []ed25519.PublicKey{board().Public().(ed25519.PublicKey)}, makeKeys); err != nil {
		return report, err
	}
	n, err := node.Open(ctx, dir, node.Options{})
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	return n.Ingest(ctx, node.Load{Name: "catalog.yaml", Catalog: catalog, Vocabulary: population.Vocabulary(), Source: s, Seed: s.Seed,
		Progress: func(p ingest.Progress) { progress(float64(p.Bytes) / float64(p.Size)) }})
}

// Enclave is an open data folder.
type Enclave struct {
	node    *node.Node
	enclave *enclave.Enclave
}

// Open opens a data folder with nothing in its caches.
func Open(ctx context.Context, dir string) (*Enclave, error) {
	n, err := node.Open(ctx, dir, node.Options{})
	if err != nil {
		return nil, err
	}
	e, err := n.Enclave(ctx, Dataset)
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return &Enclave{n, e}, nil
}

// Close closes the data folder.
func (e *Enclave) Close() error { return e.node.Close() }

// Export writes the parts of every table in plain into the folder to, as TABLE-PART.parquet: the same pages, in the
// same order, as they are sealed.
func (e *Enclave) Export(ctx context.Context, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return e.withStore(ctx, func(s *store.Store) error {
		for _, f := range s.Manifest().Files {
			if err := export(ctx, s, f, filepath.Join(to, fmt.Sprintf("%s-%05d.parquet", f.Table, f.Part))); err != nil {
				return err
			}
		}
		return nil
	})
}

// withStore opens the snapshot once more, with room for an image of everything.
func (e *Enclave) withStore(ctx context.Context, do func(*store.Store) error) (err error) {
	s, err := store.Open(ctx, node.DatasetDir(e.node.Dir, Dataset), e.node.Keys, Dataset, store.Options{ImageBudget: 8 << 30})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return do(s)
}

func export(ctx context.Context, s *store.Store, f store.FileEntry, path string) error {
	q := store.Request{Table: f.Table, Part: f.Part, Groups: map[string]bool{}}
	for column, group := range f.Columns {
		q.Columns = append(q.Columns, column)
		q.Groups[group] = true
	}
	image, err := s.Image(ctx, q)
	if err != nil {
		return err
	}
	defer image.Release()
	from, err := os.Open(image.Path())
	if err != nil {
		return err
	}
	defer from.Close()
	into, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(into, from)
	return errors.Join(err, into.Close())
}

// nothingHidden are terms that protect nothing, so that every count can be compared. Only synthetic data get them, and
// only here: no data folder accepts a policy as loose.
var nothingHidden = policy.Terms{MinCell: 1, RoundTo: 1, Kinds: node.DefaultFloor.Kinds, Dimensions: node.DefaultFloor.Dimensions}

// Exact runs a query past policy and protection and returns every count as the engine counted it.
func (e *Enclave) Exact(ctx context.Context, name, text string) (out []cells.Table, err error) {
	engine, err := e.Engine(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return engine.Run(ctx, name, text, func(run func() error) error { return run() })
}

// Register adds a study: a new one has no stored answers.
func (e *Enclave) Register(ctx context.Context, study string) error {
	text := bytes.ReplaceAll(studyText, []byte("STUDY"), []byte(study))
	_, err := e.node.AddStudy(ctx, text, signed(text))
	return err
}

func signed(text []byte) []byte { return study.Sign(board(), text) }

// ErrRepeat says that an answer came from the store of answers, so that its time says nothing.
var ErrRepeat = errors.New("the answer was stored before: this is no measurement")

// Submit asks a query for a study and tells how long it took, in all and by stage, in milliseconds. The stage "other" is
// what no stage holds; "run" holds the stages "run: …".
func (e *Enclave) Submit(ctx context.Context, study, name, text string) (ms float64, stages map[string]float64, err error) {
	ctx, recorded := stage.Record(ctx)
	s := enclave.Submission{Name: name, Text: text, Study: study,
		Subject: policy.Subject{ID: "researcher@example.org", Organisation: "Officina benchmark", Roles: []string{"researcher"}}}
	began := time.Now()
	r, err := e.enclave.Submit(ctx, s)
	took := time.Since(began)
	if err != nil {
		return 0, nil, err
	}
	if r.Envelope.Repeat {
		return 0, nil, ErrRepeat
	}
	return milliseconds(took), staged(took, recorded()), nil
}

func staged(whole time.Duration, parts []stage.Stage) map[string]float64 {
	out := map[string]float64{"other": milliseconds(whole)}
	for _, p := range parts {
		out[p.Name] += milliseconds(p.Took)
		if p.Name != "run" {
			out["other"] -= milliseconds(p.Took)
		}
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

package node

import (
	"context"
	"os"
	"path/filepath"
	"runtime"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/internal/durable"
)

// sortMemory bounds the sorting of one part, so that a load of any size stays within 4 GiB.
const sortMemory = "2GiB"

// Load says what to load.
type Load struct {
	Name       string            // of the catalog file, for diagnostics
	Catalog    []byte            // YAML
	Vocabulary []byte            // CSV; nothing: no published codes
	Libraries  map[string][]byte // the libraries that the catalog pins, by catalog.Library.File
	Source     connectors.Source
	Limit      float64 // see ingest.Options
	Seed       uint64  // see ingest.Options
	Progress   func(ingest.Progress)
}

// Ingest loads a source as the new snapshot of the catalog's dataset and records it. The report tells what
// became of the rows, also when the load fails; then the old snapshot stays in force.
func (n *Node) Ingest(ctx context.Context, l Load) (ingest.Report, error) {
	if len(l.Vocabulary) == 0 {
		l.Vocabulary = []byte("code,label,parents\n")
	}
	target, err := ParseTarget(l.Name, l.Catalog, l.Vocabulary, l.Libraries)
	if err != nil {
		return ingest.Report{}, err
	}
	c := target.Catalog
	if err := keep(l, c, catalogDir(n.Dir, c.Dataset, c.Digest())); err != nil {
		return ingest.Report{}, notLoaded(err)
	}
	report, manifest, err := ingest.Run(ctx, ingest.Options{Catalog: c, Vocabulary: target.Vocabulary, Source: l.Source,
		Dir: DatasetDir(n.Dir, c.Dataset), Keys: n.Keys, Seed: l.Seed, Limit: l.Limit, Limits: duck.Limits{Threads: runtime.NumCPU(), Memory: sortMemory}, Progress: l.Progress})
	if err != nil {
		return report, notLoaded(err)
	}
	if err := n.recordIngest(ctx, manifest); err != nil {
		return report, unavailable("the data are loaded, but not yet in the audit log, where the next query will put them", err)
	}
	return report, nil
}

// notLoaded tells a disk that fails, which is the operator's matter, from data that do, which are the steward's.
func notLoaded(err error) error {
	if durable.Remedy(err) == "" {
		return err
	}
	return unavailable("nothing was loaded; the old snapshot stays in force", err)
}

// keep stores the catalog, the vocabulary and the libraries where the snapshot will look for them.
func keep(l Load, c *catalog.Catalog, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := durable.WriteFile(filepath.Join(dir, "vocabulary.csv"), l.Vocabulary, 0o600); err != nil {
		return err
	}
	for _, library := range c.Libraries {
		file := filepath.Join(dir, filepath.FromSlash(library.File()))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := durable.WriteFile(file, l.Libraries[library.File()], 0o600); err != nil {
			return err
		}
	}
	return durable.WriteFile(filepath.Join(dir, "catalog.yaml"), l.Catalog, 0o600)
}

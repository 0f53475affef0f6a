package node

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/connectors/csv"
	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store"
)

func TestMemoryIsShared(t *testing.T) {
	for mib, want := range map[int]struct {
		images int64
		each   string
	}{0: {896 << 20, "448MiB"}, 512: {224 << 20, "112MiB"}, 16384: {7168 << 20, "3584MiB"}} {
		c := Config{MemoryMiB: mib}
		if c.imageBudget() != want.images || c.engineLimits().Memory != want.each {
			t.Errorf("%d MiB: images %d, each instance %s", mib, c.imageBudget(), c.engineLimits().Memory)
		}
	}
}

// A query that no memory is enough for is told as such, by the sizes of whole tables and not by what it selects of them.
func TestTooLargeForTheMemory(t *testing.T) {
	const query = `study "A" version "1" purpose DUO:0000007 approval "CE-1" dataset "clinic"
cohort c { index first condition in ICD10:E11.9 }
report count of c`
	clinic := "../../cmd/enclave/testdata/clinic"
	n, target := loaded(t, clinic)
	p, diags := dsl.Compile("q.cohort", query, nil, target)
	if diags.Failed() {
		t.Fatal(diags)
	}
	open := func(budget int64) *store.Store {
		s, err := store.Open(t.Context(), DatasetDir(n.Dir, "clinic"), n.Keys, "clinic", store.Options{ImageBudget: budget})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	dictionary, err := open(1<<20).Image(t.Context(), store.Request{Table: "_codes", Columns: []string{"code", "id"}})
	if err != nil {
		t.Fatal(err)
	}
	defer dictionary.Release()
	s := open(dictionary.Size()) // enough for the dictionary, and for nothing beside it
	_, err = engine{n.engine, s}.Run(t.Context(), p)
	var told *enclave.Error
	if !errors.As(err, &told) || told.Class != enclave.Unavailable || !strings.Contains(told.Message, "needs more memory than there is; ask for fewer sources") {
		t.Errorf("error %v", err)
	}
}

// loaded opens a new folder with the clinic's data.
func loaded(t *testing.T, clinic string) (*Node, dsl.Target) {
	t.Helper()
	dir := t.TempDir()
	makeKeys := func(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, 1) }
	board := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	config := Config{Format: Format, Name: "tiny", Contact: "data@example.org", Floor: DefaultFloor}
	if err := Create(dir, config, []ed25519.PublicKey{board}, makeKeys); err != nil {
		t.Fatal(err)
	}
	n, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	source, err := csv.Open(filepath.Join(clinic, "csv"), filepath.Join(clinic, "mapping.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	catalog := read(t, filepath.Join(clinic, "catalog.yaml"))
	if _, err := n.Ingest(t.Context(), Load{Name: "catalog.yaml", Catalog: catalog, Source: source}); err != nil {
		t.Fatal(err)
	}
	target, err := ParseTarget("catalog.yaml", catalog, []byte("code,label,parents\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return n, target
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

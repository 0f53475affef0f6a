package node_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/study"
)

const catalogText = `
dataset: tiny
duo: [DUO:0000006]
custodian: {name: Somebody, contact: data@example.org}
mark: test
mode: {release: exact}
period: {start: 2020-01-01, end: 2021-12-31}
person: {attributes: {sex: {type: code, values: [female, male]}}}
`

const studyText = `format: 1
id: story
title: A story
status: active
purpose: [DUO:0000006]
uses: [research]
approval: {id: CE-1, valid_until: 2030-12-31}
persons: [anna@example.org]
datasets: [tiny]
kinds: [count]
permissions: {genomic: false, location: false, free_text: false, topics: []}
recipients: [{name: Hospital, kind: public, country: IT}]
`

var boardKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// persons is a source of that many women.
type persons int

func (persons) Tables() []string { return []string{connectors.PersonTable} }
func (n persons) Size() int64    { return int64(n) }

func (n persons) Read(_ context.Context, _ string, yield func(connectors.Batch) error) error {
	b := connectors.Batch{Table: connectors.PersonTable, File: "persons", Columns: []string{"person", "sex"}, Bytes: int64(n)}
	for i := range int(n) {
		b.Rows = append(b.Rows, []connectors.Cell{connectors.Known(string(rune('a' + i))), connectors.Known("female")})
		b.Lines = append(b.Lines, i+1)
	}
	return yield(b)
}

func create(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	config := node.Config{Format: node.Format, Name: "tiny", Contact: "data@example.org", Floor: node.DefaultFloor}
	if err := node.Create(dir, config, []ed25519.PublicKey{boardKey.Public().(ed25519.PublicKey)}, makeKeys); err != nil {
		t.Fatal(err)
	}
	return dir
}

func makeKeys(dir string) (*local.Keyring, error) { return local.CreateFromSeed(dir, 1) }

func open(t *testing.T, dir string) *node.Node {
	t.Helper()
	n, err := node.Open(t.Context(), dir, node.Options{Now: func() time.Time { return time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

func load(t *testing.T, n *node.Node, count persons) {
	t.Helper()
	if _, err := n.Ingest(t.Context(), node.Load{Name: "catalog.yaml", Catalog: []byte(catalogText), Source: count}); err != nil {
		t.Fatal(err)
	}
}

// kinds reads the closed log of a folder.
func kinds(t *testing.T, dir string, key audit.LogKey) (out []audit.Kind) {
	t.Helper()
	for r, err := range inspect.Entries(t.Context(), filepath.Join(dir, "audit"), key, inspect.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Entry.Kind)
	}
	return out
}

func count(list []audit.Kind, kind audit.Kind) (n int) {
	for _, k := range list {
		if k == kind {
			n++
		}
	}
	return n
}

func wantClass(t *testing.T, err error, class enclave.Class, says string) {
	t.Helper()
	var told *enclave.Error
	if !errors.As(err, &told) || told.Class != class || !strings.Contains(told.Message, says) {
		t.Errorf("got %v, want %s: … %s …", err, class, says)
	}
}

func TestConfigIsChecked(t *testing.T) {
	dir := create(t)
	good, err := os.ReadFile(filepath.Join(dir, "enclave.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("testdata/refused.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Name, Replace, By, Says string }
	if err := yaml.Unmarshal(list, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		bad := strings.Replace(string(good), c.Replace, c.By, 1)
		if bad == string(good) {
			t.Errorf("%s: nothing was changed", c.Name)
		}
		if err := os.WriteFile(filepath.Join(dir, "enclave.yaml"), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := node.Open(t.Context(), dir, node.Options{})
		t.Run(c.Name, func(t *testing.T) { wantClass(t, err, enclave.Invalid, c.Says) })
	}
}

func TestFoldersThatAreNone(t *testing.T) {
	_, err := node.Open(t.Context(), t.TempDir(), node.Options{})
	wantClass(t, err, enclave.NotFound, "enclave init")
	dir := create(t)
	err = node.Create(dir, node.Config{Format: node.Format, Name: "tiny", Contact: "x", Floor: node.DefaultFloor}, nil, makeKeys)
	wantClass(t, err, enclave.Invalid, "already")
	err = node.Create(filepath.Join(t.TempDir(), "new"), node.Config{}, nil, makeKeys)
	wantClass(t, err, enclave.Invalid, "format")
}

func TestOneWriterAtATime(t *testing.T) {
	dir := create(t)
	first := open(t, dir)
	_, err := node.Open(t.Context(), dir, node.Options{})
	wantClass(t, err, enclave.Unavailable, "another writer")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

// Who interrupts a program has gone when the folder is closed: everything is signed all the same, and at once.
func TestCloseAfterTheCallerHasGone(t *testing.T) {
	dir := create(t)
	ctx, cancel := context.WithCancel(t.Context())
	n, err := node.Open(ctx, dir, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	key := n.Log.Key()
	load(t, n, 3)
	cancel()
	began := time.Now()
	if err := n.Close(); err != nil || time.Since(began) > 5*time.Second {
		t.Errorf("closing took %v: %v", time.Since(began), err)
	}
	if list := kinds(t, dir, key); len(list) != 1 {
		t.Errorf("under a signature are %v", list)
	}
}

func TestUnknownDataset(t *testing.T) {
	n := open(t, create(t))
	for _, name := range []string{"other", "../tiny", ""} {
		_, err := n.Enclave(t.Context(), name)
		wantClass(t, err, enclave.NotFound, "no dataset")
	}
}

// A genuine snapshot of earlier, put back with everything that belongs to it, is refused.
func TestOldSnapshotIsRefused(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	load(t, n, 3)
	dataset := node.DatasetDir(dir, "tiny")
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(dataset)); err != nil {
		t.Fatal(err)
	}
	load(t, n, 4)
	if _, err := n.Enclave(t.Context(), "tiny"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.RemoveAll(dataset), os.Rename(old, dataset)); err != nil {
		t.Fatal(err)
	}
	_, err := n.Enclave(t.Context(), "tiny")
	wantClass(t, err, enclave.Unavailable, "put back")
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = open(t, dir).Enclave(t.Context(), "tiny")
	wantClass(t, err, enclave.Unavailable, "put back")
}

// A crash after a snapshot came into force and before its entry was written is mended, once.
func TestSnapshotWithoutEntry(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	load(t, n, 3)
	target, err := node.ParseTarget("catalog.yaml", []byte(catalogText), []byte("code,label,parents\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = ingest.Run(t.Context(), ingest.Options{Catalog: target.Catalog, Vocabulary: target.Vocabulary, Source: persons(4),
		Dir: node.DatasetDir(dir, "tiny"), Keys: n.Keys})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := n.Enclave(t.Context(), "tiny"); err != nil {
			t.Fatal(err)
		}
	}
	key := n.Log.Key()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if list := kinds(t, dir, key); count(list, audit.KindIngest) != 2 || count(list, audit.KindPolicy) != 1 {
		t.Errorf("the log holds %v", list)
	}
}

// A snapshot that was served at once after its load is in the log once, whether or not its entry was signed by then.
func TestEveryLoadIsOneEntry(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	for i := range persons(4) {
		load(t, n, i+1)
		if _, err := n.Enclave(t.Context(), "tiny"); err != nil {
			t.Fatal(err)
		}
	}
	key := n.Log.Key()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if got := count(kinds(t, dir, key), audit.KindIngest); got != 4 {
		t.Errorf("%d entries for 4 loads", got)
	}
}

// A study whose registration the log could not hold is not registered.
func TestStudyNeedsItsEntry(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	text := []byte(strings.Replace(studyText, "id: story", "id: Story_A", 1))
	_, err := n.AddStudy(t.Context(), text, study.Sign(boardKey, text))
	wantClass(t, err, enclave.Invalid, "small letters")
	if files, _ := os.ReadDir(filepath.Join(dir, "studies")); len(files) > 0 {
		t.Errorf("a study without an entry is on disk: %v", files)
	}
	other := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	_, err = n.AddStudy(t.Context(), []byte(studyText), study.Sign(other, []byte(studyText)))
	wantClass(t, err, enclave.Invalid, "not the board's")
	if _, err = n.AddStudy(t.Context(), []byte(studyText), study.Sign(boardKey, []byte(studyText))); err != nil {
		t.Error(err)
	}
}

// A catalog that was changed after the load is not the one that the data were checked against.
func TestChangedCatalogIsRefused(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	load(t, n, 3)
	files, err := filepath.Glob(filepath.Join(node.DatasetDir(dir, "tiny"), "catalogs", "*", "catalog.yaml"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	changed := strings.Replace(catalogText, "values: [female, male]", "values: [female, male, other]", 1)
	if err := os.WriteFile(files[0], []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = n.Enclave(t.Context(), "tiny")
	wantClass(t, err, enclave.Unavailable, "changed after the data were loaded")
}

package node_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/node"
)

// What a crash left is gone once the folder was opened.
func TestOpenSweeps(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	load(t, n, 3)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	catalogs, err := filepath.Glob(filepath.Join(node.DatasetDir(dir, "tiny"), "catalogs", "*"))
	if err != nil || len(catalogs) != 1 {
		t.Fatal(catalogs, err)
	}
	var left []string
	for _, folder := range append(catalogs, dir, filepath.Join(dir, "answers"), filepath.Join(dir, "studies"), node.DatasetDir(dir, "tiny")) {
		left = append(left, filepath.Join(folder, ".x.tmp-1"))
	}
	for _, path := range left {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	open(t, dir)
	for _, path := range left {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

// A folder that is held is locked, and whole.
func TestHoldAndCheck(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	load(t, n, 3)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	h, err := node.Hold(t.Context(), dir, node.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	_, err = node.Open(t.Context(), dir, node.Options{})
	wantClass(t, err, enclave.Unavailable, "another writer")
	r, err := node.Check(t.Context(), dir, nil, node.Options{})
	if err != nil || r.Log.Size != 1 || r.Datasets["tiny"] == "" {
		t.Errorf("%+v %v", r, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
	n = open(t, dir)
	load(t, n, 4)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	newer, err := node.Check(t.Context(), dir, r.Log.Checkpoint, node.Options{})
	if err != nil || newer.Log.Size != 2 {
		t.Errorf("%+v %v", newer, err)
	}
}

// Check finds what is missing or was put back.
func TestCheckRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(dir string) error
		says  string
	}{
		"a sealed file": {func(dir string) error { return removeAll(dir, "datasets/tiny/snapshots/*/*.parquet") }, "missing or cut"},
		"the catalog":   {func(dir string) error { return removeAll(dir, "datasets/tiny/catalogs/*/catalog.yaml") }, "the catalog"},
		"the dataset":   {func(dir string) error { return removeAll(dir, "datasets/tiny") }, "its folder is missing"},
		"the log":       {func(dir string) error { return removeAll(dir, "audit/tree/tile") }, "the audit log"},
		"the board":     {func(dir string) error { return removeAll(dir, "keys/board.pub.pem") }, "the board's public keys"},
		"in force":      {func(dir string) error { return removeAll(dir, "datasets/tiny/snapshots/CURRENT") }, "no snapshot in force"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := create(t)
			n := open(t, dir)
			load(t, n, 3)
			if err := errors.Join(n.Close(), c.spoil(dir)); err != nil {
				t.Fatal(err)
			}
			_, err := node.Check(t.Context(), dir, nil, node.Options{})
			wantClass(t, err, enclave.Unavailable, c.says)
		})
	}
}

func removeAll(dir, pattern string) error {
	list, err := filepath.Glob(filepath.Join(dir, pattern))
	if len(list) == 0 {
		return errors.Join(err, errors.New("nothing matches "+pattern))
	}
	for _, path := range list {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}

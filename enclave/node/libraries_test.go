package node_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/node"
)

// A snapshot keeps the libraries that its catalog pins: what a query imports cannot change after the load.
func TestSnapshotKeepsItsLibraries(t *testing.T) {
	dir := create(t)
	n := open(t, dir)
	text := []byte("codes t2d = ICD10:E11 with descendants\n")
	pinned := fmt.Sprintf("%slibraries: [{name: pilots, version: \"1.0\", digest: \"%s\"}]\n", catalogText, catalog.LibraryDigest(text))
	l := node.Load{Name: "catalog.yaml", Catalog: []byte(pinned), Source: persons(3)}
	_, err := n.Ingest(t.Context(), l)
	wantClass(t, err, enclave.Invalid, "a library of catalog.yaml has errors")

	l.Libraries = map[string][]byte{"libraries/pilots@1.0.cohort": text}
	if _, err := n.Ingest(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	e, err := n.Enclave(t.Context(), "tiny")
	if err != nil {
		t.Fatal(err)
	}
	if got, problem := e.Target.Libraries.Text("pilots", "1.0"); problem != nil || got != string(text) {
		t.Errorf("the library is %q, %v", got, problem)
	}
	files, err := filepath.Glob(filepath.Join(node.DatasetDir(dir, "tiny"), "catalogs", "*", "libraries", "pilots@1.0.cohort"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], append(text, "# changed\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = n.Enclave(t.Context(), "tiny")
	wantClass(t, err, enclave.Unavailable, "changed after the data were loaded")
}

package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

// Seal a table, put it in force, and read two of its columns for one code.
func Example() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "dataset")
	defer os.RemoveAll(dir)
	keyring, err := local.CreateFromSeed(filepath.Join(dir, "keys"), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer keyring.Close()

	plain := sample.Parquet(&testing.T{}, sample.Shape{Rows: 1000, GroupLen: 100}) // usually from DuckDB, in a memfd
	w, err := store.Begin(ctx, dir, keyring, "diabetes", "sha256:catalog", "demo")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Abort()
	table := store.Table{Name: "condition", Rows: 1000, SortedBy: []string{"code"}, Groups: map[string]string{
		"person": "sensitive", "start": "sensitive", "code": "sensitive", "value": "sensitive", "label": "location",
	}}
	if err := w.Add(ctx, table, bytes.NewReader(plain), int64(len(plain))); err != nil {
		fmt.Println(err)
		return
	}
	m, err := w.Commit(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("counter", m.Counter, "rows", m.Files[0].Rows, "row groups", m.Files[0].RowGroups)

	s, err := store.Open(ctx, dir, keyring, "diabetes", store.Options{Newest: m.Counter})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	request := store.Request{
		Table: "condition", Columns: []string{"person", "code"},
		Ranges: []store.Range{{Column: "code", Intervals: [][2]int64{{4, 4}}}},
		Groups: map[string]bool{"sensitive": true},
	}
	image, err := s.Image(ctx, request)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer image.Release() // image.Path() is what DuckDB reads
	fmt.Println("an eighth at most:", image.Size() < int64(len(plain))/8)

	request.Columns = append(request.Columns, "label")
	_, err = s.Image(ctx, request)
	fmt.Println(err)
	// Output:
	// counter 1 rows 1000 row groups 10
	// an eighth at most: true
	// store: column-key group is denied: column "label" of table "condition" needs "location"; ask the ethics board
}

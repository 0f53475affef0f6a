package ingest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/store"
)

var update = flag.Bool("update", false, "write the golden sections anew")

// golden names the sections that TestArchives makes; the rest of an archive is input.
func golden(name string) bool {
	return name == "error" || name == "report" || strings.HasPrefix(name, "rows ")
}

// TestArchives loads the files of each archive and compares report, error and stored rows with its golden
// sections. The archives are marked demo, so that the persons' ordinals are the same each time.
func TestArchives(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no archives")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			must(t, err)
			want := txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if !golden(f.Name) {
					want.Files = append(want.Files, f)
				}
			}
			want.Files = append(want.Files, outcome(t, want.Files)...)
			if *update {
				must(t, os.WriteFile(file, txtar.Format(&want), 0o644))
				return
			}
			if d := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(&want))); d != "" {
				t.Errorf("golden sections (-golden +now):\n%s", d)
			}
		})
	}
}

// outcome loads the input and tells what came of it.
func outcome(t *testing.T, input []txtar.File) (out []txtar.File) {
	dir := t.TempDir()
	for _, f := range input {
		must(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o600))
	}
	c := newCentre(t)
	o := c.options(t, dir, "", dir)
	if limit, err := os.ReadFile(filepath.Join(dir, "limit")); err == nil {
		o.Limit, err = strconv.ParseFloat(strings.TrimSpace(string(limit)), 64)
		must(t, err)
	}
	report, manifest, err := ingest.Run(t.Context(), o)
	if err != nil {
		out = append(out, txtar.File{Name: "error", Data: []byte(err.Error() + "\n")})
	}
	report.Snapshot, report.Seconds = "", 0
	var text bytes.Buffer
	must(t, report.WriteText(&text))
	out = append(out, txtar.File{Name: "report", Data: text.Bytes()})
	asJSON, _ := json.Marshal(report)
	if told := fmt.Sprint(err, text.String(), string(asJSON)); strings.Contains(told, "MARKER") {
		t.Errorf("a value is told: %s", told)
	}
	if err != nil {
		if _, err := store.Open(t.Context(), c.dir, c.keys, o.Catalog.Dataset, store.Options{}); !errors.Is(err, store.ErrNone) {
			t.Errorf("a failed load left a snapshot: %v", err)
		}
		return out
	}
	db := c.open(t, manifest.Dataset)
	for _, f := range manifest.Files {
		out = append(out, txtar.File{Name: "rows " + f.Table, Data: []byte(show(t, db, f))})
	}
	return out
}

// show renders a stored table: what it is sorted by, its columns with their groups, its rows.
func show(t *testing.T, db *duck.DB, f store.FileEntry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# part %d, sorted by %s\n#", f.Part, strings.Join(f.SortedBy, ", "))
	for _, column := range query(t, db, fmt.Sprintf("DESCRIBE %q", f.Table)) {
		fmt.Fprintf(&b, " %s:%s:%s", column[0], column[1], f.Columns[column[0].(string)])
	}
	b.WriteString("\n")
	rows := 0
	for _, row := range query(t, db, fmt.Sprintf("SELECT * FROM %q", f.Table)) {
		b.WriteString(render(row) + "\n")
		rows++
	}
	if rows != int(f.Rows) {
		t.Errorf("%s: manifest says %d rows, the file has %d", f.Table, f.Rows, rows)
	}
	return b.String()
}

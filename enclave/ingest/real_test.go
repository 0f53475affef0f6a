package ingest_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/ingest"
)

const real = "../../connectors/csv/testdata/real"

// shared returns the folder of real data, or skips the test.
func shared(t *testing.T) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("OFFICINA_DATA"), "../../../shared/data")
	if _, err := os.Stat(filepath.Join(dir, "figures.json")); err != nil {
		t.Skip("no real data; set OFFICINA_DATA")
	}
	return dir
}

// TestRealTables loads real tables and compares with figures.json, which was made by others or by other
// programs. testdata/figures.tsv pairs each figure with a SELECT over the stored tables.
func TestRealTables(t *testing.T) {
	data := shared(t)
	figures := readFigures(t, filepath.Join(data, "figures.json"))
	loaded := map[string]*duck.DB{}
	for _, folder := range []struct{ path, names string }{
		{"clinical/r_survival", "pbc gbsg lung colon"}, {"clinical/medicaldata", "chop strep"}, {"genomics/cineca_uk1", "uk1"},
	} {
		for name := range strings.FieldsSeq(folder.names) {
			c := newCentre(t)
			report, _, err := ingest.Run(t.Context(), c.options(t, real, name+".", filepath.Join(data, folder.path)))
			must(t, err)
			for _, table := range report.Tables {
				if table.RowsIn != table.Loaded {
					t.Errorf("%s.%s: %d of %d rows loaded: %v", name, table.Table, table.Loaded, table.RowsIn, table.Rejected)
				}
			}
			loaded[name] = c.open(t, name)
		}
	}
	for line := range strings.Lines(readText(t, "testdata/figures.tsv")) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.SplitN(strings.TrimSpace(line), "\t", 3)
		id, path, text := cells[0], cells[1], cells[2]
		name, _, _ := strings.Cut(id, ".")
		want := fmt.Sprint(pick(t, figures[id], path))
		if got := query(t, loaded[name], text); len(got) != 1 || render(got[0]) != want {
			t.Errorf("%s, %s: %s is %v, want %s", id, path, text, got, want)
		}
	}
}

func readFigures(t *testing.T, path string) map[string]any {
	t.Helper()
	var file struct {
		Figures []struct {
			ID    string `json:"id"`
			Value any    `json:"value"`
		} `json:"figures"`
	}
	must(t, json.Unmarshal([]byte(readText(t, path)), &file))
	out := map[string]any{}
	for _, f := range file.Figures {
		out[f.ID] = f.Value
	}
	return out
}

// pick follows a path such as "Control/deaths" or "Lev/1" into a figure; "." is the figure itself.
func pick(t *testing.T, figure any, path string) any {
	t.Helper()
	if path == "." {
		return figure
	}
	for key := range strings.SplitSeq(path, "/") {
		switch f := figure.(type) {
		case map[string]any:
			figure = f[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(f) {
				t.Fatalf("no element %q in a figure of %d", key, len(f))
			}
			figure = f[i]
		}
	}
	if figure == nil {
		t.Fatalf("no figure at %q", path)
	}
	return figure
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

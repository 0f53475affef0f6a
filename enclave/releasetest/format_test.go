package releasetest

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/keys"
)

// oldWorld unpacks testdata/format-1.tar: a data folder with demo keys as the version of 25 November 2026 (commit
// be0d474) made it. It loaded 35 persons, then 20 (killTables), and answered one query of anna's about the latter. It
// is never made again.
func oldWorld(t *testing.T) *world {
	t.Helper()
	f, err := os.Open("testdata/format-1.tar")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir := t.TempDir()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return newWorld(dir, Real)
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			var text []byte
			text, err = io.ReadAll(r)
			err = errors.Join(err, os.WriteFile(path, text, h.FileInfo().Mode().Perm()))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A data folder of the first layout opens: its log verifies, its answers are whole, its snapshot answers, its persons
// keep their numbers, its researchers their names in the log; and what it lacked it has.
func TestFirstFormatOpens(t *testing.T) {
	w := oldWorld(t)
	defer w.close()
	if err := w.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	entries := verifiedEntries(t, w)
	if got := persons(t, w); got != 20 {
		t.Errorf("%d persons, want 20", got)
	}
	subject := ""
	for _, e := range entries {
		if e.Kind == audit.KindIntent {
			subject = e.Subject
		}
	}
	if got, err := w.node.Log.Subject(anna.ID); err != nil || got != subject {
		t.Errorf("anna is %s in the log and %s now (%v)", subject, got, err)
	}
	if answers := settled(t, w.dir); len(answers) == 0 {
		t.Error("no stored answer")
	}
	if _, err := w.node.Keys.Public(t.Context(), keys.Backup); err != nil {
		t.Error(err)
	}
	report, err := w.node.Ingest(t.Context(), w.loadOf(mustTables(t, 35)))
	if err != nil || report.NewPersons != 0 {
		t.Errorf("the next load: %v; %d persons are new, though all 36 were loaded once", err, report.NewPersons)
	}
	verifiedEntries(t, w)
}

// What a newer version wrote is refused, and the refusal says what to do.
func TestNewerFormatsAreRefused(t *testing.T) {
	for _, c := range []struct{ file, replace, by string }{
		{"enclave.yaml", "format: 1", "format: 2"},
		{"answers/format", "", "2"}, // absent in the first
		{"audit/subjects.json", `{`, `{"format":3,`},
		{"datasets/tiny/pseudonyms", `"format":1`, `"format":2`},
		{"datasets/tiny/snapshots/*2-*/manifest.json", `"format": 1`, `"format": 2`},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			t.Parallel()
			w := oldWorld(t)
			defer w.close()
			if c.replace == "" {
				if err := os.WriteFile(filepath.Join(w.dir, c.file), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			replaceIn(t, filepath.Join(w.dir, c.file), c.replace, c.by)
			err := w.submit(t.Context(), w.ask(t.Context(), "cohort c { index first condition }\nreport count of c\n"))
			err = errors.Join(err, w.last.err)
			if w.node != nil {
				_, loadErr := w.node.Ingest(t.Context(), w.loadOf(mustTables(t, 35)))
				err = errors.Join(err, loadErr)
			}
			if err == nil || !strings.Contains(err.Error(), "upgrade enclave") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// replaceIn changes text in the one file that matches a pattern.
func replaceIn(t *testing.T, pattern, old, new string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) != 1 {
		t.Fatal(pattern, files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatal(files[0], err)
	}
	if err := os.WriteFile(files[0], []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

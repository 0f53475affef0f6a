package releasetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/enclave"
	"github.com/officina-enclave/officina/enclave/disclosure"
	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/engine/duckdb"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/node"
	"github.com/officina-enclave/officina/enclave/store"
)

const markerCatalog = `
person:
  attributes:
    note:    {type: string}
    serial:  {type: int}
    amount:  {type: number, bounds: [0, 10000000]}
    visited: {type: date}
    place:   {type: code, system: ICD10}
sources:
  remark:
    kind: event
    time: day
    end: true
    code: [ICD10]
    value: {type: number, unit: mmol/L, bounds: [0, 10000000]}
    columns: {words: {type: string}, times: {type: int}}
`

const markerTables = `
person     group  sex     note       serial     amount       visited     place
p1..p30    a      female  quiet      1          2            2020-01-01  ICD10:I10
MARKERXQ7  a      male    MARKERXQ7  987654321  7654321.125  1987-06-05  ICD10:MARKERXQ7

remark     start       end         code             value        unit    words      times
p1..p30    2020-03-01  2020-03-02  ICD10:E11        5            mmol/L  quiet      1
MARKERXQ7  2013-07-29  2013-08-30  ICD10:MARKERXQ7  7654321.125  mmol/L  MARKERXQ7  987654321
MARKERXQ7  2013-07-29  2013-08-30  ICD10:E11        7654321.125  mmol/L  MARKERXQ7  987654321
`

// markerQuery reads every column.
const markerQuery = `
cohort c {
  index first remark
  include note != "x" and (serial >= 0 or serial < 0) and (amount >= 0 or amount < 0)
  include any remark where (words != "x" and times >= 0 and value >= 0 mmol/L)
  include any remark ending after index - 1 day
  exclude years between visited and index > 200
}
report count of c
report table of c by group, sex
report attrition of c
report summary of c { value: amount }
report summary of c { value: value of last remark }
`

// markedWorld is a data folder that holds the markers, and who listens.
func markedWorld(t *testing.T, dir string) (*world, *said) {
	t.Helper()
	w := newWorld(dir, Real)
	var err error
	if w.catalog, err = overlay(w.catalog, markerCatalog); err != nil {
		t.Fatal(err)
	}
	tables, err := parseTables(strings.TrimSpace(markerTables))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.load(t.Context(), tables), w.register(t.Context(), defaultFile("study.yaml"))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.close() })
	return w, &said{t: t, dir: w.dir}
}

func (w *world) ask(ctx context.Context, text string) enclave.Submission {
	return enclave.Submission{Name: "query.cohort", Text: w.withHeader("story", text), Study: "story", Subject: anna}
}

// TestMarkerInRuns asks for every column, and lets runs fail in every way there is.
func TestMarkerInRuns(t *testing.T) {
	t.Parallel()
	w, s := markedWorld(t, t.TempDir())
	for _, c := range []struct {
		name, class string
		engine      func(t *testing.T, w *world, cancel func()) enclave.Engine
		query       string
	}{
		{"an answer", "ok", nil, markerQuery},
		{"a repeat", "ok", nil, markerQuery},
		{"too little memory", "internal", tinyMemory, markerQuery + "report count of c\n"},
		{"a conversion that fails", "internal", failingSQL, markerQuery + "report count of c\nreport count of c\n"},
		{"a run that is stopped", "unavailable", stoppedRun, "cohort c { index first remark where (words = \"quiet\") }\nreport count of c\n"},
		{"nobody", "ok", nil, "cohort c { index first remark in ICD10:Z21 }\nreport summary of c by sex { value: amount }\n"},
		{"a query with errors", "invalid", nil, "cohort c { index first remark  include nota = \"x\" and serial = \"x\" and amount > 3 % }\nreport count of c\n"},
	} {
		if err := w.ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if w.probe.Engine = w.engine(w.probe.Engine, nil); c.engine != nil {
			w.probe.Engine = c.engine(t, w, cancel)
		}
		if err := w.submit(ctx, w.ask(ctx, c.query)); err != nil {
			t.Fatal(err)
		}
		cancel()
		if got := classOf(w.last.err); got != c.class {
			t.Errorf("%s: %s, want %s: %v", c.name, got, c.class, w.last.err)
		}
		s.tell(c.name, w.last.err, w.diagnostics())
		if r := w.last.release; r != nil {
			receipt, err := json.Marshal(r.Envelope)
			s.tell(c.name, r.Document, receipt, err)
		}
		s.folder(c.name)
		w.enclave = nil // the next one has an engine of its own
	}
	text, err := os.ReadFile(filepath.Join(w.dir, "trouble.log"))
	if err != nil || bytes.Count(text, []byte("\n")) < 2 {
		t.Errorf("the operator was told of fewer troubles than there were: %s %v", text, err)
	}
	t.Logf("%d texts and files were searched; trouble.log:\n%s", s.texts, text)
}

func classOf(err error) string {
	var told *enclave.Error
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &told):
		return string(told.Class)
	}
	return "?"
}

// faulty is the engine of the data folder, but for how it runs.
type faulty struct {
	enclave.Engine
	run func(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error)
}

func (f faulty) Run(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) { return f.run(ctx, p) }

func tinyMemory(t *testing.T, w *world, _ func()) enclave.Engine {
	s := openStore(t, w)
	return faulty{w.probe.Engine, func(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
		e := duckdb.New(duckdb.Limits{Limits: duck.Limits{Memory: "1MB"}})
		defer e.Close()
		return e.Run(ctx, p, s)
	}}
}

// failingSQL runs a statement whose fault DuckDB explains with the value that it tripped over.
func failingSQL(t *testing.T, w *world, _ func()) enclave.Engine {
	s := openStore(t, w)
	return faulty{w.probe.Engine, func(ctx context.Context, _ *plan.Plan) (*disclosure.Raw, error) {
		image, err := s.Image(ctx, store.Request{Table: "person", Columns: []string{"note"}, Groups: map[string]bool{"sensitive": true}})
		if err != nil {
			return nil, err
		}
		defer image.Release()
		db, err := duck.Open(ctx, duck.Limits{}, []duck.View{{Name: "person", Paths: []string{image.Path()}}})
		if err != nil {
			return nil, err
		}
		defer db.Close()
		err = db.Select(ctx, `SELECT CAST("note" AS INTEGER) FROM main.person WHERE "note" <> 'quiet'`, nil, func(duck.Row) error { return nil })
		var fault *duck.Error
		if !errors.As(err, &fault) || !strings.Contains(fault.RestrictedDetail(), markerText) {
			t.Errorf("DuckDB did not quote the value, so nothing was tested: %v", err)
		}
		return nil, err
	}}
}

func stoppedRun(_ *testing.T, w *world, cancel func()) enclave.Engine {
	real := w.probe.Engine
	return faulty{real, func(ctx context.Context, p *plan.Plan) (*disclosure.Raw, error) {
		cancel()
		return real.Run(ctx, p)
	}}
}

func openStore(t *testing.T, w *world) *store.Store {
	s, err := store.Open(t.Context(), node.DatasetDir(w.dir, "tiny"), w.node.Keys, "tiny", store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestMarkerInLoads loads rows that are wrong in every way, each with the markers in them.
func TestMarkerInLoads(t *testing.T) {
	t.Parallel()
	w, s := markedWorld(t, t.TempDir())
	const persons = "person group\np1..p3 a\n\n"
	for name, tables := range map[string]string{
		"a person twice":          "person note\nMARKERXQ7 x\nMARKERXQ7 x",
		"values of no type":       "person serial amount visited sex\np1 MARKERXQ7 MARKERXQ7 MARKERXQ7 MARKERXQ7",
		"values out of bounds":    "person amount\nMARKERXQ7 99987654321",
		"nobody we know":          persons + "remark start code value unit words\nMARKERXQ7 2020-01-01 ICD10:E11 1 mmol/L x",
		"no start":                persons + "remark start code words\np1 MARKERXQ7 ICD10:E11 x",
		"out of the period":       persons + "remark start code words\np1 1987-06-05 ICD10:E11 MARKERXQ7",
		"an end that is none":     persons + "remark start end code\np1 2020-01-01 MARKERXQ7 ICD10:E11",
		"an end before the start": persons + "remark start end code\np1 2020-01-01 2013-07-29 ICD10:E11",
		"a code of no system":     persons + "remark start code\np1 2020-01-01 MARKERXQ7",
		"another code system":     persons + "remark start code\np1 2020-01-01 MARKER:MARKERXQ7",
		"an unknown unit":         persons + "remark start code value unit\np1 2020-01-01 ICD10:E11 7654321.125 MARKERXQ7",
		"a column too many":       "person extra\nMARKERXQ7 MARKERXQ7",
		"a table too many":        persons + "extra start\nMARKERXQ7 2013-07-29",
		"no persons":              "remark start code\nMARKERXQ7 2020-01-01 ICD10:MARKERXQ7",
	} {
		parsed, err := parseTables(tables)
		if err != nil {
			t.Fatal(err)
		}
		report, err := w.node.Ingest(t.Context(), node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: parsed})
		if err == nil {
			t.Errorf("%s: was loaded", name)
		}
		asJSON, _ := json.Marshal(report)
		var text strings.Builder
		if err := report.WriteText(&text); err != nil {
			t.Error(err)
		}
		s.tell(name, err, asJSON, text.String())
		s.folder(name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	report, err := w.node.Ingest(ctx, node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: w.tables})
	s.tell("a load that is stopped", fmt.Sprint(report), err)
	s.folder("a load that is stopped")
}

// TestMarkerInDamagedFolders opens a data folder whose parts are damaged, of another enclave, or gone.
func TestMarkerInDamagedFolders(t *testing.T) {
	for _, damaged := range []string{
		"datasets/tiny/snapshots/*/*.parquet", "datasets/tiny/snapshots/*/manifest.json", "datasets/tiny/snapshots/CURRENT", "datasets/tiny/pseudonyms",
		"datasets/tiny/catalogs/*/catalog.yaml", "keys/keyring.age", "keys/identity.txt", "studies/story.yaml", "audit/tree/checkpoint",
	} {
		for _, how := range []string{"flip", "drop"} {
			t.Run(how+" "+filepath.Base(damaged), func(t *testing.T) {
				t.Parallel()
				w, s := markedWorld(t, t.TempDir())
				if err := w.corruptCommand(t.Context(), &command{args: []string{how, damaged}}); err != nil {
					t.Fatal(err)
				}
				s.failsQuietly(w)
			})
		}
	}
	t.Run("keys of another enclave", func(t *testing.T) {
		w, s := markedWorld(t, t.TempDir())
		w.close()
		other := filepath.Join(t.TempDir(), "keys")
		ring, err := local.CreateFromSeed(other, 2)
		if err != nil {
			t.Fatal(err)
		}
		ring.Close()
		for _, name := range []string{"keyring.age", "identity.txt"} {
			text, err := os.ReadFile(filepath.Join(other, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(w.dir, "keys", name), text, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.failsQuietly(w); w.last.err == nil {
			t.Error("the keys of another enclave opened this one")
		}
	})
}

// failsQuietly asks and loads, whatever comes of it, and listens.
func (s *said) failsQuietly(w *world) {
	ctx := s.t.Context()
	s.tell("submit", w.submit(ctx, w.ask(ctx, markerQuery)), w.last.err)
	if w.node != nil {
		report, err := w.node.Ingest(ctx, node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: w.tables})
		s.tell("load", fmt.Sprint(report), err)
	}
	s.tell("close", w.close())
	s.folder("afterwards")
}

// TestMarkerOnAFullDisk fills the disk under an open data folder.
func TestMarkerOnAFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("needs the right to mount a small disk:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	w, s := markedWorld(t, disk)
	if err := w.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	filler, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	page := bytes.Repeat([]byte("full "), 800)
	for err == nil {
		_, err = filler.Write(page)
	}
	runs := w.probe.runs
	s.tell("submit", w.submit(t.Context(), w.ask(t.Context(), markerQuery)), w.last.err)
	if w.last.err == nil || w.probe.runs != runs {
		t.Errorf("with no room for its intent a query ran: %v", w.last.err)
	}
	report, err := w.node.Ingest(t.Context(), node.Load{Name: "catalog.yaml", Catalog: w.catalog, Vocabulary: w.words, Source: w.tables})
	if err == nil {
		t.Error("a load found room on a full disk")
	}
	s.tell("load", fmt.Sprint(report), err)
	if err := errors.Join(filler.Truncate(0), os.Remove(filler.Name())); err != nil {
		t.Fatal(err)
	}
	s.folder("afterwards")
	_ = w.close() // it may wait in vain for a checkpoint over what the disk had no room for
	if err := w.submit(t.Context(), w.ask(t.Context(), markerQuery)); err != nil || w.last.err != nil {
		t.Errorf("with room again, and opened again: %v %v", err, w.last.err)
	}
	if err := w.verify(t.Context()); err != nil {
		t.Error(err)
	}
}

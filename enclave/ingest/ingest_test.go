package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/connectors"
	"github.com/officina-enclave/officina/enclave/ingest"
	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store"
	"github.com/officina-enclave/officina/internal/deptest"
)

const tinyCatalog = `
dataset: tiny
custodian: {name: Somebody, contact: somebody@example.org}
mark: test
mode: {release: exact}
period: {start: 2020-01-01, end: 2020-12-31}
person: {attributes: {label: {type: string}}}
sources: {condition: {kind: event, time: day, code: [ICD10]}}
codes: {ICD10: {hierarchy: dotted}}
`

// memory is a source of persons, each with one condition, that can fail.
type memory struct {
	persons []string
	table   string // fails in this table
	reading int    // from this reading of it on, counted from 1
	err     error
	seen    map[string]int
}

func (m *memory) Tables() []string { return []string{connectors.PersonTable, "condition"} }
func (m *memory) Size() int64      { return 2 }

func (m *memory) Read(ctx context.Context, table string, yield func(connectors.Batch) error) error {
	if m.seen == nil {
		m.seen = map[string]int{}
	}
	b := connectors.Batch{Table: table, File: table, Columns: []string{connectors.Person, "label"}, Bytes: 1}
	if table == "condition" {
		b.Columns = []string{connectors.Person, connectors.Start, connectors.Code}
	}
	for i, id := range m.persons {
		row := []connectors.Cell{connectors.Known(id), connectors.Known(id)}
		if table == "condition" {
			row = []connectors.Cell{connectors.Known(id), connectors.Known("2020-02-29"), connectors.Known("ICD10:A" + id)}
		}
		b.Rows, b.Lines = append(b.Rows, row), append(b.Lines, i+1)
	}
	if m.seen[table]++; m.table == table && m.seen[table] >= m.reading {
		return m.err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return yield(b)
}

func tiny(t testing.TB, c centre, persons ...string) ingest.Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "catalog.yaml")
	must(t, os.WriteFile(path, []byte(tinyCatalog), 0o600))
	return ingest.Options{Catalog: readCatalog(t, path), Source: &memory{persons: persons}, Dir: c.dir, Keys: c.keys}
}

func load(t testing.TB, o ingest.Options) ingest.Report {
	t.Helper()
	report, _, err := ingest.Run(t.Context(), o)
	must(t, err)
	return report
}

// ordinals maps each person's label, which repeats the identifier, to the ordinal.
func (c centre) ordinals(t *testing.T) map[string]any {
	t.Helper()
	out := map[string]any{}
	for _, row := range query(t, c.open(t, "tiny"), "SELECT label, person FROM person") {
		out[row[0].(string)] = row[1]
	}
	return out
}

func TestOrdinalsLiveAsLongAsTheDataset(t *testing.T) {
	c := newCentre(t)
	load(t, tiny(t, c, "a", "b", "c"))
	first := c.ordinals(t)

	report := load(t, tiny(t, c, "d", "c", "a")) // b left, d came
	second := c.ordinals(t)
	if report.Persons != 3 || report.NewPersons != 1 {
		t.Errorf("report says %d persons, %d new; want 3, 1", report.Persons, report.NewPersons)
	}
	want := map[string]any{"a": first["a"], "c": first["c"], "d": int64(3)}
	if d := cmp.Diff(want, second); d != "" {
		t.Errorf("ordinals after a second load (-want +got):\n%s", d)
	}
	load(t, tiny(t, c, "b", "a")) // b comes back
	if d := cmp.Diff(map[string]any{"a": first["a"], "b": first["b"]}, c.ordinals(t)); d != "" {
		t.Errorf("ordinals after a third load (-want +got):\n%s", d)
	}
}

// With 50 persons the chance that a random order is the order of the file is 1 in 50!.
func TestOrdinalsDoNotTellTheOrderOfTheFile(t *testing.T) {
	var persons []string
	for i := range 50 {
		persons = append(persons, fmt.Sprintf("p%02d", i))
	}
	var orders []string
	for range 2 {
		c := newCentre(t)
		load(t, tiny(t, c, persons...))
		var order []string
		for _, row := range query(t, c.open(t, "tiny"), "SELECT label FROM person ORDER BY person") {
			order = append(order, row[0].(string))
		}
		orders = append(orders, strings.Join(order, " "))
	}
	if orders[0] == strings.Join(persons, " ") || orders[0] == orders[1] {
		t.Errorf("the order is that of the file, or the same twice: %s", orders[0])
	}
}

// TestFailureLeavesTheOldSnapshot fails a second load at each place that it can, and expects the first load
// in force, no leftovers, and persons who get the ordinals they would have got.
func TestFailureLeavesTheOldSnapshot(t *testing.T) {
	broken := &connectors.Error{File: "x.csv", Line: 7, Reason: "is cut short"}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		source *memory
		ctx    context.Context
		want   error
	}{
		"persons":      {&memory{table: "person", reading: 1, err: broken}, t.Context(), broken},
		"person rows":  {&memory{table: "person", reading: 2, err: broken}, t.Context(), broken},
		"last table":   {&memory{table: "condition", reading: 1, err: broken}, t.Context(), broken},
		"canceled":     {&memory{}, canceled, context.Canceled},
		"other person": {&memory{persons: []string{"a", "a"}}, t.Context(), ingest.ErrDuplicate},
	} {
		t.Run(name, func(t *testing.T) {
			centre := newCentre(t)
			load(t, tiny(t, centre, "a", "b"))
			before, files := centre.snapshot(t, "tiny"), list(t, centre.dir)

			o := tiny(t, centre)
			if c.source.persons == nil {
				c.source.persons = []string{"c", "b"}
			}
			o.Source = c.source
			if _, _, err := ingest.Run(c.ctx, o); !errors.Is(err, c.want) {
				t.Errorf("error is %v, want %v", err, c.want)
			}
			if centre.snapshot(t, "tiny") != before {
				t.Error("another snapshot is in force")
			}
			if d := cmp.Diff(files, list(t, centre.dir)); d != "" {
				t.Errorf("files (-before +after):\n%s", d)
			}
			load(t, tiny(t, centre, "a", "b", "c"))
			if got := centre.ordinals(t)["c"]; got != int64(2) {
				t.Errorf("the next person has ordinal %v, want 2", got)
			}
		})
	}
}

// A source that shows other persons in the second reading of the person table is not trusted.
func TestChangedSourceIsRefused(t *testing.T) {
	c := newCentre(t)
	o := tiny(t, c)
	o.Source = &changing{memory{persons: []string{"a", "b"}}}
	if _, _, err := ingest.Run(t.Context(), o); !errors.Is(err, ingest.ErrChanged) {
		t.Errorf("error is %v, want %v", err, ingest.ErrChanged)
	}
}

type changing struct{ memory }

func (c *changing) Read(ctx context.Context, table string, yield func(connectors.Batch) error) error {
	return c.memory.Read(ctx, table, func(b connectors.Batch) error {
		if table == connectors.PersonTable && c.seen[table] == 2 {
			b.Rows, b.Lines = b.Rows[:1], b.Lines[:1]
		}
		return yield(b)
	})
}

// TestParts loads 300 persons into parts of at most 50 rows: in each part of a table are
// the rows of the same persons, and altogether they are those of a load into one part.
func TestParts(t *testing.T) {
	var persons []string
	for i := range 300 {
		persons = append(persons, fmt.Sprint(i))
	}
	one, many := newCentre(t), newCentre(t)
	o := tiny(t, one, persons...)
	load(t, o)
	o = tiny(t, many, persons...)
	o.PartRows = 50
	load(t, o)

	const rows = "SELECT label, start, (SELECT c.code FROM _codes c WHERE c.id = e.code) FROM condition e JOIN person USING (person) ORDER BY ALL"
	if d := cmp.Diff(query(t, one.open(t, "tiny"), rows), query(t, many.open(t, "tiny"), rows)); d != "" {
		t.Errorf("rows of one part (-) and of many (+):\n%s", d)
	}
	s, err := store.Open(t.Context(), many.dir, many.keys, "tiny", store.Options{})
	must(t, err)
	defer s.Close()
	if n := len(s.Parts("person")); n < 6 || n != len(s.Parts("condition")) {
		t.Errorf("%d parts of persons, %d of conditions", n, len(s.Parts("condition")))
	}
	var before int64 = -1
	for i, part := range s.Parts("person") {
		if part.Rows > 50 {
			t.Errorf("part %d has %d rows", i, part.Rows)
		}
		p, c := many.persons(t, s, "person", i), many.persons(t, s, "condition", i)
		if d := cmp.Diff(p, c); d != "" || len(p) == 0 || p[0] <= before {
			t.Errorf("part %d: persons (-) and their conditions (+):\n%s", i, d)
		}
		before = p[len(p)-1]
	}
}

// airOf writes a source of two persons and the air of 100 places on nine days.
func airOf(t *testing.T) (dir string) {
	t.Helper()
	air := "comune,day,x\n"
	for place := range 100 {
		for day := 1; day <= 9; day++ {
			air += fmt.Sprintf("%03d,2020-01-%02d,%d\n", place, day, 10*place+day)
		}
	}
	dir = t.TempDir()
	for name, text := range map[string]string{
		"catalog.yaml": `
dataset: tiny
custodian: {name: Somebody, contact: somebody@example.org}
mark: test
mode: {release: exact}
period: {start: 2020-01-01, end: 2020-12-31}
person: {attributes: {label: {type: string}}}
sources: {air: {kind: place-day, place: comune, value: {type: number}}}
residence: {place: comune, from: date, to: date}
`,
		"mapping.yaml": `
format: 1
tables:
  - {table: person, file: p.csv, columns: {person: id}}
  - {table: residence, file: lived.csv, columns: {person: id, place: comune, start: from, end: to}}
  - {table: air, file: air.csv, columns: {place: comune, start: day, value: x}}
`,
		"p.csv": "id\n1\n2\n", "lived.csv": "id,comune,from,to\n1,001,2010-01-01,\n2,099,2010-01-01,2020-06-30\n", "air.csv": air,
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// A table of places and days is cut by places, without regard to the persons: no value is lost, and none stands twice.
func TestPlacesHavePartsOfTheirOwn(t *testing.T) {
	dir, c := airOf(t), newCentre(t)
	o := c.options(t, dir, "", dir)
	o.PartRows = 100
	load(t, o)

	s, err := store.Open(t.Context(), c.dir, c.keys, "tiny", store.Options{})
	must(t, err)
	defer s.Close()
	if n := len(s.Parts("air")); n < 9 || len(s.Parts("person")) != 1 || len(s.Parts("residence")) != 1 {
		t.Errorf("%d parts of the air, %d of the persons, %d of residence", n, len(s.Parts("person")), len(s.Parts("residence")))
	}
	seen := map[string]int{}
	for _, row := range query(t, c.open(t, "tiny"), "SELECT place, value FROM air") {
		seen[render(row)]++
	}
	if len(seen) != 900 || seen["099 999"] != 1 {
		t.Errorf("%d different rows, want 900: %v", len(seen), seen["099 999"])
	}
}

// A range of persons that no part can hold is refused; nothing is loaded.
func TestTooLargeForAPart(t *testing.T) {
	c := newCentre(t)
	o := tiny(t, c, "a")
	o.PartRows = 1
	load(t, o)
	before := c.snapshot(t, "tiny")
	var persons []string
	for i := range 129 {
		persons = append(persons, fmt.Sprint(i))
	}
	o = tiny(t, c, persons...)
	o.PartRows = 1
	if _, _, err := ingest.Run(t.Context(), o); !errors.Is(err, ingest.ErrTooLarge) {
		t.Errorf("error is %v, want %v", err, ingest.ErrTooLarge)
	}
	if c.snapshot(t, "tiny") != before {
		t.Error("another snapshot is in force")
	}
}

func TestNothingPlainIsOnDisk(t *testing.T) {
	c := newCentre(t)
	load(t, tiny(t, c, "MARKER-1", "MARKER-2"))
	for name, text := range list(t, c.dir) {
		if strings.Contains(text, "MARKER") {
			t.Errorf("%s holds an identifier", name)
		}
		info, err := os.Stat(filepath.Join(c.dir, name))
		must(t, err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v, want nothing for group and others", name, info.Mode())
		}
	}
}

func TestLineageIsGuarded(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, c *centre, path string){
		"missing": func(t *testing.T, _ *centre, path string) { must(t, os.Remove(path)) },
		"not JSON": func(t *testing.T, _ *centre, path string) {
			must(t, os.WriteFile(path, []byte("{"), 0o600))
		},
		"altered": func(t *testing.T, _ *centre, path string) {
			text := []byte(readText(t, path))
			i := strings.Index(string(text), `"sealed":"`) + 40
			text[i] ^= 1
			must(t, os.WriteFile(path, text, 0o600))
		},
		"of another dataset": func(t *testing.T, _ *centre, path string) {
			text := strings.Replace(readText(t, path), `"tiny"`, `"huge"`, 1)
			must(t, os.WriteFile(path, []byte(text), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCentre(t)
			load(t, tiny(t, c, "a", "b"))
			before := c.snapshot(t, "tiny")
			damage(t, &c, filepath.Join(c.dir, "pseudonyms"))
			if _, _, err := ingest.Run(t.Context(), tiny(t, c, "a", "c")); !errors.Is(err, ingest.ErrLineage) {
				t.Errorf("error is %v, want %v", err, ingest.ErrLineage)
			}
			if c.snapshot(t, "tiny") != before {
				t.Error("another snapshot is in force")
			}
		})
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	c := newCentre(t)
	load(t, tiny(t, c, "a"))
	other := centre{c.dir, newCentre(t).keys}
	if _, _, err := ingest.Run(t.Context(), tiny(t, other, "a")); !errors.Is(err, store.ErrSignature) && !errors.Is(err, keys.ErrBadKey) {
		t.Errorf("error is %v, want a wrong key", err)
	}
}

func TestProgressReachesTheEnd(t *testing.T) {
	o := tiny(t, newCentre(t), "a")
	var last ingest.Progress
	o.Progress = func(p ingest.Progress) {
		if p.Bytes < last.Bytes {
			t.Errorf("progress goes back from %d to %d", last.Bytes, p.Bytes)
		}
		last = p
	}
	load(t, o)
	if last.Bytes != last.Size || last.Size != 4 {
		t.Errorf("progress ends at %d of %d, want 4 of 4", last.Bytes, last.Size)
	}
}

// list reads every file below dir.
func list(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out[path] = readText(t, filepath.Join(dir, path))
		}
		return err
	}))
	return out
}

// BenchmarkLoad loads 100,000 persons with a condition each.
func BenchmarkLoad(b *testing.B) {
	var persons []string
	for i := range 100_000 {
		persons = append(persons, fmt.Sprintf("%05d", i))
	}
	for b.Loop() {
		load(b, tiny(b, newCentre(b), persons...))
	}
	b.ReportMetric(float64(b.N)*200_000/b.Elapsed().Seconds(), "rows/s")
}

func TestDependencies(t *testing.T) {
	deptest.Only(t, "connectors", "dsl/catalog", "enclave/duck", "enclave/keys", "enclave/store", "internal/durable")
	deptest.Ban(t, "loading asks nobody: no policy and no network", "github.com/open-policy-agent", "net/http")
}

package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/keys/local"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
	"github.com/officina-enclave/officina/internal/deptest"
)

func TestDependencies(t *testing.T) {
	deptest.Only(t, "enclave/keys", "enclave/store/internal/pme")
	deptest.Ban(t, "the store takes any key service", "github.com/tink-crypto", "filippo.io/age", "github.com/hashicorp")
	deptest.Ban(t, "arrow-go panics on malformed files; it is for tests only", "github.com/apache/arrow-go/v18")
	deptest.Ban(t, "DuckDB lives in enclave/duck", "github.com/duckdb")
}

// groupsOf are the column-key groups of the sample table.
var groupsOf = map[string]string{"person": "sensitive", "start": Plain, "code": "sensitive", "value": "sensitive", "label": "location"}

// everything is a decision that allows every group.
var everything = map[string]bool{"sensitive": true, "location": true}

// fourGroups has rows 0–299, 300–599, 600–899, 900–999; code is row/100.
var fourGroups = sample.Shape{Rows: 1000, GroupLen: 300, PageSize: 512}

func newKeys(t testing.TB, seed uint64) *local.Keyring {
	t.Helper()
	k, err := local.CreateFromSeed(t.TempDir(), seed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	return k
}

func begin(t testing.TB, dir string, k keys.Keys) *Writer {
	t.Helper()
	w, err := Begin(context.Background(), dir, k, "diabetes", "sha256:cafe", "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Abort() })
	return w
}

func add(t testing.TB, w *Writer, table string, part int, shape sample.Shape) {
	t.Helper()
	plain := sample.Parquet(t, shape)
	tab := Table{Name: table, Part: part, Groups: groupsOf, Rows: int64(shape.Rows), SortedBy: []string{"code", "person", "start"}}
	if err := w.Add(context.Background(), tab, bytes.NewReader(plain), int64(len(plain))); err != nil {
		t.Fatal(err)
	}
}

// snapshot commits a snapshot of two parts of the table "condition"; salt tells snapshots apart.
func snapshot(t testing.TB, dir string, k keys.Keys, salt int) Manifest {
	t.Helper()
	w := begin(t, dir, k)
	for part := range 2 {
		shape := fourGroups
		shape.Salt = salt + part
		add(t, w, "condition", part, shape)
	}
	m, err := w.Commit(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t testing.TB, dir string, k keys.Keys, o Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), dir, k, "diabetes", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func opened(t testing.TB, o Options) (*Store, *local.Keyring, string) {
	t.Helper()
	dir, k := t.TempDir(), newKeys(t, 1)
	snapshot(t, dir, k, 0)
	return open(t, dir, k, o), k, dir
}

func request(columns ...string) Request {
	return Request{Table: "condition", Columns: columns, Groups: everything}
}

func codes(q Request, from, to int64) Request {
	q.Ranges = []Range{{Column: "code", Intervals: [][2]int64{{from, to}}}}
	return q
}

// mustImage returns an image that is released when the test ends.
func mustImage(t testing.TB, s *Store, q Request) *Image {
	t.Helper()
	i, err := s.Image(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Release)
	return i
}

func readImage(t testing.TB, i *Image) (names []string, rows [][]string) {
	t.Helper()
	b, err := os.ReadFile(i.Path())
	if err != nil {
		t.Fatal(err)
	}
	names, rows, err = sample.Read(sample.Bytes(b), nil)
	if err != nil {
		t.Fatal(err)
	}
	return names, rows
}

// wantRows returns the rows of the sample from … to (exclusive), reduced to columns.
func wantRows(s sample.Shape, from, to int, columns []string) [][]string {
	rows := make([][]string, 0, to-from)
	for i := from; i < to; i++ {
		full, row := sample.Row(s, i), []string{}
		for c, name := range sample.Columns {
			if slices.Contains(columns, name) {
				row = append(row, full[c])
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestImage(t *testing.T) {
	s, _, _ := opened(t, Options{})
	for name, c := range map[string]struct {
		q        Request
		from, to int
	}{
		"all":             {request(sample.Columns...), 0, 1000},
		"some columns":    {request("person", "code"), 0, 1000},
		"plain only":      {Request{Table: "condition", Columns: []string{"start"}}, 0, 1000},
		"one group":       {Request{Table: "condition", Columns: []string{"label"}, Groups: map[string]bool{"location": true}}, 0, 1000},
		"some row groups": {codes(request("person", "value"), 4, 7), 300, 900},
		"no row group":    {codes(request("person", "value"), 400, 700), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s.forget()
			names, rows := readImage(t, mustImage(t, s, c.q))
			if diff := cmp.Diff(c.q.Columns, names); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(wantRows(fourGroups, c.from, c.to, c.q.Columns), rows); diff != "" {
				t.Errorf("%.1000s", diff)
			}
		})
	}
}

func TestPartsDiffer(t *testing.T) {
	s, _, _ := opened(t, Options{})
	q := request("code")
	q.Part = 1
	_, rows := readImage(t, mustImage(t, s, q))
	shape := fourGroups
	shape.Salt = 1
	if diff := cmp.Diff(wantRows(shape, 0, 1000, q.Columns), rows); diff != "" {
		t.Errorf("%.1000s", diff)
	}
	var parts []int
	for _, f := range s.Parts("condition") {
		parts = append(parts, f.Part)
	}
	if !slices.Equal(parts, []int{0, 1}) || s.Parts("drug") != nil {
		t.Errorf("parts %v", parts)
	}
}

func TestImageRefuses(t *testing.T) {
	s, _, _ := opened(t, Options{})
	only := func(groups ...string) map[string]bool {
		m := map[string]bool{}
		for _, g := range groups {
			m[g] = true
		}
		return m
	}
	for name, c := range map[string]struct {
		q    Request
		want error
	}{
		"unknown table":       {Request{Table: "drug", Columns: []string{"code"}, Groups: everything}, ErrTable},
		"unknown part":        {Request{Table: "condition", Part: 2, Columns: []string{"code"}, Groups: everything}, ErrTable},
		"unknown column":      {request("code", "genome"), ErrColumn},
		"column twice":        {request("code", "code"), ErrColumn},
		"no column":           {request(), ErrColumn},
		"no group":            {Request{Table: "condition", Columns: []string{"code"}}, ErrGroup},
		"other group":         {Request{Table: "condition", Columns: []string{"code"}, Groups: only("location")}, ErrGroup},
		"one of two groups":   {Request{Table: "condition", Columns: []string{"code", "label"}, Groups: only("sensitive")}, ErrGroup},
		"group said to be no": {Request{Table: "condition", Columns: []string{"code"}, Groups: map[string]bool{"sensitive": false}}, ErrGroup},
		"range of a denied group": {Request{Table: "condition", Columns: []string{"start"},
			Ranges: []Range{{Column: "code", Intervals: [][2]int64{{1, 2}}}}}, ErrGroup},
		"range of an unknown column": {Request{Table: "condition", Columns: []string{"start"},
			Ranges: []Range{{Column: "genome"}}, Groups: everything}, ErrColumn},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Image(context.Background(), c.q); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// askedFor records for which groups keys are unwrapped.
type askedFor struct {
	keys.Keys
	groups []string
}

func (a *askedFor) UnwrapMany(ctx context.Context, rs []keys.Request) ([][]byte, error) {
	for _, r := range rs {
		a.groups = append(a.groups, r.Binding.Group)
	}
	return a.Keys.UnwrapMany(ctx, rs)
}

// The key of a group that no column needs is not asked for, even if the decision would allow it.
func TestOnlyNeededKeysAreUnwrapped(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	snapshot(t, dir, k, 0)
	asked := &askedFor{Keys: k}
	s := open(t, dir, asked, Options{})
	mustImage(t, s, request("person", "code"))
	if slices.Contains(asked.groups, "location") || !slices.Contains(asked.groups, "sensitive") {
		t.Errorf("keys were asked for groups %q", asked.groups)
	}
	asked.groups = nil
	mustImage(t, s, request("person", "code"))
	if len(asked.groups) != 0 {
		t.Errorf("a cached image asked for keys of %q", asked.groups)
	}
	if _, err := s.Image(context.Background(), Request{Table: "condition", Columns: []string{"label"}}); !errors.Is(err, ErrGroup) || len(asked.groups) != 0 {
		t.Errorf("a denied request asked for keys of %q: %v", asked.groups, err)
	}
}

// A hot image does not get around a decision that denies its group.
func TestCachedImageIsDenied(t *testing.T) {
	s, _, _ := opened(t, Options{})
	mustImage(t, s, request("code"))
	if _, err := s.Image(context.Background(), Request{Table: "condition", Columns: []string{"code"}}); !errors.Is(err, ErrGroup) {
		t.Errorf("got %v, want %v", err, ErrGroup)
	}
}

func TestImageIsSealed(t *testing.T) {
	s, _, _ := opened(t, Options{})
	i := mustImage(t, s, request("code"))
	if !strings.HasPrefix(i.Path(), "/proc/self/fd/") {
		t.Errorf("path %q", i.Path())
	}
	f, err := os.OpenFile(i.Path(), os.O_RDWR, 0)
	if err == nil {
		defer f.Close()
		if _, err = f.WriteAt([]byte("x"), 0); err == nil {
			t.Error("an image can be written")
		}
		if f.Truncate(1) == nil || f.Truncate(1<<30) == nil {
			t.Error("an image can change its size")
		}
	}
	info, err := os.Stat(i.Path())
	if err != nil || info.Size() != i.Size() {
		t.Errorf("size %d, says %d: %v", info.Size(), i.Size(), err)
	}
	if link, _ := os.Readlink(i.Path()); !strings.HasPrefix(link, "/memfd:") {
		t.Errorf("image is %q, not memory", link)
	}
}

func TestVerify(t *testing.T) {
	s, _, dir := opened(t, Options{})
	if err := s.Verify(context.Background()); err != nil {
		t.Fatal(err)
	}
	f := s.Manifest().Files[1]
	path := filepath.Join(snapshotDir(dir, s.Manifest().Snapshot), f.Path)
	b, _ := os.ReadFile(path)
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(context.Background()); !errors.Is(err, ErrSwapped) {
		t.Errorf("got %v, want %v", err, ErrSwapped)
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Verify(over); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	s, _, _ := opened(t, Options{})
	_, err := s.Image(context.Background(), Request{Table: "condition", Columns: []string{"label"}})
	want := `store: column-key group is denied: column "label" of table "condition" needs "location"; ask the ethics board`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

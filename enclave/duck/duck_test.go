package duck_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/duck"
)

var columns = []duck.Column{
	{Name: "person", Type: duck.UInteger}, {Name: "day", Type: duck.Date}, {Name: "v", Type: duck.Double},
	{Name: "n", Type: duck.BigInt}, {Name: "ok", Type: duck.Boolean}, {Name: "word", Type: duck.Varchar},
}

var day = time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)

// image returns the path of a Parquet file in memory with three rows; person 2 has NULLs only.
func image(t testing.TB) string {
	t.Helper()
	return parquet(t, columns, [][]any{
		{uint32(3), day, 2.5, int64(-7), true, ""},
		{uint32(1), day.AddDate(0, 0, 1), -0.5, int64(1) << 62, false, "è"},
		{uint32(2), nil, nil, nil, nil, nil},
	}, "person")
}

func parquet(t testing.TB, columns []duck.Column, rows [][]any, orderBy ...string) string {
	t.Helper()
	s := sorter(t, columns)
	for _, r := range rows {
		must(t, s.Append(r...))
	}
	file, n, err := s.Parquet(t.Context(), orderBy)
	must(t, err)
	t.Cleanup(func() { file.Close() })
	if n != int64(len(rows)) {
		t.Fatalf("Parquet says %d rows, want %d", n, len(rows))
	}
	return fmt.Sprintf("/proc/self/fd/%d", file.Fd())
}

func sorter(t testing.TB, columns []duck.Column) *duck.Sorter {
	t.Helper()
	s, err := duck.NewSorter(t.Context(), duck.Limits{Threads: 2}, columns)
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func open(t testing.TB, views ...duck.View) *duck.DB {
	t.Helper()
	db, err := duck.Open(t.Context(), duck.Limits{Threads: 2}, views)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *duck.Error
	if errors.As(err, &e) {
		t.Fatalf("%v: %s", err, e.RestrictedDetail())
	}
	t.Fatal(err)
}

func all(t testing.TB, db *duck.DB, text string, args ...any) (rows [][]any) {
	t.Helper()
	must(t, db.Select(t.Context(), text, args, func(r duck.Row) error {
		rows = append(rows, append([]any(nil), r...))
		return nil
	}))
	return rows
}

func TestSelectKeepsTypesAndNulls(t *testing.T) {
	db := open(t, duck.View{Name: "person", Paths: []string{image(t)}})
	got := all(t, db, "SELECT * FROM person ORDER BY person")
	want := [][]any{
		{int64(1), day.AddDate(0, 0, 1), -0.5, int64(1) << 62, false, "è"},
		{int64(2), nil, nil, nil, nil, nil},
		{int64(3), day, 2.5, int64(-7), true, ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}

func TestSelectBindsEveryType(t *testing.T) {
	db := open(t, duck.View{Name: "person", Paths: []string{image(t)}})
	for _, c := range []struct {
		where string
		arg   any
		want  int64
	}{
		{"day = ?", day, 3}, {"v = ?", 2.5, 3}, {"n = ?", int64(1) << 62, 1}, {"ok = ?", false, 1},
		{"word = ?", "è", 1}, {"word = ?", "", 3}, {"person IN (SELECT unnest(?::BIGINT[]))", []int64{2}, 2},
		{"list_contains(?::VARCHAR[], word)", []string{"è", "x"}, 1},
		{"day IS NOT DISTINCT FROM ?", nil, 2},
		{"word = ? OR person = 2", "' OR true --", 2},
	} {
		got := all(t, db, "SELECT person FROM person WHERE "+c.where, c.arg)
		if d := cmp.Diff([][]any{{c.want}}, got); d != "" {
			t.Errorf("%s, %v (-want +got):\n%s", c.where, c.arg, d)
		}
	}
}

func TestSelectRefusesWrongArguments(t *testing.T) {
	for _, args := range [][]any{{}, {1.5, 2.5}, {[]int64{2}}, {struct{}{}}, {make(chan int)}} {
		err := open(t).Select(t.Context(), "SELECT 1 WHERE 1 IN (SELECT unnest(?::UINTEGER[]))", args, func(duck.Row) error { return nil })
		var e *duck.Error
		if !errors.As(err, &e) {
			t.Errorf("%T: error is %v, want a *duck.Error", args, err)
		}
	}
}

func TestSelectGivesWideSumsAsBigInt(t *testing.T) {
	got := all(t, open(t), "SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)")
	want, _ := new(big.Int).SetString("9223372036854775808", 10)
	if sum, ok := got[0][0].(*big.Int); !ok || sum.Cmp(want) != 0 {
		t.Errorf("sum is %v (%T), want %v", got[0][0], got[0][0], want)
	}
}

func TestViewJoinsItsFiles(t *testing.T) {
	db := open(t, duck.View{Name: `odd "name"`, Paths: []string{image(t), image(t)}})
	if got := all(t, db, `SELECT count(*) FROM "odd ""name"""`); got[0][0] != int64(6) {
		t.Errorf("count is %v, want 6", got[0][0])
	}
}

func TestOpenRefusesWhatIsNotParquet(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	must(t, err)
	fmt.Fprint(file, "PAR1 no more")
	_, err = duck.Open(t.Context(), duck.Limits{}, []duck.View{{Name: "x", Paths: []string{file.Name()}}})
	var e *duck.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want a *duck.Error", err)
	}
}

func TestSelectStopsWithScan(t *testing.T) {
	stop, calls := errors.New("stop"), 0
	db := open(t, duck.View{Name: "person", Paths: []string{image(t)}})
	err := db.Select(t.Context(), "SELECT * FROM person", nil, func(duck.Row) error { calls++; return stop })
	if err != stop || calls != 1 {
		t.Errorf("error %v after %d calls, want %v after 1", err, calls, stop)
	}
	all(t, db, "SELECT 1") // the instance still serves
}

func TestSelectEndsWithItsContext(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	err := db.Select(ctx, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", nil,
		func(duck.Row) error { return nil })
	if took := time.Since(begin); took > time.Second {
		t.Errorf("cancellation took %v", took)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error is %v, want the context's", err)
	}
}

func TestMemoryLimitHoldsWithoutSpilling(t *testing.T) {
	db, err := duck.Open(t.Context(), duck.Limits{Memory: "32MiB"}, nil)
	must(t, err)
	defer db.Close()
	err = db.Select(t.Context(), "SELECT count(*) FROM (SELECT range, random() r FROM range(20000000) ORDER BY r)", nil,
		func(duck.Row) error { return nil })
	var e *duck.Error
	if !errors.As(err, &e) || e.Class != duck.Memory {
		t.Errorf("error is %v, want class %q", err, duck.Memory)
	}
}

// BenchmarkFixedCost is the price of a fresh instance with one view and a trivial SELECT.
func BenchmarkFixedCost(b *testing.B) {
	view := duck.View{Name: "person", Paths: []string{image(b)}}
	for b.Loop() {
		db, err := duck.Open(b.Context(), duck.Limits{Threads: 2}, []duck.View{view})
		must(b, err)
		all(b, db, "SELECT count(*) FROM person")
		must(b, db.Close())
	}
}

// TestNarrow replaces what a view shows by other files of the instance, and by no other.
func TestNarrow(t *testing.T) {
	one, other, stranger := image(t), image(t), image(t)
	db := open(t, duck.View{Name: "person", Paths: []string{one, other}})
	count := func() any { return all(t, db, "SELECT count(*) FROM person")[0][0] }
	if count() != int64(6) {
		t.Errorf("count is %v, want 6", count())
	}
	must(t, db.Narrow(t.Context(), []duck.View{{Name: "person", Paths: []string{other}}}))
	if count() != int64(3) {
		t.Errorf("count is %v, want 3", count())
	}
	if err := db.Narrow(t.Context(), []duck.View{{Name: "person", Paths: []string{stranger}}}); err == nil {
		t.Error("a file that the instance was not opened with was shown")
	}
}

package duck_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/duck"
)

var events = []duck.Column{{Name: "code", Type: duck.UInteger}, {Name: "person", Type: duck.UInteger}}

// The sorted file holds exactly the appended rows, in the order a Go sort gives.
func TestSorterSorts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) []any {
			return []any{rapid.Uint32Range(0, 9).Draw(rt, "code"), rapid.Uint32().Draw(rt, "person")}
		}), 1, 50).Draw(rt, "rows")
		path := parquet(t, events, rows, "code", "person")
		got := all(t, open(t, duck.View{Name: "e", Paths: []string{path}}), "SELECT code::UBIGINT, person::UBIGINT FROM e")

		slices.SortFunc(rows, func(a, b []any) int {
			return cmp.Or(cmp.Compare(a[0].(uint32), b[0].(uint32)), cmp.Compare(a[1].(uint32), b[1].(uint32)))
		})
		want := make([][]any, len(rows))
		for i, r := range rows {
			want[i] = []any{uint64(r[0].(uint32)), uint64(r[1].(uint32))}
		}
		if d := gocmp.Diff(want, got); d != "" {
			rt.Errorf("rows (-want +got):\n%s", d)
		}
	})
}

func TestSorterPutsNullLast(t *testing.T) {
	path := parquet(t, events, [][]any{{nil, uint32(1)}, {uint32(5), uint32(2)}, {nil, uint32(0)}}, "code", "person")
	got := all(t, open(t, duck.View{Name: "e", Paths: []string{path}}), "SELECT person FROM e")
	if d := gocmp.Diff([][]any{{int64(2)}, {int64(0)}, {int64(1)}}, got); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
}

func TestSorterWritesRowGroupsWithStatistics(t *testing.T) {
	path := bigFile(t, duck.RowGroup+1)
	db := open(t, duck.View{Name: "e", Paths: []string{path}})
	got := all(t, db, `SELECT row_group_num_rows, stats_min_value::BIGINT <= stats_max_value::BIGINT
		FROM parquet_metadata('`+path+`') WHERE path_in_schema = 'person' ORDER BY row_group_id`)
	if d := gocmp.Diff([][]any{{int64(duck.RowGroup), true}, {int64(1), true}}, got); d != "" {
		t.Errorf("row groups (-want +got):\n%s", d)
	}
}

func TestSorterSelectsExpressions(t *testing.T) {
	s := sorter(t, events)
	must(t, s.Append(uint32(1), uint32(41)))
	file, _, err := s.Parquet(t.Context(), nil, "person + 1 AS next")
	must(t, err)
	defer file.Close()
	db := open(t, duck.View{Name: "e", Paths: []string{fmt.Sprintf("/proc/self/fd/%d", file.Fd())}})
	if got := all(t, db, "SELECT next FROM e"); got[0][0] != int64(42) {
		t.Errorf("next is %v, want 42", got[0][0])
	}
}

func TestSorterRefusesWrongRows(t *testing.T) {
	s := sorter(t, events)
	for _, row := range [][]any{{}, {uint32(1)}, {uint32(1), uint32(2), uint32(3)}, {"MARKER", uint32(1)}} {
		err := s.Append(row...)
		var e *duck.Error
		if !errors.As(err, &e) {
			t.Errorf("%d values: error is %v, want a *duck.Error", len(row), err)
		}
	}
}

func TestSorterEndsWithItsContext(t *testing.T) {
	s := sorter(t, events)
	must(t, s.Append(uint32(1), uint32(2)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := s.Parquet(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want the context's", err)
	}
}

func bigFile(t testing.TB, n int) string {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	s := sorter(t, events)
	for range n {
		must(t, s.Append(rnd.Uint32N(1000), rnd.Uint32()))
	}
	file, _, err := s.Parquet(t.Context(), []string{"code", "person"})
	must(t, err)
	t.Cleanup(func() { file.Close() })
	return fmt.Sprintf("/proc/self/fd/%d", file.Fd())
}

// BenchmarkSorter appends, sorts and writes one million rows of two columns.
func BenchmarkSorter(b *testing.B) {
	for b.Loop() {
		bigFile(b, 1_000_000)
	}
	b.ReportMetric(float64(b.N)*1e6/b.Elapsed().Seconds(), "rows/s")
}

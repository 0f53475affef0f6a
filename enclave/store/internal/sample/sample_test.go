package sample

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadReturnsWhatWasWritten(t *testing.T) {
	s := Shape{Rows: 250, GroupLen: 100}
	names, rows, err := Read(Bytes(Parquet(t, s)), nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Columns, names); diff != "" {
		t.Error(diff)
	}
	for i, row := range rows {
		if diff := cmp.Diff(Row(s, i), row); diff != "" {
			t.Fatalf("row %d: %s", i, diff)
		}
	}
	if len(rows) != s.Rows {
		t.Errorf("%d rows, want %d", len(rows), s.Rows)
	}
}

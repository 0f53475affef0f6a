package ingest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/officina-enclave/officina/enclave/duck"
)

var everyType = []duck.Column{{Type: duck.Boolean}, {Type: duck.UInteger}, {Type: duck.BigInt}, {Type: duck.Double}, {Type: duck.Date}, {Type: duck.Varchar}}

// drawRow makes a row of everyType; any value may be missing.
func drawRow(t *rapid.T) []any {
	values := []any{
		rapid.Bool().Draw(t, "bool"), rapid.Uint32().Draw(t, "uinteger"), rapid.Int64().Draw(t, "bigint"),
		rapid.Float64().Draw(t, "double"), time.Unix(86400*rapid.Int64Range(-719_162, 2_932_896).Draw(t, "date"), 0).UTC(),
		rapid.String().Draw(t, "varchar"),
	}
	for i := range values {
		if rapid.Bool().Draw(t, "missing") {
			values[i] = nil
		}
	}
	return values
}

func newTestSpill(t testing.TB, n int) *spill {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSpill(file, codecOf(everyType), n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.close() })
	return s
}

// TestSpillGivesBackWhatItGot adds rows to three buckets, some of them through the disk, and reads them bucket by bucket.
func TestSpillGivesBackWhatItGot(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newTestSpill(t, 3)
		var want [3][][]any
		for range rapid.IntRange(0, 30).Draw(r, "rows") {
			i, row := rapid.IntRange(0, 2).Draw(r, "bucket"), drawRow(r)
			want[i] = append(want[i], row)
			if err := s.add(i, row); err != nil {
				r.Fatal(err)
			}
			if rapid.Bool().Draw(r, "to disk") {
				if err := s.write(&s.buckets[i]); err != nil {
					r.Fatal(err)
				}
			}
		}
		for i := range want {
			var got [][]any
			err := s.rows(i, i+1, func(row []any) error { got = append(got, append([]any{}, row...)); return nil })
			if d := cmp.Diff(want[i], got); err != nil || d != "" {
				r.Fatalf("bucket %d: %v (-added +read):\n%s", i, err, d)
			}
		}
	})
}

// Rows on disk are unreadable, and an altered or moved chunk is refused.
func TestSpillTrustsNoDisk(t *testing.T) {
	for name, damage := range map[string]func(content []byte){
		"altered": func(content []byte) { content[len(content)/3] ^= 1 },
		"moved": func(content []byte) {
			half := len(content) / 2
			copy(content, append(bytes.Clone(content[half:]), content[:half]...))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTestSpill(t, 1)
			for range 2 {
				if err := s.add(0, []any{true, uint32(7), int64(8), 9.5, nil, "MARKER"}); err != nil {
					t.Fatal(err)
				}
				if err := s.write(&s.buckets[0]); err != nil {
					t.Fatal(err)
				}
			}
			content, err := os.ReadFile(s.file.Name())
			if err != nil || bytes.Contains(content, []byte("MARKER")) {
				t.Fatalf("%v, or the disk shows a value", err)
			}
			damage(content)
			if _, err := s.file.WriteAt(content, 0); err != nil {
				t.Fatal(err)
			}
			if err := s.rows(0, 1, func([]any) error { return nil }); err == nil {
				t.Error("damage was not seen")
			}
		})
	}
}

package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

// list gives "index kind study" of what a filter selects.
func list(t *testing.T, dir string, f inspect.Filter) ([]string, error) {
	t.Helper()
	var got []string
	for r, err := range inspect.Entries(t.Context(), dir, key, f) {
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprint(r.Index, " ", r.Entry.Kind, " ", r.Entry.Study))
	}
	return got, nil
}

func TestFilters(t *testing.T) {
	policy := audit.Entry{Kind: audit.KindPolicy, Time: start, Policy: digest("policy"), Action: "activated"}
	dir := forge(t, texts(t, policy, intent(1), denied(2), outcome(1), denied(4))...)
	for name, c := range map[string]struct {
		filter inspect.Filter
		want   []string
	}{
		"all":             {inspect.Filter{}, []string{"0 policy ", "1 intent study-1", "2 denied study-2", "3 outcome study-1", "4 denied study-1"}},
		"a study":         {inspect.Filter{Study: "study-1"}, []string{"1 intent study-1", "3 outcome study-1", "4 denied study-1"}},
		"a kind":          {inspect.Filter{Kinds: []audit.Kind{audit.KindDenied}}, []string{"2 denied study-2", "4 denied study-1"}},
		"kinds":           {inspect.Filter{Kinds: []audit.Kind{audit.KindPolicy, audit.KindIntent}}, []string{"0 policy ", "1 intent study-1"}},
		"kind and study":  {inspect.Filter{Kinds: []audit.Kind{audit.KindDenied}, Study: "study-2"}, []string{"2 denied study-2"}},
		"nothing of such": {inspect.Filter{Study: "study-9"}, nil},
	} {
		got, err := list(t, dir, c.filter)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestEntriesAcrossTiles(t *testing.T) {
	var indexes []uint64
	for r, err := range inspect.Entries(t.Context(), large(t), key, inspect.Filter{Study: "study-0"}) {
		if err != nil {
			t.Fatal(err)
		}
		indexes = append(indexes, r.Index)
	}
	if len(indexes) != 200 || !slices.IsSorted(indexes) {
		t.Errorf("%d entries, sorted %v", len(indexes), slices.IsSorted(indexes))
	}
}

func TestReadingStopsWhenAsked(t *testing.T) {
	n := 0
	for range inspect.Entries(t.Context(), large(t), key, inspect.Filter{}) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d entries", n)
	}
}

func TestReadingStopsAtAnError(t *testing.T) {
	if _, err := list(t, t.TempDir(), inspect.Filter{}); !errors.Is(err, inspect.ErrNoCheckpoint) {
		t.Errorf("no log: got %v", err)
	}
	dir := large(t)
	remove("tile/entries/001")(t, dir)
	if got, err := list(t, dir, inspect.Filter{}); !errors.Is(err, inspect.ErrTruncated) || len(got) != 256 {
		t.Errorf("%d entries, then %v", len(got), err)
	}
	dir = forge(t, texts(t, denied(0))[0], []byte("gossip"), texts(t, denied(1))[0])
	if got, err := list(t, dir, inspect.Filter{}); !errors.Is(err, audit.ErrEntry) || len(got) != 1 {
		t.Errorf("%d entries, then %v", len(got), err)
	}
}

func ExampleVerify() {
	_, err := inspect.Verify(context.Background(), "no-such-folder", audit.LogKey{Origin: "officina/demo", Public: key.Public}, nil)
	fmt.Println(err)
	// Output: the log has no checkpoint; restore the audit folder from a backup
}

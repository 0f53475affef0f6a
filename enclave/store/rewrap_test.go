package store

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/sample"
)

// Rotate, rewrap, retire: afterwards the snapshot opens although the version that first wrapped its keys is gone.
func TestRewrap(t *testing.T) {
	ctx, dir, k := context.Background(), t.TempDir(), newKeys(t, 1)
	before := snapshot(t, dir, k, 0)
	old, _ := k.Describe(ctx)
	if _, err := k.Rotate(ctx); err != nil {
		t.Fatal(err)
	}
	after, err := Rewrap(ctx, dir, k, "diabetes")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Retire(ctx, old.Primary); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, k, Options{Newest: 2, Expect: after.Digest()})
	_, rows := readImage(t, mustImage(t, s, request(sample.Columns...)))
	if diff := cmp.Diff(wantRows(fourGroups, 0, 1000, sample.Columns), rows); diff != "" {
		t.Errorf("%.500s", diff)
	}
	if after.Counter != 2 || after.Previous != before.Digest() || after.Snapshot != before.Snapshot {
		t.Errorf("counter %d, previous %q", after.Counter, after.Previous)
	}
	for i, f := range after.Files {
		if f.Path != before.Files[i].Path || f.Keys[Plain].KeyID == old.Primary {
			t.Errorf("file %s is still under version %s", f.Path, f.Keys[Plain].KeyID)
		}
	}
}

func TestRewrapWhileAnotherWrites(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	snapshot(t, dir, k, 0)
	begin(t, dir, k)
	if _, err := Rewrap(context.Background(), dir, k, "diabetes"); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want %v", err, ErrLocked)
	}
}

// noRewrap is a key service whose role may not rewrap.
type noRewrap struct{ keys.Keys }

func (noRewrap) Rewrap(context.Context, keys.Wrapped, keys.Binding) (keys.Wrapped, error) {
	return keys.Wrapped{}, keys.ErrDenied
}

func TestDeniedRewrapChangesNothing(t *testing.T) {
	dir, k := t.TempDir(), newKeys(t, 1)
	before := snapshot(t, dir, k, 0)
	if _, err := Rewrap(context.Background(), dir, noRewrap{k}, "diabetes"); !errors.Is(err, keys.ErrDenied) {
		t.Errorf("got %v, want %v", err, keys.ErrDenied)
	}
	if m := open(t, dir, k, Options{}).Manifest(); m.Digest() != before.Digest() {
		t.Error("the manifest changed")
	}
}

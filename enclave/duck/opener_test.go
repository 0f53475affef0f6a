package duck

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// one counts with a fresh instance of o.
func one(t *testing.T, o *Opener) {
	t.Helper()
	db, err := o.Open(t.Context(), nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer db.Close()
	rows := 0
	if err := db.Select(t.Context(), "SELECT 1", nil, func(Row) error { rows++; return nil }); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}

func TestOpenerServesEachInstanceOnce(t *testing.T) {
	o := NewOpener(Limits{}, 2)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 3 {
				one(t, o)
			}
		})
	}
	all.Wait()
	for range 2 {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A spare instance is locked down like any other, once it has its views.
func TestSpareInstanceIsLocked(t *testing.T) {
	o := NewOpener(Limits{}, 1)
	defer o.Close()
	o.spare <- <-o.spare // wait until it is there
	db, err := o.Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{"SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM duckdb_settings() WHERE name = 'lock_configuration' AND value <> 'true'"} {
		err := db.Select(t.Context(), text, nil, func(Row) error { return errors.New("a row") })
		if text[len("SELECT * FROM "):len("SELECT * FROM ")+4] == "read" && err == nil {
			t.Errorf("%s ran", text)
		}
		if err != nil && err.Error() == "a row" {
			t.Errorf("%s: the configuration is not locked", text)
		}
	}
}

func TestOpenerWithImpossibleLimits(t *testing.T) {
	o := NewOpener(Limits{Memory: "much"}, 2)
	for range 3 {
		if _, err := o.Open(t.Context(), nil); err == nil {
			t.Error("opened")
		}
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenerHeedsTheContext(t *testing.T) {
	o := NewOpener(Limits{}, 1)
	defer o.Close()
	o.spare <- <-o.spare
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if db, err := o.Open(ctx, nil); err == nil {
		db.Close()
		t.Error("opened for a caller who has gone")
	}
}

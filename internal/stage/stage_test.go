package stage

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestStagesAreRecordedInOrder(t *testing.T) {
	ctx, stages := Record(context.Background())
	outer := Begin(ctx, "outer")
	inner := Begin(ctx, "inner")
	time.Sleep(2 * time.Millisecond)
	inner()
	outer()
	got := stages()
	if len(got) != 2 || got[0].Name != "inner" || got[1].Name != "outer" {
		t.Fatalf("got %v", got)
	}
	if got[0].Took < 2*time.Millisecond || got[1].Took < got[0].Took {
		t.Errorf("times do not nest: %v", got)
	}
}

func TestDoAndOf(t *testing.T) {
	ctx, stages := Record(context.Background())
	failed := errors.New("failed")
	if err := Do(ctx, "do", func() error { return failed }); err != failed {
		t.Errorf("got %v", err)
	}
	if n, err := Of(ctx, "of", func() (int, error) { return 7, nil }); n != 7 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if got := stages(); len(got) != 2 || got[0].Name != "do" || got[1].Name != "of" {
		t.Errorf("got %v", got)
	}
}

func TestWithoutRecorderNothingHappens(t *testing.T) {
	Begin(context.Background(), "x")()
}

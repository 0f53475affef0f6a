package releasetest

import (
	"bytes"
	"sync"
	"testing"

	"github.com/officina-enclave/officina/enclave"
)

// Twenty callers ask four questions of one data folder at once: four runs, and everybody with one question gets the
// same bytes. Meant for the race detector.
func TestCrowd(t *testing.T) {
	const callers, questions = 20, 4
	w := newWorld(t.TempDir(), Real)
	prepare(t, w)
	if err := w.ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	releases := make([]*enclave.Release, callers)
	var group sync.WaitGroup
	for i := range releases {
		group.Go(func() {
			var err error
			for range 10 { // on a busy machine the 100 ms of a decision may run out, which denies
				releases[i], err = w.enclave.Submit(t.Context(), killQuery(i%questions))
				if classOf(err) != "denied" {
					break
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	repeats := 0
	for i, r := range releases {
		if r == nil || !bytes.Equal(r.Document, releases[i%questions].Document) {
			t.Fatalf("caller %d got another answer", i)
		}
		if r.Envelope.Repeat {
			repeats++
		}
	}
	if repeats != callers-questions {
		t.Errorf("%d repeats, want %d", repeats, callers-questions)
	}
	if err := w.verify(t.Context()); err != nil {
		t.Error(err)
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
}

package tlog

import (
	"context"

	"github.com/transparency-dev/tessera"
)

// request is an entry on its way to disk.
type request struct {
	entry *tessera.Entry
	done  chan result // holds one
}

type result struct {
	index uint64
	err   error
}

// commit writes what is waiting, as one batch, then what came meanwhile, until queue is closed. After each batch it
// calls written.
//
// (Tessera has a queue of its own, but closes a batch by age even while another is being written; under load its
// batches only ever split, until each holds one entry: 64 callers then wait 64 times for the disk. Here batches are
// closed by the disk, and the age is 0, so that a lone entry does not wait.)
func commit(queue <-chan request, add tessera.AddFn, written func()) {
	for first := range queue {
		batch := drain(queue, first)
		futures := make([]tessera.IndexFuture, len(batch))
		for i, r := range batch {
			futures[i] = add(context.Background(), r.entry)
		}
		for i, r := range batch {
			index, err := futures[i]()
			r.done <- result{index.Index, err}
		}
		written()
	}
}

// drain adds to first whatever waits by now.
func drain(queue <-chan request, first request) []request {
	batch := []request{first}
	for len(batch) < batchSize {
		select {
		case r, ok := <-queue:
			if !ok {
				return batch
			}
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

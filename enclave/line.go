package enclave

import (
	"context"
	"sync"

	"github.com/officina-enclave/officina/enclave/ledger"
)

// line lets one run of a question in at a time.
type line struct {
	mu   sync.Mutex
	busy map[ledger.Question]chan struct{}
}

// enter waits until nobody runs q, and returns how to leave. The error is ctx's.
func (l *line) enter(ctx context.Context, q ledger.Question) (leave func(), err error) {
	for {
		ahead := l.take(q)
		if ahead == nil {
			return func() { l.leave(q) }, nil
		}
		select {
		case <-ahead:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take puts the caller in charge of q, or returns what is closed when the one in charge leaves.
func (l *line) take(q ledger.Question) (ahead <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ahead, busy := l.busy[q]; busy {
		return ahead
	}
	if l.busy == nil {
		l.busy = map[ledger.Question]chan struct{}{}
	}
	l.busy[q] = make(chan struct{})
	return nil
}

func (l *line) leave(q ledger.Question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.busy[q])
	delete(l.busy, q)
}

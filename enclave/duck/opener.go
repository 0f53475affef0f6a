package duck

import (
	"context"
	"errors"
	"sync"
)

// Opener opens instances like [Open], but keeps some blank instances ready: most of the time an instance takes
// to be born passes before anybody asks. A blank instance has seen no data, and each serves one Open only. The
// next one is born when one that was taken is closed, so as not to compete with its query.
// The methods are safe for concurrent use, Close last.
type Opener struct {
	limits Limits
	closed sync.Once
	spare  chan birth // as many as its capacity are on their way, there, or taken and not yet closed
}

type birth struct {
	db  *DB
	err error
}

// NewOpener returns an Opener that keeps n instances ready; they are on their way.
func NewOpener(limits Limits, n int) *Opener {
	o := &Opener{limits: limits, spare: make(chan birth, n)}
	go func() {
		for range n {
			o.bear()
		}
	}()
	return o
}

// bear puts one instance into spare, which has room. It waits for nobody's context.
func (o *Opener) bear() {
	db, err := connect(context.Background(), o.limits)
	o.spare <- birth{db, err}
}

// Open is [Open] with the spare instance, or with a new one when the spare is not there yet.
func (o *Opener) Open(ctx context.Context, views []View) (*DB, error) {
	select {
	case b := <-o.spare:
		if b.err != nil {
			go o.bear()
			return nil, b.err
		}
		b.db.closed = func() { go o.bear() }
		return b.db.lock(ctx, views)
	default:
		return Open(ctx, o.limits, views)
	}
}

// Close frees the spare instances. Every instance is closed before it, and nothing may be opened after it;
// closing again does nothing.
func (o *Opener) Close() (err error) {
	o.closed.Do(func() {
		for range cap(o.spare) {
			if b := <-o.spare; b.db != nil {
				err = errors.Join(err, b.db.Close())
			}
		}
	})
	return err
}

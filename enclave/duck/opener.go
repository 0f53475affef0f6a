package duck

import (
	"context"
	"sync"
)

// Opener opens instances like [Open], but keeps one blank instance ready: most of the time an instance takes
// to be born passes before anybody asks. A blank instance has seen no data, and each serves one Open only. The
// next one is born when the one that was taken is closed, so as not to compete with its query.
// The methods are safe for concurrent use, Close last.
type Opener struct {
	limits Limits
	closed sync.Once
	spare  chan birth // of capacity 1: an instance is on its way or there, unless one is taken and not yet closed
}

type birth struct {
	db  *DB
	err error
}

// NewOpener returns an Opener whose first instance is on its way.
func NewOpener(limits Limits) *Opener {
	o := &Opener{limits: limits, spare: make(chan birth, 1)}
	go o.bear()
	return o
}

// bear puts one instance into spare, which is empty. It waits for nobody's context.
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

// Close frees the spare instance. Every instance is closed before it, and nothing may be opened after it;
// closing again does nothing.
func (o *Opener) Close() (err error) {
	o.closed.Do(func() {
		if b := <-o.spare; b.db != nil {
			err = b.db.Close()
		}
	})
	return err
}

package tlog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"

	"github.com/officina-enclave/officina/enclave/audit"
	"github.com/officina-enclave/officina/enclave/audit/inspect"
)

var (
	// ErrLocked says that another process, or another Log of this one, writes the folder.
	ErrLocked = errors.New("the audit log is in use by another writer; stop it first")
	// ErrClosed says that the Log was closed.
	ErrClosed = errors.New("the audit log is closed")
	// ErrPending says that no signed checkpoint covers an entry yet.
	ErrPending = errors.New("not yet in a signed checkpoint; ask again in a second")
)

const (
	batchSize          = 1024
	checkpointInterval = 100 * time.Millisecond // the least that tessera takes
	pollInterval       = 10 * time.Millisecond
	signTimeout        = 10 * time.Second // how long Open and Close wait for a checkpoint
)

// Log is an open audit log. Its methods are safe for concurrent use.
type Log struct {
	dir      string
	key      audit.LogKey
	subjects *subjects
	lock     *os.File

	mu       sync.RWMutex // held for reading while a method is under way
	closed   bool
	queue    chan request
	shutdown func(context.Context) error
	cancel   context.CancelFunc
}

// Open opens the log in dir for writing, or begins one if dir is empty or missing. It returns once every entry that is
// on disk is under a checkpoint signed by signer, so that what a crash left unsigned is no longer so.
//
// The errors are [ErrLocked], inspect.ErrNoCheckpoint, inspect.ErrTruncated, inspect.ErrEdited, audit.ErrWrongKey and
// audit.ErrCheckpoint: a folder whose newest part does not agree with its checkpoint is not written to.
func Open(ctx context.Context, dir string, signer *audit.Signer) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := acquire(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, key: signer.Key(), lock: lock}
	if err := l.start(ctx, signer); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

func (l *Log) start(ctx context.Context, signer *audit.Signer) (err error) {
	if err := checkEdge(ctx, l.dir, l.key); err != nil {
		return err
	}
	if l.subjects, err = openSubjects(filepath.Join(l.dir, "subjects.json")); err != nil {
		return err
	}
	silence()
	driver, err := posix.New(ctx, posix.Config{Path: inspect.Tree(l.dir)})
	if err != nil {
		return err
	}
	opts := tessera.NewAppendOptions().WithCheckpointSigner(signer).WithCheckpointInterval(checkpointInterval).
		WithCheckpointRepublishInterval(0).WithBatching(batchSize, 0)
	var background context.Context
	background, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	appender, shutdown, _, err := tessera.NewAppender(background, driver, opts)
	if err != nil {
		return err
	}
	l.queue, l.shutdown = make(chan request), shutdown
	go commit(l.queue, appender.Add, func() { followClock(l.dir) })
	return l.awaitSigned(ctx)
}

// awaitSigned waits until the checkpoint covers what is on disk.
func (l *Log) awaitSigned(ctx context.Context) error {
	followClock(l.dir)
	state, err := inspect.ReadState(l.dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, signTimeout)
	defer cancel()
	return l.poll(ctx, func() error {
		_, c, err := inspect.ReadCheckpoint(l.dir, l.key)
		if errors.Is(err, inspect.ErrNoCheckpoint) || err == nil && c.Size < state.Size {
			return ErrPending
		}
		return err
	})
}

// poll calls f until it gives something else than ErrPending, or the context ends.
func (l *Log) poll(ctx context.Context, f func() error) error {
	for {
		err := f()
		if !errors.Is(err, ErrPending) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", err, context.Cause(ctx))
		case <-time.After(pollInterval):
		}
	}
}

// Append writes an entry and returns where it stands; then it is on disk and stays there. A zero Time becomes now.
// An append that has begun is not interrupted by ctx, so that its fate is always known. After an error the entry may
// or may not be in the log: do not go on with what it announces.
//
// The errors are audit.ErrEntry, [ErrClosed], the context's, and those of the disk.
func (l *Log) Append(ctx context.Context, e audit.Entry) (audit.Position, error) {
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	text, err := e.Canonical()
	if err != nil {
		return audit.Position{}, err
	}
	if err := ctx.Err(); err != nil {
		return audit.Position{}, err
	}
	leave, err := l.enter()
	if err != nil {
		return audit.Position{}, err
	}
	defer leave()
	r := request{tessera.NewEntry(text), make(chan result, 1)}
	l.queue <- r
	written := <-r.done
	if written.err != nil {
		return audit.Position{}, fmt.Errorf("write the audit log: %w", written.err)
	}
	return audit.Position{Index: written.index, Leaf: audit.LeafHash(text)}, nil
}

// enter keeps the log open until leave is called.
func (l *Log) enter() (leave func(), err error) {
	l.mu.RLock()
	if l.closed {
		l.mu.RUnlock()
		return nil, ErrClosed
	}
	return l.mu.RUnlock, nil
}

// Key returns what checks this log.
func (l *Log) Key() audit.LogKey { return l.key }

// Close waits for the appends that are under way and for the checkpoint that covers them, and lets go of the folder.
// Closing again does nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return l.release()
}

func (l *Log) release() error {
	var err error
	if l.queue != nil {
		close(l.queue)
		ctx, cancel := context.WithTimeout(context.Background(), signTimeout)
		defer cancel()
		followClock(l.dir)
		err = l.shutdown(ctx)
	}
	if l.cancel != nil {
		l.cancel()
	}
	return errors.Join(err, l.lock.Close())
}

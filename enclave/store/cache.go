package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// cache keeps images for further queries.
//
// An image answers a request for the same file and exactly the same columns (a query must not see others) if it has
// every row group asked for; it may have more. Images in use are counted and never closed; one that was dropped while
// in use is closed by its last Release. One caller at a time fills the cache.
type cache struct {
	budget int64
	ttl    time.Duration
	turn   chan struct{} // holds one token: whoever took it may acquire

	mu      sync.Mutex
	used    int64 // bytes of all open images and of the one being built
	busy    int64 // bytes of those in use
	entries map[cacheKey][]*entry
	freed   chan struct{} // closed, and replaced, when an image is no longer in use
	tick    int64         // counts uses
	age     int64         // counts dropAll
	closed  bool
}

type cacheKey struct {
	file    string // SHA-256
	columns string // sorted, joined
}

type entry struct {
	key    cacheKey
	groups []int // row groups, ascending
	mem    *memory

	// guarded by cache.mu
	refs   int
	cached bool
	used   int64 // tick of the last use
	expiry *time.Timer
}

func newCache(budget int64, ttl time.Duration) *cache {
	c := &cache{budget: budget, ttl: ttl, turn: make(chan struct{}, 1), entries: map[cacheKey][]*entry{}, freed: make(chan struct{})}
	c.turn <- struct{}{}
	return c
}

// enter waits for the caller's turn to acquire images, and returns how to end it.
func (c *cache) enter(ctx context.Context) (leave func(), err error) {
	select {
	case <-c.turn:
		return func() { c.turn <- struct{}{} }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fits refuses what the whole budget could not hold.
func (c *cache) fits(size int64) error {
	if size > c.budget {
		return fmt.Errorf("%w: it takes %d bytes of %d; ask for fewer columns or parts, or raise the budget", ErrBudget, size, c.budget)
	}
	return nil
}

// acquire returns an image that covers groups: a cached one, or the one that build makes, of about size bytes. held is
// what the caller, whose turn it is, has in use already: only if the rest is not enough for it the error is ErrBudget.
func (c *cache) acquire(ctx context.Context, key cacheKey, groups []int, size, held int64, build func() (*memory, error)) (*Image, error) {
	for {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return nil, fmt.Errorf("%w: open the snapshot again", ErrClosed)
		}
		if e := c.find(key, groups); e != nil {
			c.mu.Unlock()
			return &Image{entry: e, cache: c}, nil
		}
		err := c.reserve(size)
		if err == nil {
			return c.build(key, groups, size, build) // unlocks
		}
		freed, others := c.freed, c.busy > held
		c.mu.Unlock()
		if !others {
			return nil, err
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// find returns a cached image that covers groups, counted as in use, or nil.
func (c *cache) find(key cacheKey, groups []int) *entry {
	for _, e := range c.entries[key] {
		if covers(e.groups, groups) {
			c.tick++
			e.used = c.tick
			c.use(e)
			return e
		}
	}
	return nil
}

// covers says whether the ascending list have holds every member of the ascending list want.
func covers(have, want []int) bool {
	i := 0
	for _, w := range want {
		for i < len(have) && have[i] < w {
			i++
		}
		if i == len(have) || have[i] != w {
			return false
		}
	}
	return true
}

// use counts a use of e.
func (c *cache) use(e *entry) {
	if e.refs++; e.refs == 1 {
		c.busy += e.mem.size
	}
}

// build is called with mu held, after size bytes were reserved, and returns without.
func (c *cache) build(key cacheKey, groups []int, size int64, build func() (*memory, error)) (*Image, error) {
	age := c.age
	c.mu.Unlock()

	mem, err := build()

	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.used -= size
		return nil, err
	}
	c.used += mem.size - size
	e := &entry{key: key, groups: groups, mem: mem}
	c.use(e)
	if age == c.age && !c.closed {
		c.insert(e)
	}
	return &Image{entry: e, cache: c}, nil
}

// insert makes e findable, in place of the images it covers.
func (c *cache) insert(e *entry) {
	for _, old := range slices.Clone(c.entries[e.key]) {
		if covers(e.groups, old.groups) {
			c.drop(old)
		}
	}
	c.tick++
	e.cached, e.used = true, c.tick
	c.entries[e.key] = append(c.entries[e.key], e)
	e.expiry = time.AfterFunc(c.ttl, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drop(e)
	})
}

// reserve makes room for size bytes: images not in use go, those least recently used first.
func (c *cache) reserve(size int64) error {
	for c.used+size > c.budget {
		var oldest *entry
		for _, list := range c.entries {
			for _, e := range list {
				if e.refs == 0 && (oldest == nil || e.used < oldest.used) {
					oldest = e
				}
			}
		}
		if oldest == nil {
			return fmt.Errorf("%w: it takes %d bytes, %d of %d are in use; ask for fewer columns or parts, or raise the budget",
				ErrBudget, size, c.used, c.budget)
		}
		c.drop(oldest)
	}
	c.used += size
	return nil
}

// drop makes e unfindable and closes it unless it is in use.
func (c *cache) drop(e *entry) {
	if !e.cached {
		return
	}
	e.cached = false
	e.expiry.Stop()
	list := slices.DeleteFunc(c.entries[e.key], func(o *entry) bool { return o == e })
	if c.entries[e.key] = list; len(list) == 0 {
		delete(c.entries, e.key)
	}
	c.closeIdle(e)
}

func (c *cache) closeIdle(e *entry) {
	if e.refs == 0 && !e.cached {
		c.used -= e.mem.size
		e.mem.close()
	}
}

func (c *cache) release(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.refs--; e.refs == 0 {
		c.busy -= e.mem.size
		close(c.freed)
		c.freed = make(chan struct{})
	}
	c.closeIdle(e)
}

// dropAll forgets every image, also those being built.
func (c *cache) dropAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.age++
	for _, list := range c.entries {
		for _, e := range slices.Clone(list) {
			c.drop(e)
		}
	}
}

func (c *cache) close() {
	c.dropAll()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
}

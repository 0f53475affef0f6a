package inspect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/officina-enclave/officina/enclave/audit"
)

// chain follows runs through the log: an intent, then at most one outcome that agrees with it; or a denial alone.
type chain struct {
	open   map[string]audit.Entry // intents without outcome yet
	closed map[string]bool        // runs that ended
	kinds  map[audit.Kind]uint64
	err    error // the first contradiction
}

func newChain() *chain {
	return &chain{open: map[string]audit.Entry{}, closed: map[string]bool{}, kinds: map[audit.Kind]uint64{}}
}

// add takes the entry at index; it only notes what is wrong, so that a tampered tree is reported as such.
func (c *chain) add(index uint64, text []byte) {
	e, err := audit.ParseEntry(text)
	if err == nil {
		c.kinds[e.Kind]++
		err = c.follow(e)
	}
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("%w: entry %d: %w", ErrChain, index, err)
	}
}

func (c *chain) follow(e audit.Entry) error {
	intent, open := c.open[e.ID]
	known := open || c.closed[e.ID]
	switch e.Kind {
	case audit.KindIntent:
		if known {
			return fmt.Errorf("run %s has begun before", e.ID)
		}
		c.open[e.ID] = e
	case audit.KindDenied:
		if known {
			return fmt.Errorf("run %s is denied after it began", e.ID)
		}
		c.closed[e.ID] = true
	case audit.KindOutcome, audit.KindRecovered:
		return c.end(intent, open, e)
	}
	return nil
}

func (c *chain) end(intent audit.Entry, open bool, e audit.Entry) error {
	switch {
	case c.closed[e.ID]:
		return fmt.Errorf("run %s has ended before", e.ID)
	case !open:
		return fmt.Errorf("run %s has an outcome without an intent before it", e.ID)
	}
	delete(c.open, e.ID)
	c.closed[e.ID] = true
	if field := intent.Conflict(e); field != "" {
		return fmt.Errorf("run %s ends with another %s than it began with", e.ID, field)
	}
	return nil
}

// unfinished lists the runs without outcome, sorted.
func (c *chain) unfinished() []string { return slices.Sorted(maps.Keys(c.open)) }

package duckdb

import (
	"context"
	"sync"

	"github.com/officina-enclave/officina/enclave/duck"
	"github.com/officina-enclave/officina/enclave/sqlgen"
	"github.com/officina-enclave/officina/enclave/store"
)

// codesTable is the dictionary of a snapshot: id UINTEGER, code VARCHAR (CURIE).
const codesTable = "_codes"

// dictionary maps a code to its id.
type dictionary map[string]uint32

func (d dictionary) id(curie string) (uint32, bool) { id, ok := d[curie]; return id, ok }

// dictionaries remembers the dictionary of the snapshot asked last. A dictionary tells which codes exist, not who
// has them; it is kept while the engine lives.
type dictionaries struct {
	mu     sync.Mutex
	digest string
	last   dictionary
}

func (c *dictionaries) of(ctx context.Context, instances *duck.Opener, s *store.Store) (dictionary, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	digest := s.Digest()
	if c.last != nil && c.digest == digest {
		return c.last, nil
	}
	d, err := readDictionary(ctx, instances, s)
	if err == nil {
		c.digest, c.last = digest, d
	}
	return d, err
}

func readDictionary(ctx context.Context, instances *duck.Opener, s *store.Store) (dictionary, error) {
	table := sqlgen.Table{Name: codesTable, Columns: []string{"code", "id"}}
	images, err := open(ctx, s, []sqlgen.Table{table}, whole, nil)
	if err != nil {
		return nil, err
	}
	defer images.release()
	db, err := instances.Open(ctx, images.views(0, 1))
	if err != nil {
		return nil, err
	}
	d := dictionary{}
	err = db.Select(ctx, `SELECT "code", "id" FROM main."_codes"`, nil, func(r duck.Row) error {
		code, _ := r[0].(string)
		id, _ := r[1].(int64)
		d[code] = uint32(id)
		return nil
	})
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

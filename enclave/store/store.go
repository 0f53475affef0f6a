package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/enclave/store/internal/pme"
)

const (
	defaultBudget = 1 << 30
	defaultTTL    = 10 * time.Minute
	epochCheck    = time.Second
)

// Options says how to open a dataset.
type Options struct {
	ImageBudget int64         // bytes of all images together; 0 is 1 GiB
	TTL         time.Duration // how long an image or a footer may be handed out, used or not; 0 is 10 minutes
	Expect      string        // digest the manifest must have; "" is any
	Newest      uint64        // highest counter the audit log knows; an older manifest is refused
}

// Range keeps only row groups that can have a row whose column lies in one of the closed intervals, in the integers
// that the file stores: days since 1970-01-01 for a date. A row in which the column is missing may be dropped.
type Range = pme.Range

// Request asks for an image of one part of a table.
type Request struct {
	Table   string
	Part    int
	Columns []string        // at least one
	Ranges  []Range         // all must be possible; their columns need not be in Columns, but need permission too
	Groups  map[string]bool // column-key groups that the decision allows; Plain always is
}

// Store is a snapshot, opened and verified. It is safe for concurrent use.
type Store struct {
	dir      string // of the snapshot
	keys     keys.Keys
	manifest Manifest
	digest   string // of the manifest
	ttl      time.Duration
	images   *cache

	mu      sync.Mutex
	footers map[string]*pme.File // by file hash
	epoch   string
	checked time.Time // when epoch was asked for
}

// Open opens the snapshot of a dataset that is in force, from the dataset's folder. Errors: ErrNone, ErrManifest,
// ErrSignature (altered, or of another key service), ErrRollback, ErrPinned, ErrName, those of package keys.
func Open(ctx context.Context, dir string, k keys.Keys, dataset string, o Options) (*Store, error) {
	m, err := inForce(ctx, dir, k, dataset)
	if err != nil {
		return nil, err
	}
	if m.Counter < o.Newest {
		return nil, fmt.Errorf("%w: counter %d, the audit log knows %d; restore the newest snapshot", ErrRollback, m.Counter, o.Newest)
	}
	if d := m.Digest(); o.Expect != "" && d != o.Expect {
		return nil, fmt.Errorf("%w: %s, not %s", ErrPinned, d, o.Expect)
	}
	s := &Store{
		dir: snapshotDir(dir, m.Snapshot), keys: k, manifest: m, digest: m.Digest(), footers: map[string]*pme.File{},
		ttl: defaultTTL,
	}
	if o.TTL > 0 {
		s.ttl = o.TTL
	}
	budget := o.ImageBudget
	if budget == 0 {
		budget = defaultBudget
	}
	s.images = newCache(budget, s.ttl)
	if err := s.checkEpoch(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// inForce reads and verifies the manifest of the snapshot in force.
func inForce(ctx context.Context, dir string, k keys.Keys, dataset string) (Manifest, error) {
	id, err := readCurrent(dir)
	if err != nil {
		return Manifest{}, err
	}
	return readManifest(ctx, dir, k, dataset, id)
}

// Manifest returns the manifest. The caller must not change its lists and maps.
func (s *Store) Manifest() Manifest { return s.manifest }

// Digest names the snapshot: that of its manifest.
func (s *Store) Digest() string { return s.digest }

// Parts returns the files of a table, by part; none if there is no such table.
func (s *Store) Parts(table string) []FileEntry {
	var out []FileEntry
	for _, f := range s.manifest.Files {
		if f.Table == table {
			out = append(out, f)
		}
	}
	return out
}

// Images returns plain Parquet for each request: of the columns asked for, with at least the row groups whose
// statistics meet the ranges (perhaps none). It returns all images or none. While the images of others fill the budget
// it waits for them, one caller after the other, so that callers cannot wait for each other. Release each image after
// use, and ask for no more while holding some. Errors: ErrTable, ErrColumn, ErrGroup, ErrClosed; ErrBudget when the
// requests alone are too much; every refusal of the file (see errors.go); those of package keys, also when the key
// service cannot say its epoch; ctx's.
func (s *Store) Images(ctx context.Context, requests ...Request) ([]*Image, error) {
	wanted := make([]wanted, len(requests))
	size := int64(0)
	for i, q := range requests {
		var err error
		if wanted[i], err = s.find(ctx, q); err != nil {
			return nil, err
		}
		size += wanted[i].size
	}
	if err := s.images.fits(size); err != nil {
		return nil, err
	}
	leave, err := s.images.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	images, err := s.acquire(ctx, wanted)
	if errors.Is(err, ErrBudget) { // an image at hand may have more row groups than were asked for
		s.images.dropAll()
		images, err = s.acquire(ctx, wanted)
	}
	return images, err
}

// Image is [Store.Images] for one request.
func (s *Store) Image(ctx context.Context, q Request) (*Image, error) {
	images, err := s.Images(ctx, q)
	if err != nil {
		return nil, err
	}
	return images[0], nil
}

// wanted is a request and what answers it.
type wanted struct {
	file   FileEntry
	key    cacheKey
	footer *pme.File
	q      Request
	groups []int // row groups
	size   int64 // at most, in bytes
}

// find says what answers a request, without decrypting any of it.
func (s *Store) find(ctx context.Context, q Request) (w wanted, err error) {
	f, err := s.file(q)
	if err != nil {
		return w, err
	}
	if err := q.check(f); err != nil {
		return w, err
	}
	if err := s.checkEpoch(ctx); err != nil {
		return w, err
	}
	w = wanted{file: f, key: q.key(f), q: q}
	if w.footer, err = s.footer(ctx, f, q.needs()); err == nil {
		w.groups, err = w.footer.Select(q.Ranges)
	}
	if err == nil {
		w.size, err = w.footer.Size(q.Columns, w.groups)
	}
	return w, f.wrap(err)
}

// acquire gets all images or none.
func (s *Store) acquire(ctx context.Context, all []wanted) (images []*Image, err error) {
	held := int64(0)
	for _, w := range all {
		image, err := s.images.acquire(ctx, w.key, w.groups, w.size, held, func() (*memory, error) {
			mem, err := s.build(ctx, w.file, w.footer, w.q.Columns, w.groups)
			return mem, w.file.wrap(err)
		})
		if err != nil {
			for _, i := range images {
				i.Release()
			}
			return nil, err
		}
		image.rows = w.footer.Rows(w.groups)
		images, held = append(images, image), held+image.Size()
	}
	return images, nil
}

func (f FileEntry) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("table %q, part %d: %w", f.Table, f.Part, err)
}

func (s *Store) file(q Request) (FileEntry, error) {
	i := slices.IndexFunc(s.manifest.Files, FileEntry{Table: q.Table, Part: q.Part}.samePart)
	if i < 0 {
		return FileEntry{}, fmt.Errorf("%w: %q, part %d; see the catalog", ErrTable, q.Table, q.Part)
	}
	return s.manifest.Files[i], nil
}

// needs lists the columns whose metadata the request reads.
func (q Request) needs() []string {
	out := slices.Clone(q.Columns)
	for _, r := range q.Ranges {
		out = append(out, r.Column)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// check refuses unknown columns and denied groups by the manifest, before any key is asked for.
func (q Request) check(f FileEntry) error {
	if len(q.Columns) == 0 {
		return fmt.Errorf("%w: none asked for; ask for one at least", ErrColumn)
	}
	for _, c := range q.needs() {
		group, ok := f.Columns[c]
		if !ok {
			return fmt.Errorf("%w: %q in table %q; see the catalog", ErrColumn, c, f.Table)
		}
		if group != Plain && !q.Groups[group] {
			return fmt.Errorf("%w: column %q of table %q needs %q; ask the ethics board", ErrGroup, c, f.Table, group)
		}
	}
	return nil
}

func (q Request) key(f FileEntry) cacheKey {
	columns := slices.Sorted(slices.Values(q.Columns))
	return cacheKey{f.SHA256, strings.Join(columns, "\x00")}
}

// checkEpoch drops what is in memory if the key service changed a key. It asks at most once a second, and refuses when
// there is no answer.
func (s *Store) checkEpoch(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.checked) < epochCheck {
		return nil
	}
	d, err := s.keys.Describe(ctx)
	if err != nil {
		return err
	}
	if d.Epoch != s.epoch {
		s.images.dropAll()
		clear(s.footers)
	}
	s.epoch, s.checked = d.Epoch, time.Now()
	return nil
}

// Close drops the images that are not in use; those in use live until they are released. The key service stays open.
func (s *Store) Close() error {
	s.images.close()
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.footers)
	return nil
}

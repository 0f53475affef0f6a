package ingest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/officina-enclave/officina/enclave/keys"
	"github.com/officina-enclave/officina/internal/durable"
)

// lineageFile is the steward's file in the dataset's folder: which pseudonym has which ordinal.
const lineageFile = "pseudonyms"

// pseudonym is HMAC-SHA256 of an identifier under the lineage's key, cut to 128 bits (RFC 2104, section 5).
type pseudonym [16]byte

// lineage gives persons their ordinals, the same in every snapshot of a dataset. An ordinal is never given
// to another person. Its data key is wrapped by the key service, and rewrapped but never replaced: a new key
// would give every person a new pseudonym.
type lineage struct {
	dataset string
	wrapped keys.Wrapped
	file    cipher.AEAD // seals the file
	mac     []byte      // makes pseudonyms
	ordinal map[pseudonym]uint32
	order   []pseudonym // by ordinal
}

// envelope is the file: JSON.
type envelope struct {
	Format  int          `json:"format"` // 1
	Dataset string       `json:"dataset"`
	Key     keys.Wrapped `json:"key"`
	Sealed  []byte       `json:"sealed"` // nonce and AES-256-GCM of the pseudonyms in the order of their ordinals
}

// openLineage reads the file below dir, or starts a new lineage for the first snapshot. A later snapshot
// without the file would give ordinals to other persons than before, so that is refused.
func openLineage(ctx context.Context, dir string, k keys.Keys, dataset string, first bool) (*lineage, error) {
	e, err := readEnvelope(filepath.Join(dir, lineageFile), dataset)
	if err != nil {
		return nil, err
	}
	if e.Format == 0 && !first {
		return nil, fmt.Errorf("%w: it is missing, but the dataset has a snapshot; restore it from the backup", ErrLineage)
	}
	l := &lineage{dataset: dataset, wrapped: e.Key, ordinal: map[pseudonym]uint32{}}
	var key []byte
	if e.Format == 0 {
		key, l.wrapped, err = k.Generate(ctx, bindingOf(dataset))
	} else {
		key, err = k.Unwrap(ctx, e.Key, bindingOf(dataset))
	}
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if err := l.derive(key); err != nil || e.Format == 0 {
		return l, err
	}
	return l, l.unseal(e.Sealed)
}

// bindingOf is what the lineage's data key opens.
func bindingOf(dataset string) keys.Binding {
	return keys.Binding{Dataset: dataset, Snapshot: "lineage", Part: lineageFile, Group: "internal"}
}

// Rewrap wraps the data key of a dataset's pseudonyms under the primary version of the key service, so that
// older versions can be retired. dir is the dataset's folder; a dataset that was never loaded has no pseudonyms.
func Rewrap(ctx context.Context, dir string, k keys.Keys, dataset string) error {
	e, err := readEnvelope(filepath.Join(dir, lineageFile), dataset)
	if err != nil || e.Format == 0 {
		return err
	}
	if e.Key, err = k.Rewrap(ctx, e.Key, bindingOf(dataset)); err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, lineageFile), text, 0o600)
}

// readEnvelope returns the zero envelope when there is no file yet.
func readEnvelope(path, dataset string) (e envelope, err error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	var of struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &of); err == nil && of.Format > 1 {
		return e, fmt.Errorf("%w: it is of format %d, this program reads 1; upgrade enclave", ErrLineage, of.Format)
	}
	if err := json.Unmarshal(text, &e); err != nil || e.Format != 1 || e.Dataset != dataset {
		return e, fmt.Errorf("%w: it is damaged or of another dataset; restore it from the backup", ErrLineage)
	}
	return e, nil
}

// derive makes one key for each purpose of the data key (HKDF-SHA256, RFC 5869).
func (l *lineage) derive(key []byte) (err error) {
	if l.mac, err = hkdf.Key(sha256.New, key, nil, "officina/lineage/v1/pseudonym", keys.DataKeySize); err != nil {
		return err
	}
	file, err := hkdf.Key(sha256.New, key, nil, "officina/lineage/v1/file", keys.DataKeySize)
	if err != nil {
		return err
	}
	block, err := aes.NewCipher(file)
	if err != nil {
		return err
	}
	l.file, err = cipher.NewGCMWithRandomNonce(block)
	return err
}

// find returns the ordinal of a person whom an earlier snapshot had.
func (l *lineage) find(identifier string) (uint32, bool) {
	n, ok := l.ordinal[l.pseudonym(identifier)]
	return n, ok
}

// append gives new persons the ordinals after the last, in an order that tells nothing, and notes them in
// persons.
func (l *lineage) append(fresh []string, random *rand.Rand, persons map[string]uint32) error {
	if uint64(len(l.order))+uint64(len(fresh)) > math.MaxUint32 {
		return fmt.Errorf("%w: %d persons", ErrTooLarge, len(l.order)+len(fresh))
	}
	random.Shuffle(len(fresh), func(i, j int) { fresh[i], fresh[j] = fresh[j], fresh[i] })
	for _, identifier := range fresh {
		p, n := l.pseudonym(identifier), uint32(len(l.order))
		l.ordinal[p], persons[identifier] = n, n
		l.order = append(l.order, p)
	}
	return nil
}

func (l *lineage) pseudonym(identifier string) (p pseudonym) {
	h := hmac.New(sha256.New, l.mac)
	h.Write([]byte(identifier))
	copy(p[:], h.Sum(nil))
	return p
}

// seal makes the file's content.
func (l *lineage) seal() ([]byte, error) {
	plain := make([]byte, 0, len(l.order)*len(pseudonym{}))
	for _, p := range l.order {
		plain = append(plain, p[:]...)
	}
	return json.Marshal(envelope{1, l.dataset, l.wrapped, l.file.Seal(nil, nil, plain, []byte(l.dataset))})
}

func (l *lineage) unseal(sealed []byte) error {
	plain, err := l.file.Open(nil, nil, sealed, []byte(l.dataset))
	if err != nil {
		return fmt.Errorf("%w: it was altered; restore it from the backup", ErrLineage)
	}
	for rest := plain; len(rest) >= len(pseudonym{}); rest = rest[len(pseudonym{}):] {
		p := pseudonym(rest)
		l.ordinal[p] = uint32(len(l.order))
		l.order = append(l.order, p)
	}
	return nil
}

// save puts the sealed file in force, all or nothing and durably.
func (l *lineage) save(dir string) error {
	text, err := l.seal()
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(dir, lineageFile), text, 0o600)
}

// shuffle returns the source of the order of new persons: the seed of a demonstration, else chance.
func (l *load) shuffle() *rand.Rand {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("officina/order/v1"), l.Seed))
	if l.Catalog.Mark != "demo" {
		_, _ = crand.Read(seed[:]) // ends the program rather than fail
	}
	return rand.New(rand.NewChaCha8(seed))
}

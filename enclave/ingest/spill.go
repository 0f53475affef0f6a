package ingest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/officina-enclave/officina/enclave/keys"
)

const (
	// buckets is the number of ranges of persons that rows are parted by while they are read. Parts are made of
	// whole buckets, so a table may have buckets times the rows of a part.
	buckets = 128
	// chunkSize is the number of bytes that a bucket gathers in memory before it is sealed and written.
	chunkSize = 256 << 10
)

// spill holds the judged rows of one table on disk until all are read: bucket by bucket, each chunk sealed with
// AES-256-GCM under a key that exists in this process only, in a file without a name. Nothing of it survives a crash.
type spill struct {
	file    *os.File
	seal    cipher.AEAD
	codec   codec
	buckets []bucket
	end     int64  // of the file
	sealed  uint64 // chunks so far: the next chunk's nonce, so that no two share one
	buffer  []byte
}

// bucket holds the rows of one range of persons.
type bucket struct {
	rows   int64
	bytes  int64
	open   []byte // rows that are not yet on disk
	chunks []chunk
}

type chunk struct {
	nonce  uint64
	at     int64
	length int
}

// newSpill takes over file, which must be empty. n is the number of buckets.
func newSpill(file *os.File, c codec, n int) (*spill, error) {
	key := make([]byte, keys.DataKeySize)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	return &spill{file: file, seal: gcm, codec: c, buckets: make([]bucket, n)}, err
}

// add copies a row into bucket i.
func (s *spill) add(i int, row []any) error {
	b := &s.buckets[i]
	before := len(b.open)
	b.open = s.codec.encode(b.open, row)
	b.rows++
	b.bytes += int64(len(b.open) - before)
	if len(b.open) < chunkSize {
		return nil
	}
	return s.write(b)
}

// write seals what bucket b gathered.
func (s *spill) write(b *bucket) error {
	s.buffer = s.seal.Seal(s.buffer[:0], nonce(s.sealed), b.open, nil)
	if _, err := s.file.WriteAt(s.buffer, s.end); err != nil {
		return fmt.Errorf("rows cannot be kept while the load goes on: %w; free some disk space", err)
	}
	b.chunks = append(b.chunks, chunk{s.sealed, s.end, len(s.buffer)})
	s.end += int64(len(s.buffer))
	s.sealed++
	b.open = b.open[:0]
	return nil
}

// rows yields the rows of buckets [from, to) and forgets those that were not on disk. A row is valid until yield
// returns.
func (s *spill) rows(from, to int, yield func(row []any) error) error {
	for i := from; i < to; i++ {
		b := &s.buckets[i]
		for _, c := range b.chunks {
			plain, err := s.read(c)
			if err != nil {
				return err
			}
			if err := s.codec.each(plain, yield); err != nil {
				return err
			}
		}
		if err := s.codec.each(b.open, yield); err != nil {
			return err
		}
		b.open = nil
	}
	return nil
}

func (s *spill) read(c chunk) ([]byte, error) {
	sealed := make([]byte, c.length)
	if _, err := io.ReadFull(io.NewSectionReader(s.file, c.at, int64(c.length)), sealed); err != nil {
		return nil, fmt.Errorf("rows that were kept cannot be read back: %w", err)
	}
	plain, err := s.seal.Open(sealed[:0], nonce(c.nonce), sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("rows that were kept were altered on the disk: %w", err)
	}
	return plain, nil
}

func (s *spill) close() error { return s.file.Close() }

func nonce(n uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 4), n) }

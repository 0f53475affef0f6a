package ingest

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"
	"time"
)

// contents makes a digest of what a load stores, the same for every load of the same rows: it does not depend on
// keys, on the numbers of persons and codes, on the order of rows, or on the format that they were read from.
//
// The digest of a table is the sum of the SHA-256 of its rows, modulo 2^256, so that their order does not matter and
// nothing is sorted. It tells whether two loads had the same rows; it is no defence against somebody who chooses
// rows so that the sums agree. Rows have the identifier in it, so the digest is for the steward's report only.
type contents struct {
	persons [][sha256.Size]byte // by ordinal: of the identifier
	tables  map[string]*rowSum
	row     []byte // memory of one row
}

// rowSum adds up rows.
type rowSum struct {
	rows int64
	sum  [4]uint64 // little-endian words
}

func newContents(persons map[string]uint32) *contents {
	c := &contents{tables: map[string]*rowSum{}}
	for identifier, ordinal := range persons {
		for uint32(len(c.persons)) <= ordinal {
			c.persons = append(c.persons, [sha256.Size]byte{})
		}
		c.persons[ordinal] = sha256.Sum256([]byte(identifier))
	}
	return c
}

// add counts a row of s in stored order, with its code as text.
func (c *contents) add(s shape, row []any) {
	t := c.tables[s.name]
	if t == nil {
		t = &rowSum{}
		c.tables[s.name] = t
	}
	c.row = c.row[:0]
	if s.personal {
		c.row, row = append(c.row, c.persons[row[0].(uint32)][:]...), row[1:]
	}
	for _, v := range row {
		c.row = appendValue(c.row, v)
	}
	t.add(sha256.Sum256(c.row))
}

func (t *rowSum) add(digest [sha256.Size]byte) {
	var carry uint64
	for i := range t.sum {
		t.sum[i], carry = bits.Add64(t.sum[i], binary.LittleEndian.Uint64(digest[8*i:]), carry)
	}
	t.rows++
}

// appendValue writes a stored value so that no two different ones are written alike.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(binary.AppendUvarint(append(b, 's'), uint64(len(v))), v...)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(v))
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
	case time.Time:
		return binary.BigEndian.AppendUint64(append(b, 'd'), uint64(v.Unix()))
	case bool:
		return fmt.Appendf(append(b, 'b'), "%t", v)
	}
	return append(b, 0) // missing
}

// digest is "sha256:" and the hexadecimal SHA-256 of the tables that have rows, by name.
func (c *contents) digest() string {
	all := sha256.New()
	fmt.Fprintln(all, "officina/contents/v1")
	for _, name := range slices.Sorted(maps.Keys(c.tables)) {
		fmt.Fprintf(all, "%q %d %x\n", name, c.tables[name].rows, c.tables[name].sum)
	}
	return "sha256:" + hex.EncodeToString(all.Sum(nil))
}

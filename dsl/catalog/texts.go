package catalog

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// texts is a list of texts in one piece of memory: a million of them are two objects for the garbage collector.
type texts struct {
	all  string
	ends []uint32 // of the i-th text, in bytes
	// slots is a hash table by open addressing: 0, or the place of a text and 1. See index.
	slots []uint32
	seed  maphash.Seed
}

// at returns the i-th text. It shares memory with all others.
func (t texts) at(i uint32) string {
	from := uint32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all[from:t.ends[i]]
}

// search returns the place of the first text that is not below text, of a list that ascends.
func (t texts) search(text string) uint32 {
	return uint32(sort.Search(len(t.ends), func(i int) bool { return t.at(uint32(i)) >= text }))
}

// find returns the place of text, of a list with an index.
func (t texts) find(text string) (uint32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	for at := t.hash(text); t.slots[at] != 0; at = (at + 1) % uint64(len(t.slots)) {
		if i := t.slots[at] - 1; t.at(i) == text {
			return i, true
		}
	}
	return 0, false
}

// index makes the hash table of find, at most half full. Of equal texts the first is found.
func (t *texts) index() {
	t.seed = maphash.MakeSeed()
	t.slots = make([]uint32, 2<<bits.Len(uint(len(t.ends))))
	for i := range uint32(len(t.ends)) {
		at := t.hash(t.at(i))
		for t.slots[at] != 0 {
			at = (at + 1) % uint64(len(t.slots))
		}
		t.slots[at] = i + 1
	}
}

// hash returns a place among the slots, whose number is a power of two.
func (t *texts) hash(text string) uint64 {
	return maphash.String(t.seed, text) & uint64(len(t.slots)-1)
}

// textsOf joins n texts.
func textsOf(n int, size int, at func(i int) string) texts {
	var all strings.Builder
	all.Grow(size)
	t := texts{ends: make([]uint32, n)}
	for i := range n {
		all.WriteString(at(i))
		t.ends[i] = uint32(all.Len())
	}
	t.all = all.String()
	return t
}

// fold maps letters that differ in case only to one of them, by the simple case folding of Unicode.
func fold(text string) string { return strings.Map(foldRune, text) }

func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}

// bitSet is a set of numbers below 64 times its length.
type bitSet []uint64

func newBitSet(n int) bitSet { return make(bitSet, (n+63)/64) }

func (b bitSet) has(i uint32) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitSet) add(i uint32)      { b[i/64] |= 1 << (i % 64) }
func (b bitSet) remove(i uint32)   { b[i/64] &^= 1 << (i % 64) }

// all yields the numbers, ascending.
func (b bitSet) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for at, word := range b {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(at*64 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// sort puts different numbers in order by way of the set, which is empty before and afterwards.
func (b bitSet) sort(numbers []uint32) {
	for _, i := range numbers {
		b.add(i)
	}
	numbers = numbers[:0]
	for i := range b.all() {
		numbers = append(numbers, i)
	}
	clear(b)
}

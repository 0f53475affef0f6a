package ingest

import "fmt"

// part is the buckets [from, to).
type part struct{ from, to int }

// cut makes parts of the buckets, from left to right, each as large as keeps every table within maxRows and MaxBytes and
// the persons, which are the first table, near somePersons.
func cut(spills []*spill, shapes []shape, maxRows int64) ([]part, error) {
	parts, persons := []part{{0, 1}}, spills[0]
	for i := range buckets {
		if s := tooLarge(spills, part{i, i + 1}, maxRows); s >= 0 {
			return nil, fmt.Errorf("%w: table %s; a load takes at most %d rows and %d MiB of each %dth of the persons",
				ErrTooLarge, shapes[s].name, maxRows, MaxBytes>>20, buckets)
		}
		last := &parts[len(parts)-1]
		if tooLarge(spills, part{last.from, i + 1}, maxRows) >= 0 || persons.count(last.from, i+1) > somePersons {
			parts = append(parts, part{i, i + 1})
			continue
		}
		last.to = i + 1
	}
	return parts, nil
}

// tooLarge is the place of a table of which p holds too much, or -1.
func tooLarge(spills []*spill, p part, maxRows int64) int {
	for i, s := range spills {
		if s.count(p.from, p.to) > maxRows || s.size(p.from, p.to) > MaxBytes {
			return i
		}
	}
	return -1
}

// count is the number of rows of some buckets, size that of their bytes.
func (s *spill) count(from, to int) (n int64) {
	for _, b := range s.buckets[from:to] {
		n += b.rows
	}
	return n
}

func (s *spill) size(from, to int) (n int64) {
	for _, b := range s.buckets[from:to] {
		n += b.bytes
	}
	return n
}

package ingest

import "fmt"

// part is the buckets [from, to).
type part struct{ from, to int }

// group is tables that are cut alike: all those of persons together, and each of those of places by itself.
type group struct {
	tables []int // places in load.shapes
	rows   int64 // about how many rows of the first table a part holds at most
}

// groups begins with the tables of persons, the person table first.
func (l *load) groups() []group {
	out := []group{{rows: somePersons}}
	for i, s := range l.shapes {
		if s.personal {
			out[0].tables = append(out[0].tables, i)
		} else {
			out = append(out, group{[]int{i}, l.PartRows})
		}
	}
	return out
}

// cut makes parts of the buckets, from left to right, each as large as keeps every table of the group within PartRows and
// MaxBytes and the first table near its rows.
func (l *load) cut(g group) ([]part, error) {
	var spills []*spill
	for _, i := range g.tables {
		spills = append(spills, l.spills[i])
	}
	parts := []part{{0, 1}}
	for i := range buckets {
		if s := tooLarge(spills, part{i, i + 1}, l.PartRows); s >= 0 {
			return nil, fmt.Errorf("%w: table %s; a load takes at most %d rows and %d MiB of each %dth of the persons, or places",
				ErrTooLarge, l.shapes[g.tables[s]].name, l.PartRows, MaxBytes>>20, buckets)
		}
		last := &parts[len(parts)-1]
		if tooLarge(spills, part{last.from, i + 1}, l.PartRows) >= 0 || spills[0].count(last.from, i+1) > g.rows {
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

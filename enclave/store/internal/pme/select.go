package pme

import (
	"encoding/binary"
	"math"
)

// Range keeps the rows in which a column lies in one of several closed intervals. Values are the integers of the file:
// days since 1970-01-01 for a date, the number itself for an integer. Without intervals no row is kept.
type Range struct {
	Column    string
	Intervals [][2]int64
}

// Select returns the row groups, ascending, in which every range may hold for some row, by the statistics of the
// columns, which must be unlocked. A column without statistics, or not of integers, excludes nothing. A row in which
// the column is missing (NULL) is in no interval and may be dropped.
func (f *File) Select(ranges []Range) ([]int, error) {
	out := []int{}
	for r := range f.groups {
		keep, err := f.meets(r, ranges)
		if err != nil {
			return nil, err
		}
		if keep {
			out = append(out, r)
		}
	}
	return out, nil
}

// Rows is the number of rows in some row groups.
func (f *File) Rows(groups []int) (n int64) {
	for _, r := range groups {
		n += f.groups[r].rows
	}
	return n
}

func (f *File) meets(r int, ranges []Range) (bool, error) {
	for _, q := range ranges {
		c, err := f.column(q.Column)
		if err != nil {
			return false, err
		}
		meta, err := f.chunkMeta(r, c)
		if err != nil {
			return false, err
		}
		if lo, hi, ok := f.columns[c].bounds(meta); ok && !overlaps(q.Intervals, lo, hi) {
			return false, nil
		}
	}
	return true, nil
}

func overlaps(intervals [][2]int64, lo, hi int64) bool {
	for _, i := range intervals {
		if i[0] <= hi && lo <= i[1] {
			return true
		}
	}
	return false
}

// bounds returns the least and the greatest value of a chunk, from min_value (6) and max_value (5) of Statistics; the
// older fields 1 and 2 have no defined order and are not used.
func (c column) bounds(meta object) (lo, hi int64, ok bool) {
	stats, _ := meta.object(columnStatistics)
	lo, ok = c.integer(stats.text(6))
	hi, ok2 := c.integer(stats.text(5))
	return lo, hi, ok && ok2
}

// integer decodes a plain-encoded INT32 (1) or INT64 (2).
func (c column) integer(b []byte) (int64, bool) {
	t, _ := c.schema.obj.integer(schemaType)
	switch {
	case t == 1 && len(b) == 4 && c.unsigned:
		return int64(binary.LittleEndian.Uint32(b)), true
	case t == 1 && len(b) == 4:
		return int64(int32(binary.LittleEndian.Uint32(b))), true
	case t == 2 && len(b) == 8:
		n := binary.LittleEndian.Uint64(b)
		return int64(n), !c.unsigned || n <= math.MaxInt64
	}
	return 0, false
}

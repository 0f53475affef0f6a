package grid

import "math"

// Most is the largest magnitude of a number that depends on a gridded column. Beyond 10^10 a number is missing
// in sums (enclave/sqlgen); this leaves a margin.
const Most = 1e9

// span is an interval that holds a number, and the least magnitude it has when it is not 0.
// Interval arithmetic: Moore, Interval Analysis, 1966, chapter 2.
type span struct{ low, high, least float64 }

// usual is assumed of a number without bounds in the catalog: the largest it is, and the finest it is recorded.
var usual = span{-1e6, 1e6, 1e-4}

func point(v float64) span { return span{v, v, math.Abs(v)} }

func (s span) plus(t span) span {
	switch zero := (span{}); {
	case s == zero:
		return t
	case t == zero:
		return s
	}
	return span{s.low + t.low, s.high + t.high, min(s.least, t.least)}
}

func (s span) or(t span) span {
	return span{min(s.low, t.low), max(s.high, t.high), min(s.least, t.least)}
}

func (s span) times(t span) span {
	a, b, c, d := s.low*t.low, s.low*t.high, s.high*t.low, s.high*t.high
	return span{min(a, b, c, d), max(a, b, c, d), s.least * t.least}
}

func (s span) over(t span) span {
	if t.apart() {
		return s.times(span{1 / t.high, 1 / t.low, 1 / t.most()})
	}
	return span{-s.most() / t.least, s.most() / t.least, s.least / t.most()}
}

// apart reports whether 0 lies outside.
func (s span) apart() bool { return s.low > 0 || s.high < 0 }

func (s span) most() float64 { return max(math.Abs(s.low), math.Abs(s.high)) }

// within is false for what is no number.
func (s span) within(most float64) bool { return s.most() <= most }

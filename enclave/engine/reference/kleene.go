package reference

// truth is a truth value of Kleene's strong logic (Introduction to Metamathematics, 1952, section 64).
type truth int

const (
	no truth = iota
	unknown
	yes
)

// The truth tables, by the truth values no, unknown, yes.
var (
	negation    = [3]truth{yes, unknown, no}
	conjunction = [3][3]truth{
		{no, no, no},
		{no, unknown, unknown},
		{no, unknown, yes},
	}
	disjunction = [3][3]truth{
		{no, unknown, yes},
		{unknown, unknown, yes},
		{yes, yes, yes},
	}
)

// truthOf reads a condition's value.
func truthOf(v any) truth {
	switch v {
	case true:
		return yes
	case false:
		return no
	}
	return unknown
}

// value is t as the value of a condition.
func (t truth) value() any { return [3]any{false, nil, true}[t] }

// atLeast is true if n are true, false if true and unknown together are fewer than n, else unknown.
func atLeast(n int, xs []truth) truth {
	var count [3]int
	for _, x := range xs {
		count[x]++
	}
	switch {
	case count[yes] >= n:
		return yes
	case count[yes]+count[unknown] < n:
		return no
	}
	return unknown
}

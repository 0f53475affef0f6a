package reference

import "github.com/officina-enclave/officina/dsl/plan"

// Way is what becomes of one person in one cohort.
type Way struct {
	path
	in bool
}

// Follow takes one person through a cohort of p. Errors are an [*Error].
func Follow(p *plan.Plan, cohort int, person Person) (w Way, err error) {
	defer func() {
		if failed := caught(recover()); failed != nil {
			err = failed
		}
	}()
	w.path, w.in = start(p, person).follow(cohort)
	return w, nil
}

// Member tells whether the person is a member of the cohort.
func (w Way) Member() bool { return w.in && w.member() }

// Index is the person's index date; nil for a person who has none.
func (w Way) Index() any {
	if !w.in {
		return nil
	}
	return w.index
}

// Removed is the position of the rule that removed the person, and whether that was for want of a known condition. It is
// -1 for members and for persons without an index date.
func (w Way) Removed() (rule int, unknownCondition bool) {
	if !w.in || w.member() {
		return -1, false
	}
	return w.step, w.said[w.step] == unknown
}

// Said is what the condition of each rule was for the person: true, false, or nil for unknown. It ends with the rule that
// removed the person.
func (w Way) Said() []any {
	var out []any
	for _, t := range w.said {
		out = append(out, t.value())
	}
	return out
}

// Value is what x is for the person: as the values of a [Row]. Errors are an [*Error].
func (w Way) Value(x plan.Expr) (v any, err error) {
	defer func() {
		if failed := caught(recover()); failed != nil {
			err = failed
		}
	}()
	return w.value(x), nil
}

package circe

import (
	"fmt"
	"strings"
)

// told heads a part by what it changes.
var told = map[Effect]string{Persons: "who is in, or when", Exit: "when they leave", Later: "later entries"}

// Report says what the text does not say, for a reader; "" where it says everything and plainly.
func (r *Result) Report() string {
	var b strings.Builder
	for _, p := range r.Parts {
		fmt.Fprintln(&b, p)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

// String is the part in two lines: its place, and why.
func (p Part) String() string {
	verb := "not said"
	if p.Near {
		verb = "said a little differently"
	}
	return fmt.Sprintf("%s: %s, %s (%s)\n  %s", p.Path, p.What, verb, told[p.Effect], p.Why)
}

// Said reports whether the text says who is in and when: all of it, but for what it says a little differently.
func (r *Result) Said() bool {
	for _, p := range r.Parts {
		if p.Effect == Persons && !p.Near {
			return false
		}
	}
	return true
}

package check

import (
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
)

// A short text can stand for a very long plan: the date of "within 30 days of X" is in two bounds, so a chain of n such
// dates has 2^n parts. The checker shares what it has checked, so it measures by adding up, and refuses what would be too
// long before anything is written out.
const (
	maxSize  = 3_000   // parts of one expression
	maxTotal = 100_000 // parts of all expressions of the plan together
)

// size is the number of parts of x, each counted wherever it stands.
func (c *checker) size(x plan.Expr) int {
	if x == nil {
		return 0
	}
	if n, ok := c.sizes[x]; ok {
		return n
	}
	n := 1
	for _, s := range plan.Sets(x) {
		n += c.setSize(s)
	}
	for _, part := range plan.Parts(x) {
		n += c.size(part)
	}
	c.sizes[x] = min(n, maxTotal)
	return c.sizes[x]
}

func (c *checker) setSize(s *plan.EventSet) int {
	n := 1 + c.size(s.Where)
	for _, b := range s.Bounds {
		n += c.size(b.At)
	}
	for _, m := range s.Members() {
		n += c.setSize(m)
	}
	return min(n, maxTotal)
}

// fits refuses an expression that has become too large, once.
func (c *checker) fits(at diag.Span, x plan.Expr) bool {
	if c.size(x) <= maxSize {
		return true
	}
	if !c.large {
		c.say(tooLarge(at))
	}
	c.large = true
	return false
}

// planFits refuses a plan that is too long as a whole.
func (c *checker) planFits(p *plan.Plan) {
	total := 0
	for _, x := range p.Exprs() {
		total += c.size(x)
	}
	if total > maxTotal && !c.large {
		c.say(tooLarge(start(c.file)))
	}
}

package check

import (
	"fmt"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// cohort is a cohort while it is checked: the names that its expressions may use.
type cohort struct {
	tree     *syntax.Cohort
	stmts    []syntax.Stmt // those of the cohorts it extends first
	state    state
	at       int // position in the plan, once it is checked
	defines  map[string]*syntax.Define
	windows  map[string]*syntax.Window
	index    plan.Expr // nil while the index itself is checked
	followup *window
	entry    plan.Expr // what gives the index date
	// registered says that a rule requires observation at the index date.
	registered bool
}

// state says how far the check of a cohort is.
type state int

const (
	waiting state = iota
	checking
	checked
)

func newCohort(d *syntax.Cohort) *cohort {
	return &cohort{tree: d, defines: map[string]*syntax.Define{}, windows: map[string]*syntax.Window{}}
}

// window is a closed interval of days. Where it is that of an event without an end, open is after every date.
type window struct{ from, to, open plan.Expr }

// observation is the source that holds the intervals in which a person is under observation.
var observation = &catalog.Source{Name: "observation", Timed: true, End: true, Sensitivity: catalog.Quasi}

// cohort checks a cohort once, and puts it into the plan.
func (c *checker) cohort(co *cohort) {
	if co.state != waiting {
		return
	}
	entry, open, depth := c.entry, c.open, c.depth
	defer func() { c.entry, c.open, c.depth = entry, open, depth }()
	c.entry, c.open, c.depth = nil, nil, 0
	co.state = checking
	co.stmts = c.statements(co, nil)
	c.names(co)
	before := len(c.diags)
	out := &plan.Cohort{Name: co.tree.Name.Name, Index: c.index(co)}
	co.index, co.entry = &plan.Index{}, out.Index
	if days := c.leaves(out.Index); len(days) == 1 && days[0].fixed {
		co.index = plan.DateConst(days[0].day) // a fixed index date folds into every comparison with it
	}
	c.entry = co.entry
	c.followup(co)
	c.rules(co, out)
	if len(out.Rules) > MaxRules {
		c.say(tooMany(co.tree.Name.Span(), "rules", len(out.Rules), MaxRules))
	}
	if !c.diags[before:].Failed() && !co.registered && out.TakesBlank(c.planned) {
		c.say(unboundedCohort(co.tree.Name))
	}
	co.at, co.state = len(c.planned), checked
	c.planned = append(c.planned, out)
}

// rules checks the statements of a cohort in their order.
func (c *checker) rules(co *cohort, out *plan.Cohort) {
	for _, s := range co.stmts {
		switch s := s.(type) {
		case *syntax.Lookback:
			if r := c.lookback(co, s); r != nil {
				out.Rules = append([]*plan.Rule{r}, out.Rules...)
			}
		case *syntax.Rule:
			out.Rules = append(out.Rules, c.rule(co, s))
		case *syntax.Define:
			c.resolve(s.Name, scope{cohort: co}) // so that an unused definition is checked too
		case *syntax.Window:
			c.namedWindow(s, co)
		case *syntax.Outcome:
			c.date(&s.Name, scope{cohort: co})
		case *syntax.Competing:
			c.unusedDate(s.Span(), "competing", s.X, co)
		case *syntax.Censor:
			c.unusedDate(s.Span(), "censor at", s.X, co)
		}
	}
}

// unusedDate checks the date of a statement that no report of this version uses.
func (c *checker) unusedDate(at diag.Span, what string, x syntax.Expr, co *cohort) {
	c.date(x, scope{cohort: co})
	c.say(noEffect(at, what))
}

// statements are those of the cohorts that co extends, and then its own. Its own index and followup go before theirs.
func (c *checker) statements(co *cohort, below []string) []syntax.Stmt {
	name := co.tree.Extends
	if name.Name == "" {
		return co.tree.Stmts
	}
	base, ok := c.cohorts[name.Name]
	if !ok {
		c.say(unknownName(name, "unknown-cohort", "cohort", keys(c.cohorts)))
		return co.tree.Stmts
	}
	if below = append(below, co.tree.Name.Name); slices.Contains(below, name.Name) {
		c.say(cycle(name, below))
		return co.tree.Stmts
	}
	var out []syntax.Stmt
	for _, s := range c.statements(base, below) {
		if !replaced(s, co.tree.Stmts) {
			out = append(out, s)
		}
	}
	return append(out, co.tree.Stmts...)
}

// replaced reports whether a statement of which there is one is given anew.
func replaced(s syntax.Stmt, anew []syntax.Stmt) bool {
	return slices.ContainsFunc(anew, func(t syntax.Stmt) bool {
		switch t.(type) {
		case *syntax.Index:
			_, ok := s.(*syntax.Index)
			return ok
		case *syntax.Followup:
			_, ok := s.(*syntax.Followup)
			return ok
		}
		return false
	})
}

// names enters what the cohort's statements name.
func (c *checker) names(co *cohort) {
	seen := map[string]diag.Span{}
	for _, s := range co.stmts {
		var name syntax.Ident
		switch s := s.(type) {
		case *syntax.Define:
			name, co.defines[s.Name.Name] = s.Name, s
		case *syntax.Outcome:
			name, co.defines[s.Name.Name] = s.Name, &syntax.Define{Place: s.Place, Name: s.Name, X: s.X}
		case *syntax.Window:
			name, co.windows[s.Name.Name] = s.Name, s
		default:
			continue
		}
		if first, ok := seen[name.Name]; ok {
			c.say(duplicateName(name, first))
		}
		seen[name.Name] = name.Span()
	}
}

// index checks the one index statement: a day.
func (c *checker) index(co *cohort) plan.Expr {
	var found *syntax.Index
	for _, s := range co.stmts {
		if i, ok := s.(*syntax.Index); ok {
			if found != nil {
				c.say(twice(i.Span(), "index", found.Span()))
			}
			found = i
		}
	}
	if found == nil {
		c.say(noIndex(co.tree.Name))
		return &plan.Const{Of: catalog.Type{Kind: catalog.DateKind}}
	}
	x := c.date(found.X, scope{cohort: co})
	c.fixedOnGrid(found.X.Span(), x)
	return x
}

func (c *checker) rule(co *cohort, s *syntax.Rule) *plan.Rule {
	label := s.Label.Value
	if label == "" {
		label = c.text(s.Cond)
	}
	r := &plan.Rule{Exclude: s.Exclude, Cond: c.cond(s.Cond, scope{cohort: co}), Label: label}
	co.registered = co.registered || !s.Exclude && c.requiresIndex(s.Cond)
	return r
}

// requiresIndex reports whether a condition holds only for those who are registered at their index date, here or in
// another cohort.
func (c *checker) requiresIndex(e syntax.Expr) bool {
	switch e := e.(type) {
	case *syntax.Registered:
		name, ok := e.X.(*syntax.Ident)
		return ok && name.Name == "index"
	case *syntax.InCohort:
		other, ok := c.cohorts[e.Name.Name]
		return ok && other.registered
	case *syntax.Binary:
		return e.Op == syntax.And && (c.requiresIndex(e.L) || c.requiresIndex(e.R))
	case *syntax.Quantified:
		return e.Op == syntax.All && slices.ContainsFunc(e.Conds, c.requiresIndex)
	}
	return false
}

// lookback is a first rule: one observation interval contains [index - D, index].
func (c *checker) lookback(co *cohort, s *syntax.Lookback) *plan.Rule {
	d, ok := c.duration(s.D, scope{cohort: co})
	if !ok {
		return nil
	}
	label := fmt.Sprintf("Observed for %s before the index date", c.text(s.D))
	co.registered = true
	return &plan.Rule{Cond: c.observed(s.Span(), d.before(co.index), co.index), Label: label}
}

// observed is true when one observation interval contains [from, to].
func (c *checker) observed(at diag.Span, from, to plan.Expr) plan.Expr {
	c.fixedOnGrid(at, from)
	c.fixedOnGrid(at, to)
	if !c.Catalog.Observed {
		start, end := c.Catalog.Period.Start, c.Catalog.Period.End
		c.periodOnGrid(at, ">=", from, start)
		c.periodOnGrid(at, "<=", to, end)
		return &plan.And{Xs: []plan.Expr{
			&plan.Compare{Op: ">=", L: from, R: plan.DateConst(start)},
			&plan.Compare{Op: "<=", L: to, R: plan.DateConst(end)},
		}}
	}
	return atLeast(1, &plan.EventSet{Source: observation, Bounds: []plan.Bound{
		{Column: "start", Op: "<=", At: from}, {Column: "open-end", Op: ">=", At: to}}})
}

// followup sets the window that "during followup" means: by default the day after index to its end.
func (c *checker) followup(co *cohort) {
	var first *syntax.Followup
	for _, s := range co.stmts {
		f, ok := s.(*syntax.Followup)
		if !ok {
			continue
		}
		if first != nil {
			c.say(twice(f.Span(), "followup", first.Span()))
			continue
		}
		first = f
		w := &window{from: &plan.AddDate{X: co.index, N: 1, Unit: "days"}}
		if f.IncludingIndex {
			w.from = co.index
		}
		if f.From != nil {
			w.from = c.date(f.From, scope{cohort: co})
		}
		w.to = c.date(f.Until, scope{cohort: co})
		w.open, co.followup = w.to, w
	}
}

// atLeast is true when a person has n or more of the events.
func atLeast(n int, s *plan.EventSet) plan.Expr {
	return &plan.Compare{Op: ">=", L: &plan.Count{Set: s}, R: plan.IntConst(int64(n))}
}

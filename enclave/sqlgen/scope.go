package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/plan"
)

// scope is where expressions are written and features become columns: one row a person or, for facts as of an event,
// one row an event of a set.
type scope struct {
	*generator
	name    string // before the names of its clauses: c0, or c0_e1 of an event set
	stage   string // the clause that holds one row a person, or an event, now
	key     string // what tells the rows apart: person or event
	persons *scope // that of the persons, which is itself if key is person
	indexed bool   // stage has index_date
	teller  string // key of the feature without which there is no index date, where no attribute is asked for
	// everybody says that no event decides on the index date, so that most persons have one.
	everybody bool
	columns   map[string]string         // key of a feature → its column in stage
	keys      map[*plan.EventSet]string // see setKey
	short     map[string]string
	depth     int            // 0 for persons, 1 for events, 2 for events around which the set of events is told by events
	sets      int            // event sets so far
	stages    int            // join clauses so far
	wanted    []plan.Expr    // every feature about persons
	found     map[string]sql // features that joins beside the current event have found
	// event writes a column of the current event; nil where there is none.
	event func(column string) sql
}

func newScope(g *generator, name string) *scope {
	c := &scope{generator: g, name: name, stage: "persons", key: "person", everybody: true,
		columns: map[string]string{}, keys: map[*plan.EventSet]string{}, short: map[string]string{}}
	c.persons = c
	return c
}

// want notes the features of xs, so that those of one event set are made in one pass over the source.
func (c *scope) want(xs []plan.Expr) {
	for _, x := range xs {
		plan.Walk(x, func(x plan.Expr) bool {
			if len(plan.Sets(x)) > 0 && !plan.OfEvent(x) {
				c.wanted = append(c.wanted, x)
			}
			return true
		})
	}
}

// next writes the clause that is the new stage.
func (c *scope) next(name, kind, body string) {
	c.stage = c.name + "_" + name
	c.with(c.stage, kind, body)
}

// staged names the stage to a clause that reads it.
func (c *scope) staged() string {
	if c.stage == "persons" && !c.needed {
		c.needed = true
		u := c.use("person")
		u.all = true
		u.column(append(c.attributes, "person")...)
	}
	return c.stage
}

// provide makes every feature of xs a column of the stage, in as many rounds as features depend on each other.
func (c *scope) provide(xs []plan.Expr) {
	c.others(xs)
	for c.err == nil {
		var ready []plan.Expr
		for _, x := range xs {
			c.lacking(x, &ready)
		}
		if len(ready) == 0 {
			return
		}
		c.join(ready)
	}
}

// others joins the index dates in the other cohorts that xs name: who is no member has none.
func (c *scope) others(xs []plan.Expr) {
	for _, i := range named(xs) {
		column := indexOf(i)
		if c.columns[column] == "" {
			c.columns[column] = column
			c.next("with_"+column, "", fmt.Sprintf("SELECT p.*, m.index_date AS %s\nFROM %s p\nLEFT JOIN c%d_members m USING (person)", column, c.staged(), i))
		}
	}
}

func indexOf(cohort int) string { return fmt.Sprintf("c%d_index", cohort) }

// lacking reports whether x has a feature that is no column yet, and adds to ready those whose own parts are.
func (c *scope) lacking(x plan.Expr, ready *[]plan.Expr) bool {
	sets := plan.Sets(x)
	if x == nil || len(sets) > 0 && c.columns[c.featureKey(x)] != "" {
		return false
	}
	lacks := c.lackingAny(plan.Parts(x), ready)
	for _, s := range sets {
		lacks = c.setLacks(s, ready) || lacks
	}
	if len(sets) > 0 && !lacks {
		*ready = append(*ready, x)
	}
	return lacks || len(sets) > 0
}

func (c *scope) lackingAny(xs []plan.Expr, ready *[]plan.Expr) bool {
	lacks := false
	for _, x := range xs {
		lacks = c.lacking(x, ready) || lacks
	}
	return lacks
}

// setLacks is lacking for what tells the events of a set. Of facts as of its events, only what they say about the
// person is looked for.
func (c *scope) setLacks(of *plan.EventSet, ready *[]plan.Expr) bool {
	lacks := false
	for _, s := range of.All() {
		for _, b := range s.Bounds {
			lacks = c.lacking(b.At, ready) || lacks
		}
		lacks = c.whereLacks(s.Where, ready) || lacks
	}
	return lacks
}

func (c *scope) whereLacks(x plan.Expr, ready *[]plan.Expr) bool {
	if len(plan.Sets(x)) > 0 && !plan.OfEvent(x) {
		return c.lacking(x, ready)
	}
	parts := plan.Parts(x)
	for _, of := range plan.Sets(x) {
		for _, s := range of.All() {
			parts = append(parts, s.Where)
			for _, b := range s.Bounds {
				parts = append(parts, b.At)
			}
		}
	}
	lacks := false
	for _, part := range parts {
		lacks = c.whereLacks(part, ready) || lacks
	}
	return lacks
}

// join writes one clause for each source of features and one that joins them to the stage. What else is wanted of the
// same event sets comes with them. Who has none of the events that tell the index date may be left out at once.
func (c *scope) join(features []plan.Expr) {
	first := c.stage == "persons" && c.teller != "" && c.featureKey(features[0]) == c.teller
	sets := map[string]bool{}
	for _, f := range features {
		sets[c.setKey(plan.Sets(f)[0])] = true
	}
	for _, f := range c.wanted {
		if sets[c.setKey(plan.Sets(f)[0])] && c.columns[c.featureKey(f)] == "" && c.has(plan.Parts(f)) {
			features = append(features, f)
		}
	}
	c.stages++
	stage := fmt.Sprintf("s%d", c.stages)
	columns, joins := "SELECT p.*", ""
	for i, sets := range c.bySource(features) {
		clause := word(c.name, stage, sets[0].word())
		c.events(clause, sets)
		if i == 0 && first {
			columns, joins, clause = "SELECT p.person", "\nFROM "+clause+" p", "p"
		} else {
			joins += "\nLEFT JOIN " + clause + " USING (" + c.key + ")"
		}
		for _, s := range sets {
			for _, f := range s.features {
				columns += ",\n  " + c.joined(clause, c.columns[c.featureKey(f)], f)
			}
		}
	}
	if !first {
		joins = "\nFROM " + c.staged() + " p" + joins
	}
	c.next(stage, "", columns+joins)
}

// has reports whether what xs use is known in the stage.
func (c *scope) has(xs []plan.Expr) bool {
	dated := slices.ContainsFunc(xs, func(x plan.Expr) bool {
		found := false
		plan.Walk(x, func(x plan.Expr) bool {
			_, index := x.(*plan.Index)
			found = found || index
			return !found
		})
		return found
	})
	joined := !slices.ContainsFunc(named(xs), func(cohort int) bool { return c.columns[indexOf(cohort)] == "" })
	return (c.indexed || !dated) && joined && !c.lackingAny(xs, new([]plan.Expr))
}

// joined takes a feature from its clause: without events, a count is 0 and all else is missing; without the dates that it
// needs, it is missing.
func (c *scope) joined(clause, column string, f plan.Expr) string {
	text := clause + "." + column
	switch f.(type) {
	case *plan.Count, *plan.Covered:
		text = fmt.Sprintf("coalesce(%s, 0)", text)
	}
	dates := plan.Parts(f)
	if known := known(dates, c.exprs(dates)); len(known) > 0 {
		text = fmt.Sprintf("CASE WHEN %s THEN %s END", strings.Join(known, " AND "), text)
	}
	if text == clause+"."+column {
		return text
	}
	return text + " AS " + column
}

// bySource gathers features by event set, and event sets that are read from their source by that, in the order in which
// they appear.
func (c *scope) bySource(features []plan.Expr) [][]*eventSet {
	var out [][]*eventSet
	place := map[string]int{}
	sets := map[string]*eventSet{}
	seen := map[string]bool{}
	for _, f := range features {
		key := c.featureKey(f)
		if seen[key] {
			continue
		}
		seen[key] = true
		of := plan.Sets(f)[0]
		group := c.setKey(of)
		if _, days := f.(*plan.Covered); days {
			group = key
		}
		s := sets[group]
		if s == nil {
			c.sets++
			s = &eventSet{EventSet: of, short: fmt.Sprintf("e%d", c.sets)}
			sets[group] = s
			at := of.Source.Name
			if !s.plain(f) {
				at = group
			}
			i, ok := place[at]
			if !ok {
				i = len(out)
				place[at] = i
				out = append(out, nil)
			}
			out[i] = append(out[i], s)
		}
		s.features = append(s.features, f)
	}
	return out
}

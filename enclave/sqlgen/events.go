package sqlgen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// eventSet is an event set and the features of it that become columns together.
type eventSet struct {
	*plan.EventSet
	short    string // e1, e2, … within the scope
	keyed    bool   // its rows are those of a clause that says to which row of the stage each belongs
	features []plan.Expr
}

// plain reports whether the rows of s are those of its source for which conditions are true that need no other events,
// and f is made in one pass over them.
func (s *eventSet) plain(f plan.Expr) bool {
	_, days := f.(*plan.Covered)
	return !days && !made(s.EventSet)
}

// made reports whether the rows of s must be made by clauses of their own.
func made(s *plan.EventSet) bool {
	return s.Derived() || s.Apart != (plan.Span{}) || factsOfEvents(s.Where)
}

// factsOfEvents reports whether x, a condition on events, has a feature as of the event.
func factsOfEvents(x plan.Expr) bool {
	return x != nil && plan.OfEvent(x) && (len(plan.Sets(x)) > 0 || slices.ContainsFunc(plan.Parts(x), factsOfEvents))
}

// word names the clause of s.
func (s *eventSet) word() string {
	if s.plain(s.features[0]) {
		return s.Source.Name
	}
	return s.short
}

// events writes the clause that aggregates the events of sets, which share one source, per row of the stage. One pass
// serves all: a join for each set would cost more than in proportion (measured: 10 s for 100 sets; this way 0.3 s). The
// events stand left of the stage: the instance joins in the order written, and keeps the right side in memory.
func (c *scope) events(clause string, sets []*eventSet) {
	if !sets[0].plain(sets[0].features[0]) {
		c.make(sets[0])
	}
	if days, ok := sets[0].features[0].(*plan.Covered); ok {
		c.covered(clause, sets[0], days)
		return
	}
	group, from := c.from(sets)
	columns := []string{group}
	where, alike := c.sameCodes(sets)
	for _, s := range sets {
		filter := c.conditions(s.EventSet)
		if alike { // said once, for all
			filter = filter[len(where):]
		}
		if len(sets) == 1 {
			where, filter = append(where, filter...), nil
		}
		for _, f := range s.features {
			name, aggregate := c.feature(s, f, filter)
			column := word(s.short, name)
			c.columns[c.featureKey(f)] = column
			columns = append(columns, aggregate.text+" AS "+column)
		}
	}
	if !alike {
		where = c.anyCode(sets)
	}
	c.with(clause, "", "SELECT "+strings.Join(columns, ",\n  ")+"\nFROM "+from+all(where)+"\nGROUP BY "+group)
}

// all writes conditions of a WHERE.
func all(where []sql) string {
	text := ""
	for i, w := range where {
		text += map[bool]string{true: "\nWHERE ", false: "\n  AND "}[i == 0] + w.in(notLevel)
	}
	return text
}

// from writes where the rows e of sets come from, with the rows p of the stage where those are needed, and what tells
// the rows of the stage apart.
func (c *scope) from(sets []*eventSet) (key, from string) {
	s := sets[0]
	needs := c.joins(s.EventSet, s.keyed) || slices.ContainsFunc(sets, (*eventSet).personal)
	return c.keysOf(s.EventSet, needs)[0], c.read(s.EventSet, s.keyed, needs)
}

// joins reports whether rows of s need the rows of the stage, whatever is said of them.
func (c *scope) joins(s *plan.EventSet, keyed bool) bool {
	if _, clause := c.clauses[s]; clause {
		return !keyed
	}
	return c.indexed || c.key != "person"
}

// read writes a FROM of the rows e of s: a table or a clause, joined to the stage or not. The values of a place and a day
// are those of the persons who live there then; they are joined last, so that only persons of the stage get any.
func (c *scope) read(s *plan.EventSet, keyed, stage bool) string {
	from, clause := c.clauses[s]
	key, rows := "person", "e"
	if keyed {
		key = c.key
	}
	placed := !clause && s.Source.Kind == catalog.PlaceDay
	if !clause {
		from = table(s.Source.Name)
	}
	if placed {
		from, rows = table(residence), "r"
		c.use(residence).all = true
		c.use(residence).column("person", catalog.Place, catalog.Start, catalog.End)
		c.use(s.Source.Name).column(catalog.Place, catalog.Start)
		c.kept(residence, stage)
	} else if !clause {
		c.use(s.Source.Name).column("person")
		c.kept(s.Source.Name, stage)
	}
	from += " " + rows
	if stage {
		from += fmt.Sprintf("\nJOIN %s p ON p.%s = %s.%s", c.staged(), key, rows, key)
	}
	if placed {
		from += fmt.Sprintf("\nJOIN %s e ON e.\"place\" = r.\"place\" AND e.\"start\" >= r.\"start\" AND e.\"start\" <= coalesce(r.\"end\", DATE 'infinity')",
			table(s.Source.Name))
	}
	return from
}

// residence is the table of the intervals in which persons live at a place.
const residence = "residence"

// kept notes that something is kept for each person with a row in a table, unless the stage has few of them.
func (c *scope) kept(table string, stage bool) {
	if !stage || c.everybody {
		c.use(table).each = true
	}
}

// personOf writes the person of a row of s.
func (c *scope) personOf(s *plan.EventSet) string {
	if _, clause := c.clauses[s]; !clause && s.Source.Kind == catalog.PlaceDay {
		return "r.person"
	}
	return "e.person"
}

// keysOf are the columns that tell the rows of the stage apart, taken from the stage or from the rows of s.
func (c *scope) keysOf(s *plan.EventSet, stage bool) []string {
	person := c.personOf(s)
	if stage {
		person = "p.person"
	}
	if c.key == "person" {
		return []string{person}
	}
	return []string{person[:2] + c.key, person}
}

// personal reports whether s or a feature of it uses a value of the stage, so that it is not told by the same words for
// every person.
func (s *eventSet) personal() bool {
	return needsStage(s.EventSet) || slices.ContainsFunc(s.features, func(f plan.Expr) bool {
		return slices.ContainsFunc(plan.Parts(f), ofStage)
	})
}

// needsStage reports whether a condition of s uses a value of the stage.
func needsStage(s *plan.EventSet) bool {
	return aboutPersons(s.Where) || slices.ContainsFunc(s.Bounds, func(b plan.Bound) bool { return ofStage(b.At) })
}

// ofStage reports whether x, which stands outside the set's own condition, uses a value of the stage.
func ofStage(x plan.Expr) bool { return aboutPersons(x) || plan.OfEvent(x) }

// aboutPersons reports whether x uses a value of the person, or a feature that is about the person.
func aboutPersons(x plan.Expr) bool {
	found := false
	plan.Walk(x, func(x plan.Expr) bool {
		switch x.(type) {
		case *plan.Attr, *plan.Index, *plan.InCohort, *plan.IndexOf:
			found = true
		}
		found = found || len(plan.Sets(x)) > 0 && !plan.OfEvent(x)
		return !found
	})
	return found
}

// conditions says which events are in s, whose rows are e. All must be true.
func (c *scope) conditions(s *plan.EventSet) []sql {
	out := append(c.codes(s), c.bounds(s.Source, s.Bounds, c.of(s))...)
	if s.Where != nil {
		out = append(out, c.about(s).expr(s.Where))
	}
	return out
}

// of writes columns of s, whose rows are e.
func (c *scope) of(s *plan.EventSet) func(string) sql {
	return func(column string) sql { return c.column(s, column) }
}

// about is the scope in which the current event is one of s, whose rows are e.
func (c *scope) about(s *plan.EventSet) *scope {
	out := *c
	out.event = c.of(s)
	return &out
}

// bounds compares events, whose columns of writes, with dates.
func (c *scope) bounds(source *catalog.Source, bounds []plan.Bound, of func(string) sql) []sql {
	var out []sql
	for _, b := range bounds {
		x := boundColumn(source, b.Column, of)
		if source.Minutes && b.At.Type().Kind == catalog.DateKind {
			x = cast(x, "DATE")
		}
		out = append(out, binary(x, b.Op, c.expr(b.At), compareLevel))
	}
	return out
}

func boundColumn(source *catalog.Source, bound string, of func(string) sql) sql {
	start := of(catalog.Start)
	if bound == "start" || !source.End {
		return start
	}
	return ending(source.Minutes, bound == "open-end", start, of(catalog.End))
}

// ending is an end; one that is missing is the start, or after every date.
func ending(minutes, open bool, start, end sql) sql {
	if open {
		start = atom("%s 'infinity'", map[bool]string{false: "DATE", true: "TIMESTAMP"}[minutes])
	}
	return call("coalesce", end, start)
}

func (c *scope) column(s *plan.EventSet, column string) sql {
	if _, ok := s.Source.Column(column); !ok {
		c.fail("source %s has no column %s", s.Source.Name, column)
	}
	if _, clause := c.clauses[s]; !clause {
		c.use(s.Source.Name).column(column)
	}
	return atom("e.%s", name(column))
}

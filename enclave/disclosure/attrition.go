package disclosure

import (
	"cmp"

	"github.com/officina-enclave/officina/dsl/plan"
)

// The rows of an attrition that are no rule.
const (
	rowStart = "persons with an index date"
	rowLeft  = "left in the cohort"
)

// attrition fills one partition of the persons with an index date: each was removed by one rule, for one of
// two reasons, or is left. Remaining after a rule is the sum of what is released further down.
func (g *gate) attrition(t *Table, c *plan.Cohort, byKey cells) {
	t.Columns = []Column{
		{Name: colRemoved, Label: "removed"},
		{Name: colRemovedNotRecorded, Label: "removed: not recorded"},
		{Name: colKeptNotRecorded, Label: "kept: not recorded"},
		{Name: colRemaining, Label: "remaining"},
	}
	t.Notes = append(t.Notes, noteAttrition, notePart)
	t.Rows = []Row{{[]string{rowStart}, map[string]Value{}}}
	for i, rule := range c.Rules {
		row := Row{[]string{ruleText(rule)}, map[string]Value{}}
		t.put(row, colRemoved, g.persons(byKey.at(i, removedDecided).Persons))
		if !rule.Exclude {
			t.put(row, colRemovedNotRecorded, g.persons(byKey.at(i, removedNotRecorded).Persons))
		}
		t.Rows = append(t.Rows, row)
	}
	last := Row{[]string{rowLeft}, map[string]Value{}}
	t.put(last, colRemaining, g.persons(byKey.at(len(c.Rules), removedDecided).Persons))
	t.Rows = append(t.Rows, last)
	remaining := last.Values[colRemaining]
	for i := len(c.Rules) - 1; i >= 0; i-- {
		row := t.Rows[i+1]
		row.Values[colRemaining] = remaining
		if c.Rules[i].Exclude {
			t.put(row, colKeptNotRecorded, g.part(byKey.at(i, keptNotRecorded).Persons, remaining))
		}
		remaining = add(remaining, row.Values[colRemoved], row.Values[colRemovedNotRecorded])
	}
	t.Rows[0].Values[colRemaining] = remaining
	t.Dimensions = []Dimension{ruleDimension(t.Rows)}
	t.Total = &Total{ofShown, remaining}
}

func ruleText(r *plan.Rule) string {
	word := "include "
	if r.Exclude {
		word = "exclude "
	}
	return word + cmp.Or(r.Label, plan.String(r.Cond))
}

func ruleDimension(rows []Row) Dimension {
	d := Dimension{Name: "rule", Keys: []string{}}
	for _, row := range rows {
		d.Keys = append(d.Keys, row.Keys...)
	}
	return d
}

package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Test is a test block, checked: hand-made persons, and what is expected of them in one cohort. A value is a bool,
// int64, float64 (in the column's unit), string, catalog.Date or catalog.Moment; nil is missing.
type Test struct {
	Title    string
	Span     diag.Span  // of its title
	Plan     *plan.Plan // of the whole file, with the parameters of the test; nil where a diagnostic is an error
	Cohort   int        // position in Plan.Cohorts
	Persons  []TestPerson
	Columns  []TestColumn  // of the expect table, without id
	Expected []Expectation // the members of the cohort: no others are
}

// TestPerson is one hand-made person. Events are by the name of their source; the intervals of observation are those of
// the source "observation", with start and end; in a test without that table everybody is observed for the whole
// period of the catalog. The rows of a place-day source are given to the person.
type TestPerson struct {
	ID         string
	Attributes map[string]any
	Events     map[string][]map[string]any
}

// TestColumn is a column of the expect table: "index", or a name that the cohort defines.
type TestColumn struct {
	Name  string
	Value plan.Expr
}

// Expectation is a member, and the expected value of each column.
type Expectation struct {
	ID     string
	Span   diag.Span
	Values []any
}

// Tests checks a file and its test blocks. None is returned when a diagnostic is an error.
func Tests(f *syntax.File, ctx Context) ([]Test, diag.List) {
	var out []Test
	var all diag.List
	for _, d := range f.Decls {
		t, ok := d.(*syntax.Test)
		if !ok {
			continue
		}
		c := newChecker(f, ctx)
		if c.Params = maps.Clone(ctx.Params); c.Params == nil {
			c.Params = map[string]syntax.Expr{}
		}
		for _, p := range t.Params {
			c.Params[p.Name.Name] = p.X
		}
		p := c.plan()
		checked := c.test(t)
		if all = append(all, c.diags...); p != nil {
			checked.Plan = plan.New(*p)
		}
		out = append(out, checked)
	}
	if all.Failed() {
		return nil, all.Sorted()
	}
	return out, all.Sorted()
}

// test checks one test block: its parameters, its tables, and what it expects.
func (c *checker) test(t *syntax.Test) Test {
	out := Test{Title: t.Title.Value, Span: t.Title.Span()}
	co, ok := c.cohorts[t.Cohort.Name]
	if !ok {
		c.say(unknownName(t.Cohort, "unknown-cohort", "cohort", keys(c.cohorts)))
		return out
	}
	for _, p := range t.Params {
		if _, ok := c.params[p.Name.Name]; !ok {
			c.say(unknownName(p.Name, "unknown-param", "parameter", keys(c.params)))
		} else if literalAt(p.Place, p.X) == nil {
			c.say(badParam(p.Name))
		}
	}
	out.Cohort, c.entry = co.at, co.entry
	people := c.people(t, &out)
	var expect *syntax.TestTable
	for i, table := range t.Tables {
		switch table.Name.Name {
		case "person":
		case "expect":
			if expect != nil {
				c.say(twice(table.Name.Span(), "expect", expect.Name.Span()))
			}
			expect = &t.Tables[i]
		default:
			c.eventRows(&t.Tables[i], people, &out)
		}
	}
	c.observeAll(t, &out)
	if expect == nil {
		c.say(noExpect(t.Title))
		return out
	}
	c.expectations(expect, co, people, &out)
	return out
}

// people are the persons of a test by id: those of the person table or, without one, all who are named.
func (c *checker) people(t *syntax.Test, out *Test) map[string]int {
	people := map[string]int{}
	enter := func(id string, attributes map[string]any) {
		people[id] = len(out.Persons)
		out.Persons = append(out.Persons, TestPerson{ID: id, Attributes: attributes, Events: map[string][]map[string]any{}})
	}
	given := false
	for i := range t.Tables {
		table := &t.Tables[i]
		if table.Name.Name != "person" {
			continue
		}
		given = true
		columns := c.testColumns(table, "attribute of a person", c.Catalog.AttributeNames(), c.Catalog.Attribute)
		c.eachRow(table, func(id string, row syntax.TestRow) {
			if _, twiceHere := people[id]; twiceHere {
				c.say(testTable(row.Span(), fmt.Sprintf("person `%s` is here twice", id), "give each person one row"))
				return
			}
			attributes := map[string]any{}
			for j, col := range columns {
				if col.Name != "" {
					attributes[col.Name] = c.cell(row.Cells[j], col, attributeRule(col))
				}
			}
			enter(id, attributes)
		})
	}
	for i := range t.Tables {
		if !given && t.Tables[i].Name.Name != "expect" {
			c.eachRow(&t.Tables[i], func(id string, _ syntax.TestRow) {
				if _, ok := people[id]; !ok {
					enter(id, map[string]any{})
				}
			})
		}
	}
	return people
}

// testColumns are the columns of a table, in its order; that of "id", and one that there is not, has no name.
func (c *checker) testColumns(table *syntax.TestTable, what string, names []string, find func(string) (catalog.Column, bool)) []catalog.Column {
	out := make([]catalog.Column, len(table.Columns))
	seen := map[string]diag.Span{}
	for i, name := range table.Columns {
		if first, ok := seen[name.Name]; ok {
			c.say(twice(name.Span(), name.Name, first))
		}
		seen[name.Name] = name.Span()
		if name.Name == "id" {
			continue
		}
		col, ok := find(eventColumn(name.Name))
		if !ok || !queryable(col) {
			c.say(unknownName(name, "unknown-column", what, slices.DeleteFunc(names, func(n string) bool {
				col, ok := find(n)
				return !ok || !queryable(col)
			})))
			continue
		}
		out[i] = col
	}
	if _, ok := seen["id"]; !ok {
		c.say(testTable(table.Name.Span(), "this table has no column `id`", "write the id of a person first in each row"))
	}
	return out
}

// observeAll puts everybody under observation for the whole period where a test has no table of that.
func (c *checker) observeAll(t *syntax.Test, out *Test) {
	given := slices.ContainsFunc(t.Tables, func(table syntax.TestTable) bool { return table.Name.Name == observation.Name })
	if given || !c.Catalog.Observed {
		return
	}
	for _, p := range out.Persons {
		p.Events[observation.Name] = []map[string]any{{catalog.Start: c.Catalog.Period.Start, catalog.End: c.Catalog.Period.End}}
	}
}

// eachRow calls f for the rows of a table with the id of each.
func (c *checker) eachRow(table *syntax.TestTable, f func(id string, row syntax.TestRow)) {
	at := slices.IndexFunc(table.Columns, func(name syntax.Ident) bool { return name.Name == "id" })
	for _, row := range table.Rows {
		if at < 0 || len(row.Cells) != len(table.Columns) {
			continue // told already
		}
		if id, ok := word(row.Cells[at]); ok {
			f(id, row)
		} else {
			c.say(wrongCell(row.Cells[at].Span(), "the id of a person", "a word or a number"))
		}
	}
}

// word is what a cell says as a text.
func word(x syntax.Expr) (string, bool) {
	switch x := x.(type) {
	case *syntax.Ident:
		return x.Name, true
	case *syntax.StringLit:
		return x.Value, true
	case *syntax.Number:
		return x.Text, x.Unit == ""
	}
	return "", false
}

// eventRows adds the rows of a source to the persons.
func (c *checker) eventRows(table *syntax.TestTable, people map[string]int, out *Test) {
	source, ok := observation, c.Catalog.Observed
	if table.Name.Name != observation.Name || !ok {
		if source, ok = c.source(table.Name); !ok {
			return
		}
	}
	columns := c.testColumns(table, "column of "+source.Name, source.ColumnNames(), source.Column)
	at := func(name string) int {
		return slices.IndexFunc(columns, func(col catalog.Column) bool { return col.Name == name })
	}
	if source.Timed && at(catalog.Start) < 0 {
		c.say(testTable(table.Name.Span(), fmt.Sprintf("the events of `%s` have a start, and this table has none", source.Name), "add the column `start`"))
		return
	}
	c.eachRow(table, func(id string, row syntax.TestRow) {
		i, ok := people[id]
		if !ok {
			c.say(unknownPerson(row.Span(), id))
			return
		}
		var codes []string
		if k := at(catalog.CodeOf); k >= 0 {
			if code, ok := row.Cells[k].(*syntax.Curie); ok {
				codes = []string{code.Text}
			}
		}
		event := map[string]any{}
		for j, col := range columns {
			if col.Name == "" {
				continue
			}
			rule, match := source.UnitRuleFor(codes)
			if match != catalog.MatchOne {
				rule = catalog.UnitRule{}
			}
			event[col.Name] = c.eventCell(row.Cells[j], col, source, rule)
		}
		out.Persons[i].Events[source.Name] = append(out.Persons[i].Events[source.Name], event)
	})
}

// eventCell reads a cell of an event: its value is measured by the rule of its code.
func (c *checker) eventCell(x syntax.Expr, col catalog.Column, source *catalog.Source, rule catalog.UnitRule) any {
	if col.Name == catalog.Value && rule.Unit != "" {
		col.Type.Unit = rule.Unit
		return c.cell(x, col, &rule)
	}
	code, ok := x.(*syntax.Curie)
	if col.Name != catalog.CodeOf || !ok {
		return c.cell(x, col, nil)
	}
	c.terms([]syntax.CodeTerm{{Place: code.Place, Curie: code.Text}})
	if system, _, _ := catalog.SplitCurie(code.Text); !contains(source.Systems, system) {
		c.say(otherSystem(x.Span(), source, []string{code.Text}))
	}
	return code.Text
}

// expectations reads the expect table.
func (c *checker) expectations(table *syntax.TestTable, co *cohort, people map[string]int, out *Test) {
	var values []typed
	names := append([]string{"id", "index"}, keys(co.defines)...)
	for _, name := range table.Columns {
		_, here := co.defines[name.Name]
		_, above := c.defines[name.Name]
		switch {
		case name.Name == "id":
			values = append(values, typed{})
			continue
		case name.Name == "index":
			values = append(values, typed{x: co.index})
		case here || above:
			values = append(values, c.resolve(name, scope{cohort: co}).settled())
		default:
			c.say(unknownName(name, "unknown-column", "value of cohort "+co.tree.Name.Name, append(names, keys(c.defines)...)))
			values = append(values, typed{})
		}
		out.Columns = append(out.Columns, TestColumn{name.Name, values[len(values)-1].x})
	}
	if !slices.ContainsFunc(table.Columns, func(n syntax.Ident) bool { return n.Name == "id" }) {
		c.say(testTable(table.Name.Span(), "this table has no column `id`", "write the id of a member first in each row"))
	}
	c.eachRow(table, func(id string, row syntax.TestRow) {
		if _, ok := people[id]; !ok {
			c.say(unknownPerson(row.Span(), id))
			return
		}
		e := Expectation{ID: id, Span: row.Span()}
		for i, name := range table.Columns {
			if name.Name != "id" {
				e.Values = append(e.Values, c.valueCell(row.Cells[i], values[i]))
			}
		}
		out.Expected = append(out.Expected, e)
	})
}

// cell reads a cell of a catalog column.
func (c *checker) cell(x syntax.Expr, col catalog.Column, rule *catalog.UnitRule) any {
	t := typed{x: typeOnly(col.Type), rule: rule, keys: c.Catalog.Keys(col, c.Vocabulary)}
	if code, ok := x.(*syntax.Curie); ok && col.System != "" {
		if system, local, _ := catalog.SplitCurie(code.Text); system == col.System {
			return local
		}
	}
	return c.valueCell(x, t)
}

// valueCell reads a cell that holds a value of the type of t; "missing" is an empty one.
func (c *checker) valueCell(x syntax.Expr, t typed) any {
	if name, ok := x.(*syntax.Ident); ok && name.Name == "missing" || !t.ok() {
		return nil
	}
	of := t.x.Type()
	switch of.Kind {
	case catalog.Bool:
		if b, ok := x.(*syntax.BoolLit); ok {
			return b.Value
		}
	case catalog.Int, catalog.Number:
		if l, ok := c.numberCell(x); ok {
			v, ok := c.convertLiteral(t, l)
			if of.Kind == catalog.Int && ok && v == float64(int64(v)) {
				return int64(v)
			}
			if of.Kind == catalog.Number || !ok {
				return v
			}
		}
	case catalog.DateKind, catalog.TimeKind:
		if d, ok := x.(*syntax.DateLit); ok {
			lit := c.dateLiteral(d)
			if lit.is(of.Kind) {
				return lit.x.(*plan.Const).Value
			}
			if !lit.ok() {
				return nil
			}
		}
	default:
		if w, ok := word(x); ok {
			if len(t.keys) > 0 && of.Kind == catalog.Code && !contains(t.keys, w) {
				c.say(unknownWord(x.Span(), w, t.keys))
			}
			return w
		}
	}
	c.say(wrongCell(x.Span(), a(of), cellHint[of.Kind]))
	return nil
}

// numberCell is a number of a cell, with its sign.
func (c *checker) numberCell(x syntax.Expr) (*literal, bool) {
	t := typed{}
	switch x := x.(type) {
	case *syntax.Number:
		t = c.expr(x, scope{})
	case *syntax.Unary:
		t = c.expr(x, scope{})
	}
	return t.lit, t.lit != nil
}

// cellHint says how a value of each kind is written.
var cellHint = map[catalog.Kind]string{
	catalog.Bool: "`true`, `false` or `missing`", catalog.Int: "a whole number or `missing`", catalog.Number: "a number with its unit, or `missing`",
	catalog.String: "a text in quotes or `missing`", catalog.Code: "a code, a word of the column or `missing`",
	catalog.DateKind: "a day such as `2020-01-31`, or `missing`", catalog.TimeKind: "a time such as `2020-01-31T10:30`, or `missing`",
}

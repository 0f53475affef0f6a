// Package sqlgen turns a plan into one SELECT statement of DuckDB's SQL that people can read.
//
//   - [Generate] is pure: the same plan and dictionary give the same [Query].
//   - [Query] holds the text, the bound arguments, and what the statement reads ([Table]), so that a caller
//     can decrypt those columns and row groups and nothing else.
//
// The statement is a chain of WITH clauses. "persons" is the person table with the attributes the plan
// names; it is not read where an event tells the index date and no attribute is asked for, as every event is of a person in
// the table (enclave/ingest). Each cohort cN then goes through stages, one row a person: events are aggregated per person
// (cN_e1_drug), joined to the stage before (cN_s1), until the index date is known (cN_index), then the rules
// (cN_steps: the first rule that removes a person), then the members (cN_members). One clause a report
// counts persons, and the last SELECT lines the cells up. A cohort that names others comes after them.
//
// An event set whose rows are made of other sets, kept apart, or told by other events has its rows in a clause of its own
// (c0_e1_rows). In that, whether there is another event is a semi-join; the event just before or after is found by an ASOF
// join; for any other fact as of an event the events become a stage, with a number (event) in place of the person. What does
// not depend on the event around a set is made once a person. docs/design/0012 has the plans and what they cost.
//
// Meaning. DuckDB's three-valued logic is Kleene's. No error can depend on data: whole numbers are calculated
// in 128 bits and an outcome that does not fit 64 is missing, division by zero is missing, and numbers enter
// sums and means as decimals of 8 places (halves away from zero). In these and in standard deviations a magnitude
// of 10^10 or more counts as missing. Nothing depends on the order of rows or on threads.
//
// Safety. Words of a query are bound parameters. Names come from the catalog and are quoted. Numbers, dates
// and code ids are written out: they come from typed values and cannot carry text.
//
// Limits. A statement is at most [MaxText] long. Steps in time reach at most a thousand years.
package sqlgen

import (
	"fmt"
	"strings"

	"github.com/officina-enclave/officina/dsl/plan"
)

// MaxText is the length, in bytes, of the longest statement.
const MaxText = 1 << 20

// Query is a statement and what it needs.
//
// Its rows are: report INTEGER (position in Plan.Reports), Keys columns INTEGER, persons BIGINT, and, when the
// plan has a summary, recorded BIGINT, sum, sum_squares DECIMAL(38, 8), squares_rest DECIMAL(38, 16), largest1, largest2
// DOUBLE (missing for other reports); the sum of the squares is sum_squares + squares_rest. Rows are sorted by report and keys. A key is a position in its dimension's keys or bands; the
// number of these stands for not recorded. A report with fewer dimensions than Keys leaves the rest missing.
//
// An attrition has two keys: [i, 0] persons that rule i removed because its condition decided; [i, 1] removed
// because it was unknown (include); [i, 2] kept although it was unknown (exclude; a remark about persons
// counted elsewhere); [n, 0] persons left after all n rules. A cell without persons may have no row.
type Query struct {
	SQL    string
	Args   []any // of $1, $2, …: strings
	Tables []Table
	Keys   int
}

// Table is a table that the statement reads.
type Table struct {
	Name    string
	Columns []string // sorted
	Codes   []uint32 // the ids that the statement looks at, sorted; nil means all rows
	Each    bool     // it keeps something for each person who has a row, not just for those of a cohort
}

// Error says why a plan has no statement. It names parts of the plan and never data.
type Error struct{ Reason string }

func (e *Error) Error() string { return "plan has no SQL: " + e.Reason }

// Generate writes the statement for p. ids gives the dictionary id of a code, as text such as "ICD10:E11", and
// false when no stored event has it. Every error is an [*Error].
func Generate(p *plan.Plan, ids func(curie string) (uint32, bool)) (*Query, error) {
	g := newGenerator(ids)
	g.persons(p)
	if stages := g.cohorts(p); g.err == nil {
		g.reports(p, stages)
	}
	q := &Query{SQL: g.statement(), Args: g.args, Tables: g.tables(), Keys: keyColumns(p)}
	if g.err == nil && len(q.SQL) > MaxText {
		g.fail("it needs more than %d bytes of SQL; split the query", MaxText)
	}
	if g.err != nil {
		return nil, g.err
	}
	return q, nil
}

// generator collects the parts of one statement. Its first error stays.
type generator struct {
	ids   func(string) (uint32, bool)
	out   strings.Builder
	args  []any
	argOf map[string]int
	uses  map[string]*use
	// clauses names the clause of the rows of a set, of one that is not read from its table.
	clauses map[*plan.EventSet]string
	// everyone is the clause "persons", which is written if something reads it.
	everyone   string
	attributes []string // of persons, that the plan names
	needed     bool
	err        error
}

func newGenerator(ids func(string) (uint32, bool)) *generator {
	return &generator{ids: ids, uses: map[string]*use{}, argOf: map[string]int{}, clauses: map[*plan.EventSet]string{}}
}

func (g *generator) fail(format string, args ...any) {
	if g.err == nil {
		g.err = &Error{fmt.Sprintf(format, args...)}
	}
}

// with writes one WITH clause. kind is "" or "MATERIALIZED ".
func (g *generator) with(name, kind, body string) {
	if g.out.Len() > 0 {
		g.out.WriteString(",\n")
	}
	g.out.WriteString(clause(name, kind, body))
}

// clause is the text of one WITH clause.
func clause(name, kind, body string) string {
	return fmt.Sprintf("%s AS %s(\n  %s\n)", name, kind, strings.ReplaceAll(body, "\n", "\n  "))
}

// statement is all that was written.
func (g *generator) statement() string {
	switch {
	case !g.needed:
		return "WITH " + g.out.String()
	case g.out.Len() == 0:
		return "WITH " + g.everyone
	}
	return "WITH " + g.everyone + ",\n" + g.out.String()
}

// bind returns the parameter that stands for text; equal texts share one.
func (g *generator) bind(text string) sql {
	n, ok := g.argOf[text]
	if !ok {
		g.args = append(g.args, text)
		n = len(g.args)
		g.argOf[text] = n
	}
	return atom("$%d", n)
}

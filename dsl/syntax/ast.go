package syntax

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
)

// Node is a part of the tree.
type Node interface {
	// Span is the part of the source that the node was written as.
	Span() diag.Span
}

// Place is the span of a node; every node embeds it.
type Place struct {
	Range diag.Span
}

// Span implements [Node].
func (p Place) Span() diag.Span { return p.Range }

// Decl is a declaration at the top level of a file: *[Import], *[Param], *[Codes], *[Define], *[Cohort], *[Report] or
// *[Test].
type Decl interface {
	Node
	decl()
}

// Stmt is a statement of a cohort: *[Index], *[Lookback], *[Rule], *[Window], *[Followup], *[Outcome], *[Competing],
// *[Censor] or *[Define].
type Stmt interface {
	Node
	stmt()
}

// Study says who asks and why.
//
//	study "title" version "1.0" purpose DUO:0000007, MONDO:0005148 approval "CE-2026-0147" dataset demo
type Study struct {
	Place
	Title    StringLit
	Version  StringLit // zero where absent, like each part below
	Purpose  []Curie
	Approval StringLit
	Dataset  Ident
}

// Import takes code sets and cohorts from a library of the catalog.
//
//	import t2d, hba1c from "italian-phenotypes" version "1.0"
type Import struct {
	Place
	Names   []Ident
	Library StringLit
	Version StringLit // zero where absent
}

// Param is a value that may be given at submission.
//
//	param min_age: duration = 18 years
type Param struct {
	Place
	Name    Ident
	Type    Ident // any word; the checker knows which are types
	Default Expr  // nil where absent
}

// Codes names a code set.
//
//	codes t2d = ICD10:E11 with descendants, other_set except ICD10:E11.9
type Codes struct {
	Place
	Name   Ident
	Terms  []CodeTerm
	Except []CodeTerm
}

// CodeTerm is one code of a code set, a range of codes, or the name of another set. Either Curie or Name is set.
//
//	ICD10:E11 with descendants
//	ICD10:C50..C58
//	t2d
type CodeTerm struct {
	Place
	Curie       string // "ICD10:E11"
	To          string // of a range: the last code, without its system; "" elsewhere
	Name        string
	Descendants bool
}

// Define names an expression, at the top level or in a cohort.
//
//	define responder = hba1c_base - hba1c_6m >= 11 mmol/mol
type Define struct {
	Place
	Name Ident
	X    Expr
}

// Cohort is a set of persons.
//
//	cohort new_metformin extends metformin { index … include … }
type Cohort struct {
	Place
	Name    Ident
	Extends Ident // zero where absent
	Stmts   []Stmt
}

// Index gives each person's index date.
//
//	index first drug in metformin since 2018-01-01
type Index struct {
	Place
	X Expr
}

// Lookback asks for observed time before the index date.
//
//	lookback 365 days
type Lookback struct {
	Place
	D Expr // a *Number with a unit, or an *Ident that names a parameter
}

// Rule keeps or removes persons.
//
//	include "Adult at index" age at index >= 18
//	exclude any condition in t1d
type Rule struct {
	Place
	Exclude bool
	Label   StringLit // zero where absent
	Cond    Expr
}

// Window names a closed interval of days.
//
//	window baseline from index - 180 days to index
type Window struct {
	Place
	Name     Ident
	From, To Expr
}

// Outcome names the date of what the study asks about.
//
//	outcome mace = date of first event in mace during followup
type Outcome struct {
	Place
	Name Ident
	X    Expr
}

// Competing gives the date of an event after which the outcome cannot come.
//
//	competing death
type Competing struct {
	Place
	X Expr
}

// Censor gives a date at which a person is no longer followed.
//
//	censor at end of last drug in metformin
type Censor struct {
	Place
	X Expr
}

// Followup bounds the time after the index date.
//
//	followup including index from index + 30 days until first of (death, data_end)
type Followup struct {
	Place
	IncludingIndex bool
	From           Expr // nil where absent
	Until          Expr
}

// Report asks for one table of a cohort.
//
//	report table_one "Baseline" of new_metformin by responder, sex { rows: age at index, sex }
type Report struct {
	Place
	Kind    Ident // any word
	Title   StringLit
	Cohort  Ident
	By      []Dimension
	Clauses []Clause
}

// Dimension divides a report.
//
//	age at index in bands (<18, 18 to <65, >=65) as "Age"
type Dimension struct {
	Place
	X     Expr
	Bands []Band    // nil where absent
	Label StringLit // zero where absent
}

// Band is a half-open interval [Low, High) of a number; nil is unbounded.
//
//	<18    18 to <65    >=65
type Band struct {
	Place
	Low, High *Number
}

// Clause is one setting of a report.
//
//	value: hba1c_base
type Clause struct {
	Place
	Key    Ident // any word
	Values []ClauseValue
}

// ClauseValue is one of the comma-separated values of a clause.
//
//	hba1c_base as "HbA1c at baseline"
type ClauseValue struct {
	Place
	X     Expr
	Label StringLit // zero where absent
}

// Test is a story of hand-made persons and what is expected of them.
//
//	test "A year without metformin" of new_metformin {
//	  param min_age = 20 years
//	  person (id, sex, birth_date)
//	         (anna, female, 1960-01-01)
//	  drug   (id, code, start)
//	         (anna, ATC:A10BA02, 2019-01-01)
//	  expect (id, index, hba1c_base)
//	         (anna, 2019-01-01, missing)
//	}
type Test struct {
	Place
	Title  StringLit
	Cohort Ident
	Params []TestParam
	Tables []TestTable // "expect" is one of them
}

// TestParam gives a parameter a value in a test.
//
//	param min_age = 20 years
type TestParam struct {
	Place
	Name Ident
	X    Expr
}

// TestTable is a table of a test: a source, "person", or "expect", with the names of its columns and its rows. A row
// has as many cells as there are columns.
type TestTable struct {
	Place
	Name    Ident
	Columns []Ident
	Rows    []TestRow
}

// TestRow is one row. A cell is a literal (*[Number], *[DateLit], *[StringLit], *[BoolLit], *[Curie], or a *[Unary] minus of a
// number), or an *[Ident]: a word of the column, an id, or "missing".
type TestRow struct {
	Place
	Cells []Expr
}

func (*Import) decl() {}
func (*Param) decl()  {}
func (*Codes) decl()  {}
func (*Define) decl() {}
func (*Cohort) decl() {}
func (*Report) decl() {}
func (*Test) decl()   {}

func (*Index) stmt()     {}
func (*Lookback) stmt()  {}
func (*Rule) stmt()      {}
func (*Window) stmt()    {}
func (*Followup) stmt()  {}
func (*Outcome) stmt()   {}
func (*Competing) stmt() {}
func (*Censor) stmt()    {}
func (*Define) stmt()    {}

// EventSet is a set of events of each person: one of Source, Union and Episodes is given. Parentheses around one set
// leave no node: the phrases after them are added to those inside, and all of them must hold.
//
//	condition in (ICD10:E11 with descendants, t1d) where (status = "active") before index
//	(condition in stroke, procedure in thrombectomy) since 2018-01-01
//	episodes of (drug in metformin) gap 30 days
type EventSet struct {
	Place
	Source   Ident       // with dots where it has several parts: wearable.cgm
	Union    []*EventSet // two or more
	Episodes *EventSet
	Gap      Expr       // of Episodes: as D of a Phrase
	Codes    []CodeTerm // nil where absent; one term with a Name for "in t2d"
	Where    Expr       // nil where absent
	Phrases  []Phrase
}

// PhraseKind is the shape of a temporal phrase.
type PhraseKind string

// The phrases; "about" an event means its start, or its end with Ending.
const (
	Before        PhraseKind = "before"         // before A
	After         PhraseKind = "after"          // after A
	On            PhraseKind = "on"             // on A
	OnOrBefore    PhraseKind = "on or before"   // on or before A
	OnOrAfter     PhraseKind = "on or after"    // on or after A
	Since         PhraseKind = "since"          // since A
	Until         PhraseKind = "until"          // until A
	WithinBefore  PhraseKind = "within before"  // within D before A
	WithinAfter   PhraseKind = "within after"   // within D after A
	WithinOf      PhraseKind = "within of"      // within D of A
	BetweenBefore PhraseKind = "between before" // between M and N before A
	BetweenAfter  PhraseKind = "between after"  // between M and N after A
	FromTo        PhraseKind = "from to"        // from A to B
	During        PhraseKind = "during"         // during Window, during Set
	Inside        PhraseKind = "inside"         // inside Window, inside Set
	OngoingAt     PhraseKind = "ongoing at"     // ongoing at A
	FollowedBy    PhraseKind = "followed by"    // followed by Set, followed by Set within D
	PrecededBy    PhraseKind = "preceded by"    // preceded by Set, preceded by Set within D
	Apart         PhraseKind = "apart"          // at least D apart
)

// Phrase is one temporal condition on the events of a set.
//
//	within 30 days after index    ending before 2020-01-01    during followup
type Phrase struct {
	Place
	Kind   PhraseKind
	Ending bool      // of Before and After
	A, B   Expr      // dates; B of FromTo only
	D      Expr      // of Within…, FollowedBy, PrecededBy, Apart: a *Number with a unit, or an *Ident that names a parameter
	M, N   Expr      // of Between…: as D; an M written without a unit has that of N
	Window Ident     // of During and Inside: "followup" or a name; zero where there is a Set
	Set    *EventSet // of During and Inside in parentheses, FollowedBy, PrecededBy
}

// Dump writes a tree as text, for golden files: one line for each declaration and statement, with the fields of
// a node by name, absent ones left out, and names, numbers and other leaves as they are written.
//
//	(Cohort Name:adults
//	  (Rule Label:"Adult" Cond:(Compare Op:>= L:(AgeAt X:index) R:18)))
func Dump(f *File) string {
	var b strings.Builder
	if f.Study != nil {
		fmt.Fprintln(&b, sexpr(f.Study))
	}
	for _, d := range f.Decls {
		c, ok := d.(*Cohort)
		if !ok {
			fmt.Fprintln(&b, sexpr(d))
			continue
		}
		fmt.Fprintf(&b, "(Cohort Name:%s", c.Name.Name)
		if c.Extends.Name != "" {
			fmt.Fprintf(&b, " Extends:%s", c.Extends.Name)
		}
		for _, s := range c.Stmts {
			fmt.Fprintf(&b, "\n  %s", sexpr(s))
		}
		fmt.Fprintln(&b, ")")
	}
	return b.String()
}

// sexpr is one node on one line.
func sexpr(n any) string {
	switch n := n.(type) {
	case *Ident:
		return n.Name
	case *Number:
		return strings.TrimSpace(n.Text + " " + n.Unit)
	case *DateLit:
		return n.Text
	case *StringLit:
		return strconv.Quote(n.Value)
	case *BoolLit:
		return strconv.FormatBool(n.Value)
	case *Curie:
		return n.Text
	}
	v := reflect.ValueOf(n).Elem()
	parts := []string{v.Type().Name()}
	for i := range v.NumField() {
		if f := v.Type().Field(i); !f.Anonymous && !v.Field(i).IsZero() {
			parts = append(parts, f.Name+":"+field(v.Field(i)))
		}
	}
	return "(" + strings.Join(parts, " ") + ")"
}

// field is the value of a node's field: a node, a list of them, or a plain value.
func field(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return sexpr(v.Interface())
	case reflect.Struct:
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		return sexpr(p.Interface())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = field(v.Index(i))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return fmt.Sprint(v.Interface())
}

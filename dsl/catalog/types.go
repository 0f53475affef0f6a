package catalog

import (
	"fmt"
	"time"
)

// Kind is the basic kind of a value.
type Kind string

// The kinds of value that a catalog column or an expression can have.
const (
	Bool     Kind = "bool"
	Int      Kind = "int"
	Number   Kind = "number" // a decimal number, with a unit where it has one
	String   Kind = "string"
	Code     Kind = "code"      // a word of a listed set, or a code of a code system
	DateKind Kind = "date"      // a calendar day
	TimeKind Kind = "date-time" // a minute of a calendar day, in the local time of the source
	Duration Kind = "duration"  // a number of days, weeks, months or years
)

// The types below are written as JSON for [Catalog.Digest]. A field that says nothing is left out, so that
// a field added later does not change the digest of a catalog that does not use it.

// Type is the type of a column or of an expression.
type Type struct {
	Kind Kind `json:",omitzero"`
	// Unit is the UCUM unit of a Number; "" for a bare number.
	Unit string `json:",omitzero"`
	// Change marks the difference of two levels of a unit whose conversion has an offset
	// (1 % of HbA1c is 10.929 mmol/mol as a change, but -12.6 as a level).
	Change bool `json:",omitzero"`
}

// String renders t as the language writes it, such as "number in mmol/mol".
func (t Type) String() string {
	switch {
	case t.Unit != "" && t.Change:
		return fmt.Sprintf("%s in %s (a change)", t.Kind, t.Unit)
	case t.Unit != "":
		return fmt.Sprintf("%s in %s", t.Kind, t.Unit)
	}
	return string(t.Kind)
}

// Date is a calendar day, counted from 1970-01-01.
type Date int32

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("not a date (YYYY-MM-DD)")
	}
	return Date(t.Unix() / 86400), nil
}

// Time returns the midnight, UTC, that begins d.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String renders d as YYYY-MM-DD.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// AddMonths moves d by n months and clamps to the end of the month (31 January + 1 month = 28 or 29 February).
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Time().Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return Date(first.AddDate(0, 0, min(day, last)-1).Unix() / 86400)
}

// Moment is a minute, counted from 1970-01-01T00:00, in the local time of the source.
type Moment int64

// ParseMoment reads YYYY-MM-DDTHH:MM.
func ParseMoment(s string) (Moment, error) {
	t, err := time.Parse("2006-01-02T15:04", s)
	if err != nil {
		return 0, fmt.Errorf("not a date and time (YYYY-MM-DDTHH:MM)")
	}
	return Moment(t.Unix() / 60), nil
}

// Time returns m as if it were told in UTC.
func (m Moment) Time() time.Time { return time.Unix(int64(m)*60, 0).UTC() }

// Day returns the day of m.
func (m Moment) Day() Date {
	day := m / (24 * 60)
	if m%(24*60) < 0 {
		day--
	}
	return Date(day)
}

// String renders m as YYYY-MM-DDTHH:MM.
func (m Moment) String() string { return m.Time().Format("2006-01-02T15:04") }

// Sensitivity is the class of a column. Each class is a column-key group of the store, so that a class
// that policy denies is never decrypted.
type Sensitivity string

// The classes, from the least to the most sensitive.
const (
	Plain     Sensitivity = "plain"
	Quasi     Sensitivity = "quasi"
	Sensitive Sensitivity = "sensitive" // also what a column without a class is
	Location  Sensitivity = "location"
	Genomic   Sensitivity = "genomic"
	FreeText  Sensitivity = "free-text" // never queryable
	Internal  Sensitivity = "internal"  // for policy filters, never for queries
)

// Bounds is a closed interval of plausible values, in the column's canonical unit.
type Bounds struct{ Low, High float64 }

// Grid is the granularity of literals that a column may be compared with: a step, or a list of cut points.
// The zero Grid allows every literal.
type Grid struct {
	Step   float64   `json:",omitzero"` // of a number, in the canonical unit
	Months int       `json:",omitzero"` // of a date: literals are the first day of each n-th month
	Cuts   []float64 `json:",omitzero"` // for an age in years, or a number
}

// Column describes one column of a source, or one attribute of a person.
type Column struct {
	Name        string      `json:",omitzero"`
	Type        Type        `json:",omitzero"`
	Values      []string    `json:",omitzero"` // of a Code: the words, in the order tables show them
	System      string      `json:",omitzero"` // of a Code: the code system, where it has one
	Keys        string      `json:",omitzero"` // of a Code: "" | "listed" | "sites": tables show every key
	Bounds      *Bounds     `json:",omitzero"`
	Grid        Grid        `json:",omitzero"`
	AgeGrid     Grid        `json:",omitzero"` // of a birth date: the ages that a query may compare with
	Sensitivity Sensitivity `json:",omitzero"`
}

// Conversion turns a value x of another unit into the canonical unit: x * Factor + Offset.
type Conversion struct {
	Unit           string
	Factor, Offset float64
}

// UnitRule says how the values of a code set are measured.
type UnitRule struct {
	Name   string       `json:",omitzero"` // the analyte, such as hba1c
	Codes  []string     `json:",omitzero"` // CURIEs; none: the rule of a source without a code
	Unit   string       `json:",omitzero"` // canonical
	Also   []Conversion `json:",omitzero"`
	Bounds *Bounds      `json:",omitzero"`
	Grid   Grid         `json:",omitzero"`
}

// Source is a table of events.
type Source struct {
	Name        string      `json:",omitzero"`
	Kind        SourceKind  `json:",omitzero"`
	Timed       bool        `json:",omitzero"` // its rows carry a start
	Minutes     bool        `json:",omitzero"` // start and end are date-times, not days
	End         bool        `json:",omitzero"` // its rows may carry an end
	Systems     []string    `json:",omitzero"` // code systems of its code column; none: it has no code
	Value       *Column     `json:",omitzero"` // nil: it has no value column
	Units       []UnitRule  `json:",omitzero"`
	Columns     []Column    `json:",omitzero"` // further columns, in catalog order
	Sensitivity Sensitivity `json:",omitzero"`
}

// SourceKind is how the rows of a source belong to persons.
type SourceKind string

// The kinds of source.
const (
	Events   SourceKind = ""          // rows of a person
	Series   SourceKind = "series"    // many timed values of a person
	PlaceDay SourceKind = "place-day" // values of a place and a day; a person has those of the place of residence on that day
)

// CodeSystem is a system of codes and how its hierarchy is told.
type CodeSystem struct {
	Name      string `json:",omitzero"`
	Hierarchy string `json:",omitzero"` // dotted | prefix | table | obo | none; obo is read as table
	Levels    []int  `json:",omitzero"` // of prefix: the lengths that codes have, ascending, such as 1 3 4 5 7 for ATC
}

// Site is a place where data come from.
type Site struct{ ID, Name string }

// Topic is a set of codes with special legal protection.
type Topic struct {
	Name  string
	Terms []Term
}

// Term names one code, a code with all that are below it in its hierarchy, or a range of codes.
type Term struct {
	Curie string
	// To ends a range: ICD10:C50..C58 has the Curie ICD10:C50 and the To C58, a code of the same system. A range is all
	// codes of the system that the vocabulary knows between both ends, by their text, the ends themselves, and all that
	// are below any of these; Descendants does not matter. The order of texts means something only in a system
	// that builds its codes so, such as ICD-10 and ATC. "": no range.
	To          string `json:",omitzero"`
	Descendants bool
}

// Range reports whether the term is a range, and whether its ends are in order.
func (t Term) Range() (isRange, ordered bool) {
	_, from, _ := SplitCurie(t.Curie)
	return t.To != "", from <= t.To
}

// String renders the term as the language writes it.
func (t Term) String() string {
	switch {
	case t.To != "":
		return t.Curie + ".." + t.To
	case t.Descendants:
		return t.Curie + " with descendants"
	}
	return t.Curie
}

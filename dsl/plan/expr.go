package plan

import "github.com/officina-enclave/officina/dsl/catalog"

// Expr is a value per person or, inside a where condition, per event. The set of implementations is closed;
// a switch over them lists the cases in the order of this file.
//
// Any expression may be missing. Conditions follow Kleene's three-valued logic: a comparison with a missing
// value is unknown (Kleene, Introduction to Metamathematics, 1952, section 64).
type Expr interface {
	Type() catalog.Type
	expr()
}

type (
	// Const is a literal.
	Const struct {
		Of    catalog.Type
		Value any // bool, int64, float64, string, catalog.Date, catalog.Moment; nil is missing
	}
	// Attr is an attribute of the person.
	Attr struct{ Column *catalog.Column }
	// Field is a column of the current event, inside a where condition.
	Field struct{ Column *catalog.Column }
	// End is the end of the current event: a missing one is its start or, with Open, after every date. Of events
	// that cannot have an end it is not used; their start is a [Field]. An open one stands only as a side of a
	// [Compare] or the At of a [Bound]; two that are open are equal.
	End struct {
		Column *catalog.Column // the end
		Open   bool
	}
	// Index is the cohort's index date.
	Index struct{}
	// InCohort is whether the person is a member of another cohort of the plan; never unknown.
	InCohort struct{ Cohort int } // position in Plan.Cohorts
	// IndexOf is the person's index date in another cohort; missing for those who are not its members.
	IndexOf struct{ Cohort int }
	// Count is the number of events in Set, 0 when none. Distinct is "" for events, "start" for days (also of events
	// with minutes), "code" for codes.
	Count struct {
		Set      *EventSet
		Distinct string
	}
	// Pick is a column of one event of Set, missing when there is none. Ties are broken by start, code text,
	// value, then the other columns in catalog order (LANGUAGE, Meaning 7), ascending whatever Which.
	Pick struct {
		Which  Which
		N      int  // of Nth: 2 or more, counted from the first
		To     Expr // of Nearest: a date, or a date-time of events with minutes; all is missing if it is; to a date, days count
		Set    *EventSet
		Column *catalog.Column
	}
	// Covered is the number of days from From to To, both included, on which an event of Set is under way: the
	// union of their days, a missing end being the start. Missing if From or To is; 0 if To is earlier.
	Covered struct {
		Set      *EventSet
		From, To Expr // days
	}
	// Agg is a statistic of a numeric column over the events of Set, missing when none has a value.
	Agg struct {
		Fn     string // sum mean median min max sd
		Set    *EventSet
		Column *catalog.Column
	}
	// Compare is a comparison.
	Compare struct {
		Op   string // = != < <= > >=
		L, R Expr
	}
	// And is true if all are true, false if one is false, else unknown.
	And struct{ Xs []Expr }
	// Or is true if one is true, false if all are false, else unknown.
	Or struct{ Xs []Expr }
	// Not leaves unknown unknown.
	Not struct{ X Expr }
	// AtLeast is true if N are true, false if true and unknown together are fewer than N, else unknown.
	AtLeast struct {
		N  int
		Xs []Expr
	}
	// In tests membership of a list of constants; false for an empty list, even of a missing value.
	In struct {
		X      Expr
		Values []*Const
	}
	// InCodes tests a code column against a code set.
	InCodes struct {
		X     Expr
		Codes *CodeSet
	}
	// IsMissing is never unknown.
	IsMissing struct{ X Expr }
	// Arith is + - * / on numbers; division by zero gives missing.
	Arith struct {
		Op   string
		L, R Expr
		Of   catalog.Type
	}
	// Convert is X * Factor + Offset, from one unit to another.
	Convert struct {
		X              Expr
		Factor, Offset float64
		Of             catalog.Type
	}
	// Call is one of abs, round, floor (one argument), least, greatest (two or more; missing if one is).
	Call struct {
		Fn   string
		Args []Expr
		Of   catalog.Type
	}
	// AddDate moves a date or a date-time by N units; months clamp to the end of the month. Minutes move
	// date-times only; days and months leave their time of day.
	AddDate struct {
		X    Expr
		N    int
		Unit string // days | months | minutes
	}
	// Elapsed counts completed units from one date to another; negative when To is earlier.
	Elapsed struct {
		Unit     string // days | weeks | months | years between days; hours | minutes between date-times
		From, To Expr
	}
	// Day is the day of a date-time.
	Day struct{ X Expr }
	// Part is the year, quarter (1-4) or month (1-12) of a date.
	Part struct {
		Which string
		X     Expr
	}
	// Case is the first branch whose condition is true. When none is, it is Else; but missing if a condition
	// was unknown, unless CatchUnknown.
	Case struct {
		Whens        []When
		Else         Expr
		CatchUnknown bool
		Of           catalog.Type
	}
	// Extreme is the earliest or latest of dates, or of date-times; the missing are ignored.
	Extreme struct {
		Last  bool
		Dates []Expr
	}
)

// When is one branch of a [Case].
type When struct{ If, Then Expr }

// Which says which event a [Pick] takes.
type Which string

// The picks.
const (
	First   Which = "first"   // the earliest start
	Last    Which = "last"    // the latest start
	Nth     Which = "nth"     // the N-th from the first
	Nearest Which = "nearest" // the least distance of the start from To; of two equally far ones the earlier
	Highest Which = "highest" // the greatest value; events without a value are passed over
	Lowest  Which = "lowest"  // the least value; likewise
)

var (
	boolType = catalog.Type{Kind: catalog.Bool}
	intType  = catalog.Type{Kind: catalog.Int}
	dateType = catalog.Type{Kind: catalog.DateKind}
)

// Type returns the literal's type; likewise for the other nodes.
func (x *Const) Type() catalog.Type     { return x.Of }
func (x *Attr) Type() catalog.Type      { return x.Column.Type }
func (x *Field) Type() catalog.Type     { return x.Column.Type }
func (x *End) Type() catalog.Type       { return x.Column.Type }
func (x *Index) Type() catalog.Type     { return dateType }
func (x *InCohort) Type() catalog.Type  { return boolType }
func (x *IndexOf) Type() catalog.Type   { return dateType }
func (x *Count) Type() catalog.Type     { return intType }
func (x *Pick) Type() catalog.Type      { return x.Column.Type }
func (x *Covered) Type() catalog.Type   { return intType }
func (x *Compare) Type() catalog.Type   { return boolType }
func (x *And) Type() catalog.Type       { return boolType }
func (x *Or) Type() catalog.Type        { return boolType }
func (x *Not) Type() catalog.Type       { return boolType }
func (x *AtLeast) Type() catalog.Type   { return boolType }
func (x *In) Type() catalog.Type        { return boolType }
func (x *InCodes) Type() catalog.Type   { return boolType }
func (x *IsMissing) Type() catalog.Type { return boolType }
func (x *Arith) Type() catalog.Type     { return x.Of }
func (x *Convert) Type() catalog.Type   { return x.Of }
func (x *Call) Type() catalog.Type      { return x.Of }
func (x *AddDate) Type() catalog.Type   { return x.X.Type() }
func (x *Elapsed) Type() catalog.Type   { return intType }
func (x *Day) Type() catalog.Type       { return dateType }
func (x *Part) Type() catalog.Type      { return intType }
func (x *Case) Type() catalog.Type      { return x.Of }
func (x *Extreme) Type() catalog.Type   { return x.Dates[0].Type() }

// Type of an aggregate is a number in the column's unit; a standard deviation is a change.
func (x *Agg) Type() catalog.Type {
	t := catalog.Type{Kind: catalog.Number, Unit: x.Column.Type.Unit}
	t.Change = x.Fn == "sd" && t.Unit != ""
	return t
}

func (*Const) expr()     {}
func (*Attr) expr()      {}
func (*Field) expr()     {}
func (*End) expr()       {}
func (*Index) expr()     {}
func (*InCohort) expr()  {}
func (*IndexOf) expr()   {}
func (*Count) expr()     {}
func (*Pick) expr()      {}
func (*Covered) expr()   {}
func (*Agg) expr()       {}
func (*Compare) expr()   {}
func (*And) expr()       {}
func (*Or) expr()        {}
func (*Not) expr()       {}
func (*AtLeast) expr()   {}
func (*In) expr()        {}
func (*InCodes) expr()   {}
func (*IsMissing) expr() {}
func (*Arith) expr()     {}
func (*Convert) expr()   {}
func (*Call) expr()      {}
func (*AddDate) expr()   {}
func (*Elapsed) expr()   {}
func (*Day) expr()       {}
func (*Part) expr()      {}
func (*Case) expr()      {}
func (*Extreme) expr()   {}

// True and False are the constant conditions.
func True() Expr  { return &Const{boolType, true} }
func False() Expr { return &Const{boolType, false} }

// IntConst, DateConst and StringConst make literals.
func IntConst(n int64) *Const         { return &Const{intType, n} }
func DateConst(d catalog.Date) *Const { return &Const{dateType, d} }
func StringConst(s string) *Const     { return &Const{catalog.Type{Kind: catalog.String}, s} }

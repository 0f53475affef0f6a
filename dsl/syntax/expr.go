package syntax

// Expr is an expression for one value per person, or, inside where (…), per event.
//
// The cases, in the order of this file: *[Ident], *[Number], *[DateLit], *[StringLit], *[BoolLit], *[Curie];
// *[Unary], *[Binary], *[Compare], *[BetweenExpr], *[InList], *[InCodes], *[IsKnown], *[Quantified], *[Case],
// *[Convert], *[Call], *[Contains]; *[Exists], *[Pick], *[FieldOf], *[Agg], *[Share], *[Covered]; *[AgeAt], *[AgeInYear],
// *[SpanBetween], *[YearOf], *[Registered], *[Observed], *[ExtremeOf], *[PercentChange], *[InCohort], *[IndexOf].
// Parentheses leave no node.
type Expr interface {
	Node
	expr()
}

// Ident is a name, with dots where it has several parts. "index" and "followup" are names too.
//
//	hba1c_base    exposure.pm25    index
type Ident struct {
	Place
	Name string
}

// Number is a number, or a quantity where it has a unit. It is never negative; see [Unary].
//
//	0.5    7 %    53 mmol/mol    18 years
type Number struct {
	Place
	Text  string // as written: "7.0"
	Value float64
	Unit  string // as written: "mmol/mol"; "" for a bare number
}

// DateLit is a calendar day, or a minute of one; that it exists is not checked here.
//
//	2018-01-01    2018-01-01T10:30
type DateLit struct {
	Place
	Text string
}

// StringLit is a text. The zero StringLit, which has no place, is an absent one.
//
//	"inpatient"
type StringLit struct {
	Place
	Value string // without quotes and escapes
}

// BoolLit is true or false.
type BoolLit struct {
	Place
	Value bool
}

// Curie is a code with its system.
//
//	ICD10:E11
type Curie struct {
	Place
	Text string
}

// Op is the operator of a [Unary], [Binary] or [Compare].
type Op string

// The operators.
const (
	Not Op = "not"
	Neg Op = "-" // also Sub

	Or  Op = "or"
	And Op = "and"
	Add Op = "+"
	Sub Op = "-"
	Mul Op = "*"
	Div Op = "/"

	Eq Op = "="
	Ne Op = "!="
	Lt Op = "<"
	Le Op = "<="
	Gt Op = ">"
	Ge Op = ">="
)

// Unary is a negation; Op is Not or Neg.
//
//	not a    -5
type Unary struct {
	Place
	Op Op
	X  Expr
}

// Binary is a link of a left-associative chain; Op is Or, And, Add, Sub, Mul or Div.
//
//	a and b    index + 2 years
type Binary struct {
	Place
	Op   Op
	L, R Expr
}

// Compare is a comparison; Op is Eq, Ne, Lt, Le, Gt or Ge.
//
//	a >= 7 %
type Compare struct {
	Place
	Op   Op
	L, R Expr
}

// BetweenExpr is a comparison with a closed interval.
//
//	x between 3 and 5
type BetweenExpr struct {
	Place
	X, Low, High Expr
}

// InList is membership of a list of values without codes. The items may be names, also of code sets.
//
//	x in ("a", "b")
type InList struct {
	Place
	X     Expr
	Items []Expr
}

// InCodes is membership of a code set: a name, a code, or a list with at least one code in it.
//
//	code in t2d    code in (ICD10:E11 with descendants, t1d)
type InCodes struct {
	Place
	X     Expr
	Terms []CodeTerm
}

// IsKnown asks whether a value is there, or with Missing whether it is not.
//
//	x is known    x is missing
type IsKnown struct {
	Place
	X       Expr
	Missing bool
}

// Quantifier says how many of several conditions, or how many events, there must be.
type Quantifier string

// The quantifiers. AtMost, Exactly and No are of [Exists] only; All and None of [Quantified] only.
const (
	Any     Quantifier = "any"
	No      Quantifier = "no"
	All     Quantifier = "all"
	None    Quantifier = "none"
	AtLeast Quantifier = "at least"
	AtMost  Quantifier = "at most"
	Exactly Quantifier = "exactly"
)

// Quantified combines conditions; Op is All, Any, None or AtLeast.
//
//	all of (a, b)    at least 2 of (a, b, c)
type Quantified struct {
	Place
	Op    Quantifier
	N     int // of AtLeast
	Conds []Expr
}

// Case chooses the value of the first condition that holds.
//
//	when a then "x" when b then "y" otherwise or unknown "z"
type Case struct {
	Place
	Whens     []When
	Otherwise Expr
	OrUnknown bool
}

// When is one branch of a [Case].
type When struct {
	Place
	Cond, Then Expr
}

// Convert gives the number in another unit.
//
//	x as mmol/mol
type Convert struct {
	Place
	X    Expr
	Unit string
}

// Call applies a function; the name is any word, the checker knows the functions.
//
//	greatest(a, b)
type Call struct {
	Place
	Name Ident
	Args []Expr
}

// Exists asks how many events a person has; Quant is Any, No, AtLeast, AtMost or Exactly.
//
//	no condition in t1d    at least 2 condition in t2d on distinct days
type Exists struct {
	Place
	Quant        Quantifier
	N            int // of AtLeast, AtMost and Exactly
	Set          *EventSet
	DistinctDays bool
}

// Which says which event a [Pick] takes, or which date an [ExtremeOf].
type Which string

// The picks. An [ExtremeOf] has First or Last only.
const (
	First   Which = "first"
	Last    Which = "last"
	Nth     Which = "nth"     // 2nd E
	Nearest Which = "nearest" // nearest to X of E
	Highest Which = "highest"
	Lowest  Which = "lowest"
)

// Pick is one event of a set; used as a date it is its start.
//
//	first ever drug in metformin    2nd condition in t2d    nearest to index of measurement in hba1c
type Pick struct {
	Place
	Which Which
	N     int  // of Nth: 1 or more
	To    Expr // of Nearest
	Ever  bool
	Set   *EventSet
}

// FieldOf is a column of one event.
//
//	value of last measurement in hba1c    end of event    code of surgery
type FieldOf struct {
	Place
	Column Ident // value, code, date, start, end or a column of the source
	Pick   *Pick // nil for "of event", the current event of a where condition, and with Name
	Name   Ident // of a definition that is a pick; or empty
}

// Contains asks whether the published label of a code has a text in it.
//
//	code contains "insulin"
type Contains struct {
	Place
	X    Expr
	Text StringLit
}

// Share is the fraction of the events of a set that satisfy a condition.
//
//	share of wearable.cgm during followup that (value between 3.9 and 10 mmol/L)
type Share struct {
	Place
	Set  *EventSet
	Cond Expr
}

// Covered is the number of days of a window that the events of a set cover, or their proportion.
//
//	proportion covered by drug in statins during followup
type Covered struct {
	Place
	Proportion bool
	Set        *EventSet
	Window     Phrase // a During with a Window, or a FromTo
}

// Observed asks whether a person is under observation all the time between two dates.
//
//	observed from index - 1 year to index
type Observed struct {
	Place
	From, To Expr
}

// PercentChange is 100 (To - From) / From.
//
//	percent change from egfr_base to egfr_6m
type PercentChange struct {
	Place
	From, To Expr
}

// InCohort asks whether a person is a member of another cohort of the file; the phrases are about the index date there.
//
//	in cohort t2d on or before index
type InCohort struct {
	Place
	Name    Ident
	Phrases []Phrase
}

// IndexOf is the index date in another cohort of the file.
//
//	index of t2d
type IndexOf struct {
	Place
	Name Ident
}

// Agg is one number of an event set. Fn is count, sum, mean, median, min, max or sd.
//
//	count of drug    count days of drug    mean value of measurement in hba1c
type Agg struct {
	Place
	Fn     string
	Column Ident // of count: zero, "days" or "codes"
	Set    *EventSet
}

// AgeAt is the age in completed years.
//
//	age at index
type AgeAt struct {
	Place
	X Expr
}

// AgeInYear is the age that is reached in the calendar year of a date.
//
//	age in year of index
type AgeInYear struct {
	Place
	X Expr
}

// SpanBetween counts completed units. Unit is days, weeks, months, years, hours or minutes.
//
//	days between index and death
type SpanBetween struct {
	Place
	Unit string
	A, B Expr
}

// YearOf is a part of a date. Part is year, quarter or month.
//
//	year of index
type YearOf struct {
	Place
	Part string
	X    Expr
}

// Registered asks whether a person is under observation on a day.
//
//	registered at index
type Registered struct {
	Place
	X Expr
}

// ExtremeOf is the earliest or latest of dates.
//
//	first of (death, data_end)
type ExtremeOf struct {
	Place
	Which Which
	Dates []Expr
}

func (*Ident) expr()       {}
func (*Number) expr()      {}
func (*DateLit) expr()     {}
func (*StringLit) expr()   {}
func (*BoolLit) expr()     {}
func (*Curie) expr()       {}
func (*Unary) expr()       {}
func (*Binary) expr()      {}
func (*Compare) expr()     {}
func (*BetweenExpr) expr() {}
func (*InList) expr()      {}
func (*InCodes) expr()     {}
func (*IsKnown) expr()     {}
func (*Quantified) expr()  {}
func (*Case) expr()        {}
func (*Convert) expr()     {}
func (*Call) expr()        {}
func (*Exists) expr()      {}
func (*Pick) expr()        {}
func (*FieldOf) expr()     {}
func (*Agg) expr()         {}
func (*AgeAt) expr()       {}
func (*AgeInYear) expr()   {}
func (*SpanBetween) expr() {}
func (*YearOf) expr()      {}
func (*Registered) expr()  {}
func (*ExtremeOf) expr()   {}

func (*Contains) expr()      {}
func (*Share) expr()         {}
func (*Covered) expr()       {}
func (*Observed) expr()      {}
func (*PercentChange) expr() {}
func (*InCohort) expr()      {}
func (*IndexOf) expr()       {}

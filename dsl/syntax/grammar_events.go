package syntax

import "github.com/alecthomas/participle/v2/lexer"

// The grammar of event sets, of their phrases, and of what is asked of them.

type gExists struct {
	Any      bool    `parser:"( @'any'"`
	AnyOf    *gConds `parser:"  ( @@"`
	AnySet   *gSet   `parser:"  | @@ )"`
	No       *gSet   `parser:"| 'no' @@"`
	AtLeast  string  `parser:"| 'at' ( 'least' @Number"`
	LeastOf  *gConds `parser:"         ( @@"`
	LeastSet *gSet   `parser:"         | @@ )"`
	AtMost   string  `parser:"       | 'most' @Number"`
	MostSet  *gSet   `parser:"         @@ )"`
	Exactly  string  `parser:"| 'exactly' @Number"`
	ExactSet *gSet   `parser:"  @@ )"`
	Distinct bool    `parser:"( 'on' 'distinct' @'days' )?"`
}

type gPick struct {
	Tokens  []lexer.Token
	Which   string       `parser:"  @( 'first' | 'last' )"`
	Dates   []*gExpr     `parser:"  ( 'of' '(' @@ ( ',' @@ )* ')'"`
	Ever    bool         `parser:"  | @'ever'?"`
	Set     *gSet        `parser:"    @@ )"`
	Nth     *lexer.Token `parser:"| @Ordinal"`
	NthSet  *gSet        `parser:"  @@"`
	To      *gTarget     `parser:"| 'nearest' 'to' @@"`
	NearSet *gSet        `parser:"  'of' @@"`
	Extreme string       `parser:"| @( 'highest' | 'lowest' )"`
	ExtrSet *gSet        `parser:"  @@"`
}

// gTarget is the date of "nearest to": one with an "of" in it stands in parentheses, as the "of" of the pick follows.
type gTarget struct {
	Tokens  []lexer.Token
	Paren   *gExpr        `parser:"( '(' @@ ')'"`
	Date    *lexer.Token  `parser:"| @Date"`
	Name    []lexer.Token `parser:"| @( ( Word | 'index' | 'followup' ) ( '.' ( Word | Keyword ) )* )"`
	Pick    *gPick        `parser:"| @@ )"`
	If      ifOffset      `parser:"( @@"`
	Offsets []*gOffset    `parser:"  @@ )*"`
}

type gShare struct {
	Set  *gSet  `parser:"'share' 'of' @@"`
	Cond *gExpr `parser:"'that' '(' @@ ')'"`
}

// gCovered has its window among the phrases of the set.
type gCovered struct {
	What string `parser:"@( 'days' | 'proportion' ) 'covered' 'by'"`
	Set  *gSet  `parser:"@@"`
}

type gInCohort struct {
	Name    lexer.Token `parser:"'in' 'cohort' @Word"`
	If      ifPhrase    `parser:"( @@"`
	Phrases []*gPhrase  `parser:"  @@ )*"`
}

type gCount struct {
	What *lexer.Token `parser:"'count' @( 'days' | 'codes' )?"`
	Set  *gSet        `parser:"'of' @@"`
}

type gAgg struct {
	Fn     string      `parser:"@( 'sum' | 'mean' | 'median' | 'min' | 'max' | 'sd' )"`
	Column lexer.Token `parser:"@Word"`
	Set    *gSet       `parser:"'of' @@"`
}

// gAnchor is the date of a phrase. Only a written duration after it is part of it, so that
// "value of last x before index - value of first x" subtracts the values.
type gAnchor struct {
	Tokens  []lexer.Token
	X       *gPrimary  `parser:"@@"`
	If      ifOffset   `parser:"( @@"`
	Offsets []*gOffset `parser:"  @@ )*"`
}

type gOffset struct {
	Op string   `parser:"@( '+' | '-' )"`
	D  *gNumber `parser:"@@"`
}

// gDuration is a quantity, or the name of a parameter.
type gDuration struct {
	Tokens []lexer.Token
	Number *gNumber     `parser:"  @@"`
	Name   *lexer.Token `parser:"| @Word"`
}

type gSet struct {
	Tokens   []lexer.Token
	IfOf     ifEpisodes `parser:"( @@"`
	Episodes *gEpisodes `parser:"  @@"`
	Bare     *gBareSet  `parser:"| @@ )"`
	If       ifPhrase   `parser:"( @@"`
	Phrases  []*gPhrase `parser:"  @@ )*"`
}

type gEpisodes struct {
	Tokens []lexer.Token
	Of     *gBareSet  `parser:"'episodes' 'of' @@"`
	Gap    *gDuration `parser:"'gap' @@"`
	Where  *gExpr     `parser:"( 'where' '(' @@ ')' )?"`
}

// gBareSet is a set whose phrases, if it has some, are in parentheses.
type gBareSet struct {
	Tokens []lexer.Token
	Source []lexer.Token `parser:"( @( Word ( '.' ( Word | Keyword ) )* )"`
	If     ifIn          `parser:"  ( @@"`
	Codes  []*gCodeTerm  `parser:"    'in' ( @@ | '(' @@ ( ',' @@ )* ')' ) )?"`
	Union  []*gSet       `parser:"| '(' @@ ( ',' @@ )* ')' )"`
	Where  *gExpr        `parser:"( 'where' '(' @@ ')' )?"`
}

type gPhrase struct {
	Tokens []lexer.Token
	Within *gWithin       `parser:"  'within' @@"`
	During *gPhraseDuring `parser:"| @@"`
	Word   string         `parser:"| ( @( 'before' | 'after' | 'since' | 'until' )"`
	On     bool           `parser:"  | @'on'"`
	OnOr   string         `parser:"    ( 'or' @( 'before' | 'after' ) )? )"`
	X      *gAnchor       `parser:"  @@"`
	Range  *gPhraseRange  `parser:"| 'between' @@"`
	FromTo *gFromTo       `parser:"| 'from' @@"`
	Going  *gAnchor       `parser:"| 'ongoing' 'at' @@"`
	Order  *gPhraseOrder  `parser:"| @@"`
	Apart  *gDuration     `parser:"| 'at' 'least' @@ 'apart'"`
	Ending string         `parser:"| 'ending' @( 'before' | 'after' )"`
	EndX   *gAnchor       `parser:"  @@"`
}

type gPhraseDuring struct {
	Word string       `parser:"@( 'during' | 'inside' )"`
	Name *lexer.Token `parser:"( @( Word | 'followup' )"`
	Set  *gParens     `parser:"| @@ )"`
}

// gParens is a set, or the union of several.
type gParens struct {
	Tokens []lexer.Token
	Sets   []*gSet `parser:"'(' @@ ( ',' @@ )* ')'"`
}

// gPhraseOrder leaves "within D before X" to be a phrase of its own.
type gPhraseOrder struct {
	Word   string     `parser:"@( 'followed' | 'preceded' ) 'by'"`
	Set    *gBareSet  `parser:"@@"`
	If     ifWithin   `parser:"( @@"`
	Within *gDuration `parser:"  'within' @@ )?"`
}

type gWithin struct {
	D         *gDuration `parser:"@@"`
	Direction string     `parser:"@( 'before' | 'after' | 'of' )"`
	X         *gAnchor   `parser:"@@"`
}

type gPhraseRange struct {
	M         *gDuration `parser:"@@"`
	N         *gDuration `parser:"'and' @@"`
	Direction string     `parser:"@( 'before' | 'after' )"`
	X         *gAnchor   `parser:"@@"`
}

type gFromTo struct {
	From *gAnchor `parser:"@@"`
	To   *gAnchor `parser:"'to' @@"`
}

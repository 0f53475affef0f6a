package syntax

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"
)

// The structs of this file are the grammar; convert.go makes the tree from them.
//
// The parser looks zero tokens beyond the one that begins an alternative: the first token decides, and what
// follows must fit. So the time is linear in the text, at any nesting (alternatives with a common prefix would
// be exponential). Where one token cannot decide, or trying what does not fit would take long, a field If… of a type in
// guards.go stands before the alternative: it looks at a few tokens and takes none.
var (
	declarations = participle.MustBuild[gDecl](participle.Lexer(definition), participle.UseLookahead(0))
	statements   = participle.MustBuild[gStmt](participle.Lexer(definition), participle.UseLookahead(0))
)

type gDecl struct {
	Study  *gStudy  `parser:"  @@"`
	Import *gImport `parser:"| @@"`
	Param  *gParam  `parser:"| @@"`
	Codes  *gCodes  `parser:"| @@"`
	Define *gDefine `parser:"| @@"`
	Cohort *gCohort `parser:"| @@"`
	Report *gReport `parser:"| @@"`
	Test   *gTest   `parser:"| @@"`
}

type gStudy struct {
	Tokens  []lexer.Token
	Title   lexer.Token     `parser:"'study' @String"`
	Options []*gStudyOption `parser:"@@*"`
}

type gStudyOption struct {
	Tokens   []lexer.Token
	Version  *lexer.Token  `parser:"  'version' @String"`
	Purpose  []lexer.Token `parser:"| 'purpose' @( Curie ( ',' Curie )* )"`
	Approval *lexer.Token  `parser:"| 'approval' @String"`
	Dataset  *lexer.Token  `parser:"| 'dataset' @( Word | String )"`
}

type gImport struct {
	Tokens  []lexer.Token
	Names   []lexer.Token `parser:"'import' @( Word ( ',' Word )* )"`
	Library lexer.Token   `parser:"'from' @String"`
	Version *lexer.Token  `parser:"( 'version' @String )?"`
}

type gParam struct {
	Tokens  []lexer.Token
	Name    lexer.Token `parser:"'param' @Word"`
	Type    lexer.Token `parser:"':' @Word"`
	Default *gExpr      `parser:"( '=' @@ )?"`
}

type gCodes struct {
	Tokens []lexer.Token
	Name   lexer.Token  `parser:"'codes' @Word '='"`
	Terms  []*gCodeTerm `parser:"@@ ( ',' @@ )*"`
	Except []*gCodeTerm `parser:"( 'except' @@ ( ',' @@ )* )?"`
}

type gCodeTerm struct {
	Tokens      []lexer.Token
	Curie       string `parser:"( @Curie"`
	To          string `parser:"  @Range?"`
	Name        string `parser:"| @Word )"`
	Descendants bool   `parser:"( 'with' @'descendants' )?"`
}

type gDefine struct {
	Tokens []lexer.Token
	Name   lexer.Token `parser:"'define' @Word '='"`
	X      *gExpr      `parser:"@@"`
}

// gCohort is the head of a cohort only; parser.body reads the statements one by one.
type gCohort struct {
	Tokens  []lexer.Token
	Name    lexer.Token  `parser:"'cohort' @Word"`
	Extends *lexer.Token `parser:"( 'extends' @Word )? '{'"`
}

type gStmt struct {
	Index     *gIndex     `parser:"  @@"`
	Lookback  *gLookback  `parser:"| @@"`
	Rule      *gRule      `parser:"| @@"`
	Followup  *gFollowup  `parser:"| @@"`
	Define    *gDefine    `parser:"| @@"`
	Window    *gWindow    `parser:"| @@"`
	Outcome   *gOutcome   `parser:"| @@"`
	Competing *gCompeting `parser:"| @@"`
	Censor    *gCensor    `parser:"| @@"`
}

type gIndex struct {
	Tokens []lexer.Token
	X      *gExpr `parser:"'index' @@"`
}

type gLookback struct {
	Tokens []lexer.Token
	D      *gDuration `parser:"'lookback' @@"`
}

type gRule struct {
	Tokens []lexer.Token
	Kind   string       `parser:"@( 'include' | 'exclude' )"`
	Label  *lexer.Token `parser:"@String?"`
	Cond   *gExpr       `parser:"@@"`
}

type gFollowup struct {
	Tokens    []lexer.Token
	Including bool  `parser:"'followup' ( @'including' 'index' )?"`
	From      *gSum `parser:"( 'from' @@ )?"`
	Until     *gSum `parser:"'until' @@"`
}

type gWindow struct {
	Tokens []lexer.Token
	Name   lexer.Token `parser:"'window' @Word"`
	From   *gSum       `parser:"'from' @@"`
	To     *gSum       `parser:"'to' @@"`
}

type gOutcome struct {
	Tokens []lexer.Token
	Name   lexer.Token `parser:"'outcome' @Word '='"`
	X      *gExpr      `parser:"@@"`
}

type gCompeting struct {
	Tokens []lexer.Token
	X      *gExpr `parser:"'competing' @@"`
}

type gCensor struct {
	Tokens []lexer.Token
	X      *gExpr `parser:"'censor' 'at' @@"`
}

type gReport struct {
	Tokens  []lexer.Token
	Kind    lexer.Token   `parser:"'report' @( Word | Keyword )"`
	Title   *lexer.Token  `parser:"@String?"`
	Cohort  lexer.Token   `parser:"'of' @Word"`
	By      []*gDimension `parser:"( 'by' @@ ( ',' @@ )* )?"`
	Clauses []*gClause    `parser:"( '{' @@* '}' )?"`
}

type gDimension struct {
	Tokens []lexer.Token
	X      *gExpr       `parser:"@@"`
	Bands  []*gBand     `parser:"( 'in' 'bands' '(' @@ ( ',' @@ )* ')' )?"`
	Label  *lexer.Token `parser:"( 'as' @String )?"`
}

type gBand struct {
	Tokens []lexer.Token
	Below  *gNumber `parser:"  '<' @@"`
	From   *gNumber `parser:"| '>=' @@"`
	Low    *gNumber `parser:"| @@"`
	High   *gNumber `parser:"  'to' '<' @@"`
}

type gClause struct {
	Tokens []lexer.Token
	Key    lexer.Token     `parser:"@( Word | Keyword ) ':'"`
	Values []*gClauseValue `parser:"@@ ( ',' @@ )*"`
}

type gClauseValue struct {
	Tokens []lexer.Token
	X      *gExpr       `parser:"@@"`
	Label  *lexer.Token `parser:"( 'as' @String )?"`
}

type gTest struct {
	Tokens []lexer.Token
	Title  lexer.Token  `parser:"'test' @String"`
	Cohort lexer.Token  `parser:"'of' @Word"`
	Items  []*gTestItem `parser:"'{' @@* '}'"`
}

type gTestItem struct {
	Param *gTestParam `parser:"  @@"`
	Table *gTestTable `parser:"| @@"`
}

type gTestParam struct {
	Tokens []lexer.Token
	Name   lexer.Token `parser:"'param' @Word"`
	X      *gCell      `parser:"'=' @@"`
}

type gTestTable struct {
	Tokens  []lexer.Token
	Name    []lexer.Token `parser:"@( Word ( '.' ( Word | Keyword ) )* )"`
	Columns []lexer.Token `parser:"'(' @( ( Word | Keyword ) ( ',' ( Word | Keyword ) )* ) ')'"`
	Rows    []*gTestRow   `parser:"@@*"`
}

type gTestRow struct {
	Tokens []lexer.Token
	Cells  []*gCell `parser:"'(' @@ ( ',' @@ )* ')'"`
}

// gCell is a literal or a word; words of the language are ordinary ones here.
type gCell struct {
	Tokens []lexer.Token
	Word   *lexer.Token `parser:"  @( Word | Keyword )"`
	Date   *lexer.Token `parser:"| @Date"`
	String *lexer.Token `parser:"| @String"`
	Curie  *lexer.Token `parser:"| @Curie"`
	Neg    bool         `parser:"| @'-'?"`
	Number *gNumber     `parser:"  @@"`
}

// From the weakest binding to the strongest: as, or, and, not, comparison, + -, * /, unary -. Chains are flat
// here, which keeps the grammar shallow and fast; converter.chain makes trees of them.

type gExpr struct {
	Tokens []lexer.Token
	X      *gLogic `parser:"( @@"`
	Case   *gCase  `parser:"| @@ )"`
	IfAs   ifAs    `parser:"( @@"`
	Unit   string  `parser:"  'as' @( Unit | Word ) )?"`
}

type gCase struct {
	Tokens    []lexer.Token
	Whens     []*gWhen `parser:"@@+"`
	OrUnknown bool     `parser:"'otherwise' ( 'or' @'unknown' )?"`
	Otherwise *gLogic  `parser:"@@"`
}

type gWhen struct {
	Tokens []lexer.Token
	Cond   *gLogic `parser:"'when' @@"`
	Then   *gLogic `parser:"'then' @@"`
}

type gLogic struct {
	L    *gCompare `parser:"@@"`
	If   ifLink    `parser:"( @@"`
	Rest []*gLink  `parser:"  @@ )*"`
}

type gLink struct {
	Op string    `parser:"@( 'and' | 'or' )"`
	R  *gCompare `parser:"@@"`
}

type gCompare struct {
	Tokens  []lexer.Token
	Nots    []lexer.Token `parser:"@( 'not'* )"`
	L       *gSum         `parser:"@@"`
	If      ifRelation    `parser:"( @@"`
	Op      string        `parser:"  ( @Relation"`
	R       *gSum         `parser:"    @@"`
	Between *gInterval    `parser:"  | 'between' @@"`
	In      *gMembers     `parser:"  | 'in' @@"`
	Is      string        `parser:"  | 'is' @( 'known' | 'missing' )"`
	Text    *lexer.Token  `parser:"  | 'contains' @String ) )?"`
}

type gInterval struct {
	Low  *gSum `parser:"@@"`
	High *gSum `parser:"'and' @@"`
}

type gMembers struct {
	Tokens []lexer.Token
	List   bool       `parser:"( @'('"`
	Items  []*gMember `parser:"  ( @@ ( ',' @@ )* )? ')'"`
	Term   *gCodeTerm `parser:"| @@ )"`
}

// gMember may be a code with descendants, or any expression; a text, of which lists may be long, is read at once.
type gMember struct {
	Tokens []lexer.Token
	IfTerm ifTerm       `parser:"  @@"`
	Term   *gCodeTerm   `parser:"  @@"`
	IfText ifText       `parser:"| @@"`
	Text   *lexer.Token `parser:"  @String"`
	X      *gExpr       `parser:"| @@"`
}

type gSum struct {
	L    *gOperand `parser:"@@"`
	Rest []*gStep  `parser:"@@*"`
}

type gStep struct {
	Op string    `parser:"@Arithmetic"`
	R  *gOperand `parser:"@@"`
}

type gOperand struct {
	Tokens []lexer.Token
	Neg    bool      `parser:"@'-'?"`
	X      *gPrimary `parser:"@@"`
}

// gPrimary is one of many forms, the common ones first.
type gPrimary struct {
	Tokens []lexer.Token
	If     ifNamed      `parser:"  @@"`
	Named  *gNamed      `parser:"  @@"`
	Number *gNumber     `parser:"| @@"`
	Paren  *gExpr       `parser:"| '(' @@ ')'"`
	Date   *lexer.Token `parser:"| @Date"`
	String *lexer.Token `parser:"| @String"`
	Curie  *lexer.Token `parser:"| @Curie"`
	IfForm ifForm       `parser:"| @@"`
	Form   *gForm       `parser:"  @@"`
	Fixed  *gFixed      `parser:"| @@"`
}

// gForm is a form that begins with an ordinary word; ifForm has looked at what follows it.
type gForm struct {
	AgeAt      *gAnchor  `parser:"  'age' 'at' @@"`
	Count      *gCount   `parser:"| @@"`
	Agg        *gAgg     `parser:"| @@"`
	Between    *gBetween `parser:"| (?= Word 'between') @@"`
	YearOf     *gYearOf  `parser:"| @@"`
	Registered *gAnchor  `parser:"| 'registered' 'at' @@"`
	Pick       *gPick    `parser:"| @@"`
	Share      *gShare   `parser:"| @@"`
	Covered    *gCovered `parser:"| @@"`
	Change     *gChange  `parser:"| @@"`
	Observed   *gFromTo  `parser:"| 'observed' 'from' @@"`
}

// gFixed is a form that begins with a reserved word, or with a number such as 2nd.
type gFixed struct {
	Pick   *gPick       `parser:"  @@"`
	Bool   *lexer.Token `parser:"| @( 'true' | 'false' )"`
	AllOf  *gConds      `parser:"| 'all' @@"`
	NoneOf *gConds      `parser:"| 'none' @@"`
	Member *gInCohort   `parser:"| @@"`
	Index  *lexer.Token `parser:"| 'index' 'of' @Word"`
	Exists *gExists     `parser:"| @@"`
}

// gNumber takes a word after a number for its unit, unless it begins something else.
type gNumber struct {
	Tokens []lexer.Token
	Text   string `parser:"@Number"`
	If     ifUnit `parser:"( @@"`
	Unit   string `parser:"  @( Unit | Word ) )?"`
}

// gConds is a list of conditions after any, all, none or at least N.
type gConds struct {
	Items []*gExpr `parser:"'of' '(' @@ ( ',' @@ )* ')'"`
}

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

type gChange struct {
	From *gPrimary `parser:"'percent' 'change' 'from' @@"`
	To   *gPrimary `parser:"'to' @@"`
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

type gBetween struct {
	Unit string   `parser:"@( 'days' | 'weeks' | 'months' | 'years' | 'hours' | 'minutes' )"`
	A    *gAnchor `parser:"'between' @@"`
	B    *gAnchor `parser:"'and' @@"`
}

type gYearOf struct {
	Part string   `parser:"@( 'year' | 'quarter' | 'month' )"`
	X    *gAnchor `parser:"'of' @@"`
}

type gNamed struct {
	Name  []lexer.Token `parser:"@( ( Word | 'index' | 'followup' ) ( '.' ( Word | Keyword ) )* )"`
	Call  bool          `parser:"( @'('"`
	Args  []*gExpr      `parser:"  ( @@ ( ',' @@ )* )? ')'"`
	Event bool          `parser:"| 'of' ( @'event'"`
	Pick  *gPick        `parser:"       | (?! ( 'first' | 'last' ) 'of') @@ ) )?"`
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
	Word   string         `parser:"  ( @( 'before' | 'after' | 'since' | 'until' )"`
	On     bool           `parser:"  | @'on'"`
	OnOr   string         `parser:"    ( 'or' @( 'before' | 'after' ) )? )"`
	X      *gAnchor       `parser:"  @@"`
	Within *gWithin       `parser:"| 'within' @@"`
	Range  *gPhraseRange  `parser:"| 'between' @@"`
	FromTo *gFromTo       `parser:"| 'from' @@"`
	During *gPhraseDuring `parser:"| @@"`
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

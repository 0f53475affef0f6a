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
	Rule      *gRule      `parser:"  @@"`
	Define    *gDefine    `parser:"| @@"`
	Index     *gIndex     `parser:"| @@"`
	Lookback  *gLookback  `parser:"| @@"`
	Followup  *gFollowup  `parser:"| @@"`
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
	IfForm ifForm       `parser:"| @@"`
	Form   *gForm       `parser:"  @@"`
	IfFix  ifFixed      `parser:"| @@"`
	Fixed  *gFixed      `parser:"  @@"`
	Paren  *gExpr       `parser:"| '(' @@ ')'"`
	Date   *lexer.Token `parser:"| @Date"`
	String *lexer.Token `parser:"| @String"`
	Curie  *lexer.Token `parser:"| @Curie"`
}

// gForm is a form that begins with an ordinary word; ifForm has looked at what follows it.
type gForm struct {
	AgeAt      *gAnchor  `parser:"  'age' ( 'at' @@"`
	AgeIn      *gAnchor  `parser:"        | 'in' 'year' 'of' @@ )"`
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
	Exists *gExists     `parser:"  @@"`
	Pick   *gPick       `parser:"| @@"`
	Bool   *lexer.Token `parser:"| @( 'true' | 'false' )"`
	AllOf  *gConds      `parser:"| 'all' @@"`
	NoneOf *gConds      `parser:"| 'none' @@"`
	Member *gInCohort   `parser:"| @@"`
	Index  *lexer.Token `parser:"| 'index' 'of' @Word"`
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

type gChange struct {
	From *gPrimary `parser:"'percent' 'change' 'from' @@"`
	To   *gPrimary `parser:"'to' @@"`
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
	If    ifNamed       `parser:"       | (?= Word) @@"`
	Of    *lexer.Token  `parser:"         @Word"`
	Pick  *gPick        `parser:"       | (?! ( 'first' | 'last' ) 'of') @@ ) )?"`
}

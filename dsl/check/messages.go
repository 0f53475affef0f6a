package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// Every message of the checker is here, in messages_events.go and in messages_files.go, one function each; docs/errors.md has a page for every code.

func say(code string, at diag.Span, message string, hints ...string) diag.Diagnostic {
	return diag.Diagnostic{Code: code, Span: at, Message: message, Hints: hints}
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// near suggests a word, or lists what there is when that is short.
func near(word string, among []string) []string {
	if w, ok := diag.Near(word, among); ok {
		return []string{fmt.Sprintf("did you mean `%s`?", w)}
	}
	if len(among) > 0 && len(among) <= 12 {
		return []string{"there is: " + strings.Join(among, ", ")}
	}
	return []string{"declare it, or use a name that the catalog has"}
}

// a puts an article before a type.
func a(t catalog.Type) string {
	if t.Kind == catalog.Int {
		return "an " + t.String()
	}
	return "a " + t.String()
}

func duplicateName(name syntax.Ident, first diag.Span) diag.Diagnostic {
	d := say("duplicate-name", name.Span(), fmt.Sprintf("`%s` is declared twice", name.Name), "give one of them another name")
	d.Related = []diag.Related{{Span: first, Message: "declared here first"}}
	return d
}

func twice(at diag.Span, what string, first diag.Span) diag.Diagnostic {
	d := say("twice", at, fmt.Sprintf("`%s` is given twice", what), "keep one of them")
	d.Related = []diag.Related{{Span: first, Message: "given here first"}}
	return d
}

// start is where what is wrong with a whole file is told.
func start(f *syntax.File) diag.Span {
	at := diag.At(f.Source, 0)
	return diag.Span{From: at, To: at}
}

func unknownParam(f *syntax.File, name string, among []string) diag.Diagnostic {
	return say("unknown-param", start(f), fmt.Sprintf("a value was given for `%s`, but %s declares no such parameter", name, f.Name), near(name, among)...)
}

func noStudy(f *syntax.File) diag.Diagnostic {
	return say("no-study", start(f), "the file does not say for which study it asks",
		"begin with `study \"title\" version \"1.0\" purpose DUO:… approval \"…\"`")
}

func otherDataset(name syntax.Ident, have string) diag.Diagnostic {
	return say("other-dataset", name.Span(), fmt.Sprintf("the query asks dataset `%s`; this enclave's dataset is `%s`", name.Name, have),
		fmt.Sprintf("write `dataset %s`, or submit where `%s` is", have, name.Name))
}

func noReport(f *syntax.File) diag.Diagnostic {
	return say("no-report", start(f), f.Name+" asks for no report, so nothing would be released",
		"add `report count of COHORT`")
}

func tooMany(at diag.Span, what string, n, most int) diag.Diagnostic {
	return say("too-many", at, fmt.Sprintf("%d %s; at most %d are allowed", n, what, most), "divide the query, or group more coarsely")
}

func tooLarge(at diag.Span) diag.Diagnostic {
	return say("too-large", at, "the query becomes too large: definitions use each other too often, or an expression is too long", "define parts of it by name and use each once")
}

func noIndex(name syntax.Ident) diag.Diagnostic {
	return say("no-index", name.Span(), fmt.Sprintf("cohort `%s` has no index date", name.Name),
		"add `index first … ` or a fixed date, such as `index 2020-01-01`")
}

func noIndexHere(name syntax.Ident) diag.Diagnostic {
	return say("no-index-here", name.Span(), "there is no index date here", "the index cannot be defined by itself; parameters have none either")
}

func unboundedCohort(name syntax.Ident) diag.Diagnostic {
	return say("unbounded-cohort", name.Span(), fmt.Sprintf("a person about whom nothing is recorded would be in cohort `%s`", name.Name),
		"take the index date from an event, or add `include registered at index`")
}

// plannedKinds are the reports of the language that this version does not have.
var plannedKinds = []string{"allele_frequency", "correlation", "coverage", "cox", "histogram", "incidence", "linear", "logistic",
	"prevalence", "proportion", "quantiles", "series", "survival", "table_one", "test"}

func unknownKind(kind syntax.Ident) diag.Diagnostic {
	var names []string
	for _, k := range plan.Kinds {
		names = append(names, k.Name)
	}
	if contains(plannedKinds, kind.Name) {
		return notYet(kind.Span(), fmt.Sprintf("`report %s` is", kind.Name))
	}
	return say("unknown-report", kind.Span(), fmt.Sprintf("there is no report `%s`", kind.Name), near(kind.Name, names)...)
}

func unknownName(name syntax.Ident, code, what string, among []string) diag.Diagnostic {
	return say(code, name.Span(), fmt.Sprintf("there is no %s `%s`", what, name.Name), near(name.Name, among)...)
}

// unknownValue tells of a name that stands for no value of a person: most often for something else.
func (c *checker) unknownValue(name syntax.Ident, s scope) diag.Diagnostic {
	if source, ok := c.Catalog.Source(name.Name); ok && open(source.Sensitivity) {
		return say("many-per-person", name.Span(), fmt.Sprintf("a person can have many events in `%s`, and one value is needed here", name.Name),
			fmt.Sprintf("say which or how many, such as `first %s`, `any %s` or `count of %s`", name.Name, name.Name, name.Name))
	}
	if c.codes[name.Name] != nil {
		return say("many-per-person", name.Span(), fmt.Sprintf("`%s` is a code set, and one value is needed here", name.Name),
			fmt.Sprintf("say which events, such as `any condition in %s` or `code in %s`", name.Name, name.Name))
	}
	return say("unknown-name", name.Span(), fmt.Sprintf("nothing here is called `%s`", name.Name), near(name.Name, c.visible(s))...)
}

func tooManyDimensions(r *syntax.Report, kind plan.Kind) diag.Diagnostic {
	if kind.Dimensions == 0 {
		return say("too-many-dimensions", r.By[0].Span(), fmt.Sprintf("`report %s` is not divided by anything", kind.Name), "use `report table … by …`")
	}
	return say("too-many-dimensions", r.By[kind.Dimensions].Span(), fmt.Sprintf("%d dimensions; `report %s` takes at most %d", len(r.By), kind.Name, kind.Dimensions), "leave some out, or ask two tables")
}

func noDimension(r *syntax.Report) diag.Diagnostic {
	return say("no-dimension", r.Kind.Span(), "a table needs at least one dimension", "add `by …`, or use `report count`")
}

func unknownClause(key syntax.Ident, kind plan.Kind) diag.Diagnostic {
	hints := near(key.Name, kind.Clauses)
	if len(kind.Clauses) == 0 {
		hints = []string{"remove the clause"}
	}
	return say("unknown-clause", key.Span(), fmt.Sprintf("`report %s` has no clause `%s`", kind.Name, key.Name), hints...)
}

func missingClause(r *syntax.Report, key string) diag.Diagnostic {
	return say("missing-clause", r.Kind.Span(), fmt.Sprintf("`report %s` needs `%s`", r.Kind.Name, key), fmt.Sprintf("add `{ %s: … }`", key))
}

func oneValue(key syntax.Ident) diag.Diagnostic {
	return say("one-value", key.Span(), fmt.Sprintf("`%s` takes one value", key.Name), "ask another report for the next value")
}

func wrongType(at diag.Span, want string, got catalog.Type) diag.Diagnostic {
	return say("wrong-type", at, fmt.Sprintf("this must be %s, and is %s", want, a(got)), instead(want, got))
}

// instead says how a value of one type becomes what is needed.
func instead(want string, got catalog.Type) string {
	switch {
	case want == "a date":
		return "name a date, such as `index`, `first visit`, `death` or `2020-01-01`"
	case want != "a condition":
		return "name a number, such as `count of visit`, `value of last …` or `age at index`"
	case got.Kind == catalog.Int || got.Kind == catalog.Number:
		return "compare it with a number, such as `… >= 1`"
	case temporal(got):
		return "compare it with a date, or ask whether there is one: `… is known`"
	}
	return "compare it with a word, such as `… = \"word\"`"
}

func noKeys(at diag.Span, got catalog.Type) diag.Diagnostic {
	hint := "use a column with listed values, a condition, or `when … then \"name\" otherwise \"name\"`"
	if got.Kind == catalog.Int || got.Kind == catalog.Number {
		hint = "put the number in bands, such as `in bands (<18, 18 to <65, >=65)`"
	}
	return say("no-keys", at, "the groups of this dimension are not known beforehand", hint)
}

func bandGap(at, before diag.Span) diag.Diagnostic {
	d := say("band-gap", at, "the bands leave a gap or overlap", "each band begins where the one before ends: `<18, 18 to <65, >=65`")
	d.Related = []diag.Related{{Span: before, Message: "the band before"}}
	return d
}

func bandsOpen(at diag.Span) diag.Diagnostic {
	return say("band-gap", at, "some numbers are in no band", "let the first band be open below and the last open above: `<18, 18 to <65, >=65`")
}

func emptyBand(at diag.Span) diag.Diagnostic {
	return say("empty-band", at, "no number is in this band", "the lower limit comes first")
}

func cycle(name syntax.Ident, open []string) diag.Diagnostic {
	return say("cycle", name.Span(), fmt.Sprintf("`%s` is defined by itself", name.Name), "the way round: "+strings.Join(append(open, name.Name), " → "))
}

func noParamValue(p *syntax.Param) diag.Diagnostic {
	return say("no-param-value", p.Name.Span(), fmt.Sprintf("parameter `%s` has neither a value nor a default", p.Name.Name), fmt.Sprintf("give one with --param %s=…", p.Name.Name))
}

func badParam(name syntax.Ident) diag.Diagnostic {
	return say("bad-param", name.Span(), fmt.Sprintf("the value given for `%s` is not one value", name.Name),
		fmt.Sprintf("write it as in the language, such as `--param %s=\"40 years\"`", name.Name))
}

func unknownType(name syntax.Ident, among []string) diag.Diagnostic {
	return say("unknown-type", name.Span(), fmt.Sprintf("there is no type `%s`", name.Name), near(name.Name, among)...)
}

func otherParamType(p *syntax.Param, got string) diag.Diagnostic {
	return say("wrong-type", p.Name.Span(), fmt.Sprintf("parameter `%s` is of type %s, and its value of type %s", p.Name.Name, p.Type.Name, got),
		fmt.Sprintf("declare `param %s: %s`, or give another value", p.Name.Name, got))
}

func noSuchDay(e *syntax.DateLit) diag.Diagnostic {
	return say("no-such-day", e.Span(), fmt.Sprintf("%s is no day of the calendar", e.Text), "write YYYY-MM-DD")
}

func noOrder(at diag.Span, t catalog.Type) diag.Diagnostic {
	return say("no-order", at, fmt.Sprintf("%s has no order", a(t)), "compare with `=`, `!=` or `in (…)`")
}

func unknownWord(at diag.Span, word string, among []string) diag.Diagnostic {
	return say("unknown-value", at, fmt.Sprintf("the column never holds \"%s\"", word), near(word, among)...)
}

func cannotCompare(at diag.Span, l, r catalog.Type) diag.Diagnostic {
	return say("type-mismatch", at, fmt.Sprintf("%s cannot be compared with %s", a(l), a(r)), comparable(l))
}

// comparable says what a value is compared with.
func comparable(t catalog.Type) string {
	switch {
	case temporal(t):
		return "compare a date with a date, such as `2020-01-01`; between two dates count `days between … and …`"
	case t.Kind == catalog.Bool:
		return "compare a condition with `true` or `false`, or use it as it is"
	case t.Kind == catalog.Int || t.Kind == catalog.Number:
		return "compare a number with a number, such as `>= 1`"
	}
	return "compare a word with a word in quotes, such as `= \"word\"`"
}

func cannotCompute(at diag.Span, op string, l, r catalog.Type) diag.Diagnostic {
	return say("type-mismatch", at, fmt.Sprintf("`%s` does not apply to %s and %s", op, a(l), a(r)), "calculate with numbers; move a date by a duration, such as `index + 30 days`")
}

func branchesDiffer(at diag.Span, got, want catalog.Type) diag.Diagnostic {
	return say("type-mismatch", at, fmt.Sprintf("this branch gives %s, the last %s", a(got), a(want)), "all branches of `when` give one type")
}

func unitsDiffer(at diag.Span, l, r catalog.Type) diag.Diagnostic {
	return say("unit-mismatch", at, fmt.Sprintf("%s cannot be combined with %s", a(l), a(r)), "bring one into the other's unit with `as`")
}

func cannotConvert(e *syntax.Convert, t typed) diag.Diagnostic {
	if t.x.Type().Unit == "" {
		return say("unit-mismatch", e.Span(), "this has no unit to convert", "leave `as "+e.Unit+"` out")
	}
	if !catalog.KnownUnit(e.Unit) {
		return notUCUM(e.Span(), e.Unit)
	}
	return say("unit-mismatch", e.Span(), fmt.Sprintf("%s cannot be converted to %s", t.x.Type().Unit, e.Unit), unitHint(t)...)
}

func unitHint(t typed) []string {
	if t.rule == nil {
		return []string{"use a unit that measures the same"}
	}
	return []string{fmt.Sprintf("%s is recorded in %s", t.rule.Name, strings.Join(t.rule.UnitNames(), " or "))}
}

func noUnitExpected(l *literal) diag.Diagnostic {
	return say("unit-mismatch", l.at, fmt.Sprintf("this is a bare number, without a unit such as %s", l.unit), fmt.Sprintf("write `%s`", number(l.value)))
}

func needsUnit(l *literal, t typed) diag.Diagnostic {
	return say("needs-unit", l.at, fmt.Sprintf("%s is compared with a number that has no unit", a(t.x.Type())),
		fmt.Sprintf("write `%s %s`", number(l.value), t.x.Type().Unit))
}

// notUCUM tells a unit that is a spelling of something else, such as mmHg, or of nothing.
func notUCUM(at diag.Span, unit string) diag.Diagnostic {
	return say("unit-mismatch", at, fmt.Sprintf("`%s` is not a unit of UCUM", unit), catalog.UnitHint(unit))
}

func otherUnit(l *literal, t typed) diag.Diagnostic {
	if !catalog.KnownUnit(l.unit) {
		return notUCUM(l.at, l.unit)
	}
	name := "this"
	if t.rule != nil {
		name = t.rule.Name
	}
	return say("unit-mismatch", l.at, fmt.Sprintf("%s is not measured in %s", name, l.unit), append(unitHint(t), fmt.Sprintf("write a number in %s", t.x.Type().Unit))...)
}

func otherElapsed(l *literal, unit string) diag.Diagnostic {
	hint := fmt.Sprintf("write a number of %s", unit)
	if u, ok := calendar[l.unit]; ok {
		hint += fmt.Sprintf(", or ask `%s between … and …`", u.name)
	}
	return say("unit-mismatch", l.at, fmt.Sprintf("this counts completed %s, not %s", unit, l.unit), hint)
}

func levelArithmetic(at diag.Span, op string, t catalog.Type) diag.Diagnostic {
	return say("unit-mismatch", at, fmt.Sprintf("`%s` has no meaning for levels of %s, whose units have different zeros", op, a(t)),
		"subtract one level from another to get a change; a change can be added to a level")
}

func unitProduct(at diag.Span, l, r catalog.Type) diag.Diagnostic {
	return say("unit-mismatch", at, fmt.Sprintf("%s and %s cannot be multiplied or divided here", a(l), a(r)), "products of units are not in this version of the language")
}

func notDuration(at diag.Span) diag.Diagnostic {
	return say("not-a-duration", at, "this must be a length of time", "write a whole number of days, weeks, months or years, such as `365 days`")
}

func dateMinusDate(at diag.Span) diag.Diagnostic {
	return say("type-mismatch", at, "dates are not subtracted", "write `days between … and …` (or months, years)")
}

func argumentCount(e *syntax.Call, least, most int) diag.Diagnostic {
	want := "one value"
	if most != least {
		want = fmt.Sprintf("%d to %d values", least, most)
	}
	return say("argument-count", e.Span(), fmt.Sprintf("`%s` takes %s, not %d", e.Name.Name, want, len(e.Args)), "give that many, parted by commas")
}

func noBirthDate(at diag.Span) diag.Diagnostic {
	return say("no-birth-date", at, "the catalog has no `birth_date`", "use the attributes that it has")
}

func notYet(at diag.Span, what string) diag.Diagnostic {
	return say("not-yet", at, what+" not in this version of the language", "docs/language.md lists what is")
}

func notLiteral(at diag.Span) diag.Diagnostic {
	return say("not-a-literal", at, "a list holds literals only", "write `x = a or x = b`")
}

func moreThanListed(at diag.Span, n, have int) diag.Diagnostic {
	d := say("never", at, fmt.Sprintf("at least %d of %d conditions can never hold", n, have), "ask for fewer of them")
	d.Severity = diag.Warning
	return d
}

func offGrid(at diag.Span, op, low, high string) diag.Diagnostic {
	hint := fmt.Sprintf("the nearest allowed: %s and %s", low, high)
	if low == high {
		hint = "the nearest allowed: " + low
	}
	if op == "=" || op == "!=" {
		hint = "ask for a range instead, such as `>= … and < …`, or `from 2020-01-01 to 2020-01-31`"
	}
	return say("off-grid", at, "the catalog allows comparison with coarser values only, so that no single person's value can be asked", hint)
}

func offPeriod(at diag.Span, op string, day catalog.Date) diag.Diagnostic {
	verb := map[string]string{">=": "begins", "<=": "ends"}[op]
	return say("off-grid", at, fmt.Sprintf("observation %s on %s for everybody, so this compares a recorded date with a day that is not on the grid", verb, day),
		"count in months or years, such as `lookback 1 year`, or bound the index date, such as `first … since 2018-01-01`")
}

func noGrid(at diag.Span, what, hint string) diag.Diagnostic {
	return say("no-grid", at, what, hint)
}

func blurred(at diag.Span) diag.Diagnostic {
	return noGrid(at, "each step rounds, so this could tell recorded values apart that lie between the same two values of the grid",
		"compare recorded values as they stand, in one unit: without literals, sums or means on the way")
}

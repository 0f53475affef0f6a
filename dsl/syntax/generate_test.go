package syntax_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// sample is a generated text with the tree that it must have. Operands stand in parentheses, so that the tree does
// not depend on precedence, which testdata/expressions.txt is about.
type sample struct{ text, tree string }

// generator draws samples, nested at most depth deep.
type generator struct {
	*rapid.T
	depth int
}

// one draws one of the forms; at the bottom, the first.
func (g generator) one(forms ...func(generator) sample) sample {
	if g.depth == 0 {
		return forms[0](g)
	}
	i := rapid.IntRange(0, len(forms)-1).Draw(g.T, "form")
	return forms[i](generator{g.T, g.depth - 1})
}

func (g generator) pick(words ...string) string { return rapid.SampledFrom(words).Draw(g.T, "word") }

func (g generator) operand() sample {
	e := g.expr()
	return sample{"(" + e.text + ")", e.tree}
}

func (g generator) expr() sample {
	return g.one(generator.leaf, generator.binary, generator.compare, generator.between, generator.known,
		generator.not, generator.cases, generator.quantified, generator.call, generator.exists, generator.pickEvent,
		generator.column, generator.count, generator.time, generator.convert, generator.list, generator.inCodes,
		generator.contains, generator.aggregate, generator.share, generator.covered, generator.change, generator.dates,
		generator.ofDate, generator.otherCohort)
}

func (g generator) leaf() sample {
	text := g.pick("x", "index", "exposure.pm25", "3", "0.5 %", "18 years", "2020-02-29", "2020-02-29T23:59", `"a # b"`, "true", "false", "event", "ICD10:E11.9")
	return sample{text, text}
}

func (g generator) binary() sample {
	op, l, r := g.pick("and", "or", "+", "-", "*", "/"), g.operand(), g.operand()
	return sample{l.text + " " + op + " " + r.text, fmt.Sprintf("(Binary Op:%s L:%s R:%s)", op, l.tree, r.tree)}
}

func (g generator) compare() sample {
	op, l, r := g.pick("=", "!=", "<", "<=", ">", ">="), g.operand(), g.operand()
	return sample{l.text + op + r.text, fmt.Sprintf("(Compare Op:%s L:%s R:%s)", op, l.tree, r.tree)}
}

func (g generator) between() sample {
	x, l, h := g.operand(), g.operand(), g.operand()
	return sample{x.text + " between " + l.text + " and " + h.text,
		fmt.Sprintf("(BetweenExpr X:%s Low:%s High:%s)", x.tree, l.tree, h.tree)}
}

func (g generator) known() sample {
	x := g.operand()
	if g.pick("known", "missing") == "known" {
		return sample{x.text + " is known", fmt.Sprintf("(IsKnown X:%s)", x.tree)}
	}
	return sample{x.text + " is missing", fmt.Sprintf("(IsKnown X:%s Missing:true)", x.tree)}
}

func (g generator) not() sample {
	x := g.operand()
	if g.pick("not", "-") == "-" {
		return sample{"-" + x.text, fmt.Sprintf("(Unary Op:- X:%s)", x.tree)}
	}
	return sample{"not " + x.text, fmt.Sprintf("(Unary Op:not X:%s)", x.tree)}
}

func (g generator) cases() sample {
	c, v, o := g.operand(), g.operand(), g.operand()
	text, tree := "when "+c.text+" then "+v.text+" otherwise ", fmt.Sprintf("(Case Whens:[(When Cond:%s Then:%s)] Otherwise:%s", c.tree, v.tree, o.tree)
	if g.pick("", "or unknown") == "" {
		return sample{text + o.text, tree + ")"}
	}
	return sample{text + "or unknown " + o.text, tree + " OrUnknown:true)"}
}

func (g generator) quantified() sample {
	op, a, b := g.pick("all", "any", "none", "at least"), g.expr(), g.expr()
	if op == "at least" {
		return sample{"at least 2 of (" + a.text + "," + b.text + ")", fmt.Sprintf("(Quantified Op:at least N:2 Conds:[%s %s])", a.tree, b.tree)}
	}
	return sample{op + " of (" + a.text + "," + b.text + ")", fmt.Sprintf("(Quantified Op:%s Conds:[%s %s])", op, a.tree, b.tree)}
}

func (g generator) call() sample {
	a, b := g.expr(), g.expr()
	return sample{"least(" + a.text + ", " + b.text + ")", fmt.Sprintf("(Call Name:least Args:[%s %s])", a.tree, b.tree)}
}

func (g generator) exists() sample {
	quant, set := g.pick("any", "no", "at least", "at most", "exactly"), g.set()
	text, tree := quant, "(Exists Quant:"+quant
	if len(quant) > 3 {
		text, tree = text+" 3", tree+" N:3"
	}
	text, tree = text+" "+set.text, tree+" Set:"+set.tree
	if g.pick("", "distinct") == "" {
		return sample{text, tree + ")"}
	}
	return sample{text + " on distinct days", tree + " DistinctDays:true)"}
}

func (g generator) pickEvent() sample {
	set := g.set()
	switch which := g.pick("first", "last", "first ever", "highest", "lowest", "22nd", "nearest"); which {
	case "22nd":
		return sample{which + " " + set.text, fmt.Sprintf("(Pick Which:nth N:22 Set:%s)", set.tree)}
	case "first ever":
		return sample{which + " " + set.text, fmt.Sprintf("(Pick Which:first Ever:true Set:%s)", set.tree)}
	case "nearest":
		x := g.operand()
		return sample{"nearest to " + x.text + " of " + set.text, fmt.Sprintf("(Pick Which:nearest To:%s Set:%s)", x.tree, set.tree)}
	default:
		return sample{which + " " + set.text, fmt.Sprintf("(Pick Which:%s Set:%s)", which, set.tree)}
	}
}

func (g generator) column() sample {
	column := g.pick("value", "code", "stage")
	if g.depth == 0 || g.pick("", "event") == "event" {
		return sample{column + " of event", fmt.Sprintf("(FieldOf Column:%s)", column)}
	}
	if g.pick("", "name") == "name" {
		name := g.pick("surgery", "highest", "share", "window")
		return sample{column + " of " + name, fmt.Sprintf("(FieldOf Column:%s Name:%s)", column, name)}
	}
	event := g.pickEvent()
	return sample{column + " of " + event.text, fmt.Sprintf("(FieldOf Column:%s Pick:%s)", column, event.tree)}
}

func (g generator) count() sample {
	column, set := g.pick("", "days", "codes"), g.set()
	if column != "" {
		return sample{"count " + column + " of " + set.text, fmt.Sprintf("(Agg Fn:count Column:%s Set:%s)", column, set.tree)}
	}
	return sample{"count of " + set.text, fmt.Sprintf("(Agg Fn:count Set:%s)", set.tree)}
}

func (g generator) aggregate() sample {
	fn, set := g.pick("sum", "mean", "median", "min", "max", "sd"), g.set()
	return sample{fn + " value of " + set.text, fmt.Sprintf("(Agg Fn:%s Column:value Set:%s)", fn, set.tree)}
}

func (g generator) time() sample {
	unit, a, b := g.pick("days", "weeks", "months", "years", "hours", "minutes"), g.operand(), g.operand()
	return sample{unit + " between " + a.text + " and " + b.text, fmt.Sprintf("(SpanBetween Unit:%s A:%s B:%s)", unit, a.tree, b.tree)}
}

func (g generator) convert() sample {
	x, unit := g.operand(), g.pick("%", "mmol/mol", "years")
	return sample{"(" + x.text + " as " + unit + ")", fmt.Sprintf("(Convert X:%s Unit:%s)", x.tree, unit)}
}

func (g generator) list() sample {
	x, a := g.operand(), g.operand()
	return sample{x.text + ` in ("a", 5, ` + a.text + ")", fmt.Sprintf(`(InList X:%s Items:["a" 5 %s])`, x.tree, a.tree)}
}

func (g generator) inCodes() sample {
	x, codes := g.operand(), g.codes()
	return sample{x.text + " in " + codes.text, fmt.Sprintf("(InCodes X:%s Terms:%s)", x.tree, codes.tree)}
}

// codes are what follows "in": a code, a code set, or a list with a code in it.
func (g generator) codes() sample {
	switch g.pick("name", "code", "range", "list") {
	case "name":
		return sample{"t2d", "[(CodeTerm Name:t2d)]"}
	case "code":
		return sample{"ATC:A10 with descendants", "[(CodeTerm Curie:ATC:A10 Descendants:true)]"}
	case "range":
		return sample{"ICD10:C50..C58.1", "[(CodeTerm Curie:ICD10:C50 To:C58.1)]"}
	}
	return sample{"(t2d,ICD10:E11)", "[(CodeTerm Name:t2d) (CodeTerm Curie:ICD10:E11)]"}
}

func (g generator) contains() sample {
	x := g.operand()
	return sample{x.text + ` contains "insulin"`, fmt.Sprintf(`(Contains X:%s Text:"insulin")`, x.tree)}
}

func (g generator) share() sample {
	set, c := g.set(), g.expr()
	return sample{"share of " + set.text + " that (" + c.text + ")", fmt.Sprintf("(Share Set:%s Cond:%s)", set.tree, c.tree)}
}

func (g generator) covered() sample {
	set := g.set()
	text := "days covered by (" + set.text + ") during followup"
	tree := fmt.Sprintf("(Covered Set:%s Window:(Phrase Kind:during Window:followup))", set.tree)
	if g.pick("days", "proportion") == "proportion" {
		text, tree = "proportion"+strings.TrimPrefix(text, "days"), "(Covered Proportion:true"+strings.TrimPrefix(tree, "(Covered")
	}
	return sample{text, tree}
}

func (g generator) change() sample {
	a, b := g.operand(), g.operand()
	return sample{"percent change from " + a.text + " to " + b.text, fmt.Sprintf("(PercentChange From:%s To:%s)", a.tree, b.tree)}
}

func (g generator) dates() sample {
	a, b := g.operand(), g.operand()
	if g.pick("observed", "first") == "observed" {
		return sample{"observed from " + a.text + " to " + b.text, fmt.Sprintf("(Observed From:%s To:%s)", a.tree, b.tree)}
	}
	return sample{"last of (" + a.text + "," + b.text + ")", fmt.Sprintf("(ExtremeOf Which:last Dates:[%s %s])", a.tree, b.tree)}
}

func (g generator) ofDate() sample {
	x := g.operand()
	switch form := g.pick("age at", "age in year of", "registered at", "year", "quarter", "month"); form {
	case "age at":
		return sample{"age at " + x.text, fmt.Sprintf("(AgeAt X:%s)", x.tree)}
	case "age in year of":
		return sample{"age in year of " + x.text, fmt.Sprintf("(AgeInYear X:%s)", x.tree)}
	case "registered at":
		return sample{"registered at " + x.text, fmt.Sprintf("(Registered X:%s)", x.tree)}
	default:
		return sample{form + " of " + x.text, fmt.Sprintf("(YearOf Part:%s X:%s)", form, x.tree)}
	}
}

func (g generator) otherCohort() sample {
	if g.pick("in", "index") == "index" {
		return sample{"index of other", "(IndexOf Name:other)"}
	}
	x := g.operand()
	return sample{"in cohort other before " + x.text, fmt.Sprintf("(InCohort Name:other Phrases:[(Phrase Kind:before A:%s)])", x.tree)}
}

// set draws an event set: a source, a union or episodes, with codes, a condition and phrases.
func (g generator) set() sample {
	s := g.bareSet()
	s.tree = strings.TrimSuffix(s.tree, ")")
	var phrases []string
	for range rapid.IntRange(0, min(2, g.depth)).Draw(g.T, "phrases") {
		p := generator{g.T, g.depth - 1}.phrase()
		if strings.HasSuffix(s.text, " within 3 days") && (strings.HasPrefix(p.text, "before ") || strings.HasPrefix(p.text, "after ")) {
			s.text = "(" + s.text + ")" // else "within 3 days before" would be one phrase; this leaves no node
		}
		s.text += " " + p.text
		phrases = append(phrases, p.tree)
	}
	if len(phrases) > 0 {
		s.tree += " Phrases:[" + strings.Join(phrases, " ") + "]"
	}
	return sample{s.text, s.tree + ")"}
}

// bareSet draws an event set without phrases, but for those in its parentheses.
func (g generator) bareSet() sample {
	inner := generator{g.T, g.depth - 1}
	kind := "source"
	if g.depth > 0 {
		kind = g.pick("source", "source", "union", "episodes")
	}
	var s sample
	switch kind {
	case "union":
		a, b := inner.set(), inner.set()
		s = sample{"(" + a.text + "," + b.text + ")", fmt.Sprintf("(EventSet Union:[%s %s]", a.tree, b.tree)}
	case "episodes":
		e := inner.bareSet()
		s = sample{"episodes of " + e.text + " gap 30 days", fmt.Sprintf("(EventSet Episodes:%s Gap:30 days", e.tree)}
	default:
		s.text = g.pick("condition", "wearable.cgm")
		s.tree = "(EventSet Source:" + s.text
		if g.pick("", "in") == "in" {
			codes := g.codes()
			s.text, s.tree = s.text+" in "+codes.text, s.tree+" Codes:"+codes.tree
		}
	}
	if g.depth > 0 && rapid.Bool().Draw(g.T, "where") {
		where := inner.expr()
		s.text += " where (" + where.text + ")"
		s.tree += " Where:" + where.tree
	}
	if kind == "episodes" {
		s.text = "(" + s.text + ")" // where only a bare set may stand; this leaves no node
	}
	return sample{s.text, s.tree + ")"}
}

// phrases with one date, as they are written; "ending" is apart.
var datePhrases = []string{"before", "after", "on", "on or before", "on or after", "since", "until", "ongoing at"}

func (g generator) phrase() sample {
	x := g.operand()
	all := append([]string{"ending", "within", "between", "from", "during", "inside", "during set", "followed", "preceded", "apart"}, datePhrases...)
	switch kind := g.pick(all...); kind {
	case "ending":
		return sample{"ending after " + x.text, fmt.Sprintf("(Phrase Kind:after Ending:true A:%s)", x.tree)}
	case "within":
		where := g.pick("before", "after", "of")
		return sample{"within 3 days " + where + " " + x.text, fmt.Sprintf("(Phrase Kind:within %s A:%s D:3 days)", where, x.tree)}
	case "between":
		where := g.pick("before", "after")
		return sample{"between 1 and 2 weeks " + where + " " + x.text,
			fmt.Sprintf("(Phrase Kind:between %s A:%s M:1 weeks N:2 weeks)", where, x.tree)}
	case "from":
		return sample{"from " + x.text + " to index", fmt.Sprintf("(Phrase Kind:from to A:%s B:index)", x.tree)}
	case "during", "inside":
		return sample{kind + " baseline", fmt.Sprintf("(Phrase Kind:%s Window:baseline)", kind)}
	case "during set":
		set := g.set()
		return sample{"during (" + set.text + ")", fmt.Sprintf("(Phrase Kind:during Set:%s)", set.tree)}
	case "followed", "preceded":
		set := g.bareSet()
		if g.pick("", "within") == "" {
			return sample{kind + " by " + set.text, fmt.Sprintf("(Phrase Kind:%s by Set:%s)", kind, set.tree)}
		}
		return sample{kind + " by " + set.text + " within 3 days", fmt.Sprintf("(Phrase Kind:%s by D:3 days Set:%s)", kind, set.tree)}
	case "apart":
		return sample{"at least washout apart", "(Phrase Kind:apart D:washout)"}
	default:
		return sample{kind + " " + x.text, fmt.Sprintf("(Phrase Kind:%s A:%s)", kind, x.tree)}
	}
}

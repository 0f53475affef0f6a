package syntax_test

import (
	"fmt"
	"strings"
	"testing"

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
		generator.column, generator.count, generator.time)
}

func (g generator) leaf() sample {
	text := g.pick("x", "index", "exposure.pm25", "3", "0.5 %", "18 years", "2020-02-29", `"a # b"`, "true", "ICD10:E11.9")
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
	return sample{"not " + x.text, fmt.Sprintf("(Unary Op:not X:%s)", x.tree)}
}

func (g generator) cases() sample {
	c, v, o := g.operand(), g.operand(), g.operand()
	return sample{"when " + c.text + " then " + v.text + " otherwise " + o.text,
		fmt.Sprintf("(Case Whens:[(When Cond:%s Then:%s)] Otherwise:%s)", c.tree, v.tree, o.tree)}
}

func (g generator) quantified() sample {
	op, a, b := g.pick("all", "any", "none"), g.expr(), g.expr()
	return sample{op + " of (" + a.text + "," + b.text + ")", fmt.Sprintf("(Quantified Op:%s Conds:[%s %s])", op, a.tree, b.tree)}
}

func (g generator) call() sample {
	a, b := g.expr(), g.expr()
	return sample{"least(" + a.text + ", " + b.text + ")", fmt.Sprintf("(Call Name:least Args:[%s %s])", a.tree, b.tree)}
}

func (g generator) exists() sample {
	quant, set := g.pick("any", "no"), g.set()
	return sample{quant + " " + set.text, fmt.Sprintf("(Exists Quant:%s Set:%s)", quant, set.tree)}
}

func (g generator) pickEvent() sample {
	which, set := g.pick("first", "last"), g.set()
	return sample{which + " " + set.text, fmt.Sprintf("(Pick Which:%s Set:%s)", which, set.tree)}
}

func (g generator) column() sample {
	column, event := g.pick("value", "code", "stage"), g.pickEvent()
	return sample{column + " of " + event.text, fmt.Sprintf("(FieldOf Column:%s Pick:%s)", column, event.tree)}
}

func (g generator) count() sample {
	set := g.set()
	return sample{"count of " + set.text, fmt.Sprintf("(Agg Fn:count Set:%s)", set.tree)}
}

func (g generator) time() sample {
	a, b := g.operand(), g.operand()
	return sample{"days between " + a.text + " and " + b.text, fmt.Sprintf("(SpanBetween Unit:days A:%s B:%s)", a.tree, b.tree)}
}

func (g generator) set() sample {
	s := sample{g.pick("condition", "wearable.cgm"), ""}
	s.tree = "(EventSet Source:" + s.text
	if g.depth > 0 && rapid.Bool().Draw(g.T, "where") {
		where := generator{g.T, g.depth - 1}.expr()
		s.text += " where (" + where.text + ")"
		s.tree += " Where:" + where.tree
	}
	var phrases []string
	for range rapid.IntRange(0, min(2, g.depth)).Draw(g.T, "phrases") {
		p := generator{g.T, g.depth - 1}.phrase()
		s.text += " " + p.text
		phrases = append(phrases, p.tree)
	}
	if len(phrases) > 0 {
		s.tree += " Phrases:[" + strings.Join(phrases, " ") + "]"
	}
	return sample{s.text, s.tree + ")"}
}

func (g generator) phrase() sample {
	x := g.operand()
	switch kind := g.pick("before", "on or after", "within", "between"); kind {
	case "within":
		return sample{"within 3 days of " + x.text, fmt.Sprintf("(Phrase Kind:within of A:%s D:3 days)", x.tree)}
	case "between":
		return sample{"between 1 and 2 weeks before " + x.text,
			fmt.Sprintf("(Phrase Kind:between before A:%s M:1 weeks N:2 weeks)", x.tree)}
	default:
		return sample{kind + " " + x.text, fmt.Sprintf("(Phrase Kind:%s A:%s)", kind, x.tree)}
	}
}

func TestGeneratedExpressions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := generator{r, 4}.expr()
		if got := tree(s.text); got != s.tree {
			r.Fatalf("%s\n got %s\nwant %s", s.text, got, s.tree)
		}
		checkFormat(t, "define x = "+s.text)
	})
}

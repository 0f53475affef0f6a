package lint

import (
	"reflect"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// unknown finds exclude rules that keep persons because a value is missing that no rule before requires.
func (l *linter) unknown() {
	for _, p := range l.cohorts {
		known := map[string]bool{}
		for i, s := range p.rules {
			r := p.cohort.Rules[i]
			if !r.Exclude {
				for _, x := range required(r.Cond) {
					known[plan.String(x)] = true
				}
				continue
			}
			open := slices.DeleteFunc(missable(r.Cond), func(x plan.Expr) bool { return known[plan.String(x)] || alive(x) })
			if len(open) > 0 && !(&plan.Dimension{X: r.Cond}).AlwaysKnown() && !guarded(r.Cond) {
				l.say(unknownStays(s.Span(), l.told(open[0])))
			}
		}
	}
}

// alive reports whether a missing value says something: who has no date of death is alive as far as is known.
func alive(x plan.Expr) bool {
	a, ok := x.(*plan.Attr)
	return ok && a.Column.Name == "death"
}

// required are the values that are recorded of everybody for whom a condition is true.
func required(x plan.Expr) []plan.Expr {
	switch x := x.(type) {
	case *plan.And:
		var out []plan.Expr
		for _, part := range x.Xs {
			out = append(out, required(part)...)
		}
		return out
	case *plan.Not:
		if m, ok := x.X.(*plan.IsMissing); ok {
			return []plan.Expr{m.X}
		}
	case *plan.Compare, *plan.In, *plan.InCodes:
		return missable(x)
	}
	return nil
}

// missable are the values in a condition that may be missing.
func missable(x plan.Expr) (out []plan.Expr) {
	plan.Walk(x, func(x plan.Expr) bool {
		switch x.(type) {
		case *plan.IsMissing, *plan.Count:
			return false
		case *plan.Attr, *plan.Pick, *plan.Agg, *plan.IndexOf:
			out = append(out, x)
			return false
		case *plan.Elapsed:
			if len(parts(x)) > 0 {
				out = append(out, x)
			}
			return false
		}
		return true
	})
	return out
}

// parts are the values of an interval that may be missing.
func parts(x plan.Expr) (out []plan.Expr) {
	for _, part := range plan.Parts(x) {
		out = append(out, missable(part)...)
	}
	return out
}

// guarded reports whether a condition asks itself whether values are recorded.
func guarded(x plan.Expr) bool {
	found := false
	plan.Walk(x, func(x plan.Expr) bool {
		_, ok := x.(*plan.IsMissing)
		found = found || ok
		return !found
	})
	return found
}

// thresholds finds comparisons of measured values that have no unit.
func (l *linter) thresholds() {
	l.each(func(x plan.Expr, at diag.Span) {
		plan.Walk(x, func(x plan.Expr) bool {
			c, ok := x.(*plan.Compare)
			if !ok {
				return true
			}
			if _, literal := c.R.(*plan.Const); literal {
				if source, ok := unitless(c.L); ok {
					l.say(noUnit(at, source))
				}
			}
			return true
		})
	})
}

// unitless reports whether x is the value of events of a source that has no unit for it.
func unitless(x plan.Expr) (source string, ok bool) {
	var col *catalog.Column
	switch x := x.(type) {
	case *plan.Pick:
		col, source = x.Column, sourceName(x.Set)
	case *plan.Agg:
		col, source = x.Column, sourceName(x.Set)
	default:
		return "", false
	}
	return source, col.Name == catalog.Value && col.Type.Kind == catalog.Number && col.Type.Unit == ""
}

// negative are the words by which columns say that a finding was looked for and is not there.
var negative = []string{"excluded", "absent", "refuted", "negated", "ruled-out", "ruled_out", "not-present", "entered-in-error"}

// findings finds event sets that take findings which a person does not have for findings. To ask for the column itself,
// of a picked event, is to know of it.
func (l *linter) findings() {
	l.each(func(x plan.Expr, at diag.Span) {
		plan.Walk(x, func(x plan.Expr) bool {
			asked := ""
			if p, ok := x.(*plan.Pick); ok {
				asked = p.Column.Name
			}
			for _, set := range plan.Sets(x) {
				for _, s := range set.All() {
					l.negative(s, asked, at)
				}
			}
			return true
		})
	})
}

func (l *linter) negative(s *plan.EventSet, asked string, at diag.Span) {
	for _, col := range s.Source.Columns {
		i := slices.IndexFunc(col.Values, func(v string) bool { return slices.Contains(negative, v) })
		if i >= 0 && !s.Derived() && col.Name != asked && !reads(s.Where, col.Name) {
			l.say(excludedFindings(at, s.Source.Name, col.Name, col.Values[i]))
		}
	}
}

func reads(x plan.Expr, column string) bool {
	found := false
	if x != nil {
		plan.Walk(x, func(x plan.Expr) bool {
			f, ok := x.(*plan.Field)
			found = found || ok && f.Column.Name == column
			return !found
		})
	}
	return found
}

// washout finds index dates by `first ever` without time under observation before them.
func (l *linter) washout() {
	for _, p := range l.cohorts {
		watched := false
		for _, s := range p.stmts {
			switch s := s.(type) {
			case *syntax.Lookback:
				watched = true
			case *syntax.Rule:
				watched = watched || holds[syntax.Observed](s)
			}
		}
		at := p.index()
		if at == nil || watched {
			continue
		}
		if pick, ok := at.X.(*syntax.Pick); ok && pick.Ever {
			l.say(noWashout(at.Span()))
		}
	}
}

// outcomes finds outcomes that nothing puts after the index date.
func (l *linter) outcomes() {
	for _, p := range l.cohorts {
		for _, s := range p.stmts {
			o, ok := s.(*syntax.Outcome)
			if !ok {
				continue
			}
			used := map[string]bool{}
			l.mentionsDeep(reflect.ValueOf(o.X), used)
			_, attribute := l.Target.Catalog.Attribute(l.File.Text(o.X.Span()))
			if !used["index"] && !used["followup"] && !attribute {
				l.say(outcomeBefore(o.Span(), o.Name.Name))
			}
		}
	}
}

// mentionsDeep collects the names that a tree uses, and those that the definitions of these use.
func (l *linter) mentionsDeep(v reflect.Value, used map[string]bool) {
	before := len(used)
	mentions(v, used)
	for before != len(used) {
		before = len(used)
		for _, d := range l.declarations() {
			if used[d.name] {
				mentions(reflect.ValueOf(d.node), used)
			}
		}
	}
}

// holds reports whether a tree has a node of a kind.
func holds[T any](n syntax.Node) bool { return kindIn(reflect.ValueOf(n), reflect.TypeFor[T]()) }

func kindIn(v reflect.Value, kind reflect.Type) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && kindIn(v.Elem(), kind)
	case reflect.Slice:
		for i := range v.Len() {
			if kindIn(v.Index(i), kind) {
				return true
			}
		}
	case reflect.Struct:
		if v.Type() == kind {
			return true
		}
		for i := range v.NumField() {
			if kindIn(v.Field(i), kind) {
				return true
			}
		}
	}
	return false
}

// organs are categories of ICD-10 for organs, pregnancy and birth of one sex.
//
// Source: WHO, ICD-10 volume 2 (instruction manual, 2016), "categories limited to, or more likely to occur in" persons of
// one sex; here only those that name an organ, pregnancy, childbirth or the puerperium.
var organs = map[string]struct {
	what  string
	codes []string // first and last category
}{
	"male":   {"women", []string{"C51", "C58", "D25", "D28", "N70", "N98", "O00", "O99", "Q50", "Q52", "Z32", "Z36", "Z39", "Z39"}},
	"female": {"men", []string{"C60", "C63", "D29", "D29", "D40", "D40", "N40", "N51", "Q53", "Q55"}},
}

// organs finds cohorts of one sex that ask for events with codes of the other's organs.
func (l *linter) organs() {
	for _, p := range l.cohorts {
		sex := &domain{}
		for i, s := range p.rules {
			r := p.cohort.Rules[i]
			these, _ := atoms(r)
			for _, a := range these {
				if x, ok := a.x.(*plan.Attr); ok && x.Column.Name == "sex" && !r.Exclude {
					sex.narrow(a)
				}
			}
			if r.Exclude || len(sex.words) != 1 {
				continue
			}
			other, ok := organs[sex.words[0]]
			if ok && needs(r.Cond, other.codes) {
				l.say(otherSex(s.Span(), sex.words[0], other.what))
			}
		}
	}
}

// needs reports whether a condition asks for an event whose codes all lie in ranges of categories of ICD-10.
func needs(x plan.Expr, ranges []string) bool {
	c, ok := x.(*plan.Compare)
	if !ok {
		return false
	}
	count, ok := c.L.(*plan.Count)
	if !ok || c.Op != ">=" || count.Set.Codes == nil || len(count.Set.Codes.Codes) == 0 {
		return false
	}
	return !slices.ContainsFunc(count.Set.Codes.Codes, func(code string) bool { return !within(code, ranges) })
}

func within(curie string, ranges []string) bool {
	system, code, _ := catalog.SplitCurie(curie)
	if !strings.HasPrefix(system, "ICD10") || len(code) < 3 {
		return false
	}
	for i := 0; i < len(ranges); i += 2 {
		if code[:3] >= ranges[i] && code[:3] <= ranges[i+1] {
			return true
		}
	}
	return false
}

package lint

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

var (
	// said are the numbers of a label; the first part is what stands before.
	said = regexp.MustCompile(`(^|[^\w.,-])(?:(type|stage|grade|class|phase|line|tipo|stadio|grado|classe|fase|linea)\s+)?(\d+(?:[.,]\d+)?)(\b|$)`)
	// written are the numbers of a query's text.
	written = regexp.MustCompile(`\d+(?:\.\d+)?`)
	adults  = regexp.MustCompile(`(?i)\b(adults?|adulti?|adulte)\b`)
	time    = regexp.MustCompile(`(?i)\b(?:in|within|during) the (?:last |previous )?(year|month|week)\b|\b(year|month|week) before\b|\bnell'(anno)\b|\bnel (mese)\b`)
)

// units are the lengths that a word for a time may stand for, in days or months.
var units = map[string][]string{
	"year": {"365 days", "366 days", "12 months"}, "anno": {"365 days", "366 days", "12 months"},
	"month": {"28 days", "30 days", "31 days", "1 months"}, "mese": {"28 days", "30 days", "31 days", "1 months"},
	"week": {"7 days"},
}

// labels finds rules whose label says another number, age or time than they do.
func (l *linter) labels() {
	for _, p := range l.cohorts {
		for i, s := range p.rules {
			r, ok := s.(*syntax.Rule)
			if !ok || r.Label.Value == "" {
				continue
			}
			l.label(r, p.cohort.Rules[i].Cond)
		}
	}
}

func (l *linter) label(r *syntax.Rule, cond plan.Expr) {
	at, label := r.Label.Span(), r.Label.Value
	numbers := l.numbers(r.Cond, cond)
	var missing []string
	for _, m := range said.FindAllStringSubmatch(label, -1) {
		n := strings.ReplaceAll(m[3], ",", ".")
		if m[2] == "" && !slices.Contains(numbers, trimmed(n)) {
			missing = append(missing, m[3])
		}
	}
	if len(missing) > 0 {
		l.say(labelNumber(at, label, missing))
	}
	if ages := comparedAges(cond); adults.MatchString(label) && len(ages) > 0 && !slices.ContainsFunc(ages, func(a int64) bool { return a >= 17 && a <= 21 }) {
		l.say(labelAdult(at, label))
	}
	l.time(at, label, cond)
}

func (l *linter) time(at diag.Span, label string, cond plan.Expr) {
	m := time.FindStringSubmatch(label)
	if m == nil {
		return
	}
	word := strings.ToLower(strings.Join(m[1:], ""))
	lengths := lengthsOf(cond)
	fits := func(n string) bool { return slices.Contains(units[word], n) }
	if len(lengths) > 0 && !slices.ContainsFunc(lengths, fits) {
		l.say(labelTime(at, label, word))
	}
}

// numbers are those of a rule: of its text and of all that it names, of its plan, and of the labels of its codes.
func (l *linter) numbers(x syntax.Expr, cond plan.Expr) []string {
	names := map[string]bool{}
	text := l.File.Text(x.Span()) + " " + l.texts(reflect.ValueOf(x), names, 0)
	plan.Walk(cond, func(x plan.Expr) bool {
		switch x := x.(type) {
		case *plan.AddDate:
			text += " " + strconv.Itoa(max(x.N, -x.N))
			if x.Unit == "months" {
				text += " " + strconv.Itoa(max(x.N, -x.N)/12)
			}
		case *plan.Const:
			text += " " + plan.String(x)
		}
		for _, s := range plan.Sets(x) {
			for _, s := range s.All() {
				text += l.codeLabels(s.Codes)
			}
		}
		return true
	})
	var out []string
	for _, n := range written.FindAllString(text, -1) {
		out = append(out, trimmed(n))
	}
	return out
}

// codeLabels are the labels of a code set, as far as they are few.
func (l *linter) codeLabels(c *plan.CodeSet) string {
	const few = 200
	if c == nil {
		return ""
	}
	var b strings.Builder
	for _, code := range c.Codes[:min(len(c.Codes), few)] {
		b.WriteString(" " + l.Target.Vocabulary.Label(code))
	}
	return b.String()
}

// texts are the texts of the declarations that a tree names.
func (l *linter) texts(v reflect.Value, done map[string]bool, depth int) string {
	used := map[string]bool{}
	mentions(v, used)
	var b strings.Builder
	for _, d := range l.declarations() {
		if used[d.name] && !done[d.name] && depth < 20 {
			done[d.name] = true
			b.WriteString(l.File.Text(d.node.Span()) + " " + l.texts(reflect.ValueOf(d.node), done, depth+1) + " ")
		}
	}
	return b.String()
}

type named struct {
	name string
	node syntax.Node
}

func (l *linter) declarations() []named {
	var out []named
	for _, d := range l.File.Decls {
		switch d := d.(type) {
		case *syntax.Codes:
			out = append(out, named{d.Name.Name, d})
		case *syntax.Param:
			out = append(out, named{d.Name.Name, d})
		case *syntax.Define:
			out = append(out, named{d.Name.Name, d})
		case *syntax.Cohort:
			for _, s := range d.Stmts {
				switch s := s.(type) {
				case *syntax.Define:
					out = append(out, named{s.Name.Name, s})
				case *syntax.Window:
					out = append(out, named{s.Name.Name, s})
				case *syntax.Followup:
					out = append(out, named{"followup", s})
				}
			}
		}
	}
	return out
}

// trimmed writes 7.0 as 7.
func trimmed(n string) string {
	x, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return n
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// comparedAges are the numbers that a condition compares ages with.
func comparedAges(cond plan.Expr) (out []int64) {
	plan.Walk(cond, func(x plan.Expr) bool {
		c, ok := x.(*plan.Compare)
		if !ok {
			return true
		}
		_, _, aged := plan.Age(c.L)
		if n, ok := c.R.(*plan.Const); ok && aged {
			if v, ok := n.Value.(int64); ok {
				out = append(out, v)
			}
		}
		return true
	})
	return out
}

// lengthsOf are the lengths by which a condition moves dates; one day off stands for a strict bound.
func lengthsOf(cond plan.Expr) (out []string) {
	plan.Walk(cond, func(x plan.Expr) bool {
		if a, ok := x.(*plan.AddDate); ok && !(a.Unit == "days" && (a.N == 1 || a.N == -1)) {
			n := max(a.N, -a.N)
			out = append(out, strconv.Itoa(n)+" "+a.Unit)
			if a.Unit == "days" && a.N > 0 {
				out = append(out, strconv.Itoa(n-1)+" "+a.Unit)
			}
		}
		return true
	})
	return out
}

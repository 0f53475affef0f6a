// Package explain says in plain language what a plan means, for people who decide whether it may run.
//
// [Prose] is written from the plan, never from the text of the query: what the text calls "Adult" is said as what it
// computes. Labels are quoted beside it. Code sets are named with the number of their codes and the first labels of the
// published vocabulary. Each language is one table (english.go, italian.go); words.go and sets.go put sentences together
// and are the same for all.
package explain

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Languages are the languages of [Prose], by their code (ISO 639-1).
func Languages() []string { return slices.Sorted(maps.Keys(tables)) }

var tables = map[string]table{"en": english, "it": italian}

// table is a language: sentences and parts of sentences by key. {0}, {1}, … are filled in.
type table struct {
	words map[string]string
	// tidy mends what putting parts together leaves, such as "di il" in Italian.
	tidy func(string) string
}

// Prose says what p means in a language of [Languages].
func Prose(p *plan.Plan, v *catalog.Vocabulary, language string) (string, error) {
	t, ok := tables[language]
	if !ok {
		return "", fmt.Errorf("there is no explanation in %q; there is: %s", language, strings.Join(Languages(), ", "))
	}
	w := &writer{table: t, vocabulary: v, plan: p, named: map[string]bool{}}
	parts := []string{w.study()}
	for _, c := range p.Cohorts {
		parts = append(parts, w.cohort(c))
	}
	parts = append(parts, w.reports())
	return strings.Join(parts, "\n\n") + "\n", nil
}

// writer puts the sentences about one plan together.
type writer struct {
	table
	vocabulary *catalog.Vocabulary
	plan       *plan.Plan
	named      map[string]bool // code sets that were named with their codes
	record     string          // the letter of the record whose columns are told; "" for "its"
	letters    int             // how many the sentence has
}

// say fills in a sentence of the table.
func (w *writer) say(key string, parts ...string) string {
	text, ok := w.words[key]
	if !ok {
		return "⟨" + key + "⟩"
	}
	pairs := make([]string, 0, 2*len(parts))
	for i, part := range parts {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", part)
	}
	return w.tidy(strings.NewReplacer(pairs...).Replace(text))
}

// counted says a number of things: KEY.one for 1, KEY.many for others.
func (w *writer) counted(key string, n int) string {
	if n == 1 {
		return w.say(key + ".one")
	}
	return w.say(key+".many", strconv.Itoa(n))
}

// list puts parts behind each other, the last one with KEY, such as "a, b and c".
func (w *writer) list(key string, parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	last := len(parts) - 1
	return w.say(key, strings.Join(parts[:last], ", "), parts[last])
}

func (w *writer) quoted(s string) string { return "“" + s + "”" }

func (w *writer) number(x float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(x, 'g', -1, 64), ".", w.words["decimal point"])
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

func (w *writer) study() string {
	l := w.plan.Labels
	title := w.quoted(l.Study)
	if l.Version != "" {
		title = w.say("study.version", title, l.Version)
	}
	out := []string{w.say("study", title, w.plan.Dataset)}
	if len(l.Purpose) > 0 {
		out = append(out, w.say("study.purpose", strings.Join(l.Purpose, ", ")))
	}
	if l.Approval != "" {
		out = append(out, w.say("study.approval", l.Approval))
	}
	return strings.Join(append(out, w.say("study.plan", w.plan.Digest())), " ")
}

func (w *writer) cohort(c *plan.Cohort) string {
	w.letters = 0
	head := w.say("cohort", c.Name)
	index := w.say("cohort.index", w.value(c.Index))
	if _, fixed := c.Index.(*plan.Const); fixed {
		index = w.say("cohort.fixed", w.value(c.Index))
	}
	if len(c.Rules) == 0 {
		return head + "\n" + index + " " + w.say("cohort.all")
	}
	lines := []string{head, index + " " + w.say("cohort.rules")}
	for i, r := range c.Rules {
		lines = append(lines, fmt.Sprintf("%3d. %s. %s", i+1, w.quoted(r.Label), w.rule(r)))
	}
	return strings.Join(lines, "\n")
}

func (w *writer) rule(r *plan.Rule) string {
	w.letters = 0
	key := "include"
	if r.Exclude {
		key = "exclude"
	}
	out := sentence(w.say(key, w.cond(r.Cond)))
	if !(&plan.Dimension{X: r.Cond}).AlwaysKnown() {
		out += " " + w.say(key+".unknown")
	}
	return out
}

func (w *writer) reports() string {
	lines := []string{w.say("reports")}
	for i, r := range w.plan.Reports {
		lines = append(lines, fmt.Sprintf("%3d. %s", i+1, w.report(r)))
	}
	return strings.Join(lines, "\n")
}

func (w *writer) report(r *plan.Report) string {
	w.letters = 0
	out := sentence(w.say("report", w.say("kind."+r.Kind), w.plan.CohortOf(r).Name))
	if r.Label != "" {
		out = w.quoted(r.Label) + ". " + out
	}
	if r.Value != nil {
		out += " " + w.say("report.value", w.quoted(r.ValueLabel), w.value(r.Value), w.unit(r.Value))
	}
	for _, d := range r.By {
		out += " " + w.dimension(d)
	}
	return out
}

func (w *writer) unit(x plan.Expr) string {
	if u := x.Type().Unit; u != "" {
		return w.say("report.unit", u)
	}
	return ""
}

func (w *writer) dimension(d *plan.Dimension) string {
	groups := make([]string, 0, len(d.Keys)+len(d.Bands))
	for _, k := range d.Keys {
		switch k {
		case "true", "false":
			k = w.say(k)
		}
		groups = append(groups, k)
	}
	for _, b := range d.Bands {
		groups = append(groups, w.band(b))
	}
	key, what := "dimension", ""
	if d.X.Type().Kind == catalog.Bool {
		key, what = "dimension.bool", w.cond(d.X)
	} else {
		what = w.value(d.X)
	}
	out := w.say(key, w.quoted(d.Label), what, strings.Join(groups, "; "))
	if !d.AlwaysKnown() {
		out += " " + w.say("dimension.unknown")
	}
	return out
}

func (w *writer) band(b plan.Band) string {
	switch {
	case b.Low == nil && b.High == nil:
		return w.say("band.all")
	case b.Low == nil:
		return w.say("band.below", w.number(*b.High))
	case b.High == nil:
		return w.say("band.from", w.number(*b.Low))
	}
	return w.say("band", w.number(*b.Low), w.number(*b.High))
}

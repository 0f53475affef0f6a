package dsl

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/check"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// The work on repairs is bounded: all texts that are compiled in trial are together no longer than one that is just read
// (syntax.MaxTokens), few errors are looked at, and few words around each of them.
const (
	trialLeast  = 160 // a shorter text counts as one of so many tokens
	trialBytes  = 16  // as many bytes count as a token, where words are long
	trialErrors = 3
	maxKnown    = 2000 // words; a text that uses more gets no repairs
	wordsBefore = 8
	wordsBehind = 2
	maxSuspects = 64
)

// repair is a word that may have been typed for another one, or, where it is empty, left out.
type repair struct {
	word syntax.Word
	to   string
	slip diag.Slip
	far  int  // how unlikely it is by its place and its slip
	left int  // errors with the right word in its place
	lone int  // names that are declared and not used then
	odd  bool // a singular after another number than 1, or a plural after 1
}

// compare puts what explains more first, then what leaves less that is strange.
func (r repair) compare(q repair) int {
	odd := func(r repair) int {
		if r.odd {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(r.left, q.left), cmp.Compare(r.lone, q.lone), cmp.Compare(odd(r), odd(q)))
}

// repairer looks for misspelt words that explain the errors of one text.
type repairer struct {
	attempt
	target  Target
	words   []syntax.Word
	counts  map[string]int  // of the words
	given   map[string]bool // the words of the language and of the catalog
	known   []string        // those and the words of the text, each once
	compile func(text string) attempt
	budget  int
}

// suggest gives errors that one misspelt or missing word explains a first hint that says so. With the right word in its
// place the error must be gone, and no other one there. What explains all errors is told at the first.
func suggest(a attempt, t Target, compile func(text string) attempt) diag.List {
	r := newRepairer(a, t, compile)
	if a.file.Size() == 0 || len(r.known) > maxKnown || len(r.list) != len(a.list) {
		return a.list
	}
	out := slices.Clone(a.list)
	first, tried := -1, 0
	for i, d := range out {
		if d.Severity != diag.Error || tried == trialErrors {
			continue
		}
		tried++
		if first < 0 {
			first = i
		}
		found := r.mend(d, r.list[i])
		if len(found) > 0 && found[0].left == 0 {
			addHint(&out[first], found)
			break
		}
		addHint(&out[i], found)
	}
	return out
}

func newRepairer(a attempt, t Target, compile func(text string) attempt) repairer {
	r := repairer{attempt: a, target: t, words: a.file.Words(), compile: compile, budget: syntax.MaxTokens - 2*a.file.Size(),
		counts: map[string]int{}, given: map[string]bool{}}
	if r.unread && r.budget > 0 {
		r.list = compile(a.file.Source).list // as it is told in trial
	}
	known := map[string]bool{}
	for _, w := range slices.Concat(syntax.Vocabulary(), check.Words(t.Catalog)) {
		r.given[w], known[w] = true, true
	}
	for _, w := range r.words {
		r.counts[w.Text]++
		known[w.Text] = true
	}
	r.known = slices.Sorted(maps.Keys(known))
	return r
}

// mend lists the repairs of one error that are as good as each other; most often one or none.
//
// In trial the error is told as inTrial.
func (r *repairer) mend(d, inTrial diag.Diagnostic) []repair {
	found := r.try(inTrial, r.misspelt(d))
	if len(found) == 0 && d.Code == "syntax" && len(d.Hints) == 0 {
		found = r.try(inTrial, r.missing(d))
	}
	if len(found) < 2 {
		return found
	}
	best := slices.MinFunc(found, repair.compare)
	found = slices.DeleteFunc(found, func(r repair) bool { return r.compare(best) > 0 })
	slips := map[int]diag.Slip{} // by place
	for _, r := range found {
		at := r.word.Range.From.Offset
		if s, ok := slips[at]; !ok || r.slip < s {
			slips[at] = r.slip
		}
	}
	found = slices.DeleteFunc(found, func(r repair) bool { return r.slip > slips[r.word.Range.From.Offset] })
	return newLexicon(r.file, r.target, found).likeliest(found, d.Span)
}

// try returns the repairs that help, as long as the budget lasts, and once one leaves no error those as likely as it.
func (r *repairer) try(d diag.Diagnostic, candidates []repair) (helps []repair) {
	source := r.file.Source
	enough := math.MaxInt
	for _, c := range candidates {
		if c.far > enough {
			break
		}
		if r.budget -= max(trialLeast, r.file.Size(), len(source)/trialBytes); r.budget < 0 {
			break
		}
		after := r.compile(source[:c.word.Range.From.Offset] + c.to + source[c.word.Range.To.Offset:])
		certain := c.word.Text == "" || r.given[c.word.Text] // must explain all: a word of the language is seldom wrong
		if r.helps(d, after) && (faults(after.list) == 0 || !certain) {
			c.left, c.lone = faults(after.list), r.lone(c)
			helps = append(helps, c)
			if c.left == 0 {
				enough = min(enough, c.far+1)
			}
		}
	}
	return helps
}

// helps reports whether an error is gone in another text, and no new one is there. What was hidden behind errors of
// syntax is not new.
func (r *repairer) helps(d diag.Diagnostic, after attempt) bool {
	if after.unread != r.unread {
		return r.unread
	}
	left := map[string]int{}
	for _, e := range r.list {
		left[e.Code+e.Message]++
	}
	for _, e := range after.list {
		if left[e.Code+e.Message]--; e.Severity == diag.Error && left[e.Code+e.Message] < 0 && len(r.list) < diag.Max {
			return false
		}
	}
	return left[d.Code+d.Message] > 0
}

// faults counts the errors of a list.
func faults(list diag.List) (n int) {
	for _, d := range list {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

// lone counts the names that are declared and not used with a repair.
func (r *repairer) lone(c repair) (n int) {
	counts, declared := map[string]int{}, map[string]bool{}
	for _, w := range r.words {
		if w.Range.From == c.word.Range.From {
			w.Text = c.to
		}
		counts[w.Text]++
		declared[w.Text] = declared[w.Text] || w.Declares()
	}
	for name := range declared {
		if declared[name] && counts[name] == 1 {
			n++
		}
	}
	return n
}

// misspelt lists the words near an error that one slip may have made of a word that is known: the nearest first, and of
// these the likeliest slips.
func (r *repairer) misspelt(d diag.Diagnostic) []repair {
	var out []repair
	for _, c := range r.suspects(d.Span) {
		if !r.unread && !r.strange(d, c.word) {
			continue
		}
		for _, to := range r.known {
			if slip := diag.SlipOf(c.word.Text, to); slip < diag.Far && to != c.word.Text && r.fair(d, c.word, to) {
				out = append(out, repair{word: c.word, to: to, slip: slip, odd: odd(c.word.Before, to), far: c.far + int(slip)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b repair) int { return cmp.Compare(a.far, b.far) })
	return out
}

// strange reports whether a word can be the cause of an error that is not of syntax: any word where a name is unknown, and
// elsewhere a word that is nowhere else.
func (r *repairer) strange(d diag.Diagnostic, w syntax.Word) bool {
	return strings.HasPrefix(d.Code, "unknown-") || r.counts[w.Text] == 1 && !r.given[w.Text]
}

// fair reports whether two words are long enough for a slip to mean something: one letter may stand for another only
// where it is an unknown name, and nothing but a name has one letter.
func (r *repairer) fair(d diag.Diagnostic, w syntax.Word, to string) bool {
	switch {
	case len(to) > 1:
		return true
	case len(w.Text) > 1:
		return r.isName(to)
	}
	return r.isName(to) && strings.HasPrefix(d.Code, "unknown-") && w.Range.From == d.Span.From
}

// isName reports whether a word is a name of the text.
func (r *repairer) isName(word string) bool { return r.counts[word] > 0 && !r.given[word] }

// suspect is a word that may be the cause of an error, and how far it is from it.
type suspect struct {
	word syntax.Word
	far  int
}

// suspects lists the words at an error, those elsewhere that are nearly the one at the error, as a name may be right
// where it is used and misspelt where it is declared, and the words around.
func (r *repairer) suspects(s diag.Span) []suspect {
	var out []suspect
	seen := map[int]bool{}
	add := func(i, far int) {
		if i >= 0 && i < len(r.words) && !seen[i] && len(out) < maxSuspects {
			seen[i] = true
			out = append(out, suspect{r.words[i], far})
		}
	}
	first, last := within(r.words, s)
	add(first, 0)
	for i, w := range r.words {
		if first < len(r.words) && diag.SlipOf(r.words[first].Text, w.Text) < diag.Far && w.Text != r.words[first].Text {
			add(i, 0)
		}
	}
	for n := range wordsBefore + 1 {
		add(first-n, n/2)
		if n <= wordsBehind {
			add(first+n, n/2)
			add(last-n, n/2)
		}
	}
	return out
}

// within returns the indexes of the first word of a span, or the next one, and of the last one.
func within(words []syntax.Word, s diag.Span) (first, last int) {
	first, _ = slices.BinarySearchFunc(words, s.From.Offset+1, func(w syntax.Word, at int) int { return w.Range.To.Offset - at })
	last, _ = slices.BinarySearchFunc(words, s.To.Offset, func(w syntax.Word, at int) int { return w.Range.From.Offset - at })
	return first, last - 1
}

// odd reports whether a unit of time has the wrong number for what stands before it.
func odd(before, unit string) bool {
	singular := slices.Contains([]string{"day", "week", "month", "year", "hour", "minute"}, unit)
	plural := slices.Contains([]string{"days", "weeks", "months", "years", "hours", "minutes"}, unit)
	number := before != "" && before[0] >= '0' && before[0] <= '9'
	return number && (singular && before != "1" || plural && before == "1")
}

// missing lists the names of the text as what may have been left out where an error is.
func (r *repairer) missing(d diag.Diagnostic) []repair {
	source := r.file.Source
	before := strings.TrimRight(source[:d.Span.From.Offset], " \t\r\n")
	if strings.Contains(d.Message, "not complete") {
		before = source[:d.Span.To.Offset]
	}
	gap := " "
	if strings.HasPrefix(source[len(before):], " ") {
		before, gap = before+" ", ""
	}
	place := diag.At(source, len(before))
	var out []repair
	for _, w := range r.words {
		if r.isName(w.Text) && !slices.ContainsFunc(out, func(c repair) bool { return c.to == gap+w.Text }) {
			out = append(out, repair{word: syntax.Word{Place: syntax.Place{Range: diag.Span{From: place, To: place}}}, to: gap + w.Text})
		}
	}
	return out
}

// maxHints bounds the words that are offered as equally likely.
const maxHints = 3

// addHint gives an error the repair as its first hint; of several it names all, if they are few, and offers no edit.
func addHint(d *diag.Diagnostic, found []repair) {
	meant := func(h string) bool { return strings.HasPrefix(h, "did you mean ") }
	several := len(found) > 1 && (len(found[0].word.Text) == 1 || slices.ContainsFunc(d.Hints, meant))
	if len(found) == 0 || len(found) > maxHints || several {
		return
	}
	texts := make([]string, len(found))
	for i, r := range found {
		texts[i] = "`" + strings.TrimSpace(r.to) + "`"
		switch at := r.word.Range.From; {
		case r.word.Text == "" || at == d.Span.From:
		case at.Line == d.Span.From.Line:
			texts[i] += fmt.Sprintf(" for `%s`", r.word.Text)
		default:
			texts[i] += fmt.Sprintf(" where line %d has `%s`", at.Line, r.word.Text)
		}
	}
	hint := "did you mean " + strings.Join(texts, " or ") + "?"
	if found[0].word.Text == "" {
		hint = "is " + strings.Join(texts, " or ") + " missing here?"
	}
	others := slices.DeleteFunc(slices.Clone(d.Hints), meant)
	d.Hints = append([]string{hint}, others...)
	if len(found) == 1 {
		d.Fix = &diag.Edit{Span: found[0].word.Range, Text: found[0].to}
	}
}

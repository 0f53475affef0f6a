package dsl_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/plan"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// slipped is a study that compiles, to be spoilt by slips of the finger.
type slipped struct {
	name, text string
	target     dsl.Target
	slips      int
}

// slippable lists the studies of the examples, and those of the traces that compile.
func slippable(t testing.TB, slips int) []slipped {
	var out []slipped
	for _, pattern := range []string{"../examples/*/*.cohort", "../examples/*/*/*.cohort"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if target, ok := targetOf(t, filepath.Dir(file), "catalog.yaml", "vocabulary.csv"); ok {
				out = append(out, slipped{file, read(t, file), target, slips})
			}
		}
	}
	traces, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(out) == 0 || len(traces) == 0 {
		t.Fatalf("no studies (%v)", err)
	}
	for _, file := range traces {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		comment := string(a.Comment)
		_, shared, _ := strings.Cut(comment, "catalog: ")
		shared, _, _ = strings.Cut(shared, "\n")
		target, ok := targetOf(t, "testdata/catalogs", shared+".yaml", shared+".csv")
		if ok && a.Files[0].Name == "query.cohort" && !strings.Contains(comment, "times: ") {
			out = append(out, slipped{file, string(a.Files[0].Data), target, max(1, slips/8)})
		}
	}
	return slices.DeleteFunc(out, func(s slipped) bool {
		p, _ := dsl.Compile("query.cohort", s.text, nil, s.target)
		return p == nil
	})
}

// targetOf reads a catalog in a folder, or in one above it.
func targetOf(t testing.TB, folder, catalogFile, vocabularyFile string) (dsl.Target, bool) {
	for ; folder != "." && folder != ".."; folder = filepath.Dir(folder) {
		text, err := os.ReadFile(filepath.Join(folder, catalogFile))
		terms, noTerms := os.ReadFile(filepath.Join(folder, vocabularyFile))
		if err != nil || noTerms != nil {
			continue
		}
		c, list := catalog.Parse(catalogFile, text)
		if list.Failed() {
			t.Fatal(list)
		}
		v, list := catalog.ParseVocabulary(terms)
		if list.Failed() {
			t.Fatal(list)
		}
		return dsl.Target{Catalog: c, Vocabulary: v}, true
	}
	return dsl.Target{}, false
}

// sortOf names the sort of a word, for the table of rates.
func sortOf(w syntax.Word, words []syntax.Word, c *catalog.Catalog) string {
	declared := slices.ContainsFunc(words, func(d syntax.Word) bool { return d.Declares() && d.Text == w.Text })
	_, isSource := c.Source(w.Text)
	_, isAttribute := c.Attribute(w.Text)
	number := strings.ContainsAny(w.Before, "0123456789")
	switch {
	case w.Before == "report":
		return "report kind"
	case syntax.Reserved(w.Text):
		return "reserved word"
	case w.Declares():
		return "name where it is declared"
	case declared:
		return "name where it is used"
	case number || w.Before == "as":
		return "unit"
	case isSource:
		return "source"
	case isAttribute:
		return "attribute"
	case slices.Contains(syntax.Vocabulary(), w.Text):
		return "other word of the language"
	case slices.ContainsFunc(plan.Kinds, func(k plan.Kind) bool { return slices.Contains(k.Clauses, w.Text) }):
		return "clause"
	}
	return "column or other name"
}

// slip spoils a word by one insertion, deletion, exchange or substitution of a letter.
func slip(r *rand.Rand, word string) string {
	rs := []rune(word)
	letter := rune('a' + r.IntN(26))
	i := r.IntN(len(rs))
	switch r.IntN(4) {
	case 0:
		return string(slices.Insert(rs, r.IntN(len(rs)+1), letter))
	case 1:
		return string(slices.Delete(rs, i, i+1))
	case 2:
		if i+1 < len(rs) {
			rs[i], rs[i+1] = rs[i+1], rs[i]
		}
	default:
		rs[i] = letter
	}
	return string(rs)
}

// tally counts the slips of one sort of word.
type tally struct{ cases, right, ties int }

func (t tally) String() string {
	return fmt.Sprintf("%4d of %4d (%.3f), %d ties", t.right, t.cases, float64(t.right)/float64(max(1, t.cases)), t.ties)
}

// One slip of the finger in a word of a study is answered, first of all, with the word that was there. A slip that makes
// another study is no case; two words offered as equally likely are wrong. OFFICINA_SLIPS is the number of slips in each
// example, OFFICINA_SEED begins them.
func TestSlipsAreMended(t *testing.T) {
	slips, seed := fromEnv(t, "OFFICINA_SLIPS", 12), fromEnv(t, "OFFICINA_SEED", 4)
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	sorts := map[string]*tally{}
	var all tally
	other, shown := 0, 0
	for _, s := range slippable(t, slips) {
		f, _ := syntax.Parse("", s.text)
		words := f.Words()
		for range s.slips {
			w := words[r.IntN(len(words))]
			typed := slip(r, w.Text)
			if typed == w.Text {
				continue
			}
			from, to := w.Range.From.Offset, w.Range.To.Offset
			text := s.text[:from] + typed + s.text[to:]
			p, list := dsl.Compile("query.cohort", text, nil, s.target)
			if p != nil {
				other++
				continue
			}
			sort := sortOf(w, words, s.target.Catalog)
			if sorts[sort] == nil {
				sorts[sort] = &tally{}
			}
			d := list[slices.IndexFunc(list, func(d diag.Diagnostic) bool { return d.Severity == diag.Error })]
			mended := d.Fix != nil && text[:d.Fix.Span.From.Offset]+d.Fix.Text+text[d.Fix.Span.To.Offset:] == s.text
			for _, c := range []*tally{&all, sorts[sort]} {
				c.cases++
				if mended {
					c.right++
				} else if d.Fix == nil && len(d.Hints) > 0 && strings.Contains(d.Hints[0], " or `") {
					c.ties++
				}
			}
			if !mended && shown < fromEnv(t, "OFFICINA_SHOWN", 12) {
				shown++
				line := strings.TrimSpace(strings.Split(text, "\n")[w.Range.From.Line-1])
				t.Logf("%s: %q for %q in %q: %s %q", filepath.Base(s.name), typed, w.Text, line, d.Message, d.Hints)
			}
		}
	}
	for _, sort := range slices.Sorted(maps.Keys(sorts)) {
		t.Logf("%-28s %v", sort, sorts[sort])
	}
	t.Logf("%-28s %v; %d slips made another study", "all", all, other)
	if float64(all.right) < 0.9*float64(all.cases) || all.cases < 100 {
		t.Errorf("%d of %d slips are mended; 9 of 10 must be", all.right, all.cases)
	}
}

func fromEnv(t testing.TB, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

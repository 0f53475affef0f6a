package dsl_test

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/syntax"
)

const (
	hostileBytes = 64 << 10 // of each text
	maxFaults    = 20       // diagnostics of one text
)

const hostileHead = "study \"S\"\n  version \"1\"\n  purpose DUO:0000007\n  approval \"CE-1\"\n  dataset \"clinic\"\n\ncohort a {\n  index first condition in ICD10:E11\n  include "

// token is what a text has at most syntax.MaxTokens of, nearly.
var token = regexp.MustCompile(`[A-Z0-9]+:[A-Z0-9]+|[A-Za-z0-9_]+|[^\sA-Za-z0-9_]`)

// hostile lists texts that cost a compiler the most: one form repeated or nested, as far as there is room in 64 KiB
// and, when shorter, as far as all of it is read.
func hostile() map[string]string {
	all := repeated(hostileBytes)
	for name, text := range repeated(0) {
		if text != all[name] {
			all[name+", all read"] = text
		}
	}
	return all
}

// repeated makes texts of a length or, if that is 0, of as many tokens as are read.
func repeated(length int) map[string]string {
	room := func(start, unit, end string) int {
		if length > 0 {
			return length
		}
		each := len(token.FindAllString(strings.ReplaceAll(unit, ",", ""), -1))
		read := len(start) + len(end) + len(unit)*(syntax.MaxTokens-len(token.FindAllString(start+end, -1)))/max(each, 1)
		return min(hostileBytes, read)
	}
	fill := func(start, unit, end string) string {
		n := (room(start, unit, end) - len(start) - len(end)) / len(unit)
		return start + strings.Repeat(unit, n) + end
	}
	numbered := func(start, unit, end string) string { // with another number in each place of a %d
		var b strings.Builder
		b.WriteString(start)
		for i := 0; b.Len() < room(start, unit, end)-len(end)-2*len(unit); i++ {
			b.WriteString(strings.ReplaceAll(unit, "%d", fmt.Sprint(i)))
		}
		return b.String() + end
	}
	const cohort = "cohort a {\n  index first condition in ICD10:E11\n}\n"
	return map[string]string{
		"parentheses":                fill(hostileHead, "(", ""),
		"parentheses, closed":        hostileHead + strings.Repeat("(", 32000) + "x" + strings.Repeat(")", 32000) + "}",
		"nested to the limit, often": fill(hostileHead+"x", "\n  include "+strings.Repeat("(", 60)+"age at index > 18"+strings.Repeat(")", 60), "\n}"),
		"where in where":             fill(hostileHead, "any drug where (", ""),
		"all of":                     fill(hostileHead, "all of (", ""),
		"calls":                      fill(hostileHead, "abs(1 + ", ""),
		"not":                        fill(hostileHead, "not ", "x }"),
		"minus":                      fill(hostileHead, "- ", "1 > 0 }"),
		"or":                         fill(hostileHead+"x", " or x", "}"),
		"or of truth":                fill(hostileHead+"age at index > 18", " or age at index > 18", "}"),
		"plus":                       fill(hostileHead+"1", "+1", " > 0 }"),
		"operators":                  fill(hostileHead, "<=>=!=+-*/", ""),
		"ages":                       fill(hostileHead, "age at ", "index }"),
		"first of first":             fill(hostileHead, "first a on ", "index }"),
		"phrases":                    fill(hostileHead+"any drug", " before index", "}"),
		"rules":                      fill(hostileHead+"age at index > 18", "\n  include any drug in (ATC:A10 with descendants) before index", "\n}"),
		"near misses of keywords":    fill(hostileHead+"x", "\n  inclde any drg befor indx", "}"),
		"near misses of names":       fill(hostileHead+"age at index > 18", "\n  include any drug wher (nam = 1)", "}"),
		"unknown names":              numbered(hostileHead+"x", " and name%d", "}"),
		"unknown columns":            numbered(hostileHead+"age at index > 18", "\n  include any drug where (colum%d = 1)", "}"),
		"a long wrong rule":          fill(hostileHead, "x and ", "\n}"),
		"names defined":              numbered(hostileHead+"age at index > 18", "\n  define n%d = age at index", "\n}"),
		"names of names":             numbered(hostileHead+"age at index > 18\n  define n0 = age at index", "\n  define m%d = n0 + n0", "\n}"),
		"names that double":          doubling(),
		"cohorts":                    numbered("", "cohort c%d { index first condition in ICD10:E11 }\n", ""),
		"the same cohort":            fill("", cohort, ""),
		"reports":                    fill(hostileHead+"age at index > 18\n}\n", "report count of a\n", ""),
		"tables":                     fill(hostileHead+"age at index > 18\n}\n", "report table of a by sex, sex, sex\n", ""),
		"bands":                      numbered(hostileHead+"age at index > 18\n  define b = bands of age at index (0", ", %d", ")\n}"),
		"codes":                      fill("codes a = ICD10:E11", ", ICD10:E11 with descendants", "\n"),
		"unknown codes":              numbered("codes a = ICD10:E11", ", ICD10:X%d", "\n"),
		"code lists":                 numbered("", "codes a%d = ICD10:E11 with descendants\n", ""),
		"code lists of lists":        numbered("codes a = ICD10:E11\n", "codes b%d = a, a, a\n", ""),
		"parameters":                 numbered("", "param p%d: number = 1\n", ""),
		"clauses":                    fill("report table of a {", " k: v", "}"),
		"list of texts":              fill(hostileHead+"sex in (\"female\"", ", \"female\"", ")\n}"),
		"case":                       fill(hostileHead+"age at index > 18\n  define k = case", " when age at index > 18 then \"a\"", "\n}"),
		"unions":                     fill(hostileHead+"any (drug", ", drug before index", ")\n}"),
		"sets in sets":               fill(hostileHead, "any (drug, drug during (", ""),
		"sequences":                  fill(hostileHead+"any drug", " followed by drug within 3 days", "\n}"),
		"nearest":                    fill(hostileHead, "value of nearest to (", ""),
		"episodes":                   fill(hostileHead+"x", " and any episodes of (drug) gap 3 days", "\n}"),
		"other cohorts":              fill(hostileHead+"x", " and in cohort a before index of a", "\n}"),
		"ranges of codes":            fill("codes a = ICD10:E11", ", ICD10:E11..E12", "\n"),
		"imports":                    fill("import a", ", a", " from \"x\""),
		"rows":                       fill("test \"x\" of a { person (id, sex)", " (a, female)", "}"),
		"columns":                    fill("test \"x\" of a { person (id", ", sex", ") (a) }"),
		"a wrong row":                fill("test \"x\" of a { person (id, sex)", " (a, female)", " a }"),
		"windows":                    numbered(hostileHead+"x", "\n  window w%d from index to index + 3 days", "\n}"),
		"an identifier":              fill("", "a", ""),
		"an identifier, used":        fill(hostileHead, "a", " > 1 }"),
		"two long identifiers":       hostileHead + strings.Repeat("b", 32000) + " or " + strings.Repeat("c", 32000) + "}",
		"a number":                   fill(hostileHead, "9", " > 1 }"),
		"a unit":                     fill(hostileHead+"1 ", "a/", "a }"),
		"a code":                     fill("codes a = A:b", ".b", ""),
		"a text":                     fill("study \"", "a", "\""),
		"a text, not closed":         fill("study \"", "a", ""),
		"texts, not closed":          fill("", "\"a\n", ""),
		"escapes":                    fill("study \"", "\\\\", "\""),
		"a comment":                  fill("", "#", ""),
		"comments":                   fill("", "# a\n", ""),
		"comments in a rule":         fill(hostileHead+"x\n", "# a\n", "}"),
		"blanks":                     fill("", " ", ""),
		"lines":                      fill("", "\n", ""),
		"carriage returns":           fill("", "\r", ""),
		"strange signs":              fill("", "@", ""),
		"braces":                     fill("", "{", ""),
		"closing braces":             fill("", "}", ""),
		"declarations cut off":       fill("", "cohort a {\n", ""),
		"words":                      fill("", "include exclude ", ""),
		"letters that combine":       fill(hostileHead, "e\u0301", " > 1 }"),
		"letters of four bytes":      fill(hostileHead, "𝔘", " > 1 }"),
		"from right to left":         fill(hostileHead, "\u202eא", " > 1 }"),
		"no UTF-8":                   fill(hostileHead, "\xff\xfe", " > 1 }"),
		"zeros":                      fill("", "\x00", ""),
		"too long":                   strings.Repeat("include x\n", 1<<20),
	}
}

// doubling defines each name by the one before, twice: written out it would be a text of 2^n.
func doubling() string {
	var b strings.Builder
	b.WriteString(hostileHead + "age at index > 18\n  define n0 = age at index\n")
	for i := 1; b.Len() < hostileBytes-64; i++ {
		fmt.Fprintf(&b, "  define n%d = n%d + n%d\n", i, i-1, i-1)
	}
	return b.String() + "  exclude n50 > 10\n}\nreport count of a\n"
}

// Whatever the text, the faults are few, each is in it, and they are sorted; how long it takes, BenchmarkHostile tells.
func TestHostileTextsHaveFewFaults(t *testing.T) {
	target := clinic(t)
	for name, text := range hostile() {
		p, list := dsl.Compile("hostile.cohort", text, nil, target)
		if (p == nil) != list.Failed() {
			t.Errorf("%s: a plan: %v; %d faults", name, p != nil, len(list))
		}
		if len(list) > maxFaults {
			t.Errorf("%s: %d faults", name, len(list))
		}
		said := 0
		for _, d := range list {
			said += len(d.Message) + len(strings.Join(d.Hints, ""))
			if d.Span.To.Offset > len(text) {
				t.Errorf("%s: a fault outside the text: %+v", name, d)
			}
		}
		if said > 16<<10 {
			t.Errorf("%s: the faults are %d bytes long", name, said)
		}
	}
}

// BenchmarkHostile reports, as worst-ms, the text that takes longest to compile, by the median of its times; the aim is
// 50 ms. It lists the first few.
func BenchmarkHostile(b *testing.B) {
	target := clinic(b)
	texts := hostile()
	times := map[string][]time.Duration{}
	for b.Loop() {
		for name, text := range texts {
			began := time.Now()
			dsl.Compile("hostile.cohort", text, nil, target)
			times[name] = append(times[name], time.Since(began))
		}
	}
	median := func(name string) float64 {
		slices.Sort(times[name])
		return float64(times[name][len(times[name])/2].Microseconds()) / 1000
	}
	names := slices.SortedFunc(maps.Keys(texts), func(x, y string) int { return cmp.Compare(median(y), median(x)) })
	for _, name := range names[:5] {
		b.Logf("%7.1f ms  %s", median(name), name)
	}
	b.ReportMetric(median(names[0]), "worst-ms")
}

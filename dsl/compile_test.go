package dsl_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/diag"
)

func Example() {
	c, _ := catalog.Parse("catalog.yaml", []byte(`
dataset: example
custodian: {name: Example, contact: data@example.org}
mode: {release: exact}
period: {start: 2015-01-01, end: 2024-12-31}
person: {attributes: {sex: {type: code, values: [female, male]}}}
sources: {condition: {kind: event, time: day, code: [ICD10]}}
codes: {ICD10: {hierarchy: dotted}}
`))
	v, _ := catalog.ParseVocabulary([]byte("code,label,parents\nICD10:E11,Type 2 diabetes,\nICD10:E11.9,Type 2 diabetes without complications,\n"))
	p, faults := dsl.Compile("t2d.cohort", `
study "Type 2 diabetes"
cohort diabetics { index first condition in ICD10:E11 with descendants }
report table of diabetics by sex
`, nil, dsl.Target{Catalog: c, Vocabulary: v})
	fmt.Println(faults.Failed())
	for _, d := range p.Reports[0].By {
		fmt.Println(d.Keys)
	}
	fmt.Println(p.Cohorts[0].Index.Type())
	// Output:
	// false
	// [female male]
	// date
}

// codes are those of a list, in its order.
func codes(list diag.List) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Code)
	}
	return out
}

// The limits that are too large for a trace. One below a limit is accepted.
func TestLimits(t *testing.T) {
	target := clinic(t)
	for name, c := range map[string]struct {
		text string
		n    int
		want []string
	}{
		"rules":          {"study \"x\" cohort c { index first drug %s } report count of c", 200, nil},
		"too many rules": {"study \"x\" cohort c { index first drug %s } report count of c", 201, []string{"too-many"}},
	} {
		text := fmt.Sprintf(c.text, strings.Repeat("include smoker ", c.n))
		if _, list := dsl.Compile("q", text, nil, target); !slices.Equal(codes(list), c.want) {
			t.Errorf("%s: %v, want %v", name, codes(list), c.want)
		}
	}
	reports := func(n int) string {
		return "study \"x\" cohort c { index first drug } " + strings.Repeat("report count of c ", n)
	}
	if _, list := dsl.Compile("q", reports(20), nil, target); len(list) > 0 {
		t.Errorf("20 reports: %v", list)
	}
	if _, list := dsl.Compile("q", reports(21), nil, target); !slices.Equal(codes(list), []string{"too-many"}) {
		t.Errorf("21 reports: %v", list)
	}
	table := "study \"x\" cohort c { index first drug } report table of c by year of index, " // 11 keys and one more
	if _, list := dsl.Compile("q", table+"month of index, sex", nil, target); len(list) > 0 {
		t.Errorf("11 x 13 x 4 cells: %v", list)
	}
	bands := "age at index in bands (<18, >=18)" // many dimensions of few keys, and of more cells than a number holds
	if _, list := dsl.Compile("q", table+"month of index, "+strings.Repeat("province, ", 3)+bands, nil, target); !slices.Equal(codes(list), []string{"too-many"}) {
		t.Errorf("a huge table: %v", list)
	}
}

// Short texts that stand for much come to an end soon: definitions and code sets that use each other, deep nesting, long chains.
func TestShortTextsThatStandForMuch(t *testing.T) {
	target := clinic(t)
	doubled := func(word, first, join string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "%s n0 = %s\n", word, first)
		for i := range 60 {
			fmt.Fprintf(&b, "%s n%d = n%d%sn%d\n", word, i+1, i, join, i)
		}
		return b.String()
	}
	chain := func(form string, n int) string {
		var b strings.Builder
		b.WriteString("define n0 = death\n")
		for i := range n {
			fmt.Fprintf(&b, "define n%d = %s\n", i+1, strings.Split(fmt.Sprintf(form, i), "%!")[0])
		}
		return b.String()
	}
	cohorts := func(n int) string {
		text := "cohort c0 { index first drug }\n"
		for i := 1; i < n; i++ {
			text += fmt.Sprintf("cohort c%d { index index of c%d include in cohort c%[2]d on or before index include in cohort c%[2]d }\n", i, i-1)
		}
		return text
	}
	for name, text := range map[string]string{
		"code sets":   doubled("codes", "ICD10:E11 with descendants", ", ") + "cohort c { index first condition in n60 }",
		"conditions":  doubled("define", "any condition in ICD10:E11 with descendants", " and ") + "cohort c { index first drug include n60 }",
		"numbers":     doubled("define", "value of last score", " - ") + "cohort c { index first drug include n60 > 1 }",
		"dates":       doubled("define", "death", " + 1 day or ") + "cohort c { index first drug include n60 }",
		"anchors":     chain("first drug within 30 days of n%d", 60) + "cohort c { index first drug include n60 is known }",
		"anchored":    "cohort c { index first drug include " + strings.Repeat("first drug within 30 days of ", 60) + "death is known }",
		"proportions": chain("proportion covered by drug from index to first drug where (start > index) within 7 days of index + 1 day", 60) + "cohort c { index first drug include n60 > 1 }",
		"percents":    chain("percent change from n%d to n%[1]d", 60) + "cohort c { index first drug include n60 > 1 }",
		"shares":      "cohort c { index first drug include " + strings.Repeat("share of visit that (paid and ", 7) + "paid" + strings.Repeat(" > 0.5)", 6) + ") > 0.5 }",
		"cohorts":     cohorts(60) + "cohort c { index first drug include in cohort c59 }",
		"choices":     "define n0 = first of (death, index)\ncohort c { index first drug include first of (" + strings.Repeat("n0, ", 2000) + "n0) < 2020-01-01 }",
		"long chains": "cohort c { index first drug include " + strings.Repeat("smoker and ", 1900) + "smoker }",
		"lists":       "cohort c { index first drug include children in (" + strings.Repeat("1, ", 3900) + "2) }",
		"sets":        "cohort c { index first drug " + strings.Repeat("include any condition in SNOMED:73211009 with descendants ", 190) + " }",
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			p, list := dsl.Compile("q", "study \"x\"\n"+text+"\nreport count of c", nil, target)
			if took := time.Since(start); took > budget {
				t.Errorf("took %v", took)
			}
			if (p == nil) != list.Failed() {
				t.Errorf("a plan: %v; diagnostics %v", p != nil, list)
			}
		})
	}
}

// A vocabulary is large, and each use of a wide code set costs all its codes.
func TestWideCodeSets(t *testing.T) {
	var b strings.Builder
	b.WriteString("code,label,parents\nICD10:A,Any,\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "ICD10:A.%05d,One,\n", i)
	}
	v, list := catalog.ParseVocabulary([]byte(b.String()))
	if len(list) > 0 {
		t.Fatal(list)
	}
	target := clinic(t)
	target.Vocabulary = v
	for uses, want := range map[int][]string{9: nil, 190: {"too-many"}} {
		start := time.Now()
		text := "study \"x\" cohort c { index first drug " + strings.Repeat("include any condition in ICD10:A with descendants ", uses) + " } report count of c"
		if _, list := dsl.Compile("q", text, nil, target); !slices.Equal(codes(list), want) {
			t.Errorf("%d uses: %v, want %v", uses, codes(list), want)
		}
		if took := time.Since(start); took > budget {
			t.Errorf("%d uses took %v", uses, took)
		}
	}
}

// A value given for a parameter is one literal: whatever else it is, it is told at the parameter's own name.
func TestParamsAreLiterals(t *testing.T) {
	target := clinic(t)
	text := "study \"x\"\nparam p: %s\ncohort c { index first drug include %s }\nreport count of c"
	for value, want := range map[string]string{
		"40 years":              "",
		"65":                    "wrong-type",
		"41 years":              "off-grid",
		"age at index":          "bad-param",
		"18 years } cohort d {": "bad-param",
		"18 years + 1 year":     "bad-param",
		"(18 years)":            "",
		"":                      "bad-param",
		"\"18 years\"":          "wrong-type",
		"-18 years":             "wrong-type",
		"2020-01-01":            "wrong-type",
		"# 18":                  "bad-param",
	} {
		_, list := dsl.Compile("q", fmt.Sprintf(text, "duration", "age at index >= p"), map[string]string{"p": value}, target)
		got := ""
		if len(list) > 0 {
			got = list[0].Code
		}
		if got != want {
			t.Errorf("%q: %v, want %s", value, list, want)
		}
		for _, d := range list {
			if d.Span.From.Line < 2 || d.Span.From.Line > 3 {
				t.Errorf("%q: the place %v is not that of the parameter or of its use", value, d.Span)
			}
		}
	}
}

func TestFormat(t *testing.T) {
	got, list := dsl.Format("study \"x\"   cohort c {index first drug}\nreport count   of c # remark")
	if len(list) > 0 || !strings.Contains(got, "  index first drug\n") || !strings.Contains(got, "# remark") {
		t.Errorf("%v\n%s", list, got)
	}
	if _, list := dsl.Format("cohort {"); !list.Failed() {
		t.Error("a text with an error has none")
	}
}

// Laying out a study, twice too, does not change its plan.
func TestFormatKeepsPlans(t *testing.T) {
	studies := slippable(t, 1)
	for _, s := range studies {
		before, _ := dsl.Compile("query.cohort", s.text, nil, s.target)
		text, list := dsl.Format(s.text)
		after, _ := dsl.Compile("query.cohort", text, nil, s.target)
		if list.Failed() || after == nil || after.Digest() != before.Digest() {
			t.Errorf("%s: laid out it has another plan (%v):\n%s", s.name, list, text)
		}
		if again, _ := dsl.Format(text); again != text {
			t.Errorf("%s: laying it out again changes it:\n%s", s.name, again)
		}
	}
	t.Logf("%d studies", len(studies))
}

package dsl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// wideVocabulary has 100,000 codes: 1,000 categories of ICD-10 with 99 codes below each, and ATC of some size.
func wideVocabulary() []byte {
	var b strings.Builder
	b.WriteString("code,label,parents\n")
	for letter := 'A'; letter <= 'J'; letter++ {
		for category := range 100 {
			fmt.Fprintf(&b, "ICD10:%c%02d,A category,\n", letter, category)
			for n := range 98 {
				fmt.Fprintf(&b, "ICD10:%c%02d.%02d,A disease,\n", letter, category, n)
			}
		}
	}
	for n := range 1000 {
		fmt.Fprintf(&b, "ATC:A%02dB%c%02d,A drug,\n", n/100, 'A'+rune(n%10), n/10%100)
	}
	b.WriteString("LOINC:4548-4,HbA1c,\nLOINC:59261-8,HbA1c,\nLOINC:2345-7,Glucose,\n")
	return []byte(b.String())
}

// longStudy has 300 lines and 40 code sets, of about 17,000 codes together, most of them used several times.
func longStudy() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("study \"A long study\"\n  version \"1.0\"\n  purpose DUO:0000007")
	line("param adult: duration = 18 years")
	for i := range 40 {
		a := 'A' + rune(i%10)
		line("codes s%d = ICD10:%c%02d..%c%02d, ICD10:%c%02d with descendants except ICD10:%c%02d.01", i, a, i, a, i+3, a, i+50, a, i)
	}
	for c := range 4 {
		line("cohort c%d {", c)
		line("  index first condition in s%d since 2016-01-01\n  lookback 365 days", c)
		line("  window year from index - 1 year to index\n  followup until first of (death, data_end, index + 2 years)")
		for i := range 28 {
			switch s := c*7 + i; i % 4 {
			case 0:
				line("  include \"Ill %d\" any condition in s%d during year or age at index >= adult", i, s%40)
			case 1:
				line("  exclude \"Ill %d\" at least 2 condition in s%d on or before index on distinct days", i, s%40)
			case 2:
				line("  define n%d = count of condition in s%d during followup", i, s%40)
			case 3:
				line("  define v%d = value of last measurement in (LOINC:4548-4, LOINC:59261-8) before index - %d days as mmol/mol", i, i)
			}
		}
		for i := range 8 {
			line("  include \"Seen %d\"\n    any visit where (type = \"inpatient\" and any condition in s%d during event) within %d days before index\n    or v3 >= 53 mmol/mol", i, (c+i)%40, 100+i)
		}
		line("}")
	}
	for c := range 4 {
		line("report attrition of c%d\nreport count of c%d\nreport table of c%d by sex, age at index in bands (<18, 18 to <65, >=65)", c, c, c)
	}
	return b.String()
}

// The aim is that a study of 300 lines compiles in less than 60 ms the first time with a vocabulary, and 10 ms after that,
// on a machine that does nothing else. Warm it allocates 10.6 MB; more than half of the time is the grammar's. On two cores
// that others used (load 3 to 6) the compiling thread took 7 to 9 ms at best and 11 to 14 ms in the middle of 200 times. Alone on the machine it took 13 to 16 ms
// of wall time warm and 13 to 18 ms cold: cold meets its aim, warm does not.
func BenchmarkLongStudy(b *testing.B) {
	target, text := clinic(b), longStudy()
	words := wideVocabulary()
	compile := func(b *testing.B) {
		p, list := dsl.Compile("q.cohort", text, nil, target)
		if len(list) > 0 || p == nil {
			b.Fatal(list)
		}
	}
	b.Run("cold", func(b *testing.B) {
		for range b.N {
			b.StopTimer()
			target.Vocabulary, _ = catalog.ParseVocabulary(words)
			b.StartTimer()
			compile(b)
		}
	})
	target.Vocabulary, _ = catalog.ParseVocabulary(words)
	compile(b)
	b.Run("warm", func(b *testing.B) {
		for range b.N {
			compile(b)
		}
	})
	b.ReportMetric(float64(strings.Count(text, "\n")), "lines")
}

// The long study is what it says, and neither compile is far from its goal on a machine that does other work.
func TestLongStudy(t *testing.T) {
	target, text := clinic(t), longStudy()
	if n := strings.Count(text, "\n"); n < 280 || n > 330 {
		t.Errorf("%d lines", n)
	}
	target.Vocabulary, _ = catalog.ParseVocabulary(wideVocabulary())
	for range 2 {
		start := time.Now()
		p, list := dsl.Compile("q.cohort", text, nil, target)
		if len(list) > 0 || p == nil {
			t.Fatal(list)
		}
		if took := time.Since(start); took > budget {
			t.Errorf("took %v", took)
		}
	}
}

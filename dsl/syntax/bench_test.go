package syntax_test

import (
	"strings"
	"testing"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// study300 is a study of about 300 lines: a cohort of the examples again and again.
func study300(t testing.TB) string {
	text := read(t, "testdata/studies/diabetes.cohort")
	return strings.Repeat(text[strings.Index(text, "cohort "):], 300/strings.Count(text, "\n"))
}

// BenchmarkStudy reads a study of about 300 lines.
func BenchmarkStudy(b *testing.B) {
	text := study300(b)
	b.ReportMetric(float64(strings.Count(text, "\n")), "lines")
	b.ReportMetric(float64(len(strings.Fields(text))), "words")
	for b.Loop() {
		if _, list := syntax.Parse("", text); list.Failed() {
			b.Fatal(list)
		}
	}
}

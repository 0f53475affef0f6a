package lint_test

import (
	"fmt"
	"os"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/lint"
	"github.com/officina-enclave/officina/dsl/syntax"
)

func ExampleCheck() {
	yaml, _ := os.ReadFile("../testdata/catalogs/clinic.yaml")
	words, _ := os.ReadFile("../testdata/catalogs/clinic.csv")
	var target dsl.Target
	target.Catalog, _ = catalog.Parse("clinic.yaml", yaml)
	target.Vocabulary, _ = catalog.ParseVocabulary(words)
	text := `study "Odd"
cohort c {
  index first visit
  include "Adult" age at index >= 40
  include age at index < 18
}
report count of c
`
	p, _ := dsl.Compile("odd.cohort", text, nil, target)
	file, _ := syntax.Parse("odd.cohort", text)
	for _, d := range lint.Check(lint.Query{File: file, Plan: p, Target: target}) {
		fmt.Printf("%d: %s\n", d.Span.From.Line, d.Code)
	}
	// Output:
	// 4: label
	// 5: contradiction
}

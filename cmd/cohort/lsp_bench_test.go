package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkLSPCompletion measures what a person who types waits for: a change of one letter in a study of 300 lines, and
// the completions there, over the standard input and output of a real `cohort lsp` with a vocabulary of 100,000 codes.
func BenchmarkLSPCompletion(b *testing.B) {
	dir := b.TempDir()
	catalog, err := os.ReadFile("../../examples/catalog.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{"catalog.yaml": string(catalog), "vocabulary.csv": bigVocabulary(100_000)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	e := startEditor(b)
	ctx := context.Background()
	call := func(method string, params any) {
		if _, err := e.Call(ctx, method, params); err != nil {
			b.Fatal(err)
		}
	}
	say := func(method string, params any) {
		if err := e.Notify(ctx, method, params); err != nil {
			b.Fatal(err)
		}
	}
	uri := "file://" + filepath.Join(dir, "study.cohort")
	lines := bigStudy()
	document := func(version int) map[string]any { return map[string]any{"uri": uri, "version": version} }
	call("initialize", map[string]any{})
	say("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 0, "languageId": "cohort", "text": strings.Join(lines, "\n")}})
	e.notification(b, "textDocument/publishDiagnostics")

	typed := []string{"  inc", "  include ", "  include any con", "  include any condition in ", "  include any condition in set1", "  include any condition in ICD10:E1",
		"  include any condition in ICD10:neph", "  include any measurement in hba1c where (val", "  include any condition where (status = \"", "  include value of last measurement in hba1c before index >= 7 ",
		"  include age at ind", "  include any condition in set1 wit", "  exclude no drug in set2 within 30 days bef", "  define a = mea"}
	var waits []time.Duration
	for i := 0; b.Loop(); i++ {
		line := 110 + i*7%150
		text := slices.Clone(lines)
		text[line] = typed[i%len(typed)]
		began := time.Now()
		say("textDocument/didChange", map[string]any{"textDocument": document(i + 1), "contentChanges": []any{map[string]any{"text": strings.Join(text, "\n")}}})
		call("textDocument/completion", map[string]any{"textDocument": document(i + 1), "position": map[string]any{"line": line, "character": len(text[line])}})
		waits = append(waits, time.Since(began))
	}
	slices.Sort(waits)
	at := func(share float64) float64 {
		return float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "ms/p50")
	b.ReportMetric(at(0.95), "ms/p95")
	b.ReportMetric(at(1), "ms/max")
}

// bigVocabulary has n codes of ICD-10 beside those that the study names.
func bigVocabulary(n int) string {
	words := []string{"chronic", "acute", "nephritis", "diabetes", "mellitus", "with", "complications", "of", "left", "right", "unspecified", "malignant"}
	var b strings.Builder
	b.WriteString("code,label,parents\nATC:A10BA02,Metformin,\nLOINC:4548-4,HbA1c,\n")
	for i := range n {
		code := fmt.Sprintf("%c%02d.%d", 'A'+i%26, i/26%100, i/2600)
		fmt.Fprintf(&b, "ICD10:%s,%s %s %s %d,\n", strings.TrimSuffix(code, ".0"), words[i%12], words[i/12%12], words[i/144%12], i)
	}
	return b.String()
}

// bigStudy is a study of 300 lines: 100 code sets and two cohorts.
func bigStudy() []string {
	lines := []string{`study "Big" version "1.0" purpose DUO:0000006 approval "CE-1" dataset "precision-demo"`, "codes hba1c = LOINC:4548-4"}
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("codes set%d = ICD10:%c%02d with descendants, ICD10:%c%02d.1", i, 'A'+i%26, i, 'B'+i%20, i))
	}
	for c := range 2 {
		lines = append(lines, fmt.Sprintf("cohort c%d {", c), "  index first condition in set0 since 2018-01-01", "  lookback 365 days")
		for i := range 93 {
			lines = append(lines, fmt.Sprintf("  exclude any condition in set%d where (status = \"confirmed\") within %d days before index", i, i+1))
		}
		lines = append(lines, "  define base = value of last measurement in hba1c before index as mmol/mol", "}")
	}
	return append(lines, "report count of c0", "report summary of c1 by sex { value: base }")
}

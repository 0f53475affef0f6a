package opa

import (
	"testing"
	"time"
	"context"
	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

func BenchmarkParts(b *testing.B) {
	bd := defaultBundle(b)
	in := usual(b)
	doc, _ := ast.InterfaceToValue(in)
	b.Run("value", func(b *testing.B) { for b.Loop() { ast.InterfaceToValue(in) } })
	b.Run("check", func(b *testing.B) { for b.Loop() { bd.input.check(b.Context(), doc) } })
	b.Run("query", func(b *testing.B) { for b.Loop() { bd.query.Eval(b.Context(), rego.EvalParsedInput(doc)) } })
	b.Run("eval", func(b *testing.B) { for b.Loop() { bd.eval(b.Context(), doc) } })
	b.Run("decide", func(b *testing.B) { for b.Loop() { bd.decide(b.Context(), in) } })
}

func TestZLoad(t *testing.T) {
	for range 3 {
	b := time.Now()
	files, _ := readFiles(policy.Default())
	data, _ := readData(files[dataFile])
	t.Log("read", time.Since(b)); b = time.Now()
	rules, tests, _ := parse(files)
	t.Log("parse", time.Since(b)); b = time.Now()
	input, _ := newSchema(policy.InputSchema)
	t.Log("schema", time.Since(b)); b = time.Now()
	prepare(context.Background(), input, data, rules)
	t.Log("prepare", time.Since(b)); b = time.Now()
	t.Log(runTests(context.Background(), input.compiler(), data, rules, tests))
	t.Log("tests", time.Since(b)); b = time.Now()
	}
}

package opa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/cache"
)

// schema is a JSON Schema that types Rego when it is compiled and checks inputs when it runs.
type schema struct {
	parsed any
	term   *ast.Term // the schema's text
	net    *ast.Capabilities
	cache  cache.InterQueryValueCache // keeps the compiled schema
	match  topdown.BuiltinFunc
}

func newSchema(text []byte) (*schema, error) {
	s := &schema{
		term:  ast.StringTerm(string(text)),
		net:   &ast.Capabilities{AllowNet: []string{}},
		cache: cache.NewInterQueryValueCache(context.Background(), nil),
		match: topdown.GetBuiltin(ast.JSONMatchSchema.Name),
	}
	if err := json.Unmarshal(text, &s.parsed); err != nil {
		return nil, fmt.Errorf("input schema: %w", err)
	}
	if s.match == nil {
		return nil, errors.New("input schema: this OPA cannot check schemas; use the version in go.mod")
	}
	return s, nil
}

// compiler returns a strict compiler that types input by the schema.
func (s *schema) compiler() *ast.Compiler {
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, s.parsed)
	return ast.NewCompiler().
		WithCapabilities(capabilities()).
		WithStrict(true).
		WithEnablePrintStatements(true). // else print is dropped silently, not refused
		WithDefaultRegoVersion(ast.RegoV2).
		WithSchemas(set)
}

// check reports whether doc matches the schema, as an error that names what does not.
func (s *schema) check(ctx context.Context, doc ast.Value) error {
	bctx := topdown.BuiltinContext{Context: ctx, Capabilities: s.net, InterQueryBuiltinValueCache: s.cache}
	return s.match(bctx, []*ast.Term{ast.NewTerm(doc), s.term}, func(result *ast.Term) error {
		pair, ok := result.Value.(*ast.Array)
		if ok && pair.Len() == 2 && pair.Elem(0).Equal(ast.BooleanTerm(true)) {
			return nil
		}
		return fmt.Errorf("it does not match the schema: %v", result)
	})
}

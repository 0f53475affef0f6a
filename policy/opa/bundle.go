package opa

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// ErrBundle is the class of errors of [Load]: the bundle must be mended, and the one in force stays.
var ErrBundle = errors.New("the policy bundle is refused")

// The query that every bundle answers.
const entrypoint = "data.officina.main.decision"

// Bundle is a loaded policy, ready to decide. It is immutable and safe for concurrent use.
type Bundle struct {
	digest  string
	board   policy.Board
	changed []string
	query   rego.PreparedEvalQuery
	input   *schema
}

// Digest is "sha256:" and the hexadecimal SHA-256 over the bundle's files in order of their paths.
func (b *Bundle) Digest() string { return b.digest }

// Board is what the bundle's data.yaml says.
func (b *Bundle) Board() policy.Board { return b.board }

// Changed lists the Rego files that are not as those of the bundle that ships. Without any, the board's
// data say all that sets this bundle apart.
func (b *Bundle) Changed() []string { return b.changed }

// Load reads, checks, tests and prepares the bundle in fsys: *.rego files and one data.yaml. Its errors
// are of class [ErrBundle] and hold positions in the bundle's files.
func Load(ctx context.Context, fsys fs.FS) (*Bundle, error) {
	b, err := load(ctx, fsys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	return b, nil
}

func load(ctx context.Context, fsys fs.FS) (*Bundle, error) {
	files, err := readFiles(fsys)
	if err != nil {
		return nil, err
	}
	board, data, err := readData(files[policy.DataFile])
	if err != nil {
		return nil, err
	}
	changed, err := changed(files)
	if err != nil {
		return nil, err
	}
	rules, tests, err := parse(files)
	if err != nil {
		return nil, err
	}
	if err := checkRules(rules); err != nil {
		return nil, err
	}
	input, err := newSchema(policy.InputSchema)
	if err != nil {
		return nil, err
	}
	compiler := input.compiler()
	if compiler.Compile(rules); compiler.Failed() {
		return nil, compiler.Errors
	}
	query, err := prepare(ctx, compiler, data)
	if err != nil {
		return nil, err
	}
	if err := runTests(ctx, input.compiler(), data, rules, tests); err != nil {
		return nil, err
	}
	return &Bundle{digest: digest(files), board: board, changed: changed, query: query, input: input}, nil
}

// prepare makes the query of compiled rules over the data, which it keeps as Rego's own values: a decision
// then converts nothing of them.
func prepare(ctx context.Context, compiled *ast.Compiler, data map[string]any) (rego.PreparedEvalQuery, error) {
	return rego.New(
		rego.Query("decision := "+entrypoint),
		rego.Compiler(compiled),
		rego.Store(inmem.NewFromObjectWithOpts(data, inmem.OptReturnASTValuesOnRead(true))),
		rego.StrictBuiltinErrors(true),
	).PrepareForEval(ctx)
}

// parse reads the Rego files as Rego v2 and parts rules from tests.
func parse(files map[string][]byte) (rules, tests map[string]*ast.Module, err error) {
	rules, tests = map[string]*ast.Module{}, map[string]*ast.Module{}
	opts := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV2, Capabilities: capabilities()}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == policy.DataFile {
			continue
		}
		m, err := ast.ParseModuleWithOpts(name, string(files[name]), opts)
		if err != nil {
			return nil, nil, err
		}
		if !importsV2(m) {
			return nil, nil, fmt.Errorf("%s: write import rego.v2 below its package line", name)
		}
		if strings.HasSuffix(name, "_test.rego") {
			tests[name] = m
		} else {
			rules[name] = m
		}
	}
	return rules, tests, nil
}

func importsV2(m *ast.Module) bool {
	return slices.ContainsFunc(m.Imports, func(i *ast.Import) bool {
		return ast.RegoV2CompatibleRef.Equal(i.Path.Value)
	})
}

package opa

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

// testLimit is how long one test of a bundle may take.
const testLimit = 5 * time.Second

// runTests runs the bundle's own tests over its rules and data. No test at all is a failure.
func runTests(ctx context.Context, c *ast.Compiler, data map[string]any, rules, tests map[string]*ast.Module) error {
	all := maps.Clone(rules)
	maps.Copy(all, tests)
	results, err := tester.NewRunner().
		SetCompiler(c).
		SetDefaultRegoVersion(ast.RegoV2).
		SetStore(inmem.NewFromObject(data)).
		RaiseBuiltinErrors(true).
		SetTimeout(testLimit).
		SetModules(all).
		RunTests(ctx, nil)
	if err != nil {
		return err
	}
	ran, failed := 0, []string{}
	for r := range results {
		ran++
		if !r.Pass() {
			failed = append(failed, r.Package+"."+r.Name)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if ran == 0 {
		return errors.New("it has no tests; add *_test.rego files beside its rules")
	}
	if len(failed) > 0 {
		slices.Sort(failed)
		return fmt.Errorf("%d of its %d tests fail: %s", len(failed), ran, strings.Join(failed, ", "))
	}
	return nil
}

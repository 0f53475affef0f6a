package opa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/officina-enclave/officina/policy"
	"github.com/open-policy-agent/opa/v1/ast"
	"pgregory.net/rapid"
)

// object is an input as JSON, which may lack what policy.Input always has.
func object(t testing.TB, in policy.Input) map[string]any {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func value(t testing.TB, doc any) ast.Value {
	t.Helper()
	v, err := ast.InterfaceToValue(doc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// without is the input with one field gone.
func without(t testing.TB, in policy.Input, path ...string) ast.Value {
	t.Helper()
	doc := object(t, in)
	remove(doc, path)
	return value(t, doc)
}

// remove takes a field out, if it is there, and returns what puts it back.
func remove(doc map[string]any, path []string) (restore func()) {
	for _, key := range path[:len(path)-1] {
		inner, ok := doc[key].(map[string]any)
		if !ok {
			return func() {} // an outer field is gone already
		}
		doc = inner
	}
	last := path[len(path)-1]
	before, had := doc[last]
	delete(doc, last)
	return func() {
		if had {
			doc[last] = before
		}
	}
}

// fields lists the paths of all fields of an object, the nested ones too.
func fields(doc map[string]any) [][]string {
	var paths [][]string
	for key, v := range doc {
		paths = append(paths, []string{key})
		if inner, ok := v.(map[string]any); ok {
			for _, p := range fields(inner) {
				paths = append(paths, append([]string{key}, p...))
			}
		}
	}
	slices.SortFunc(paths, slices.Compare)
	return paths
}

// denied are the inputs of the board's cases that policy itself denies.
func denied(t testing.TB, b *Bundle) map[string]policy.Input {
	t.Helper()
	all := map[string]policy.Input{}
	for _, cases := range readCases(t) {
		for _, c := range cases {
			in := c.input(t)
			if d, err := b.eval(t.Context(), value(t, in)); err == nil && !d.Allow {
				all[c.Case] = in
			}
		}
	}
	return all
}

// Without the schema's help, taking any field from a denied input never makes the rules allow it.
func TestRemovingAFieldNeverAllows(t *testing.T) {
	b := defaultBundle(t)
	for name, in := range denied(t, b) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := object(t, in)
			for _, path := range fields(doc) {
				restore := remove(doc, path)
				if d, _ := b.eval(t.Context(), value(t, doc)); d.Allow {
					t.Errorf("allowed without %s", strings.Join(path, "."))
				}
				restore()
			}
		})
	}
}

// Nor does taking several fields, or putting null in their place.
func TestDamageNeverAllows(t *testing.T) {
	t.Parallel()
	b := defaultBundle(t)
	inputs := denied(t, b)
	names := make([]string, 0, len(inputs))
	for name := range inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(rt *rapid.T) {
		doc := object(t, inputs[rapid.SampledFrom(names).Draw(rt, "case")])
		for range rapid.IntRange(1, 4).Draw(rt, "fields") {
			path := rapid.SampledFrom(fields(doc)).Draw(rt, "path")
			if remove(doc, path); rapid.Bool().Draw(rt, "null") {
				put(doc, path, nil)
			}
			if len(doc) == 0 {
				break
			}
		}
		if d, _ := b.eval(context.Background(), value(t, doc)); d.Allow {
			rt.Fatalf("allowed: %v", doc)
		}
	})
}

func put(doc map[string]any, path []string, v any) {
	for _, key := range path[:len(path)-1] {
		doc = doc[key].(map[string]any)
	}
	doc[path[len(path)-1]] = v
}

// The schema knows every field: it refuses an input without any one of them, and one with another.
func TestSchemaNeedsEveryField(t *testing.T) {
	b := defaultBundle(t)
	doc := object(t, usual(t))
	if err := b.input.check(t.Context(), value(t, doc)); err != nil {
		t.Fatalf("the usual input: %v", err)
	}
	for _, path := range append(fields(doc), []string{"extra"}) {
		changed := object(t, usual(t))
		if path[0] == "extra" {
			changed["extra"] = 1
		} else {
			remove(changed, path)
		}
		if err := b.input.check(t.Context(), value(t, changed)); err == nil {
			t.Errorf("accepted a change of %s", strings.Join(path, "."))
		}
		inner := object(t, usual(t))
		at := inner
		for _, key := range path {
			next, ok := at[key].(map[string]any)
			if !ok {
				break
			}
			at = next
		}
		at["unheard-of"] = 1
		if err := b.input.check(t.Context(), value(t, inner)); err == nil {
			t.Errorf("accepted a new field beside or below %s", strings.Join(path, "."))
		}
	}
}

// An input built from nothing but zero values is refused, not allowed.
func TestZeroInputIsDenied(t *testing.T) {
	d, err := defaultEngine(t).Decide(t.Context(), policy.Input{})
	if d.Allow || !errors.Is(err, ErrInput) || d.Denials[0].Rule != "policy-input" {
		t.Errorf("got %+v, %v", d, err)
	}
}

// Taking any of the board's data never makes the rules allow what they denied, nor changes the terms. Load
// refuses such data; here the rules stand alone.
func TestMissingDataNeverAllows(t *testing.T) {
	t.Parallel()
	whole := defaultBundle(t)
	inputs := map[string]ast.Value{}
	for name, in := range denied(t, whole) {
		inputs[name] = value(t, in)
	}
	usualInput := value(t, usual(t))
	want, err := whole.eval(t.Context(), usualInput)
	if err != nil {
		t.Fatal(err)
	}
	compiled := compiledDefault(t)
	for _, path := range fields(readDefaultData(t)) {
		damaged := readDefaultData(t)
		remove(damaged, path)
		query, err := prepare(t.Context(), compiled, damaged)
		if err != nil {
			t.Fatal(err)
		}
		b := &Bundle{query: query}
		for name, in := range inputs {
			if d, _ := b.eval(t.Context(), in); d.Allow {
				t.Errorf("%s: allowed without %s", name, strings.Join(path, "."))
			}
		}
		if d, _ := b.eval(t.Context(), usualInput); d.Allow && fmt.Sprint(d.Terms) != fmt.Sprint(want.Terms) {
			t.Errorf("other terms without %s: %+v", strings.Join(path, "."), d.Terms)
		}
	}
}

func readDefaultData(t testing.TB) map[string]any {
	t.Helper()
	_, data, err := readData(readAll(t)[policy.DataFile])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// compiledDefault are the rules that ship, without their tests.
func compiledDefault(t testing.TB) *ast.Compiler {
	t.Helper()
	rules, _, err := parse(readAll(t))
	if err != nil {
		t.Fatal(err)
	}
	compiler := defaultBundle(t).input.compiler()
	if compiler.Compile(rules); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	return compiler
}

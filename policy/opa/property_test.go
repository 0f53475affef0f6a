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

func remove(doc map[string]any, path []string) {
	for _, key := range path[:len(path)-1] {
		inner, ok := doc[key].(map[string]any)
		if !ok {
			return // an outer field is gone already
		}
		doc = inner
	}
	delete(doc, path[len(path)-1])
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
		for _, path := range fields(object(t, in)) {
			if d, _ := b.eval(t.Context(), without(t, in, path...)); d.Allow {
				t.Errorf("%s: allowed without %s", name, strings.Join(path, "."))
			}
		}
	}
}

// Nor does taking several fields, or putting null in their place.
func TestDamageNeverAllows(t *testing.T) {
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

// Taking any of the board's data never makes the rules allow what they denied, nor changes the terms. The
// bundle's own tests would catch most of it; here they are left out.
func TestMissingDataNeverAllows(t *testing.T) {
	whole := defaultBundle(t)
	inputs := denied(t, whole)
	usualInput := value(t, usual(t))
	want, err := whole.eval(t.Context(), usualInput)
	if err != nil {
		t.Fatal(err)
	}
	data := readDefaultData(t)
	for _, path := range fields(data) {
		damaged := readDefaultData(t)
		remove(damaged, path)
		b := untested(t, damaged)
		for name, in := range inputs {
			if d, _ := b.eval(t.Context(), value(t, in)); d.Allow {
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
	data, err := readData(readAll(t)[dataFile])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// untested is the default bundle with other data, and without its tests.
func untested(t testing.TB, data map[string]any) *Bundle {
	t.Helper()
	rules, _, err := parse(readAll(t))
	if err != nil {
		t.Fatal(err)
	}
	input, err := newSchema(policy.InputSchema)
	if err != nil {
		t.Fatal(err)
	}
	query, err := prepare(t.Context(), input, data, rules)
	if err != nil {
		t.Fatal(err)
	}
	return &Bundle{query: query, input: input}
}

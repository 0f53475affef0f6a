package cohorttest

import (
	"reflect"
	"slices"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// visit calls f for a node and every node below it, parents first, in the order of the fields of package syntax. A node
// is given as a pointer, so that what f changes is changed in the tree.
func visit(node any, f func(node any)) { visitValue(reflect.ValueOf(node), f) }

var placed = reflect.TypeFor[syntax.Node]()

func visitValue(v reflect.Value, f func(any)) {
	switch v.Kind() {
	case reflect.Interface:
		visitValue(v.Elem(), f)
	case reflect.Pointer:
		if !v.IsNil() {
			if v.Type().Implements(placed) {
				f(v.Interface())
			}
			visitFields(v.Elem(), f)
		}
	case reflect.Struct:
		visitValue(v.Addr(), f)
	case reflect.Slice:
		for i := range v.Len() {
			visitValue(v.Index(i), f)
		}
	}
}

func visitFields(v reflect.Value, f func(any)) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() && !field.Anonymous {
			visitValue(v.Field(i), f)
		}
	}
}

// named are the declarations that the tests of a file reach: their cohorts, and what these name, and what those name.
func named(file *syntax.File, tests []*syntax.Test) map[syntax.Decl]bool {
	byName := map[string]syntax.Decl{}
	for _, d := range file.Decls {
		if name := nameOf(d); name != "" {
			byName[name] = d
		}
	}
	out := map[syntax.Decl]bool{}
	var reach func(name string)
	reach = func(name string) {
		d, ok := byName[name]
		if !ok || out[d] {
			return
		}
		out[d] = true
		visit(d, func(node any) {
			switch n := node.(type) {
			case *syntax.Ident:
				reach(n.Name)
			case *syntax.CodeTerm:
				reach(n.Name)
			}
		})
	}
	for _, t := range tests {
		reach(t.Cohort.Name)
		for _, table := range t.Tables { // an expected column may be a definition of the file
			for _, c := range table.Columns {
				reach(c.Name)
			}
		}
	}
	return out
}

func nameOf(d syntax.Decl) string {
	switch d := d.(type) {
	case *syntax.Cohort:
		return d.Name.Name
	case *syntax.Codes:
		return d.Name.Name
	case *syntax.Define:
		return d.Name.Name
	case *syntax.Param:
		return d.Name.Name
	}
	return ""
}

func testsOf(file *syntax.File) (out []*syntax.Test) {
	for _, d := range file.Decls {
		if t, ok := d.(*syntax.Test); ok {
			out = append(out, t)
		}
	}
	return out
}

// untested are the cohorts that no test is about, nor a cohort of one.
func untested(file *syntax.File, reached map[syntax.Decl]bool) []string {
	out := []string{}
	for _, d := range file.Decls {
		if c, ok := d.(*syntax.Cohort); ok && !reached[d] {
			out = append(out, c.Name.Name)
		}
	}
	return out
}

func without[T any](xs []T, i int) []T { return slices.Delete(slices.Clone(xs), i, i+1) }

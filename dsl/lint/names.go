package lint

import (
	"reflect"

	"github.com/officina-enclave/officina/dsl/syntax"
)

// unused finds declarations that nothing uses: code sets, parameters, definitions, windows, cohorts, imported names.
func (l *linter) unused() {
	used := map[string]bool{}
	for _, d := range l.File.Decls {
		switch d := d.(type) {
		case *syntax.Import:
		case *syntax.Test:
			tested(d, used)
		default:
			mentions(reflect.ValueOf(d), used)
		}
	}
	for _, d := range l.File.Decls {
		switch d := d.(type) {
		case *syntax.Codes:
			l.check(used, "code set", d.Name)
		case *syntax.Param:
			l.check(used, "parameter", d.Name)
		case *syntax.Define:
			l.check(used, "definition", d.Name)
		case *syntax.Import:
			for _, name := range d.Names {
				l.check(used, "import", name)
			}
		case *syntax.Cohort:
			l.check(used, "cohort", d.Name)
			for _, s := range d.Stmts {
				switch s := s.(type) {
				case *syntax.Define:
					l.check(used, "definition", s.Name)
				case *syntax.Window:
					l.check(used, "window", s.Name)
				}
			}
		}
	}
}

// tested collects the names that a test uses: its cohort, its parameters, and what it expects values of. Its other tables
// have words of their own.
func tested(d *syntax.Test, used map[string]bool) {
	used[d.Cohort.Name] = true
	for _, p := range d.Params {
		used[p.Name.Name] = true
	}
	for _, table := range d.Tables {
		if table.Name.Name == "expect" {
			for _, column := range table.Columns {
				used[column.Name] = true
			}
		}
	}
}

func (l *linter) check(used map[string]bool, what string, name syntax.Ident) {
	if !used[name.Name] {
		l.say(unusedName(name.Span(), what, name.Name))
	}
}

// mentions collects the names that a tree uses. The name that a declaration gives is no use of it.
func mentions(v reflect.Value, used map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			mentions(v.Elem(), used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			mentions(v.Index(i), used)
		}
	case reflect.Struct:
		switch n := v.Interface().(type) {
		case syntax.Ident:
			used[n.Name] = true
			return
		case syntax.CodeTerm:
			used[n.Name] = true
			return
		}
		declares := declaring[v.Type()]
		for i := range v.NumField() {
			if !declares || v.Type().Field(i).Name != "Name" {
				mentions(v.Field(i), used)
			}
		}
	}
}

// declaring are the nodes whose field Name gives a name.
var declaring = map[reflect.Type]bool{
	reflect.TypeFor[syntax.Codes](): true, reflect.TypeFor[syntax.Param](): true, reflect.TypeFor[syntax.Define](): true,
	reflect.TypeFor[syntax.Cohort](): true, reflect.TypeFor[syntax.Window](): true, reflect.TypeFor[syntax.Outcome](): true,
}

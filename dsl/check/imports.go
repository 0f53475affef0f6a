package check

import (
	"reflect"

	"github.com/officina-enclave/officina/dsl/diag"
	"github.com/officina-enclave/officina/dsl/syntax"
)

// imported are the declarations that the file takes from libraries, with all that they need. They stand as if they were
// written where they are named: what is wrong with them is told there, and a name that the file has too is an error.
func (c *checker) imported() []syntax.Decl {
	var out []syntax.Decl
	libraries := map[string]*library{}
	for _, d := range c.file.Decls {
		i, ok := d.(*syntax.Import)
		if !ok {
			continue
		}
		key := i.Library.Value + "@" + i.Version.Value
		lib := libraries[key]
		if lib == nil {
			if lib = c.library(i); lib == nil {
				for _, name := range i.Names {
					c.absent[name.Name] = true
				}
				continue
			}
			libraries[key] = lib
		}
		for _, name := range i.Names {
			if d, ok := lib.decls[name.Name]; !ok || !importable(d) {
				c.say(unknownName(name, "unknown-import", "code set or cohort in \""+i.Library.Value+"\"", lib.names()))
				c.absent[name.Name] = true
				continue
			}
			out = append(out, c.take(lib, name.Name, name)...)
		}
	}
	return out
}

// library is the text of a library, read.
type library struct {
	file  *syntax.File
	decls map[string]syntax.Decl
	taken map[string]bool
}

// library reads the library that an import names, as the catalog pins it.
func (c *checker) library(i *syntax.Import) *library {
	text, problem := c.Libraries.Text(i.Library.Value, i.Version.Value)
	if problem != nil {
		c.say(noLibrary(i.Library, *problem))
		return nil
	}
	file, faults := syntax.Parse(i.Library.Value, text)
	if faults.Failed() {
		c.say(libraryFaults(i.Library, faults.Sorted()[0]))
		return nil
	}
	out := &library{file: file, decls: map[string]syntax.Decl{}, taken: map[string]bool{}}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *syntax.Param:
			out.decls[d.Name.Name] = d
		case *syntax.Codes:
			out.decls[d.Name.Name] = d
		case *syntax.Define:
			out.decls[d.Name.Name] = d
		case *syntax.Cohort:
			out.decls[d.Name.Name] = d
		case *syntax.Import:
			for _, name := range d.Names {
				out.decls[name.Name] = d
			}
		}
	}
	return out
}

// importable reports whether a file may name a declaration of a library: a code set or a cohort.
func importable(d syntax.Decl) bool {
	switch d.(type) {
	case *syntax.Codes, *syntax.Cohort:
		return true
	}
	return false
}

func (l *library) names() []string {
	var out []string
	for _, name := range keys(l.decls) {
		if importable(l.decls[name]) {
			out = append(out, name)
		}
	}
	return out
}

// take gives a declaration and all that it needs, what it needs first, each once. By is the name that asks for it.
func (c *checker) take(l *library, name string, by syntax.Ident) []syntax.Decl {
	d, ok := l.decls[name]
	if !ok || l.taken[name] {
		return nil
	}
	l.taken[name] = true
	if _, ok := d.(*syntax.Import); ok {
		c.say(importOfImport(by, name))
		return nil
	}
	c.remember(l.file, d)
	var out []syntax.Decl
	walk(reflect.ValueOf(d), func(used string) { out = append(out, c.take(l, used, by)...) }, by.Place)
	return append(out, d)
}

// remember keeps the text of what becomes a label.
func (c *checker) remember(f *syntax.File, d syntax.Decl) {
	co, ok := d.(*syntax.Cohort)
	if !ok {
		return
	}
	for _, s := range co.Stmts {
		switch s := s.(type) {
		case *syntax.Rule:
			c.written[s.Cond] = f.Text(s.Cond.Span())
		case *syntax.Lookback:
			c.written[s.D] = f.Text(s.D.Span())
		}
	}
}

// text is how a part of the query was written.
func (c *checker) text(n syntax.Node) string {
	if text, ok := c.written[n]; ok {
		return text
	}
	return c.file.Text(n.Span())
}

// walk goes through a tree, tells every name in it, and puts all its nodes at one place.
func walk(v reflect.Value, used func(string), place syntax.Place) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), used, place)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), used, place)
		}
	case reflect.Struct:
		switch x := v.Addr().Interface().(type) {
		case *syntax.Place:
			if x.Range != (diag.Span{}) {
				*x = place
			}
			return
		case *syntax.Ident:
			used(x.Name)
		case *syntax.CodeTerm:
			used(x.Name)
		}
		for i := range v.NumField() {
			walk(v.Field(i), used, place)
		}
	}
}

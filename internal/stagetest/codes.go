package stagetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Codes lists the diagnostic codes that the Go files of folders can say, ascending: the texts given to a field
// Code of a literal, or to a parameter named code of a function of the same folder.
func Codes(folders ...string) ([]string, error) {
	found := map[string]bool{}
	for _, folder := range folders {
		files, err := sources(folder)
		if err != nil {
			return nil, err
		}
		takes := map[string]int{}
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool { noteFunction(n, takes); return true })
		}
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool { noteCode(n, takes, found); return true })
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// sources parses the files of a folder, tests apart.
func sources(folder string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(names) == 0 {
		return nil, &os.PathError{Op: "list", Path: folder, Err: os.ErrNotExist}
	}
	var out []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// noteFunction notes the position of a function's parameter named code.
func noteFunction(n ast.Node, takes map[string]int) {
	f, ok := n.(*ast.FuncDecl)
	if !ok {
		return
	}
	i := 0
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			if name.Name == "code" {
				takes[f.Name.Name] = i
			}
			i++
		}
	}
}

// noteCode notes a code that is given as a text.
func noteCode(n ast.Node, takes map[string]int, found map[string]bool) {
	var given ast.Expr
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			given = n.Value
		}
	case *ast.CallExpr:
		f, _ := n.Fun.(*ast.Ident)
		if i, ok := takes[nameOf(f)]; ok && i < len(n.Args) {
			given = n.Args[i]
		}
	}
	if text, ok := given.(*ast.BasicLit); ok && text.Kind == token.STRING {
		if code, err := strconv.Unquote(text.Value); err == nil {
			found[code] = true
		}
	}
}

func nameOf(id *ast.Ident) string {
	if id == nil {
		return ""
	}
	return id.Name
}

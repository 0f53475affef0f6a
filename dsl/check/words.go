package check

import (
	"slices"
	"strings"

	"github.com/officina-enclave/officina/dsl/catalog"
	"github.com/officina-enclave/officina/dsl/plan"
)

// Words lists the words that a query may take from a catalog and from this package, each once, ascending: its name, the sources,
// columns and values that queries may name, units, kinds of report and their clauses, functions, types. A name with dots
// is there in parts too.
func Words(c *catalog.Catalog) []string {
	out := slices.Concat([]string{c.Dataset}, keys(functions), paramTypes)
	for _, k := range plan.Kinds {
		out = append(append(out, k.Name), k.Clauses...)
	}
	columns := slices.Clone(c.Attributes)
	for _, s := range c.Sources {
		if !open(s.Sensitivity) {
			continue
		}
		out = append(append(out, s.Name), strings.Split(s.Name, ".")...)
		out = append(out, columnNames(&s, queryable)...)
		columns = append(columns, s.Columns...)
		for _, r := range s.Units {
			out = append(out, r.UnitNames()...)
		}
	}
	for _, col := range columns {
		if queryable(col) {
			out = append(append(out, col.Name, col.Type.Unit), col.Values...)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(w string) bool { return w == "" })
}

package catalog

import (
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// classes lists the sensitivities from the least to the most sensitive.
var classes = []string{
	string(Plain), string(Quasi), string(Sensitive), string(Location), string(Genomic), string(FreeText), string(Internal),
}

var kinds = []string{
	string(Code), string(Int), string(Number), string(DateKind), string(Bool), string(String), "code set",
}

func (r *reader) person(n *yaml.Node, c *Catalog) (out []Column) {
	r.fields(n, fields{"attributes": func(n *yaml.Node) { out = r.columns(n, c, Sensitive) }}, "attributes")
	return out
}

func (r *reader) sources(n *yaml.Node, c *Catalog) []Source {
	var out []Source
	r.entries(n, func(key, value *yaml.Node) {
		s := r.source(value, c)
		s.Name = r.name(sourceWord)(key)
		r.free(key, reservedSources)
		out = append(out, s)
	})
	return out
}

func (r *reader) source(n *yaml.Node, c *Catalog) Source {
	var s Source
	var measured []*yaml.Node
	r.fields(n, fields{
		"kind":        into(&s.Kind, r.kind),
		"time":        func(n *yaml.Node) { s.Timed, s.Minutes = r.timed(n) },
		"place":       func(n *yaml.Node) { r.place(n, c) },
		"end":         into(&s.End, r.flag),
		"code":        func(n *yaml.Node) { s.Systems = r.codeSystems(n, c) },
		"value":       func(n *yaml.Node) { v := r.column(n, c); v.Name = Value; s.Value = &v },
		"units":       func(n *yaml.Node) { s.Units, measured = r.unitRules(n) },
		"columns":     func(n *yaml.Node) { s.Columns = r.columns(n, c, "") },
		"sensitivity": into(&s.Sensitivity, r.sensitivity),
	}, "kind")
	r.checkKind(n, &s)
	r.checkUnits(n, s, measured)
	s.inherit()
	return s
}

// free tells of a name that is taken, or that no query could write.
func (r *reader) free(key *yaml.Node, taken []string) {
	switch name := key.Value; {
	case slices.Contains(taken, name):
		r.out.Add(reservedName(r.span(key), name))
	case unwritable(name):
		r.out.Add(reservedWord(r.span(key), name))
	}
}

// checkKind tells the keys that do not go with the kind of the source n, and those that it needs.
func (r *reader) checkKind(n *yaml.Node, s *Source) {
	needs, never := []string{"time"}, []string{"place"}
	switch s.Kind {
	case Series:
		needs, never = []string{"time", "value"}, []string{"place", "code"}
	case PlaceDay:
		needs, never = []string{"place", "value"}, []string{"time", "end", "code"}
		s.Timed = true
		if _, clash := find(s.Columns, Place, columnName); clash {
			r.out.Add(reservedName(r.span(valueOf(n, "columns")), Place))
		}
	}
	for _, key := range needs {
		if n.Kind == yaml.MappingNode && valueOf(n, key) == nil {
			r.out.Add(missingKey(r.span(n), key))
		}
	}
	for _, key := range never {
		if at := valueOf(n, key); at != nil {
			r.out.Add(misplaced(r.span(at), key, "a source of another kind"))
		}
	}
	if at := valueOf(n, "time"); at != nil && s.Kind == Series && at.Value == "none" {
		r.out.Add(misplaced(r.span(at), "time: none", "a source of kind event"))
	}
	if s.End && !s.Timed {
		r.out.Add(misplaced(r.span(n), "end", "a source with time: day or time: minute"))
	}
}

// inherit gives the source's class to what says nothing, but never one below sensitive.
func (s *Source) inherit() {
	if s.Sensitivity == "" {
		s.Sensitivity = Sensitive
	}
	class := s.Sensitivity
	if slices.Index(classes, string(class)) < slices.Index(classes, string(Sensitive)) {
		class = Sensitive
	}
	for i := range s.Columns {
		if s.Columns[i].Sensitivity == "" {
			s.Columns[i].Sensitivity = class
		}
	}
	if s.Value != nil && s.Value.Sensitivity == "" {
		s.Value.Sensitivity = class
	}
}

func (r *reader) kind(n *yaml.Node) SourceKind {
	word := r.oneOf("event", string(Series), string(PlaceDay))(n)
	if word == "event" {
		return Events
	}
	return SourceKind(word)
}

func (r *reader) timed(n *yaml.Node) (timed, minutes bool) {
	word := r.oneOf("day", "minute", "none")(n)
	return word == "day" || word == "minute", word == "minute"
}

// place checks, when the whole file is read, that persons are known to live in places of this name.
func (r *reader) place(n *yaml.Node, c *Catalog) {
	name := r.name(columnWord)(n)
	r.later = append(r.later, func() {
		if name != "" && (!c.Residence || name != r.lives) {
			r.out.Add(unknownPlace(r.span(n), name, r.lives))
		}
	})
}

func (r *reader) codeSystems(n *yaml.Node, c *Catalog) []string {
	for _, item := range r.list(n) {
		r.needSystem(item, item.Value, c)
	}
	return r.texts(n)
}

func (r *reader) sensitivity(n *yaml.Node) Sensitivity { return Sensitivity(r.oneOf(classes...)(n)) }

// columns reads columns by name; one that says nothing about its sensitivity gets class.
func (r *reader) columns(n *yaml.Node, c *Catalog, class Sensitivity) []Column {
	var out []Column
	r.entries(n, func(key, value *yaml.Node) {
		col := r.column(value, c)
		col.Name = r.name(columnWord)(key)
		r.free(key, reservedColumns)
		if col.Sensitivity == "" {
			col.Sensitivity = class
		}
		out = append(out, col)
	})
	return out
}

func (r *reader) column(n *yaml.Node, c *Catalog) Column {
	var col Column
	var grid *yaml.Node
	r.fields(n, fields{
		"type":        into(&col.Type.Kind, r.basicKind),
		"values":      into(&col.Values, r.texts),
		"system":      func(n *yaml.Node) { col.System = r.word(n); r.needSystem(n, col.System, c) },
		"keys":        into(&col.Keys, r.oneOf("listed", "sites")),
		"unit":        into(&col.Type.Unit, r.unit),
		"bounds":      into(&col.Bounds, r.bounds),
		"grid":        func(n *yaml.Node) { grid = n },
		"sensitivity": into(&col.Sensitivity, r.sensitivity),
	}, "type")
	r.columnGrid(&col, grid)
	r.checkColumn(n, col, c)
	return col
}

// coarsen gives the grid of the period to dates that say nothing.
func (p Period) coarsen(columns []Column) {
	for i, col := range columns {
		if col.Type.Kind == DateKind && col.Grid.Months == 0 {
			columns[i].Grid = p.Grid
		}
	}
}

func (r *reader) basicKind(n *yaml.Node) Kind {
	word := r.oneOf(kinds...)(n)
	if word == "code set" {
		r.refuse("a set of codes in one column")(n)
	}
	return Kind(word)
}

// checkColumn tells keys that do not go with the column's type.
func (r *reader) checkColumn(n *yaml.Node, col Column, c *Catalog) {
	here := r.span(n)
	kind, code := col.Type.Kind, col.Type.Kind == Code
	misfit := func(bad bool, key, of string) {
		if bad && kind != "" {
			r.out.Add(misplaced(here, key, of))
		}
	}
	misfit(!code && len(col.Values) > 0, "values", "a column of type code")
	misfit(!code && col.System != "", "system", "a column of type code")
	misfit(!code && col.Keys != "", "keys", "a column of type code")
	misfit(kind != Number && col.Type.Unit != "", "unit", "a column of type number")
	misfit(kind != Number && kind != Int && col.Bounds != nil, "bounds", "a column of type number or int")
	misfit(len(col.Values) > 0 && col.System != "", "system", "a column without values")
	misfit(code && col.Keys == "listed" && len(col.Values) == 0 && col.System == "", "keys", "a column with values or a system")
	if col.Keys == "sites" {
		r.later = append(r.later, func() {
			if len(c.Sites) == 0 {
				r.out.Add(noSites(here))
			}
		})
	}
}

// columnGrid reads the grid of a column by its type.
func (r *reader) columnGrid(col *Column, n *yaml.Node) {
	switch kind := col.Type.Kind; {
	case n == nil:
	case kind == DateKind && n.Kind == yaml.MappingNode:
		r.fields(n, fields{"age": into(&col.AgeGrid, r.cuts)}, "age")
	case kind == DateKind:
		col.Grid = r.months(n)
	case kind == Number, kind == Int:
		col.Grid = r.cuts(n)
	case kind != "":
		r.out.Add(misplaced(r.span(n), "grid", "a column of type number, int or date"))
	}
}

var monthsGrid = regexp.MustCompile(`^([1-9][0-9]?) (month|year)s?$`)

// months reads "1 month" or "2 years".
func (r *reader) months(n *yaml.Node) Grid {
	m := monthsGrid.FindStringSubmatch(n.Value)
	if m == nil {
		r.out.Add(badGrid(r.span(n), "1 month, 3 months or 1 year"))
		return Grid{}
	}
	count, _ := strconv.Atoi(m[1])
	if m[2] == "year" {
		count *= 12
	}
	return Grid{Months: count}
}

// cuts reads a step above 0, or an ascending list of cut points.
func (r *reader) cuts(n *yaml.Node) Grid {
	if n.Kind == yaml.SequenceNode {
		return Grid{Cuts: r.numbers(n)}
	}
	step := r.number(n)
	if step <= 0 {
		r.out.Add(badGrid(r.span(n), "a step above 0, or a list of cut points"))
	}
	return Grid{Step: step}
}

func (r *reader) bounds(n *yaml.Node) *Bounds {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		r.out.Add(badBounds(r.span(n)))
		return nil
	}
	b := Bounds{Low: r.number(n.Content[0]), High: r.number(n.Content[1])}
	if b.Low >= b.High {
		r.out.Add(badBounds(r.span(n)))
	}
	return &b
}

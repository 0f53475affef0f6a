// Package catalog reads the description of a dataset: what may be queried, and how it is measured.
//
// A [Catalog] is one YAML file ([Parse]): person attributes, sources of events, code systems, units, bounds,
// grids and sensitivities. A [Vocabulary] is one CSV file ([ParseVocabulary]): codes, their labels and
// their parents, from which [Vocabulary.Expand] tells the codes below a code. Both are public and hold no
// patient data; their digests stand in every manifest and receipt. [Libraries] are files of the language with code sets
// and cohorts, which the catalog pins by digest.
//
// Units are UCUM (dsl/ucum). [Convert] converts plain units, [UnitRule.Convert] those of an analyte.
//
// A catalog may extend a standard one ("extends: omop", see [Standards]): it adds attributes, sources, code systems,
// and to a source columns, unit rules and other keys. What it says itself about any of these goes first.
//
// A source is of one of three kinds ([SourceKind]): events of a person with a day, a minute or no time; a series of
// many timed values of a person, without a code; and values of a place and a day, which a person has for the days that
// residence says they lived there.
//
// Limits: persons live in places of one sort; a set of codes in one column is refused with the code not-yet. What a
// standard says cannot be taken away.
package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Catalog describes one dataset. It is not changed after [Parse].
type Catalog struct {
	File       string            `json:"-"`         // where it was read from, for messages
	Dataset    string            `json:",omitzero"` // lower-case letters, digits and dashes: also a folder name
	Title      map[string]string `json:",omitzero"` // by language, such as "en"
	DUO        []string          `json:",omitzero"` // permitted uses (GA4GH Data Use Ontology) and the diseases (MONDO) that narrow them
	Custodian  Custodian         `json:",omitzero"`
	Mark       string            `json:",omitzero"` // "demo", "test", or "" for real data
	Mode       Mode              `json:",omitzero"` // of the lineage, for its whole life
	Period     Period            `json:",omitzero"`
	Observed   bool              `json:",omitzero"` // observation intervals exist; otherwise everybody is observed for the whole period
	Sites      []Site            `json:",omitzero"`
	Residence  bool              `json:",omitzero"` // intervals of the places where persons live exist; place-day sources need them
	Attributes []Column          `json:",omitzero"` // of a person, in file order
	Sources    []Source          `json:",omitzero"` // in file order
	Systems    []CodeSystem      `json:",omitzero"` // in file order
	Protected  []Topic           `json:",omitzero"` // in file order
	Libraries  []Library         `json:",omitzero"` // in file order
}

// Custodian is who answers for the dataset.
type Custodian struct{ Name, Contact string }

// Mode is how a dataset releases numbers.
type Mode struct {
	Release string  // exact | noisy | dp
	Sigma2  float64 `json:",omitzero"` // of noisy: the base variance
}

// Period is the time the dataset covers, both days included.
type Period struct {
	Start, End Date
	Grid       Grid // event dates in queries lie on it
}

// Attribute returns the person attribute of that name.
func (c *Catalog) Attribute(name string) (Column, bool) { return find(c.Attributes, name, columnName) }

// Source returns the source of that name.
func (c *Catalog) Source(name string) (Source, bool) { return find(c.Sources, name, sourceName) }

// System returns the code system of that name.
func (c *Catalog) System(name string) (CodeSystem, bool) { return find(c.Systems, name, systemName) }

// Topic returns the protected topic of that name.
func (c *Catalog) Topic(name string) (Topic, bool) { return find(c.Protected, name, topicName) }

// AttributeNames lists the person attributes in file order.
func (c *Catalog) AttributeNames() []string { return names(c.Attributes, columnName) }

// SourceNames lists the sources in file order.
func (c *Catalog) SourceNames() []string { return names(c.Sources, sourceName) }

// SystemNames lists the code systems in file order.
func (c *Catalog) SystemNames() []string { return names(c.Systems, systemName) }

// Keys lists the values that a table by col shows, in order: the words of the column, the sites, or the
// codes that v knows of its system (without the system's name). A column without a list has no keys.
func (c *Catalog) Keys(col Column, v *Vocabulary) []string {
	switch {
	case len(col.Values) > 0:
		return slices.Clone(col.Values)
	case col.Keys == "sites":
		return names(c.Sites, func(s Site) string { return s.ID })
	case col.Keys == "listed" && v != nil:
		codes := v.Codes(col.System)
		for i, curie := range codes {
			_, codes[i], _ = SplitCurie(curie)
		}
		return codes
	}
	return nil
}

// The columns that every source may have beside those of its own. They are built from the source.
const (
	Start  = "start" // the first day or minute of the event; only of a timed source
	End    = "end"   // the last one; may be missing
	CodeOf = "code"
	Value  = "value"
)

// Place is the column that ties a place-day source to the places of residence. It is no column of queries.
const Place = "place"

// Column returns a column of the source, the built-in ones (start, end, code, value) included.
// Literals compared with start or end lie on the grid of [Catalog.Period].
func (s Source) Column(name string) (Column, bool) {
	switch {
	case name == Start && s.Timed, name == End && s.End:
		kind := DateKind
		if s.Minutes {
			kind = TimeKind
		}
		return Column{Name: name, Type: Type{Kind: kind}, Sensitivity: s.Sensitivity}, true
	case name == CodeOf && len(s.Systems) > 0:
		c := Column{Name: name, Type: Type{Kind: Code}, Sensitivity: s.Sensitivity}
		if len(s.Systems) == 1 {
			c.System = s.Systems[0]
		}
		return c, true
	case name == Value && s.Value != nil:
		return *s.Value, true
	}
	return find(s.Columns, name, columnName)
}

// ColumnNames lists the columns of the source, the built-in ones first.
func (s Source) ColumnNames() []string {
	var out []string
	for _, name := range []string{Start, End, CodeOf, Value} {
		if _, ok := s.Column(name); ok {
			out = append(out, name)
		}
	}
	return append(out, names(s.Columns, columnName)...)
}

// SplitCurie parts "ICD10:E11.9" into its system and its code. Both must be there, without spaces.
func SplitCurie(curie string) (system, code string, ok bool) {
	system, code, ok = strings.Cut(curie, ":")
	return system, code, ok && system != "" && code != "" && !strings.ContainsAny(curie, " \t\r\n")
}

// Digest is "sha256:" and the hexadecimal SHA-256 of what the catalog says: the file's comments and layout do not matter,
// nor the order of its sources, code systems, unit rules, topics and libraries. The order of columns and of listed
// values does, because tables and ties follow it.
func (c *Catalog) Digest() string {
	d := *c
	d.DUO = slices.Sorted(slices.Values(c.DUO))
	d.Sources = sortedBy(c.Sources, sourceName)
	for i, s := range d.Sources {
		d.Sources[i].Units = sortedBy(s.Units, func(r UnitRule) string { return r.Name })
	}
	d.Systems = sortedBy(c.Systems, systemName)
	d.Protected = sortedBy(c.Protected, topicName)
	d.Libraries = sortedBy(c.Libraries, Library.File)
	text, err := json.Marshal(d)
	if err != nil { // only an infinite number could do this, and Parse refuses those
		text = []byte(err.Error())
	}
	sum := sha256.Sum256(append([]byte("officina/catalog/v1\n"), text...))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func columnName(c Column) string     { return c.Name }
func sourceName(s Source) string     { return s.Name }
func systemName(s CodeSystem) string { return s.Name }
func topicName(t Topic) string       { return t.Name }

func find[T any](all []T, name string, of func(T) string) (T, bool) {
	for _, x := range all {
		if of(x) == name {
			return x, true
		}
	}
	var none T
	return none, false
}

func names[T any](all []T, of func(T) string) []string {
	out := make([]string, len(all))
	for i, x := range all {
		out[i] = of(x)
	}
	return out
}

func sortedBy[T any](all []T, of func(T) string) []T {
	return slices.SortedFunc(slices.Values(all), func(a, b T) int { return strings.Compare(of(a), of(b)) })
}

package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones, wherever the program runs

	"go.yaml.in/yaml/v3"

	"github.com/officina-enclave/officina/connectors"
)

// mapping is the YAML file. Keys outside these are errors.
type mapping struct {
	Format int     `yaml:"format"`
	Tables []table `yaml:"tables"`
}

// table is one entry: how rows of one file become rows of one catalog table.
type table struct {
	Table       string            `yaml:"table"`
	File        string            `yaml:"file"`
	Delimiter   string            `yaml:"delimiter"`
	Repeats     string            `yaml:"repeats"` // "" or first
	Columns     map[string]column `yaml:"columns"`
	Identifying []string          `yaml:"identifying"`
	line        int
}

// column says how one catalog column is made: from a header of the file, or from a constant.
type column struct {
	Column   string            `yaml:"column"`
	Constant string            `yaml:"constant"`
	Numbered bool              `yaml:"numbered"` // of the person: each row is one, called by its line
	Missing  []string          `yaml:"missing"`
	Values   map[string]string `yaml:"values"`
	Date     string            `yaml:"date"`
	Zone     string            `yaml:"zone"` // of the clock that times with a zone are told by
	System   string            `yaml:"system"`
	line     int
	day      dateFormat     // of Date
	clock    *time.Location // of Zone
}

var (
	tableKeys  = []string{"table", "file", "delimiter", "repeats", "columns", "identifying"}
	columnKeys = []string{"column", "constant", "numbered", "missing", "values", "date", "zone", "system"}
)

// parseMapping reads the text of the mapping file called name.
func parseMapping(name string, text []byte) ([]table, error) {
	var m mapping
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return nil, yamlError(name, err)
	}
	if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, &connectors.Error{File: name, Reason: "holds more than one document; keep the first"}
	}
	if m.Format != 1 {
		return nil, &connectors.Error{File: name, Reason: "is not of format 1; begin it with \"format: 1\""}
	}
	if len(m.Tables) == 0 {
		return nil, &connectors.Error{File: name, Reason: "names no tables; add at least the person table"}
	}
	for i := range m.Tables {
		if err := m.Tables[i].check(name); err != nil {
			return nil, err
		}
	}
	return m.Tables, nil
}

// UnmarshalYAML keeps the line and refuses unknown keys, which a node decodes silently.
func (t *table) UnmarshalYAML(n *yaml.Node) error {
	type plain table
	if err := strict(n, tableKeys, (*plain)(t)); err != nil {
		return err
	}
	t.line = n.Line
	return nil
}

// UnmarshalYAML also takes the short form: a header alone.
func (c *column) UnmarshalYAML(n *yaml.Node) error {
	c.line = n.Line
	if n.Kind == yaml.ScalarNode {
		c.Column = n.Value
		return nil
	}
	type plain column
	return strict(n, columnKeys, (*plain)(c))
}

func strict(n *yaml.Node, keys []string, into any) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: want keys and values", n.Line)
	}
	for i := 0; i < len(n.Content); i += 2 {
		if k := n.Content[i]; !slices.Contains(keys, k.Value) {
			return fmt.Errorf("line %d: unknown key %q; the keys are %s", k.Line, k.Value, strings.Join(keys, ", "))
		}
	}
	return n.Decode(into)
}

func (t *table) check(name string) error {
	at := func(reason string) error { return &connectors.Error{File: name, Line: t.line, Reason: reason} }
	switch {
	case t.Table == "":
		return at("the entry has no table")
	case !filepath.IsLocal(t.File):
		return at("file must be a path below the data folder")
	case t.Repeats != "" && t.Repeats != "first":
		return at("repeats can only be first")
	case len(t.comma()) != 1:
		return at("delimiter must be one character, or tab")
	case !t.personal() && t.Columns[connectors.Place].Column == "":
		return at("columns must say which header identifies the person, or person: {numbered: true}; or the place of a place and a day")
	case !t.personal() && t.Repeats != "":
		return at("repeats is about a person, and columns name none")
	}
	for _, key := range t.names() {
		c := t.Columns[key]
		if err := c.check(name, key); err != nil {
			return err
		}
		if key != connectors.Person && (slices.Contains(t.Identifying, c.Column) || c.Column != "" && c.Column == t.Columns[connectors.Person].Column) {
			return &connectors.Error{File: name, Line: c.line, Column: key, Reason: "loads an identifier; leave it out"}
		}
		t.Columns[key] = c
	}
	return nil
}

// personal says whether the rows are of persons.
func (t *table) personal() bool {
	c := t.Columns[connectors.Person]
	return c.Column != "" || c.Numbered
}

// names lists the mapped catalog columns, the person first.
func (t *table) names() []string { return slices.SortedFunc(maps.Keys(t.Columns), personFirst) }

func (c *column) check(name, key string) (err error) {
	at := func(reason string) error {
		return &connectors.Error{File: name, Line: c.line, Column: key, Reason: reason}
	}
	if c.Numbered && key != connectors.Person {
		return at("only the person can be numbered")
	}
	if !c.oneOrigin() {
		return at("give either column or constant")
	}
	if c.Constant != "" && (c.Missing != nil || c.Values != nil || c.Date != "" || c.Zone != "") {
		return at("a constant stands as it is; drop missing, values, date and zone")
	}
	if c.Date != "" && c.Zone != "" {
		return at("give either date or zone: a time with a zone is written in one way, 2020-01-31T10:30:00+01:00")
	}
	if c.Zone != "" {
		if c.clock, err = time.LoadLocation(c.Zone); err != nil || c.Zone == "Local" {
			return at("the zone must be one of the IANA database, such as Europe/Rome")
		}
	}
	if c.Date != "" {
		if c.day, err = parseDateFormat(c.Date); err != nil {
			return at(err.Error())
		}
	}
	return nil
}

func (c *column) oneOrigin() bool {
	if c.Numbered {
		return c.Column == "" && c.Constant == ""
	}
	return (c.Column == "") != (c.Constant == "")
}

// comma returns the delimiter, by the file's ending when the entry does not say.
func (t *table) comma() []rune {
	switch {
	case t.Delimiter == "tab", t.Delimiter == "" && strings.HasSuffix(strings.TrimSuffix(t.File, ".gz"), ".tsv"):
		return []rune{'\t'}
	case t.Delimiter == "":
		return []rune{','}
	}
	return []rune(t.Delimiter)
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// yamlError gives a parse error its place, which yaml writes into the text.
func yamlError(name string, err error) error {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
	if m := yamlLine.FindStringSubmatchIndex(text); m != nil {
		line, _ = strconv.Atoi(text[m[2]:m[3]])
		text = text[m[1]:]
	}
	return &connectors.Error{File: name, Line: line, Reason: text}
}

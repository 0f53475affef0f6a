package catalog

import (
	"embed"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// standards holds the catalogs that others may extend, by name. A change to one changes the digest of every
// catalog that extends it, and then data must be loaded again: so a new version gets a new name.
//
//go:embed standard/*.yaml
var standards embed.FS

// Standards lists the names of the catalogs that extends may name.
func Standards() []string {
	files, _ := standards.ReadDir("standard") // embedded
	var out []string
	for _, f := range files {
		out = append(out, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	return out
}

// definitions are the keys whose entries are taken whole: an attribute, a column, a unit rule, a code system, a topic.
var definitions = []string{"attributes", "columns", "units", "codes", "protected"}

// extend adds to the mapping root what the catalog has that root extends, if any. Where both say something about the same
// source their keys are merged; in everything else, and in the order, root goes first.
func (r *reader) extend(root *yaml.Node) {
	name := valueOf(root, "extends")
	if name == nil || !slices.Contains(Standards(), name.Value) {
		return // the key's own reader says what is wrong
	}
	text, err := standards.ReadFile(path.Join("standard", name.Value+".yaml"))
	var doc yaml.Node
	if err != nil || yaml.Unmarshal(text, &doc) != nil {
		r.wrong(name, "a catalog that can be read")
		return
	}
	place(doc.Content[0], name)
	merge(root, doc.Content[0], "")
}

// place gives what comes from another file the place of the word that brought it.
func place(n, at *yaml.Node) {
	n.Line, n.Column = at.Line, at.Column
	for _, c := range n.Content {
		place(c, at)
	}
}

// merge adds to own, the mapping under the key within, what base has and it has not.
func merge(own, base *yaml.Node, within string) {
	for i := 0; i+1 < len(base.Content); i += 2 {
		key, value := base.Content[i], base.Content[i+1]
		below := key.Value
		if within == "sources" {
			below = "a source" // whatever its name
		}
		switch mine := valueOf(own, key.Value); {
		case mine == nil:
			own.Content = append(own.Content, key, value)
		case mine.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode && !slices.Contains(definitions, within):
			merge(mine, value, below)
		}
	}
}

// valueOf returns the value of a key of a mapping, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrBoard is the class of errors of [ParseBoard]. They name every key that is wrong, with its line.
var ErrBoard = errors.New("data.yaml is not valid")

// Board is data.yaml: the words and numbers that an ethics board decides and the rules of a bundle read.
type Board struct {
	Contact    string              `yaml:"contact" json:"contact"`       // whom a denial names
	Roles      []string            `yaml:"roles" json:"roles"`           // who may ask
	Kinds      []string            `yaml:"kinds" json:"kinds"`           // kinds of report that a study may be given
	Agreed     map[string][]string `yaml:"agreed" json:"agreed"`         // studies agreed to by hand, by dataset
	Countries  []string            `yaml:"countries" json:"countries"`   // of recipients, ISO 3166-1 alpha-2
	Diseases   map[string][]string `yaml:"diseases" json:"diseases"`     // MONDO terms within a wider one
	Dimensions map[string]int      `yaml:"dimensions" json:"dimensions"` // the most of a report: ordinary, location, genomic
	Terms      Terms               `yaml:"terms" json:"terms"`           // of an ordinary answer
	MinCell    map[string]int      `yaml:"min_cell" json:"min_cell"`     // larger minimum cells by reason
}

// ParseBoard reads data.yaml: one document with the one key board, so that data can never stand in for a
// rule. Every key must be there, none other may be, and every value must be within its bounds. Its errors
// are of class [ErrBoard].
func ParseBoard(text []byte) (Board, error) {
	var file struct{ Board Board }
	doc, err := oneDocument(text)
	if err == nil {
		err = checkKeys(doc)
	}
	if err == nil {
		err = doc.Decode(&file)
	}
	if err != nil {
		return Board{}, fmt.Errorf("%w: %w", ErrBoard, err)
	}
	b := file.Board
	b.Terms.Kinds, b.Terms.Dimensions = b.Kinds, b.Dimensions["ordinary"]
	return b, nil
}

func oneDocument(text []byte) (*yaml.Node, error) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty; begin with the one that ships")
	} else if err != nil {
		return nil, err
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document; keep one")
	}
	return doc.Content[0], nil
}

// checkKeys compares the keys and values of a document with [boardKeys].
func checkKeys(doc *yaml.Node) error {
	found := map[string]*yaml.Node{}
	var wrong []string
	for _, e := range entries("", doc) {
		switch {
		case keyOf(e.path) == nil:
			wrong = append(wrong, fmt.Sprintf("line %d: %s is not a key of data.yaml; remove it", e.line, e.path))
		case found[e.path] != nil:
			wrong = append(wrong, fmt.Sprintf("line %d: %s is already defined; keep one", e.line, e.path))
		}
		found[e.path] = e.value
	}
	for _, k := range boardKeys {
		switch value, ok := found[k.path]; {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%s is missing; it must be %s", k.path, k.must))
		case !k.holds(value):
			wrong = append(wrong, fmt.Sprintf("line %d: %s must be %s", value.Line, k.path, k.must))
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "\n  "))
	}
	return nil
}

type entry struct {
	path  string // such as board.terms.min_cell
	line  int
	value *yaml.Node
}

// entries lists the keys of a mapping, those of its sections by their whole path.
func entries(prefix string, n *yaml.Node) []entry {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	var all []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		path := prefix + key.Value
		if key.Kind != yaml.ScalarNode {
			path = prefix + "(not a word)"
		}
		if isSection(path) {
			all = append(all, entries(path+".", value)...)
		} else {
			all = append(all, entry{path, key.Line, value})
		}
	}
	return all
}

package policy

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"

	"go.yaml.in/yaml/v3"
)

//go:embed default/*.rego default/data.yaml
var embedded embed.FS

// DataFile is the file of a bundle that a board edits, see [Board].
const DataFile = "data.yaml"

// nobody is the board's contact in the bundle that ships.
const nobody = "ethics-board@example.org"

// Default is the bundle that ships: Rego files, each with its tests beside it, and data.yaml. Its contact
// is nobody's address: an enclave in earnest has a bundle made by [WithContact].
func Default() fs.FS {
	sub, err := fs.Sub(embedded, "default")
	if err != nil {
		panic(err) // "default" is a valid path: it cannot fail
	}
	return sub
}

// WithContact returns the files of the bundle that ships, by name, with the contact of a board.
func WithContact(contact string) (map[string][]byte, error) {
	files := map[string][]byte{}
	names, err := fs.Glob(Default(), "*")
	for _, name := range names {
		if err == nil {
			files[name], err = fs.ReadFile(Default(), name)
		}
	}
	if err != nil {
		return nil, err
	}
	word, err := yaml.Marshal(contact)
	if err != nil {
		return nil, err
	}
	text := bytes.Replace(files[DataFile], []byte(nobody), bytes.TrimSpace(word), 1)
	if b, err := ParseBoard(text); err != nil || b.Contact != contact {
		return nil, fmt.Errorf("the board's contact must be %s", keyOf("board.contact").must)
	}
	files[DataFile] = text
	return files, nil
}

package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/officina-enclave/officina/dsl"
	"github.com/officina-enclave/officina/dsl/catalog"
)

// Target is a catalog with its vocabulary, and the texts they were read from.
type Target struct {
	dsl.Target
	CatalogText, VocabularyText []byte
	LibraryTexts                map[string][]byte // by catalog.Library.File
}

// noWords is a vocabulary without codes.
const noWords = "code,label,parents\n"

// ReadTarget reads a catalog, its vocabulary and its libraries. Without a path the vocabulary is vocabulary.csv beside the
// catalog, if there is one. The libraries are beside the catalog too; one that is not there is missed when a query imports
// from it. A fault in the catalog or the vocabulary is a [*Diagnosed].
func ReadTarget(c *cobra.Command, path, words string) (Target, error) {
	text, err := ReadFile(c, path)
	if err != nil {
		return Target{}, err
	}
	parsed, diags := catalog.Parse(path, []byte(text))
	if diags.Failed() {
		return Target{}, &Diagnosed{File: path, Source: text, List: diags}
	}
	vocabulary, words, err := readWords(c, path, words)
	if err != nil {
		return Target{}, err
	}
	v, diags := catalog.ParseVocabulary([]byte(vocabulary))
	if diags.Failed() {
		return Target{}, &Diagnosed{File: words, Source: vocabulary, List: diags}
	}
	libraries, err := readLibraries(filepath.Dir(path), parsed)
	if err != nil {
		return Target{}, err
	}
	t := dsl.Target{Catalog: parsed, Vocabulary: v, Libraries: catalog.NewLibraries(parsed, libraries)}
	return Target{t, []byte(text), []byte(vocabulary), libraries}, nil
}

// readLibraries reads the libraries that the catalog pins and that are there.
func readLibraries(dir string, c *catalog.Catalog) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, l := range c.Libraries {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(l.File())))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[l.File()] = text
	}
	return out, nil
}

func readWords(c *cobra.Command, catalog, words string) (text, path string, err error) {
	if words != "" {
		text, err = ReadFile(c, words)
		return text, words, err
	}
	path = filepath.Join(filepath.Dir(catalog), "vocabulary.csv")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return noWords, path, nil
	}
	return string(b), path, err
}

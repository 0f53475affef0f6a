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
}

// noWords is a vocabulary without codes.
const noWords = "code,label,parents\n"

// ReadTarget reads a catalog and its vocabulary; without a path that is vocabulary.csv beside the catalog, if
// there is one. A fault in either is a [*Diagnosed].
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
	return Target{dsl.Target{Catalog: parsed, Vocabulary: v}, []byte(text), []byte(vocabulary)}, nil
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

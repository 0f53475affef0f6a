package opa

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"

	"go.yaml.in/yaml/v3"
)

const (
	dataFile   = "data.yaml"
	maxFile    = 1 << 20 // bytes of one file
	maxEntries = 256
)

// readFiles returns the files of a bundle by path. A bundle holds *.rego files and one data.yaml.
func readFiles(fsys fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() || path.Ext(name) != ".rego" && name != dataFile {
			return fmt.Errorf("%s: a bundle holds *.rego files and one %s only; remove it", name, dataFile)
		}
		if len(files) == maxEntries {
			return fmt.Errorf("more than %d files; split nothing so finely", maxEntries)
		}
		files[name], err = readFile(fsys, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, ok := files[dataFile]; !ok {
		return nil, fmt.Errorf("no %s; add one with the board's words", dataFile)
	}
	return files, nil
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s: larger than 1 MiB; make it smaller", name)
	}
	return text, err
}

// digest is the SHA-256, in hexadecimal, over the files in order of their paths, each as the length and
// the bytes of its path and of its content.
func digest(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(files[name]), files[name])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// readData parses data.yaml, one document with the one key board, so that data can never stand in for a rule.
func readData(text []byte) (map[string]any, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var doc struct {
		Board map[string]any `yaml:"board"`
	}
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", dataFile, err)
	}
	if err := dec.Decode(&struct{}{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one document; keep one", dataFile)
	}
	asJSON, err := json.Marshal(map[string]any{"board": doc.Board})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dataFile, err)
	}
	var data map[string]any
	if err := json.Unmarshal(asJSON, &data); err != nil {
		return nil, fmt.Errorf("%s: %w", dataFile, err)
	}
	return data, nil
}

package opa

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/officina-enclave/officina/policy"
	"go.yaml.in/yaml/v3"
)

const (
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
		if !d.Type().IsRegular() || path.Ext(name) != ".rego" && name != policy.DataFile {
			return fmt.Errorf("%s: a bundle holds *.rego files and one %s only; remove it", name, policy.DataFile)
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
	if _, ok := files[policy.DataFile]; !ok {
		return nil, fmt.Errorf("no %s; add one with the board's words", policy.DataFile)
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

// readData checks data.yaml and returns it as Rego reads it.
func readData(text []byte) (policy.Board, map[string]any, error) {
	board, err := policy.ParseBoard(text)
	if err != nil {
		return policy.Board{}, nil, err
	}
	var doc, data map[string]any
	err = yaml.Unmarshal(text, &doc)
	var asJSON []byte
	if err == nil {
		asJSON, err = json.Marshal(doc)
	}
	if err == nil {
		err = json.Unmarshal(asJSON, &data)
	}
	if err != nil {
		return policy.Board{}, nil, fmt.Errorf("%s: %w", policy.DataFile, err)
	}
	return board, data, nil
}

// changed lists the Rego files that are not as those of the bundle that ships: changed, added or taken out.
func changed(files map[string][]byte) ([]string, error) {
	shipped, err := readFiles(policy.Default())
	if err != nil {
		return nil, err
	}
	all := maps.Clone(shipped)
	maps.Copy(all, files)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(name string) bool {
		before, had := shipped[name]
		after, has := files[name]
		return name == policy.DataFile || had && has && bytes.Equal(before, after)
	}), nil
}

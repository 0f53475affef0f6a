package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/transparency-dev/tessera/api/layout"

	"github.com/officina-enclave/officina/enclave/audit"
)

// Tree is the folder, inside the audit folder dir, that holds tiles and checkpoint and may be published as it is.
func Tree(dir string) string { return filepath.Join(dir, "tree") }

// ReadCheckpoint returns the newest checkpoint of the log in the audit folder dir, as stored and as checked.
// The errors are [ErrNoCheckpoint] and those of audit.LogKey.Open.
func ReadCheckpoint(dir string, key audit.LogKey) ([]byte, audit.Checkpoint, error) {
	raw, err := os.ReadFile(filepath.Join(Tree(dir), layout.CheckpointPath))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, audit.Checkpoint{}, ErrNoCheckpoint
	}
	if err != nil {
		return nil, audit.Checkpoint{}, err
	}
	c, err := key.Open(raw)
	return raw, c, err
}

// ReadState returns the tree that the writer has made durable, signed or not yet. The error is [ErrEdited], or
// fs.ErrNotExist for a published copy, which has no such file.
func ReadState(dir string) (audit.Checkpoint, error) {
	raw, err := os.ReadFile(filepath.Join(Tree(dir), ".state", "treeState"))
	if err != nil {
		return audit.Checkpoint{}, err
	}
	var state struct {
		Size uint64 `json:"size"`
		Root []byte `json:"root"`
	}
	if err := json.Unmarshal(raw, &state); err != nil || len(state.Root) != len(audit.Hash{}) {
		return audit.Checkpoint{}, fmt.Errorf("%w: .state/treeState is not readable", ErrEdited)
	}
	return audit.Checkpoint{Size: state.Size, Root: audit.Hash(state.Root)}, nil
}
